"""The second reader at a gate: what `gate check` says, and that it never holds the first one up."""

import logging

import pytest

from gate.app.from_config import worker_settings
from gate.cameras import second_reader
from gate.cameras.second_reader import load_behind, state
from gate.cli.read import run
from gate.settings.config import parse
from recognition.manifest import ModelError
from recognition.second_opinion import Evidence, Opinion, SecondReader
from tests.gate.settings.test_config import GOOD


class Parrot:
    """A second reader that always says the same."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def opinion(self, plate: object, *, two_lines: bool) -> Opinion:
        return Opinion("吉A12345", 1.0)


def measured(threads: int) -> SecondReader:
    return Parrot(Evidence(0.9, 5.0, 0.3, 0.98))


def test_it_is_off_unless_somebody_asks_for_it() -> None:
    config = parse(GOOD)
    assert worker_settings("south", config.lanes["south"], config).ask_below is None


def test_it_is_asked_below_the_confidence_that_opens() -> None:
    config = parse(GOOD + "recognition: {second_reader: true}\npolicy: {open_confidence: 0.95}\n")
    assert worker_settings("south", config.lanes["south"], config).ask_below == 0.95


def test_a_check_of_a_site_without_it_is_well() -> None:
    found = state(wanted=False)
    assert found.well
    assert "not installed (optional)" in found.seen


def test_a_check_says_what_to_do_where_it_is_wanted_and_not_installed() -> None:
    found = state(wanted=True)
    assert not found.well
    assert "not installed" in found.seen
    assert "first reader alone" in found.seen
    assert "pip install 'gate[easyocr]'" in found.remedy


def test_a_check_tells_of_opinions_that_were_not_measured() -> None:
    found = state(wanted=True, make_one=lambda threads: Parrot(Evidence()))
    assert not found.well
    assert "weigh" in found.remedy


def test_a_check_is_well_where_all_is_there() -> None:
    assert state(wanted=True, make_one=measured).well


def test_it_is_handed_over_once_it_is_loaded() -> None:
    taken: list[SecondReader] = []
    load_behind(taken.append, 1, measured).join()
    assert len(taken) == 1


@pytest.mark.parametrize("error", [ModelError("sha256 is another"), ImportError("no torch")])
def test_where_it_cannot_be_loaded_the_lane_reads_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(threads: int) -> SecondReader:
        raise error

    taken: list[SecondReader] = []
    with caplog.at_level(logging.WARNING):
        load_behind(taken.append, 1, broken).join()
    assert taken == []
    assert "without the second reader" in caplog.text


def test_a_real_absence_leaves_the_lane_reading(caplog: pytest.LogCaptureFixture) -> None:
    taken: list[SecondReader] = []
    load_behind(taken.append, 1).join()
    assert taken == []
    assert "not installed" in caplog.text
    assert second_reader.make.__doc__


def test_gate_read_says_what_is_missing(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"")
    assert run([file], crops=False, as_json=False, threads=1, second=True) == 2
    assert "pip install 'gate[easyocr]'" in capsys.readouterr().err
