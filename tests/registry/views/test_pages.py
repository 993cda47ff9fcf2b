"""Pages by cursor: every row once, in order, and as many questions for many rows as for few."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from registry.rules.addresses import Address
from registry.rules.kinds import (
    BlockReason,
    ListedKind,
    PassKind,
    PassSource,
    PersonRole,
    VehicleKind,
)
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, PlateColour, parse
from registry.store import households as homes
from registry.store import listed, spaces, store, visits
from registry.store.store import Actor
from registry.tables.records import Household, Person, Space, Vehicle, VisitorPass
from registry.views import blocks, changes, households, passes, special, vehicles
from registry.views import spaces as space_views
from registry.views.pages import Page
from tests.registry.conftest import NOON

MANY = 7
PageOf = Callable[[Session, int, int], Page[Any]]
FORWARDS: dict[str, PageOf] = {
    "households": households.page,
    "vehicles": vehicles.page,
    "spaces": space_views.page,
    "blocks": blocks.page,
    "listed": special.vehicles_page,
    "forms": special.forms_page,
    "changes": changes.page,
}


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def fill(session: Session, by: Actor, first: int, count: int) -> None:
    """One of each kind of thing for each number."""
    for n in range(first, first + count):
        home = homes.add_household(session, Address("3", "2", str(500 + n)), "", by)
        assert isinstance(home, Household)
        there = store.id_of(home)
        fields = {"name": f"张{chr(0x4E00 + n)}", "phone": ""}
        person = homes.add_person(session, there, fields, PersonRole.OWNER, by)
        assert isinstance(person, Person)
        car = store.register_vehicle(
            session, plate(f"吉A1{n:04}"), by, household_id=there, kind=VehicleKind.OWNER
        )
        assert isinstance(car, Vehicle)
        space = spaces.add_space(session, f"B-{n}", there, "", by)
        assert isinstance(space, Space)
        spaces.share(session, space, [car], by)
        ever = ValidityPeriod(None, None)
        store.block(session, plate(f"吉B1{n:04}"), BlockReason.STOLEN, "公函", ever, by)
        listed.list_vehicle(session, plate(f"吉C1{n:04}"), ListedKind.UTILITY, "电力", ever, by)
        listed.list_pattern(session, f"吉O1{n:03}警", ListedKind.EMERGENCY, "", by)
        wanted = visits.PassRequest(
            plate=plate(f"吉D1{n:04}"),
            household_id=there,
            kind=PassKind.PERIOD,
            period=ValidityPeriod(None, NOON + timedelta(days=9)),
            recurring=True,
            consent_person=store.id_of(person),
            source=PassSource.MANAGER,
        )
        assert isinstance(visits.grant(session, wanted, by), VisitorPass)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that the block sends, of a session that remembers no row."""
    session.expire_all()
    session.expunge_all()
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    yield sent
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("kind", FORWARDS)
@pytest.mark.parametrize("limit", [1, 3, MANY])
def test_every_row_comes_once_in_order(
    session: Session, wang: Actor, kind: str, limit: int
) -> None:
    fill(session, wang, 0, MANY)
    page, seen, after = FORWARDS[kind], [], 0
    while after is not None:
        found = page(session, after, limit)
        assert len(found.lines) <= limit
        seen += [line.id for line in found.lines]
        assert found.next in {None, seen[-1] if seen else None}
        after = found.next
    assert seen == sorted(set(seen))
    assert len(seen) >= MANY
    assert page(session, 0, len(seen) + 1).next is None


def test_passes_come_newest_first_and_of_one_household(session: Session, wang: Actor) -> None:
    fill(session, wang, 0, MANY)
    seen, before = [], None
    while True:
        found = passes.newest(session, before, 2)
        seen += [line.id for line in found.lines]
        before = found.next
        if before is None:
            break
    assert (len(seen), seen) == (MANY, sorted(seen, reverse=True))
    line = passes.visitor_pass(session, seen[0])
    (own,) = passes.newest(session, None, 9, line.household_id).lines
    assert own == line
    assert (line.household, line.consent_role, line.revoked_at) == ("3-2-506", "owner", None)


@pytest.mark.parametrize("kind", [*FORWARDS, "passes", "pages of spaces", "pages of passes"])
def test_many_rows_take_no_more_questions_than_few(
    session: Session, wang: Actor, kind: str
) -> None:
    asks: dict[str, Callable[[], object]] = {
        name: (lambda page=page: page(session, 0, 500)) for name, page in FORWARDS.items()
    } | {
        "passes": lambda: passes.newest(session, None, 500),
        "pages of spaces": lambda: space_views.spaces(session),
        "pages of passes": lambda: passes.passes(session, NOON),
    }
    fill(session, wang, 0, 2)
    session.flush()
    with counted(session) as few:
        asks[kind]()
    fill(session, wang, 2, MANY)
    session.flush()
    with counted(session) as many:
        asks[kind]()
    assert 1 <= len(many) <= len(few)


def test_two_vehicles_with_one_number_are_told_apart_by_colour(
    session: Session, wang: Actor
) -> None:
    twice = plate("吉A12345")
    blue, yellow = (
        store.register_vehicle(session, twice, wang, holder="公司", colour=colour)
        for colour in (PlateColour.BLUE, PlateColour.YELLOW)
    )
    assert isinstance(blue, Vehicle)
    assert isinstance(yellow, Vehicle)
    assert vehicles.numbers_of(session, twice) == (blue.id, yellow.id)
    assert vehicles.numbers_of(session, twice, PlateColour.YELLOW) == (yellow.id,)
    assert vehicles.numbers_of(session, twice, PlateColour.WHITE) == ()
    assert vehicles.vehicle(session, store.id_of(blue)).home == "公司"
