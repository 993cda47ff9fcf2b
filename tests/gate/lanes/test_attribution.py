"""A plate speaks only for the vehicle that it came with."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.cameras.messages import PlateDetection
from gate.lanes.attribution import COMING, YOUNG, AttributionTime, may_be_of, speaker
from recognition.arrivals import PlateStay
from tests.gate.lanes.attribution_cast import sighting

CAME, NOW = 10.0, 11.0
MOMENT = AttributionTime(came=CAME, now=NOW, max_age=0.8, loop=True, line_known=True)


def who(
    *sightings: PlateDetection,
    passed: tuple[str, ...] = (),
    lost: tuple[int, ...] = (),
    **changed: object,
) -> int | None:
    """Return the track that speaks, of all these sightings in a passage."""
    moment = AttributionTime(
        **{**{k: getattr(MOMENT, k) for k in AttributionTime.__slots__}, **changed}
    )
    tracks: dict[int, list[PlateDetection]] = {}
    for one in sightings:
        if one.track not in lost:
            tracks.setdefault(one.track, []).append(one)
    found = speaker(tracks, sightings, passed, moment)
    return found[0] if found else None


def test_the_vehicle_that_came_speaks() -> None:
    assert who(sighting(1, "吉A12345", 10.8), sighting(1, "吉A12345", 10.9)) == 1


def test_a_lost_track_never_speaks() -> None:
    assert who(sighting(1, "吉A12345", 10.9), lost=(1,)) is None


def test_a_plate_not_seen_since_the_loop_closed_does_not_speak() -> None:
    assert who(sighting(1, "吉A12345", 9.9)) is None
    assert who(sighting(1, "吉A12345", 9.9), now=10.1) is None


def test_without_a_loop_the_passage_begins_with_a_sighting() -> None:
    assert who(sighting(1, "吉A12345", 9.95), loop=False, now=10.0) == 1


def test_an_old_picture_does_not_speak() -> None:
    assert who(sighting(1, "吉A12345", 10.1), now=10.95) is None
    assert who(sighting(1, "吉A12345", 10.1), now=10.85) == 1


@pytest.mark.parametrize("absent", [-inf, -900.0, CAME - COMING - 0.01])
def test_a_plate_that_was_there_before_does_not_speak(absent: float) -> None:
    assert who(sighting(1, "吉A12345", 10.9, absent=absent, since=absent)) is None


def test_a_plate_that_came_shortly_before_the_loop_closed_speaks() -> None:
    assert who(sighting(1, "吉A12345", 10.9, absent=CAME - COMING)) == 1


def test_a_plate_that_only_appeared_speaks_where_the_line_is_known() -> None:
    appeared = sighting(1, "吉A12345", 10.9)
    drove = sighting(1, "吉A12345", 10.9, elsewhere=9.0)
    assert who(appeared, line_known=False) is None
    assert who(drove, line_known=False) == 1


def test_the_nearest_speaks_and_no_other() -> None:
    far, near = sighting(1, "吉B67890", 10.9, width=80), sighting(2, "吉A12345", 10.9, width=160)
    assert who(far, near) == 2


def test_the_one_behind_does_not_speak_for_a_nearer_one_that_is_not_read_now() -> None:
    behind = sighting(1, "吉B67890", 10.9, width=100)
    assert who(sighting(2, "吉A12345", 10.1, width=160), behind) is None
    dirty = sighting(2, "吉A1234D", 10.1, width=160, confidence=0.2)
    assert who(dirty, behind, lost=(2,)) is None


def test_a_parked_plate_does_not_silence_one_that_came() -> None:
    parked = sighting(2, "吉B67890", 10.9, width=300, absent=-inf, since=-900.0)
    assert who(parked, sighting(1, "吉A12345", 10.9, width=100)) == 1


def test_two_as_near_as_each_other_are_a_persons_to_tell_apart() -> None:
    assert (
        who(sighting(1, "吉A12345", 10.9, width=150), sighting(2, "京N88888", 10.9, width=140))
        is None
    )


def test_a_track_that_was_found_again_goes_on() -> None:
    """The same plate under two tracks is one vehicle."""
    first, again = sighting(1, "吉A12345", 10.2), sighting(2, "吉A12345", 10.9)
    assert who(first, again, lost=(1,)) == 2


def test_a_track_that_another_vehicle_slipped_into_does_not_speak() -> None:
    resident = [sighting(1, "吉A12345", 9.5 + n / 10) for n in range(4)]
    stranger = [sighting(1, "京N88888", 10.1 + n / 10) for n in range(8)]
    found = speaker({1: [*resident, *stranger]}, stranger, (), MOMENT)
    assert found is not None
    assert {one.reading.text for one in found[1]} == {"京N88888"}
    assert who(*stranger, *[sighting(1, "吉A12345", 10.9)]) is None


def test_a_plate_that_drove_through_speaks_for_nobody() -> None:
    assert who(sighting(1, "吉A12345", 10.9), passed=("吉A12345",)) is None
    gone, next_one = sighting(1, "吉A12345", 10.9, width=200), sighting(2, "京N88888", 10.9)
    assert who(gone, next_one, passed=("吉A12345",)) == 2


def test_what_was_read_long_before_is_left_out() -> None:
    old, new = sighting(1, "吉A12345", CAME - YOUNG - 0.1), sighting(1, "吉A12345", 10.9)
    found = speaker({1: [old, new]}, [new], (), MOMENT)
    assert found is not None
    assert found[1] == (new,)


def test_only_a_plate_that_did_not_stand_there_before_may_start_a_passage() -> None:
    assert may_be_of(PlateStay(9.9), 10.0)
    assert not may_be_of(PlateStay(9.9, at_start=True), 10.0)
    assert not may_be_of(PlateStay(10.0 - COMING - 0.1), 10.0)


PLATES = ["吉A12345", "京N88888", "吉B67890", "辽C24680"]
SIGHTINGS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(PLATES),
        st.floats(7.0, CAME + 0.4),
        st.sampled_from([60.0, 100.0, 140.0, 200.0]),
        st.sampled_from([0.2, 0.6, 0.9, 0.999]),
        st.sampled_from([-inf, -100.0, 4.0, 6.0, 9.0, None]),
        st.sampled_from([-100.0, 4.0, 6.0, 9.0, None]),
        st.sampled_from([-inf, 4.0, 6.0, 9.0]),
    ),
    max_size=14,
)


@given(
    SIGHTINGS,
    st.sets(st.integers(1, 4)),
    st.sets(st.sampled_from(PLATES)),
    st.booleans(),
    st.booleans(),
)
def test_whoever_speaks_is_here_now_came_with_it_is_nearest_and_unmixed(
    told: list[tuple[int, str, float, float, float, float | None, float | None, float]],
    lost: set[int],
    passed: set[str],
    loop: bool,
    known: bool,
) -> None:
    """The rule's five sentences, said once more as plainly as can be, of whatever it answers."""
    told.sort(key=lambda one: one[2])
    seen = [
        sighting(track, text, taken, width, b"", sure, absent, since, elsewhere)
        for track, text, taken, width, sure, absent, since, elsewhere in told
    ]
    tracks = {n: [one for one in seen if one.track == n] for n in range(1, 5) if n not in lost}
    now = CAME + 0.4
    moment = AttributionTime(CAME, now, 0.8, loop, known)
    found = speaker(tracks, seen, passed, moment)
    if found is None:
        return
    number, run = found
    assert number not in lost
    assert set(map(id, run)) <= set(map(id, tracks[number]))
    assert now - run[-1].taken <= 0.8
    assert not loop or run[-1].taken >= CAME
    assert any(one.stay.absent >= CAME - COMING for one in run)
    assert known or any(one.stay.elsewhere >= CAME - COMING for one in run)
    assert not {one.reading.text for one in run} & passed
    clear = {one.reading.text for one in run if one.reading.confidence >= 0.9}
    assert len(clear) <= 1
    nearer = [
        one
        for one in seen
        if one.track != number
        and one.taken >= CAME
        and one.stay.since >= CAME - COMING
        and one.reading.text not in passed
        and one.width > run[-1].width / 0.8
    ]
    assert nearer == []
