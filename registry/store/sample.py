"""A made-up community for demonstrations, tests and benchmarks: the same seed, the same people.

Nobody here exists: names are drawn from lists of common ones, phone numbers from 1390000xxxx. The
proportions are those of a community of 33 buildings with 1,559 households and 2,889 residents.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, SQLModel

from registry.rules.kinds import (
    BlockReason,
    ListedKind,
    PassKind,
    PassSource,
    PersonRole,
    VehicleKind,
)
from registry.rules.plates import Plate, PlateClass, PlateColour, parse
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import (
    Block,
    Building,
    Household,
    ListedVehicle,
    Person,
    Space,
    SpaceVehicle,
    Unit,
    Vehicle,
    VisitorPass,
)

AMBULANCE: Final = "吉A120V5"
FIRE_ENGINE: Final = "吉X1190应急"

_SURNAMES: Final = (
    *"王王王李李李张张张刘刘陈陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    *"苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段",
    *("欧阳", "上官", "司马"),
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉梅红玲建国志海燕云辉波宁健晶鑫鹏宇浩晨雨欣怡婷雪琳"
    "佳慧倩颖博文轩泽睿子涵思源家豪嘉俊凯一诺梓萱若曦天佑瑞祥德福庆春冬生长林树森"
)
_SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_OTHER_PROVINCES: Final = ("辽A", "辽B", "黑A", "京N", "鲁B", "冀A", "蒙D", "沪C", "粤B", "苏E")
_PURPOSES: Final = ("visit", "delivery", "care", "work", "moving", "taxi")


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make up; the defaults are the site that Gate serves first."""

    buildings: int = 33
    households: int = 1559
    residents: int = 2889
    vehicles: int = 1300
    passes: int = 40


