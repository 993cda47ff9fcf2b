"""Lane and passage on log lines: of the lane at work, of no other, and gone when it is done."""

import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import replace
from io import StringIO

import pytest

from gate.domain.passage import LaneId
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import SettingsChanged
from gate.lanes.thread import LaneThread
from gate.logs.context import at_lane, current, in_passage
from gate.logs.output import handler
from hardware.barrier.inputs import InputName
from hardware.station.events import InputChanged
from tests.gate.lanes.lane_cast import Stage

Line = dict[str, str | None]


class Written:
    """What a real handler wrote."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    made, stream = handler("json"), StringIO()
    assert isinstance(made, logging.StreamHandler)
    made.setStream(stream)
    logging.getLogger().addHandler(made)
    try:
        yield Written(stream)
    finally:
        logging.getLogger().removeHandler(made)


def arrive(stage: Stage) -> InputChanged:
    return InputChanged(InputName.PRESENCE, True, stage.clock.second)


def stage_of(lane: str) -> Stage:
    stage = Stage()
    changed = replace(stage.work._settings, lane=LaneId(lane))
    stage.work.handle(SettingsChanged(changed, stage.work._rules))
    stage.new_id = lambda: f"passage-of-{lane}"  # type: ignore[method-assign]
    stage.work = stage.made()
    stage.work._settings = changed
    return stage


def started(lane: str) -> tuple[Stage, LaneThread]:
    stage = stage_of(lane)
    thread = LaneThread(stage.work, stage.clock, EventBus())
    thread.start()
    return stage, thread


def test_what_is_not_recorded_is_said_with_lane_and_passage(written: Written) -> None:
    stage, thread = started("north")
    assert thread.ask(arrive(stage)).result(5)
    stage.journal.away = True
    stage.clock.second += 10  # The rules are asked, and a question goes unrecorded.
    assert thread.ask(arrive(stage)).result(5)
    assert thread.stop(5)
    said = [line for line in written.lines() if line["logger"] == "gate.lanes.worker"]
    assert said
    assert {(line["lane"], line["passage"]) for line in said} == {("north", "passage-of-north")}


def test_a_crash_is_said_with_the_passage_that_it_met(written: Written) -> None:
    stage, thread = started("north")
    assert thread.ask(arrive(stage)).result(5)
    stage.decider = None

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    stage.work._decider.decide = broken  # type: ignore[method-assign,assignment]
    stage.clock.second += 10
    assert not thread.ask(arrive(stage)).result(5)
    assert thread.stop(5)
    (line,) = [line for line in written.lines() if line["logger"] == "gate.lanes.thread"]
    assert (line["lane"], line["passage"]) == ("north", "passage-of-north")
    assert "RuntimeError: broken" in str(line["error"])


def test_lanes_at_work_side_by_side_keep_their_lines_apart(written: Written) -> None:
    lanes = [f"lane{number}" for number in range(4)]
    pairs = [started(lane) for lane in lanes]
    for stage, thread in pairs:
        assert thread.ask(arrive(stage)).result(5)
        stage.journal.away = True
        stage.clock.second += 10
    answers = [thread.ask(arrive(stage)) for _ in range(20) for stage, thread in pairs]
    assert all(answer.result(5) for answer in answers)
    assert all(thread.stop(5) for _, thread in pairs)
    said = [line for line in written.lines() if line["logger"] == "gate.lanes.worker"]
    assert {line["lane"] for line in said} == set(lanes)
    assert all(line["passage"] == f"passage-of-{line['lane']}" for line in said)


def test_the_passage_is_named_by_the_line_that_ends_it_and_by_none_after(written: Written) -> None:
    stage = stage_of("north")
    with at_lane("north"):
        stage.work.handle(arrive(stage))
        assert current() == ("north", "passage-of-north")
    logging.getLogger("after").warning("nobody's")
    (line,) = written.lines()
    assert (line["lane"], line["passage"]) == (None, None)


def test_a_new_thread_belongs_to_no_lane() -> None:
    seen: list[tuple[str, str]] = []
    with at_lane("north"):
        in_passage("p")
        other = threading.Thread(target=lambda: seen.append(current()))
        other.start()
        other.join()
        copied = threading.Thread(target=copy_context().run, args=(lambda: seen.append(current()),))
        copied.start()
        copied.join()
    assert seen == [("", ""), ("north", "p")]


def test_a_lane_inside_a_lane_gives_back_what_was(written: Written) -> None:
    with at_lane("north"):
        in_passage("p")
        with at_lane("south"):
            assert current() == ("south", "")
            in_passage("q")
        assert current() == ("north", "p")
    assert current() == ("", "")
