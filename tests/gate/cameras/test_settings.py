"""What of a lane's worker may change while it runs: below which confidence the second reader is
asked.

A child process is not needed for it: the commands go through a real pipe, and the worker obeys.
"""

from multiprocessing import Pipe
from pathlib import Path

from gate.app.wiring import Application
from gate.cameras.messages import CameraReport, Report, SetSecondReaderThreshold
from gate.cameras.settings import WorkerSettings
from gate.cameras.supervisor import WorkerSupervisor
from gate.cameras.worker import _CameraWorker
from gate.settings.config import parse
from hardware.cameras.camera import CameraSettings
from hardware.clock import SystemClock
from recognition.pipeline import PlateReader
from tests.gate.settings.test_config import GOOD

ON = WorkerSettings("south", CameraSettings("south", "nowhere"), ask_below=0.97)
SECOND = GOOD + "recognition: {second_reader: true}\npolicy: {open_confidence: 0.95}\n"


def test_an_eye_asks_the_second_reader_below_what_it_was_told_last() -> None:
    gate, child = Pipe()
    worker, reader = _CameraWorker(child, ON), PlateReader.default(threads=1)
    gate.send(SetSecondReaderThreshold(0.98))
    gate.send(SetSecondReaderThreshold(0.99))
    worker._obey(reader)
    assert reader.settings.ask_below == 0.99
    gate.close()
    child.close()


def test_a_change_while_the_child_is_away_is_in_the_settings_of_the_next_one() -> None:
    heard: list[Report] = []
    supervisor = WorkerSupervisor(ON, SystemClock(), heard.append)
    supervisor.ask_below(0.99)
    assert supervisor.settings.ask_below == 0.99
    assert not [one for one in heard if not isinstance(one, CameraReport)]


def test_where_the_second_reader_is_off_no_threshold_switches_it_on() -> None:
    supervisor = WorkerSupervisor(
        WorkerSettings("south", ON.camera), SystemClock(), lambda report: None
    )
    supervisor.ask_below(0.99)
    assert supervisor.settings.ask_below is None


def test_a_threshold_changed_on_the_page_reaches_the_eyes_now_and_after_a_restart(
    tmp_path: Path,
) -> None:
    config = parse(SECOND).model_copy(update={"data": tmp_path})
    gate = Application(config)
    try:
        assert {one.settings.ask_below for one in gate.lanes.supervisors.values()} == {0.95}
        gate.settings.change("policy.open_confidence", "0.99", by="li", why="a misread")
        assert {one.settings.ask_below for one in gate.lanes.supervisors.values()} == {0.99}
    finally:
        gate.store.close()
    again = Application(config)
    try:
        assert {one.settings.ask_below for one in again.lanes.supervisors.values()} == {0.99}
    finally:
        again.store.close()
