"""Forms of a log line, and what the environment may ask for."""

import json
import logging
import sys

import pytest

from gate.logs.context import at_lane, in_passage
from gate.logs.output import LogSettingsError, configure, handler


def record(message: str = "the disk is full", **extra: object) -> logging.LogRecord:
    return logging.getLogger("gate.x").makeRecord(
        "gate.x", logging.WARNING, "x.py", 1, message, (), None, extra=extra
    )


def line(form: str, said: logging.LogRecord, lane: str = "") -> str:
    made = handler(form, lane)
    assert made.filter(said)
    return made.format(said)


def test_text_says_lane_and_passage() -> None:
    with at_lane("south"):
        in_passage("01HX")
        assert line("text", record()).endswith(
            "WARNING gate.x lane=south passage=01HX: the disk is full"
        )


def test_text_says_where_there_is_neither() -> None:
    assert line("text", record()).endswith("WARNING gate.x lane=- passage=-: the disk is full")


def test_json_is_one_object_on_one_line_with_the_error() -> None:
    said = record("磁盘\n满了")
    try:
        int("broken")
    except ValueError:
        said.exc_info = sys.exc_info()
    with at_lane("south"):
        text = line("json", said)
    assert "\n" not in text
    found = json.loads(text)
    assert found.pop("time").endswith("+00:00")
    assert "ValueError: invalid literal" in found.pop("error")
    assert found == {
        "level": "WARNING",
        "logger": "gate.x",
        "lane": "south",
        "passage": None,
        "message": "磁盘\n满了",
    }


def test_what_the_caller_says_goes_before_the_context_and_the_process() -> None:
    with at_lane("south"):
        assert "lane=north " in line("text", record(lane="north"), "west")
        assert "lane=south " in line("text", record(), "west")
    assert "lane=west " in line("text", record(), "west")


@pytest.mark.parametrize("name", ["GATE_LOG", "GATE_LOG_FORMAT"])
def test_a_value_that_there_is_not_names_the_variable_and_the_choice(name: str) -> None:
    with pytest.raises(LogSettingsError, match=rf"{name}: 'loud' is none of .*(INFO|json)"):
        configure({name: "loud"})
