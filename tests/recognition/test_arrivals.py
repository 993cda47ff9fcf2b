"""Since when a plate is where it is: parked ones never arrive, and those that drive up do."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from recognition.arrivals import Arrivals, ArrivalSettings, PlateStay, interrupted, observe
from recognition.reading import Reading
from tests.recognition.readings import box_at, reading

PARKED = box_at(900.0, 400.0, 100.0)


class Watch:
    """A camera's plates, picture by picture."""

    def __init__(self, at: float = 0.0) -> None:
        self.known, self.at = Arrivals(), at

    def see(self, *readings: Reading, absent: float = -inf, after: float = 0.2) -> list[PlateStay]:
        self.at += after
        gone = [absent] * len(readings)
        self.known, stays = observe(self.known, readings, gone, self.at)
        return list(stays)

    def settle(self) -> None:
        """Look at an empty road until what comes is known to come."""
        for _ in range(15):
            self.see()


def drive(frames: int, text: str = "吉A12345") -> list[Reading]:
    return [reading(text, 0.95, box_at(300.0, 300 + 22.0 * n, 60 + 8 * n)) for n in range(frames)]


def test_a_plate_that_drives_up_has_just_come() -> None:
    watch = Watch()
    watch.settle()
    for one in drive(12):
        (stay,) = watch.see(one)
    assert stay.absent >= watch.at - 1.0
    assert stay.elsewhere >= watch.at - 1.0
    assert not stay.at_start


def test_a_parked_plate_was_there_from_the_first_picture() -> None:
    watch = Watch()
    for _ in range(200):
        (stay,) = watch.see(reading("吉C55555", 0.99, PARKED))
    assert (stay.absent, stay.at_start) == (-inf, True)


def test_a_parked_plate_that_was_hidden_does_not_come_anew() -> None:
    """Somebody walks past, or a lorry stands before it for ten minutes."""
    watch = Watch()
    for _ in range(20):
        watch.see(reading("吉C55555", 0.99, PARKED))
    for _ in range(30):
        watch.see(after=20.0)
    (stay,) = watch.see(reading("吉C55555", 0.99, PARKED), absent=watch.at - 1.0)
    assert stay.absent == -inf


def test_a_parked_plate_read_a_little_differently_is_the_same_one() -> None:
    watch = Watch()
    watch.see(reading("吉C55555", 0.99, PARKED))
    (stay,) = watch.see(reading("吉C5S555", 0.4, PARKED), absent=watch.at)
    assert stay.absent == -inf


def test_one_misreading_elsewhere_moves_no_parked_plate() -> None:
    watch = Watch()
    for _ in range(20):
        watch.see(reading("吉C55555", 0.99, PARKED))
    watch.see(reading("吉C55555", 0.99, box_at(300.0, 300.0)))
    (stay,) = watch.see(reading("吉C55555", 0.99, PARKED))
    assert stay.absent == -inf


def test_the_same_text_twice_in_one_picture_is_no_movement() -> None:
    watch = Watch()
    watch.settle()
    for _ in range(5):
        watch.see(reading("吉C55555", 0.99, PARKED))
    stays = watch.see(
        reading("吉C55555", 0.99, box_at(900.0, 460.0, 100.0)), reading("吉C55555", 0.99, PARKED)
    )
    assert {stay.absent for stay in stays} == {-inf}


def test_a_resident_who_stops_where_he_stopped_before_has_come_anew() -> None:
    watch = Watch()
    watch.settle()
    for one in drive(12):
        watch.see(one)
    watch.see(after=600.0)
    for one in drive(12):
        (stay,) = watch.see(one)
    assert stay.absent >= watch.at - 1.0


def test_a_plate_first_read_where_it_stands_came_if_a_picture_shows_the_place_without_it() -> None:
    watch = Watch()
    watch.settle()
    (stay,) = watch.see(reading("吉A12345", 0.99, PARKED), absent=2.0)
    assert stay == PlateStay(watch.at, 2.0)


def test_another_plate_at_a_parked_ones_place_is_another_vehicle() -> None:
    watch = Watch()
    watch.see(reading("吉C55555", 0.99, PARKED))
    watch.settle()
    (stay,) = watch.see(reading("京N88888", 0.99, PARKED), absent=watch.at)
    assert stay.absent > 0


def test_after_an_interruption_a_plate_that_is_there_may_have_come_unseen() -> None:
    watch = Watch()
    watch.settle()
    watch.known = interrupted(watch.known)
    (stay,) = watch.see(reading("吉A12345", 0.99, PARKED), after=60.0)
    assert stay.at_start


def test_what_is_remembered_is_bounded() -> None:
    watch = Watch()
    for n in range(300):
        watch.see(reading(f"吉A{n:05d}", 0.99, box_at(20.0 * n, 300.0)))
    assert len(watch.known.places) == ArrivalSettings().most


def test_places_are_forgotten_in_the_end() -> None:
    watch = Watch()
    watch.see(reading("吉C55555", 0.99, PARKED))
    watch.see(after=ArrivalSettings().remembered + 1)
    assert watch.known.places == ()


@given(st.data())
def test_a_parked_plate_never_arrives_whatever_else_goes_on(data: st.DataObject) -> None:
    """Others drive past, people hide it, it is read badly, the camera is interrupted: still there.

    Each picture of the past that seems to be without it is one in which it was hidden.
    """
    watch = Watch()
    watch.see(reading("吉C55555", 0.99, PARKED))
    for n in range(data.draw(st.integers(1, 40))):
        shake = data.draw(st.floats(-0.1, 0.1)) * 100.0
        box = box_at(900.0 + shake, 400.0 + shake / 2, 100.0 + shake / 5)
        others = [
            reading(f"京N{n:05d}", 0.95, box_at(data.draw(st.floats(100, 700)), 300.0))
            for _ in range(data.draw(st.integers(0, 2)))
        ]
        sure = data.draw(st.sampled_from([0.3, 0.7, 0.99]))
        text = "吉C55555" if sure > 0.5 else "吉C5S55B"
        if data.draw(st.booleans()):
            watch.known = interrupted(watch.known)
        seen = data.draw(st.booleans())
        parked = [reading(text, sure, box)] if seen else []
        stays = watch.see(*parked, *others, absent=watch.at, after=data.draw(st.floats(0.04, 30.0)))
        assert not seen or stays[0].absent == stays[0].elsewhere == -inf
