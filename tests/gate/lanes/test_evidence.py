"""What a lane keeps of what it saw, and for how long; who speaks is
tests/gate/lanes/test_attribution."""

from dataclasses import replace
from math import inf

from gate.lanes.evidence import KEPT, MAX_TRACKS, PassageEvidence
from tests.gate.lanes.attribution_cast import at, sighting

AGE = 0.8


def texts(evidence: PassageEvidence, now: float) -> list[str]:
    return [one.reading.text for one in evidence.speaking(now, AGE, line_known=True)]


def begun(second: float = 10.0, *, loop: bool = True) -> PassageEvidence:
    evidence = PassageEvidence(loop=loop)
    evidence.begin(at(second))
    return evidence


def test_a_car_is_read_as_it_drives_up() -> None:
    evidence = PassageEvidence(loop=True)
    evidence.add(sighting(1, "吉A12345", 9.0))
    evidence.begin(at(10.0))
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2) == ["吉A12345", "吉A12345"]


def test_nobody_speaks_while_no_passage_is_open() -> None:
    evidence = PassageEvidence(loop=True)
    evidence.add(sighting(1, "吉A12345", 9.9))
    assert texts(evidence, 10.0) == []
    assert not evidence.lose(1)


def test_a_lost_track_speaks_no_more_but_stays_on_record() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2) == ["吉A12345"]
    assert evidence.lose(1)
    assert texts(evidence, 10.2) == []
    assert [one.reading.text for one in evidence.spoke()] == ["吉A12345"]
    assert evidence.plate() == b"plate"


def test_a_track_that_has_spoken_never_speaks_for_the_next_passage() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2)
    evidence.end(passed=False)
    evidence.begin(at(11.0))
    evidence.add(sighting(1, "吉A12345", 11.1))
    assert texts(evidence, 11.2) == []


def test_a_plate_that_drove_through_does_not_speak_under_a_new_track_either() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2)
    evidence.end(passed=True)
    evidence.lose(1)
    evidence.begin(at(14.0))
    evidence.add(sighting(2, "吉A12345", 14.1))
    assert texts(evidence, 14.2) == []


def test_a_plate_that_drove_through_and_comes_again_later_speaks() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2)
    evidence.end(passed=True)
    evidence.lose(1)
    evidence.add(sighting(2, "京N88888", 40.0))
    evidence.begin(at(50.0))
    evidence.add(sighting(3, "吉A12345", 50.1))
    assert texts(evidence, 50.2) == ["吉A12345"]


def test_a_vehicle_that_backed_out_and_was_lost_may_come_again_at_once() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2)
    evidence.end(passed=False)
    evidence.lose(1)
    evidence.begin(at(14.0))
    evidence.add(sighting(2, "吉A12345", 14.1))
    assert texts(evidence, 14.2) == ["吉A12345"]


def test_a_badge_on_the_grille_speaks_for_nobody() -> None:
    evidence = begun()
    badge = sighting(1, "津JC2760", 10.1, width=300)
    doubtful = replace(badge.reading, confidence=0.08, box=replace(badge.reading.box, score=0.6))
    evidence.add(replace(badge, reading=doubtful))
    evidence.add(sighting(2, "吉A1325B", 10.1, width=110))
    assert texts(evidence, 10.2) == ["吉A1325B"]


def test_pictures_of_the_track_that_speaks() -> None:
    evidence = begun()
    assert (evidence.frame(), evidence.plate()) == (b"", b"")
    first = sighting(1, "吉A12345", 10.1, frame=b"first")
    evidence.keep_frame(first)
    evidence.add(first)
    evidence.keep_frame(sighting(1, "吉A12345", 10.2))
    evidence.add(sighting(1, "吉A12345", 10.2))
    assert texts(evidence, 10.3)
    assert (evidence.frame(), evidence.plate()) == (b"first", b"plate")


def test_a_glimpse_is_a_picture_and_speaks_for_nobody() -> None:
    evidence = PassageEvidence(loop=True)
    evidence.keep_frame(sighting(1, "吉A12345", 9.9, width=50, frame=b"far"))
    evidence.begin(at(10.0))
    assert texts(evidence, 10.0) == []
    evidence.add(sighting(1, "吉A12345", 10.1))
    assert texts(evidence, 10.2)
    assert evidence.frame() == b"far"
    evidence.end(passed=True)
    evidence.keep_frame(sighting(1, "吉A12345", 10.4, frame=b"still here"))
    evidence.begin(at(11.0))
    assert evidence.frame() == b""


def test_a_plate_that_was_there_before_is_named_for_the_guard() -> None:
    evidence = begun()
    assert evidence.was_there_before() is None
    evidence.add(sighting(1, "吉A12345", 10.1, absent=-inf, since=-500.0))
    assert texts(evidence, 10.2) == []
    still = evidence.was_there_before()
    assert still is not None
    assert still.reading.text == "吉A12345"


def test_a_plate_that_nobody_saw_come_is_shown_and_does_not_speak() -> None:
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1, absent=-inf))
    assert texts(evidence, 10.2) == []
    assert [one.reading.text for one in evidence.unproven()] == ["吉A12345"]
    assert evidence.spoke() == evidence.unproven()
    assert evidence.was_there_before() is None


def test_who_was_let_in_without_a_plate_that_spoke_does_not_speak_for_the_next() -> None:
    """A camera stood still while it drove up; the guard let it in, and it is seen driving off."""
    evidence = begun()
    evidence.add(sighting(1, "吉A12345", 10.1, width=150, absent=-inf, since=-500.0))
    evidence.add(sighting(2, "吉A77777", 10.1, width=80))
    evidence.add(sighting(3, "吉A12345", 11.0, width=220))
    evidence.end(passed=True)
    evidence.begin(at(12.0))
    evidence.add(sighting(3, "吉A12345", 12.1, width=240))
    assert texts(evidence, 12.2) == []
    evidence.lose(3)
    evidence.add(sighting(2, "吉A77777", 13.1, width=150))
    assert set(texts(evidence, 13.2)) == {"吉A77777"}


def test_what_is_kept_is_bounded() -> None:
    evidence = begun()
    for n in range(200):
        evidence.add(sighting(1 + n % 90, "吉A12345", 10.0 + n / 100, width=50 + n))
        evidence.add(sighting(1000, "吉A12345", 10.0 + n / 100, width=400))
    assert len(evidence._widest) == len(evidence._clearest) == MAX_TRACKS
    assert all(not one.frame and not one.plate for one in evidence._widest.values())
    assert max(len(track.sightings) for track in evidence._tracks.values()) == KEPT


def test_a_lane_without_a_loop_takes_the_plate_in_sight_for_the_vehicle_let_in_by_hand() -> None:
    evidence = begun(loop=False)
    evidence.add(sighting(1, "吉A12345", 10.4))
    assert evidence.lose(1)
