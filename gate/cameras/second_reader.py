"""The second reader at a gate: loaded in the background, never in the way of the first.

Loading EasyOCR takes seconds, because torch is imported. A lane reads without it until it is there,
and goes on without it where it is not installed or its files are not the manifest's.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from recognition.easyocr_reader import REMEDY, EasyOcrReader, installed
from recognition.manifest import ModelError
from recognition.second_opinion import Evidence, SecondReader

Make = Callable[[int], SecondReader]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What `gate check` says. remedy: "" where all is well."""

    well: bool
    seen: str
    remedy: str = ""


def make(threads: int = 1) -> SecondReader:
    """Load the second reader, now. Raises ModelError, which names the remedy."""
    return EasyOcrReader(threads=threads)


def made(threads: int, make_one: Make = make) -> SecondReader | None:
    """Load it, or log why that cannot be and return None."""
    try:
        return make_one(threads)
    except (ModelError, ImportError, OSError) as error:
        _log.warning("reading without the second reader: %s", error)
        return None


def load_behind(
    take: Callable[[SecondReader], None], threads: int, make_one: Make = make
) -> threading.Thread:
    """Load it in a thread and hand it to `take`, if it can be loaded."""

    def load() -> None:
        second = made(threads, make_one)
        if second is not None:
            take(second)

    thread = threading.Thread(target=load, name="second-reader", daemon=True)
    thread.start()
    return thread


def state(wanted: bool, make_one: Make = make) -> State:
    """Look whether the second reader can do what the configuration wants of it."""
    if not wanted:
        there = "installed" if installed() else "not installed (optional)"
        return State(True, f"off (recognition.second_reader); EasyOCR is {there}")
    try:
        second = make_one(1)
    except (ModelError, ImportError, OSError) as error:
        what = f"{error}; doubtful plates are read by the first reader alone"
        return State(False, what, f"{REMEDY}, or set recognition.second_reader to false")
    if second.evidence == Evidence():
        what = "what its opinions are worth was not measured beside this first reader: they count 0"
        return State(False, what, "python -m recognition.training weigh --data DATA")
    worth = second.evidence
    what = f"agreement multiplies the odds by {worth.agree}, disagreement by {worth.differ}"
    return State(True, f"EasyOCR with the plate network; {what}")
