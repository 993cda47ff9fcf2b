"""Which sightings speak for the vehicle before the arm."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gate.events import Instant
from gate.evidence import KEPT, YOUNG, Evidence
from gate.sightings import Sighting
from recognition.reading import Box, Colour, Reading


def at(second: float) -> Instant:
    return Instant(second, datetime(2026, 11, 22, tzinfo=UTC))


def sighting(
    track: int, text: str, taken: float, width: float = 100, frame: bytes = b""
) -> Sighting:
    reading = Reading(
        text=text,
        confidence=0.9,
        box=Box(((0, 0), (width, 0), (width, 30), (0, 30)), 0.9),
        colour=Colour.BLUE,
        colour_confidence=0.9,
        two_lines=False,
        log_probs=np.zeros((8, 2), np.float32),
    )
    return Sighting(track, reading, round(taken * 10), taken, width, frame, b"plate", {})


def texts(evidence: Evidence) -> list[str]:
    return [reading.text for reading in evidence.readings()]


def test_a_car_is_read_as_it_drives_up() -> None:
    evidence = Evidence()
    evidence.add(sighting(1, "吉A1", 9.0))
    evidence.begin(at(10.0))
    evidence.add(sighting(1, "吉A1", 10.1))
    assert texts(evidence) == ["吉A1", "吉A1"]


def test_what_was_seen_long_before_does_not_count() -> None:
    evidence = Evidence()
    evidence.add(sighting(1, "吉A1", 10.0 - YOUNG - 0.1))
    evidence.begin(at(10.0))
    assert texts(evidence) == []


def test_the_nearest_vehicle_speaks_and_no_other() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    evidence.add(sighting(1, "吉A1", 10.1, width=80))
    evidence.add(sighting(2, "吉A2", 10.1, width=160))
    assert texts(evidence) == ["吉A2"]


def test_a_track_that_has_spoken_never_lets_the_next_car_in() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    evidence.add(sighting(1, "吉A1", 10.1))
    assert evidence.track() == 1
    evidence.end()
    evidence.begin(at(11.0))
    evidence.add(sighting(1, "吉A1", 11.1))
    assert texts(evidence) == []
    assert not evidence.is_new(1)


def test_a_vehicle_out_of_sight_is_forgotten() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    evidence.add(sighting(1, "吉A1", 10.1))
    evidence.end()
    evidence.lose(1)
    assert evidence.is_new(1)


def test_a_badge_on_the_grille_speaks_for_nobody() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    badge = sighting(1, "津JC2760", 10.1, width=300)
    doubtful = replace(badge.reading, confidence=0.08, box=replace(badge.reading.box, score=0.6))
    evidence.add(replace(badge, reading=doubtful))
    evidence.add(sighting(2, "吉A1325B", 10.1, width=110))
    assert texts(evidence) == ["吉A1325B"]


def test_pictures_of_the_chosen_track() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    assert (evidence.frame(), evidence.plate()) == (b"", b"")
    first = sighting(1, "吉A1", 10.1, frame=b"first")
    evidence.glimpse(first)
    evidence.add(first)
    evidence.glimpse(sighting(1, "吉A1", 10.2))
    evidence.add(sighting(1, "吉A1", 10.2))
    assert (evidence.frame(), evidence.plate()) == (b"first", b"plate")


def test_a_glimpse_is_a_picture_and_speaks_for_nobody() -> None:
    evidence = Evidence()
    evidence.glimpse(sighting(1, "吉A1", 9.9, width=50, frame=b"far"))
    evidence.begin(at(10.0))
    assert (evidence.track(), evidence.readings()) == (None, ())
    evidence.add(sighting(1, "吉A1", 10.1))
    assert evidence.frame() == b"far"
    evidence.lose(2)
    evidence.end()
    evidence.glimpse(sighting(1, "吉A1", 10.4, frame=b"still here"))
    evidence.begin(at(11.0))
    assert evidence.frame() == b""


def test_what_is_hardly_a_plate_yet_leaves_its_picture_and_no_reading() -> None:
    evidence = Evidence()
    evidence.begin(at(10.0))
    seen = sighting(1, "吉", 10.0, frame=b"whole")
    unsure = replace(seen.reading, confidence=0.1, box=replace(seen.reading.box, score=0.4))
    evidence.glimpse(replace(seen, reading=unsure))
    assert evidence.track() is None
    evidence.add(sighting(1, "吉A1", 10.1))
    assert (texts(evidence), evidence.frame()) == (["吉A1"], b"whole")


STEPS = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 4), st.integers(50, 300)),
    st.tuples(st.just("glimpse"), st.integers(1, 4), st.integers(50, 300)),
    st.tuples(st.just("lose"), st.integers(1, 4), st.just(0)),
    st.tuples(st.just("begin"), st.just(0), st.just(0)),
    st.tuples(st.just("end"), st.just(0), st.just(0)),
)


@given(st.lists(STEPS, max_size=60))
def test_readings_of_two_vehicles_are_never_added_up(steps: list[tuple[str, int, int]]) -> None:
    evidence = Evidence()
    spent: set[int] = set()
    lost: set[int] = set()
    for second, (what, track, width) in enumerate(steps):
        match what:
            case "add":
                evidence.add(sighting(track, f"car {track}", second / 10, width))
            case "glimpse":
                evidence.glimpse(sighting(track, "far", second / 10, width, b"picture"))
            case "lose":
                spent.discard(track)
                if evidence.track() == track:
                    lost.add(track)
                evidence.lose(track)
            case "begin":
                evidence.begin(at(second / 10))
            case "end":
                if (spoke := evidence.track()) is not None and spoke not in lost:
                    spent.add(spoke)
                lost.clear()
                evidence.end()
        seen = set(texts(evidence))
        assert len(seen) <= 1
        assert not seen & {f"car {track}" for track in spent}
        assert len(evidence.sightings()) <= KEPT
