"""The sheet in which one setting is changed, and the words for its values."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import run, ui

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.domain.errors import GateError
from gate.settings.runtime import tunable_of
from gate.settings.tunables import SettingKind, SettingRefusedError, Tunable, Value

SWITCHES = ("true", "false")


def setting_sheet(visit: PageContext, key: str, changed: Callable[[], Awaitable[None]]) -> None:
    """Let a person change a setting, with a reason; say in the sheet what is wrong with a value."""
    if visit.act(Permission.CHANGE_SETTINGS) is None:
        return
    settings, say = visit.services.settings, visit.say
    tunable = tunable_of(key)
    dialog, card = widgets.sheet(name_of(visit, key))
    once = OneShot()

    async def keep(*, restore: bool) -> None:
        user = visit.act(Permission.CHANGE_SETTINGS)
        if user is None:
            return
        typed, reason = field.value, str(why.value or "")
        try:
            if restore:
                await run.io_bound(settings.restore, key, by=user.name, why=reason)
            else:
                await run.io_bound(settings.change, key, typed, by=user.name, why=reason)
        except SettingRefusedError as refused:
            fault.set_content(widgets.badge_html(fault_text(visit, refused), "bad", "error"))
            return
        except GateError:
            visit.warn("shell.not_kept")
            return
        if once.take():
            dialog.close()
            visit.tell("settings.kept")
            await changed()

    with card:
        widgets.words(hint_of(visit, key), "soft")
        field = _field(visit, tunable, settings.value(key))
        why = widgets.text_field(say("settings.why"))
        fault = widgets.raw("").props("role=alert")
        file = say("settings.in_file", value=value_text(visit, tunable, settings.file_value(key)))
        widgets.words(file, "small soft")
        with widgets.div("row-flex"):
            widgets.button(
                say("shell.keep"), lambda: keep(restore=False), kind="main", icon="check"
            )
            if key in settings.given:
                widgets.button(say("settings.restore"), lambda: keep(restore=True), icon="undo")
            widgets.button(say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog)


def _field(visit: PageContext, tunable: Tunable, value: Value) -> Any:
    say = visit.say
    label = say("settings.new_value")
    match tunable.kind:
        case SettingKind.CHOICE:
            words = {one: value_text(visit, tunable, one) for one in tunable.choices}
            return widgets.choice_field(label, words, str(value))
        case SettingKind.SWITCH:
            words = {one: say(f"settings.{one}") for one in SWITCHES}
            return widgets.choice_field(label, words, str(value).lower())
        case SettingKind.TEXT:
            return widgets.text_field(label, str(value), area=True).props("autofocus")
        case SettingKind.HOURS:
            made = widgets.text_field(label, str(value)).props("autofocus")
            return _hint(made, say("settings.hours_hint"))
        case SettingKind.SHARE | SettingKind.SECONDS | SettingKind.COUNT:
            made = widgets.text_field(label, "" if value is None else f"{value:g}")
            made.props("autofocus inputmode=decimal")
            return _hint(made, _bounds(visit, tunable))


def _hint(made: ui.input | ui.textarea, text: str) -> ui.input | ui.textarea:
    made.props["hint"] = text
    return made


def _bounds(visit: PageContext, tunable: Tunable) -> str:
    key = "settings.bounds_or_none" if tunable.optional else "settings.bounds"
    return visit.say(key, low=f"{tunable.low:g}", high=f"{tunable.high:g}")


def name_of(visit: PageContext, key: str) -> str:
    """Return what a setting is called on the screen."""
    if key.startswith("policy."):
        return visit.say(f"tunable.{key.removeprefix('policy.')}.name")
    _, _, name = key.split(".", 2)
    if name.startswith("sign."):
        _, direction, verdict = name.split(".")
        way, word = visit.say(f"lane.{direction}"), visit.say(f"verdict.{verdict}")
        return visit.say("settings.sign_name", way=way, verdict=word)
    reason = visit.say(f"{name.removesuffix('.say')}.text")
    return visit.say("settings.said_name", reason=reason)


def hint_of(visit: PageContext, key: str) -> str:
    """Return what a setting is for."""
    if key.startswith("policy."):
        return visit.say(f"tunable.{key.removeprefix('policy.')}.hint")
    return visit.say("settings.sign_hint" if ".sign." in key else "settings.said_hint")


def value_text(visit: PageContext, tunable: Tunable, value: object) -> str:
    """Return a value as people read it."""
    say = visit.say
    if value is None:
        return say("settings.no_limit")
    match tunable.kind:
        case SettingKind.SECONDS:
            return say("settings.seconds", n=f"{value:g}")
        case SettingKind.CHOICE:
            return say(f"tunable.{tunable.key.removeprefix('policy.')}.{value}")
        case SettingKind.SWITCH:
            return say(f"settings.{str(value).lower()}")
        case SettingKind.HOURS:
            return str(value) or say("settings.always")
        case _:
            return str(value)


def fault_text(visit: PageContext, refused: SettingRefusedError) -> str:
    """Return why a value was not taken, and what to do."""
    return visit.say(f"settings.fault.{refused.fault.value}", **refused.values)