@dataclass(slots=True)
class Sample:
    """Rows that are not stored yet, tied to each other by their place in the lists."""

    buildings: list[Building] = field(default_factory=list)
    units: list[tuple[int, Unit]] = field(default_factory=list)
    households: list[tuple[int, Household]] = field(default_factory=list)
    people: list[tuple[int, Person]] = field(default_factory=list)
    spaces: list[tuple[int, Space]] = field(default_factory=list)
    vehicles: list[tuple[int | None, Vehicle]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    passes: list[tuple[int, VisitorPass]] = field(default_factory=list)
    others: list[SQLModel] = field(default_factory=list)


def generate(seed: int, at: datetime, size: Size | None = None) -> Sample:
    """Make up a community; the same seed, instant and size give the same rows."""
    size = size or Size()
    rng = random.Random(seed)  # noqa: S311  (made-up people need no secrecy)
    sample = Sample()
    plates = _plates(rng)
    _addresses(sample, size)
    _people(sample, size, rng)
    _vehicles(sample, size, rng, plates, at)
    _visitors(sample, size, rng, plates, at)
    _specials(sample, plates, at)
    return sample


def _addresses(sample: Sample, size: Size) -> None:
    """Buildings of three units; rooms floor by floor, as even as the numbers allow."""
    sample.buildings = [Building(name=str(n + 1)) for n in range(size.buildings)]
    for building in range(size.buildings):
        sample.units += [(building, Unit(building_id=0, name=str(n + 1))) for n in range(3)]
    for number in range(size.households):
        unit, place = number % len(sample.units), number // len(sample.units)
        room = f"{place // 2 + 1}0{place % 2 + 1}"
        sample.households.append((unit, Household(unit_id=0, room=room)))


def _people(sample: Sample, size: Size, rng: random.Random) -> None:
    """One owner a household, then tenants and family in households drawn by lot."""
    homes = list(range(size.households))
    extra = [rng.randrange(size.households) for _ in range(size.residents - size.households)]
    roles = (PersonRole.FAMILY, PersonRole.FAMILY, PersonRole.TENANT)
    for number, home in enumerate(homes + extra):
        role = PersonRole.OWNER if number < size.households else rng.choice(roles)
        phone = f"1390{number:07d}"
        person = Person(household_id=0, name=person_name(rng), phone=phone, role=role)
        sample.people.append((home, person))


def person_name(rng: random.Random) -> str:
    """A made-up Chinese name of two to four characters."""
    length = 1 if rng.random() < 0.25 else 2
    return f"{rng.choice(_SURNAMES)}{''.join(rng.choice(_GIVEN) for _ in range(length))}"


def _plates(rng: random.Random) -> Iterator[Plate]:
    """Plates as a car park in Changchun shows them, each once: mostly 吉A, one in six green."""
    seen = {AMBULANCE}
    while True:
        start = "吉A" if rng.random() < 0.86 else rng.choice(_OTHER_PROVINCES)
        if rng.random() < 0.17:
            serial = f"{rng.choice('DDDDAFF')}{rng.choice('0123456789' + _SERIAL_LETTERS)}"
            text = f"{start}{serial}{rng.randrange(10_000):04d}"
        else:
            text = start + _serial(rng)
        plate = parse(text)
        if isinstance(plate, Plate) and text not in seen:
            seen.add(text)
            yield plate


def _serial(rng: random.Random) -> str:
    """Five characters with up to two letters (GA 36-2018 table 4)."""
    characters = [str(rng.randrange(10)) for _ in range(5)]
    for place in rng.sample(range(5), rng.choice((0, 1, 1, 2))):
        characters[place] = rng.choice(_SERIAL_LETTERS)
    return "".join(characters)


def colour_of(plate: Plate) -> PlateColour:
    """The ground that a small car of this plate has."""
    return PlateColour.GREEN if plate.plate_class is PlateClass.NEV_SMALL else PlateColour.BLUE


def _vehicles(
    sample: Sample, size: Size, rng: random.Random, plates: Iterator[Plate], at: datetime
) -> None:
    """Owners' cars, some two to a space; one in twenty long-rent, a few of staff and services."""
    homes = rng.sample(range(size.households), min(size.households, round(size.vehicles * 0.8)))
    for number in range(size.vehicles):
        home = homes[number % len(homes)]
        plate = next(plates)
        kind = VehicleKind.LONG_RENT if rng.random() < 0.05 else VehicleKind.OWNER
        end = at + timedelta(days=rng.randrange(-20, 400)) if kind is not kind.OWNER else None
        vehicle = _vehicle(plate, kind, end)
        if number < len(homes):
            space = Space(name=f"{'AB'[number % 2]}-{number // 2 + 1:04d}")
            sample.spaces.append((home, space))
        sample.links.append((number % len(homes), number))
        sample.vehicles.append((home, vehicle))
    for kind, holder in ((VehicleKind.STAFF, "物业服务中心"), (VehicleKind.SERVICE, "环卫清运")):
        for _ in range(3):
            sample.vehicles.append((None, _vehicle(next(plates), kind, None, holder)))


def _vehicle(plate: Plate, kind: VehicleKind, end: datetime | None, holder: str = "") -> Vehicle:
    return Vehicle(
        plate=plate.text,
        plate_class=plate.plate_class,
        colour=colour_of(plate),
        kind=kind,
        holder=holder,
        valid_until=end,
    )


def _visitors(
    sample: Sample, size: Size, rng: random.Random, plates: Iterator[Plate], at: datetime
) -> None:
    kinds = (PassKind.ONCE, PassKind.ONCE, PassKind.TIMES, PassKind.PERIOD)
    for number in range(size.passes):
        kind = rng.choice(kinds)
        start = at - timedelta(hours=rng.randrange(0, 6))
        visitor_pass = VisitorPass(
            plate=next(plates).text,
            kind=kind,
            allowed={PassKind.ONCE: 1, PassKind.TIMES: 5}.get(kind),
            valid_from=start,
            valid_until=start + timedelta(hours=12 if kind is PassKind.ONCE else 240),
            visitor_name=person_name(rng),
            visitor_phone=f"13900{900_000 + number:06d}",
            purpose=rng.choice(_PURPOSES),
            source=PassSource.HOUSEHOLD,
            created_by="sample",
            created_at=start,
        )
        sample.passes.append((rng.randrange(size.households), visitor_pass))


def _specials(sample: Sample, plates: Iterator[Plate], at: datetime) -> None:
    """An ambulance, a gas van, and four plates that must stay out."""
    ambulance = ListedVehicle(
        plate=AMBULANCE, kind=ListedKind.EMERGENCY, organisation="120 急救中心"
    )
    gas = ListedVehicle(plate=next(plates).text, kind=ListedKind.UTILITY, organisation="燃气抢修")
    sample.others += [ambulance, gas]
    for reason, detail in (
        (BlockReason.FORGED_PLATE, "套牌，已报警"),
        (BlockReason.BANNED_VISITOR, "多次强行闯入"),
        (BlockReason.POLICE_REQUEST, "协查函"),
        (BlockReason.DANGER, "曾损坏道闸后逃逸"),
    ):
        sample.others.append(
            Block(
                plate=next(plates).text,
                reason=reason,
                detail=detail,
                valid_from=at - timedelta(days=30),
                created_by="sample",
                created_at=at - timedelta(days=30),
            )
        )


def fill(session: Session, sample: Sample, by: Actor) -> None:
    """Store a sample in an empty register, with its history. Does not commit."""
    store.add_all(session, sample.buildings, by)
    for building, unit in sample.units:
        unit.building_id = store.id_of(sample.buildings[building])
    store.add_all(session, _rows(sample.units), by)
    for place, household in sample.households:
        household.unit_id = store.id_of(sample.units[place][1])
    store.add_all(session, _rows(sample.households), by)
    for owner, row in (*sample.people, *sample.spaces, *sample.vehicles, *sample.passes):
        row.household_id = None if owner is None else store.id_of(sample.households[owner][1])
    for rows in (sample.people, sample.spaces, sample.vehicles, sample.passes):
        store.add_all(session, _rows(rows), by)
    cars = [vehicle for _, vehicle in sample.vehicles]
    links = [
        SpaceVehicle(
            space_id=store.id_of(sample.spaces[space][1]), vehicle_id=store.id_of(cars[vehicle])
        )
        for space, vehicle in sample.links
    ]
    store.add_all(session, links, by, [cars[vehicle].plate for _, vehicle in sample.links])
    store.add_all(session, sample.others, by)


def _rows(pairs: Sequence[tuple[object, SQLModel]]) -> list[SQLModel]:
    return [row for _, row in pairs]
