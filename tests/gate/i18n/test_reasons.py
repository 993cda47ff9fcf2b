"""Every reason can be shown and read aloud, in both languages."""

import json
from importlib.resources import files

import pytest

from gate.domain.decision import Reason


def reasons(language: str) -> dict[str, dict[str, str]]:
    file = files("gate.i18n.locale").joinpath(language, "lane.json")
    return dict(json.loads(file.read_text(encoding="utf-8"))["reasons"])


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_reason_has_a_text_and_a_line_to_say(language: str) -> None:
    texts = reasons(language)
    assert set(texts) == set(Reason)
    for reason, lines in texts.items():
        assert set(lines) == {"text", "say"}, reason
        assert all(line.strip() for line in lines.values()), reason


def test_no_line_read_aloud_tells_a_name_or_a_flat() -> None:
    for language in ("zh_CN", "en"):
        for lines in reasons(language).values():
            assert "{" not in lines["say"]
