"""The made-up community behind the demo: which of its plates play which part, and its first record.

The plates come from `registry.store.sample`; the same seed and instant give the same cast.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from gate.demo.plan import Roster
from registry.rules.kinds import Occupant, VehicleKind
from registry.rules.plates import Plate, PlateClass, neighbours, parse
from registry.store import presence, store
from registry.store.sample import AMBULANCE, FIRE_ENGINE, Sample, fill
from registry.store.store import Actor
from registry.tables.records import Block, Presence, Vehicle

POLICE_CAR: Final = "吉A0217警"
_GRACE = timedelta(days=4)
_SHARE_INSIDE = 0.6


def cast(sample: Sample, seed: int, at: datetime) -> Roster:
    """Choose who plays what. Nobody but the listed visitors and residents may simply enter."""
    dice = random.Random(seed)  # noqa: S311  (a demo's traffic needs no secrecy)
    firsts = [vehicle.plate for vehicle in _first_cars(sample)]
    inside = tuple(plate for plate in firsts if dice.random() < _SHARE_INSIDE)
    taken = _all_plates(sample)
    return Roster(
        residents=tuple(firsts),
        inside=inside,
        visitors=tuple(row.plate for _, row in sample.passes if row.valid_until > at),
        strangers=tuple(_strangers(dice, taken, 60)),
        lookalikes=tuple(_lookalikes(dice, firsts, taken, 20)),
        blocked=tuple(row.plate for row in sample.others if isinstance(row, Block)),
        expired=tuple(_expired(sample, at)),
        second_cars=tuple(_second_cars(sample, set(inside))),
        ambulance=AMBULANCE,
        fire=FIRE_ENGINE,
        police=POLICE_CAR,
    )


def settle(session: Session, sample: Sample, roster: Roster, at: datetime) -> None:
    """Store the community, with the cars that stand in it already. Does not commit."""
    by = Actor(who="demo", at=at)
    fill(session, sample, by)
    spaces = _spaces(sample)
    session.add_all(
        Presence(
            plate=plate,
            since=at - timedelta(minutes=17 * (number % 80) + 5),
            occupant=Occupant.RESIDENT,
            space_id=spaces[plate],
        )
        for number, plate in enumerate(roster.inside)
    )
    presence.recount(session, Occupant.RESIDENT, len(roster.inside), by)


def _first_cars(sample: Sample) -> Iterator[Vehicle]:
    """The car that each space was registered for, where its owner owns it."""
    for _, number in sample.links[: len(sample.spaces)]:
        vehicle = sample.vehicles[number][1]
        if vehicle.kind is VehicleKind.OWNER:
            yield vehicle


def _second_cars(sample: Sample, inside: set[str]) -> Iterator[str]:
    """Cars that share a space with one that stands in it."""
    firsts = dict(sample.links[: len(sample.spaces)])
    for space, number in sample.links[len(sample.spaces) :]:
        first, second = sample.vehicles[firsts[space]][1], sample.vehicles[number][1]
        if first.plate in inside and second.kind is VehicleKind.OWNER:
            yield second.plate


def _spaces(sample: Sample) -> Mapping[str, int]:
    """Plate of each first car -> its space, once both are stored."""
    return {
        sample.vehicles[number][1].plate: store.id_of(sample.spaces[space][1])
        for space, number in sample.links[: len(sample.spaces)]
    }


def _expired(sample: Sample, at: datetime) -> Iterator[str]:
    for _, vehicle in sample.vehicles:
        if vehicle.valid_until is not None and vehicle.valid_until < at - _GRACE:
            yield vehicle.plate


def _all_plates(sample: Sample) -> set[str]:
    listed = {str(row.model_dump().get("plate", "")) for row in sample.others}
    cars = {vehicle.plate for _, vehicle in sample.vehicles}
    return cars | listed | {row.plate for _, row in sample.passes}


def _strangers(dice: random.Random, taken: set[str], count: int) -> Iterator[str]:
    """Plates that no list knows, and that are not near one either."""
    made = 0
    while made < count:
        start = dice.choice(("吉A", "吉A", "吉B", "辽A", "黑A", "京N", "鲁B"))
        text = f"{start}{dice.choice('BCEHKLMNPQRTW')}{dice.randrange(10_000):04d}"
        if text not in taken and not any(near in taken for near in neighbours(text)):
            made += 1
            yield text


def _lookalikes(
    dice: random.Random, firsts: Sequence[str], taken: set[str], count: int
) -> Iterator[str]:
    """Plates of nobody that differ from a resident's in one look-alike character of the serial."""
    for plate in dice.sample(list(firsts), min(len(firsts), 10 * count)):
        if count == 0:
            return
        near = [text for text in neighbours(plate) if _plain(text, plate) and text not in taken]
        if near:
            count -= 1
            yield dice.choice(near)


def _plain(text: str, like: str) -> bool:
    """Whether it is an ordinary blue plate of the same office."""
    plate = parse(text)
    ordinary = isinstance(plate, Plate) and plate.plate_class is PlateClass.CIVIL
    return ordinary and text[:2] == like[:2] and len(text) == 7
