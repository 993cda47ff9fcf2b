"""The settings page shows every key of the configuration, and no password."""

from pydantic import BaseModel

from gate.console.admin.config_table import lines, purpose_key, shown
from gate.console.admin.setting_dialog import fault_text, hint_of, name_of, value_text
from gate.i18n.texts import Language, Texts, catalogue
from gate.settings import config as configuration
from gate.settings.config import Config, parse
from gate.settings.runtime import text_keys, tunable_of
from gate.settings.tunables import POLICY, SettingFault, SettingKind, SettingRefusedError

TEXT = """
boards:
  south: {protocol: lcus, url: socket://127.0.0.1:9}
lanes:
  south:
    name: 南门入口
    direction: in
    camera: {source: "rtsp://user:secret@camera/1"}
    barrier: {board: south, raise: 1}
"""


class Page:
    """What the words of a setting need of a page."""

    def __init__(self, language: Language) -> None:
        self.texts = Texts(language)
        self.say = self.texts.say


def test_every_key_is_shown_with_its_purpose():
    shown_lines = {line.key: line for line in lines(parse(TEXT))}
    assert shown_lines["lanes.south.barrier.raise"].value == "1"
    name = shown_lines["site.name"]
    assert (name.value, name.purpose) == (
        "荷兰小镇",
        "Name shown on pages, reports and the lane sign.",
    )
    assert all(line.purpose for line in shown_lines.values())


def test_what_each_key_is_for_is_said_in_chinese_too():
    sections = [
        part
        for part in vars(configuration).values()
        if isinstance(part, type)
        and issubclass(part, BaseModel)
        and part.__module__ == configuration.__name__
    ]
    said = catalogue(Language.CHINESE)
    inner = {name for name in Config.model_fields if name not in {"data", "database", "key_file"}}
    missing = [
        key
        for part in sections
        for name in part.model_fields
        if (key := purpose_key(part, name)) not in said
        and not key.startswith("config.policy.")
        and not (part is Config and name in inner)
    ]
    assert missing == [], "say what these keys are for in gate/i18n/locale/zh_CN/config.json"


def test_a_password_in_an_address_is_not_shown():
    values = [line.value for line in lines(parse(TEXT))]
    assert not any("secret" in value for value in values)
    assert shown("rtsp://user:secret@camera/1") == "rtsp://***@camera/1"


def test_every_setting_that_may_change_has_its_words():
    for language in Language:
        page = Page(language)
        keys = (*POLICY, *text_keys(Language.CHINESE), *text_keys(Language.ENGLISH))
        for key in keys:
            tunable = tunable_of(key)
            values = {
                SettingKind.CHOICE: tunable.choices,
                SettingKind.SWITCH: (True, False),
                SettingKind.TEXT: (tunable.original,),
                SettingKind.HOURS: ("", "1-5 07:00-19:00"),
            }.get(tunable.kind, (tunable.low, tunable.high))
            said = [name_of(page, key), hint_of(page, key)]
            said += [value_text(page, tunable, value) for value in values]
            assert all(said), key
            assert "⟨" not in "".join(said), said


def test_every_fault_has_its_words():
    for language in Language:
        for fault in SettingFault:
            names = {"low": 0, "high": 1, "longest": 2, "names": "{plate}"}
            assert "⟨" not in fault_text(Page(language), SettingRefusedError(fault, **names))
