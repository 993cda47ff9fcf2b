"""Log lines about an order come from the context of who asked, and name the arm's lane."""

import logging
from collections.abc import Iterator
from contextvars import ContextVar, copy_context

import pytest

from hardware.barrier.events import RaiseRequested
from hardware.barrier.model import OrderId
from hardware.station.station import ArmSettings, Station
from tests.hardware.fake_clock import FakeClock
from tests.hardware.paper_board import PaperBoard

PASSAGE: ContextVar[str] = ContextVar("passage", default="")
Line = tuple[str, str, str]


class Lines(logging.Handler):
    """Notes the lane, the passage at work and the message of every line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((getattr(record, "lane", ""), PASSAGE.get(), record.getMessage()))


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    handler, log = Lines(), logging.getLogger("hardware.station")
    log.addHandler(handler)
    try:
        yield handler.lines
    finally:
        log.removeHandler(handler)


def ask(station: Station, lane: str, order: str, at: float) -> None:
    PASSAGE.set(f"passage of {order}")
    station.command(lane, RaiseRequested(OrderId(order), at + 2))


def test_a_pulse_that_fails_is_said_with_its_own_passage_and_lane(lines: list[Line]) -> None:
    clock = FakeClock()
    board = PaperBoard(clock)
    arms = {"south": ArmSettings(1, 2), "north": ArmSettings(3, 4)}
    station = Station(board, arms, clock, lambda _lane, _event: None)
    for _ in range(20):
        clock.advance(max(station.turn(), 0.001))
    board.fail.add("pulse")
    copy_context().run(ask, station, "south", "a", clock.now)
    copy_context().run(ask, station, "north", "b", clock.now)
    assert PASSAGE.get() == ""
    station.turn()
    said = [line for line in lines if "order" in line[2]]
    assert [line[:2] for line in said] == [("south", "passage of a"), ("north", "passage of b")]
    assert PASSAGE.get() == ""
