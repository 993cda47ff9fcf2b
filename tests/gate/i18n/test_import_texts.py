"""Everything that an import may say has its words in both languages."""

import json
from enum import StrEnum
from importlib.resources import files

import pytest

from registry.rules.fields import RowFault
from registry.spreadsheets.columns import Column
from registry.spreadsheets.drafts import Entity
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.rows import RowWarning
from registry.spreadsheets.unused import Leftover


def texts(language: str, area: str) -> dict[str, str]:
    file = files("gate.i18n.locale").joinpath(language, "import.json")
    return dict(json.loads(file.read_text(encoding="utf-8"))[area])


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("area", "words", "further"),
    [
        ("row_fault", RowFault, set()),
        ("row_warning", RowWarning, set()),
        ("sheet_fault", SheetFault, {"unreadable"}),
        ("unused", Leftover, set()),
        ("column", Column, set()),
        ("column_hint", Column, set()),
    ],
)
def test_every_fault_and_warning_has_words(
    language: str, area: str, words: type[StrEnum], further: set[str]
) -> None:
    assert set(texts(language, area)) == set(words) | further


def test_both_languages_report_the_same() -> None:
    chinese, english = texts("zh_CN", "exchange"), texts("en", "exchange")
    assert chinese.keys() == english.keys()
    assert {f"entity.{entity.value}" for entity in Entity} <= chinese.keys()
