"""Who comes to the demo's gates."""

from itertools import islice

from gate.demo.plan import Arrival, DemoRole, Roster, Town, read_roster, write_roster
from gate.demo.road import Fate

ROSTER = Roster(
    residents=tuple(f"吉A{n:05d}" for n in range(40)),
    inside=tuple(f"吉A{n:05d}" for n in range(25)),
    visitors=("辽B12345", "吉AD12345"),
    strangers=("京N88888", "黑A00001"),
    lookalikes=("吉A0000D",),
    blocked=("吉B00001",),
    expired=(),
    second_cars=("吉B00003",),
    ambulance="吉A120V5",
    fire="吉X1190应急",
    police="吉A1234警",
)


def _let_in(town: Town, count: int) -> list[Arrival]:
    came = []
    for arrival in islice(town.arrivals_in(), count):
        came.append(arrival)
        town.ended(arrival, Fate.PASSED)
    return came


def test_the_same_seed_sends_the_same_vehicles() -> None:
    assert _let_in(Town(ROSTER, 7), 60) == _let_in(Town(ROSTER, 7), 60)
    assert _let_in(Town(ROSTER, 7), 60) != _let_in(Town(ROSTER, 8), 60)


def test_the_first_minutes_show_every_kind_of_passage() -> None:
    shown = {arrival.role for arrival in _let_in(Town(ROSTER, 1), 16)}
    assert shown == set(DemoRole) - {DemoRole.LEAVING}


def test_the_plan_goes_on_when_everybody_is_inside() -> None:
    came = _let_in(Town(ROSTER, 1), 300)
    assert len(came) == 300
    assert all(arrival.plate or arrival.role is DemoRole.NO_PLATE for arrival in came)


def test_no_resident_comes_in_twice_without_leaving() -> None:
    town = Town(ROSTER, 3)
    inside = set(ROSTER.inside)
    coming, going = town.arrivals_in(), town.arrivals_out()
    for _ in range(200):
        arrival = next(coming)
        if arrival.plate in ROSTER.residents:
            assert arrival.plate not in inside
            inside.add(arrival.plate)
        town.ended(arrival, Fate.PASSED)
        leaving = next(going)
        inside.discard(leaving.plate)
        town.ended(leaving, Fate.PASSED)


def test_who_was_not_let_in_is_still_outside() -> None:
    town = Town(ROSTER, 1)
    arrival = next(a for a in town.arrivals_in() if a.role is DemoRole.RESIDENT)
    town.ended(arrival, Fate.BACKED_OUT)
    assert arrival.plate in town.outside
    assert arrival.plate not in town.inside


def test_a_vehicle_always_looks_the_same() -> None:
    looks: dict[str, tuple[object, ...]] = {}
    for arrival in _let_in(Town(ROSTER, 5), 200):
        if arrival.plate:
            look = (arrival.kind, arrival.marking, arrival.paint)
            assert looks.setdefault(arrival.plate, look) == look


def test_a_roster_survives_its_file(tmp_path) -> None:
    write_roster(ROSTER, tmp_path / "roster.json")
    assert read_roster(tmp_path / "roster.json") == ROSTER
