"""At which lane and in which passage the code at work is; log lines carry both.

Each thread has a context of its own, so what one lane sets never shows in another's lines. Work
that goes on in another thread takes its context along (`contextvars.copy_context`), as an order to
a barrier does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_lane: ContextVar[str] = ContextVar("gate_log_lane", default="")
_passage: ContextVar[str] = ContextVar("gate_log_passage", default="")


@contextmanager
def at_lane(lane: str) -> Iterator[None]:
    """Let lines inside carry this lane, and its passage once `in_passage` says which."""
    lane_before, passage_before = _lane.set(lane), _passage.set("")
    try:
        yield
    finally:
        _passage.reset(passage_before)
        _lane.reset(lane_before)


def in_passage(passage: str | None) -> None:
    """Let the lines that follow in this context carry this passage; None or "" for no passage."""
    _passage.set(passage or "")


def current() -> tuple[str, str]:
    """Return lane and passage of the code at work, "" where there is none."""
    return _lane.get(), _passage.get()
