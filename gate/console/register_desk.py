"""What the pages of blocks, visitors and spaces ask of the register. No page in here.

Rows stay inside: pages get frozen values. Each change is one transaction with its history and one
line of the audit; the lanes' register takes it in at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from gate.console.services import Services
from gate.entries import Audited
from gate.people import User
from gate.ports import Unit
from registry import store, visits
from registry.kinds import BlockReason
from registry.passes import Period
from registry.plates import Plate
from registry.records import Block, NameCheck, Presence, Space, SpaceVehicle, Vehicle, VisitorPass
from registry.store import Author, BlockRefusal
from registry.visits import GrantRefusal

T = TypeVar("T")
MOST = 200


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A line of the block list."""

    id: int
    plate: str
    reason: BlockReason
    detail: str
    since: datetime
    until: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class PassLine:
    """A visitor pass. name and phone are whole here: the page masks them. name_fits: evidence."""

    id: int
    plate: str
    household: str
    kind: str
    allowed: int | None
    spent: int
    since: datetime
    until: datetime
    name: str
    phone: str
    purpose: str
    by: str
    name_fits: str
    confirmation: str


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A parking space, whose it is, who may stand there, who does."""

    id: int
    name: str
    household: str
    plates: tuple[str, ...]
    taken_by: str
    note: str


def read(services: Services, question: Callable[[Session], T]) -> T:
    """Ask the register in a session that only reads."""
    with services.journal.reading() as session:
        return question(session)


def change(services: Services, user: User, act: Callable[[Unit, Author], T]) -> T:
    """Change the register in one transaction and let the lanes know."""
    with services.journal.unit() as unit:
        result = act(unit, Author(user.name, services.clock.now().utc))
    services.registry.refresh()
    return result


def blocks(session: Session, at: datetime, part: str = "") -> tuple[BlockLine, ...]:
    """Return the blocks in force, newest first; part: of the plate."""
    wanted = (
        select(Block)
        .where(col(Block.lifted_at).is_(None))
        .where(col(Block.valid_until).is_(None) | (col(Block.valid_until) > at))
        .order_by(col(Block.id).desc())
        .limit(MOST)
    )
    if part:
        wanted = wanted.where(col(Block.plate).contains(part, autoescape=True))
    return tuple(
        BlockLine(
            store.id_of(row),
            row.plate,
            row.reason,
            row.detail,
            row.valid_from,
            row.valid_until,
            row.created_by,
        )
        for row in session.exec(wanted)
    )


def block(
    plate: Plate, reason: BlockReason, detail: str, until: datetime | None
) -> Callable[[Unit, Author], BlockRefusal | None]:
    """Return the change that blocks a plate; it answers with why not."""

    def act(unit: Unit, by: Author) -> BlockRefusal | None:
        made = store.block(unit.session, plate, reason, detail, Period(by.at, until), by)
        if isinstance(made, BlockRefusal):
            return made
        unit.append(Audited(by.who, "blocked", plate.text, detail, {"reason": reason.value}))
        return None

    return act


def lift(number: int, why: str) -> Callable[[Unit, Author], None]:
    """Return the change that ends a block."""

    def act(unit: Unit, by: Author) -> None:
        row = store.lift(unit.session, store.get(unit.session, Block, number), by)
        unit.append(Audited(by.who, "block_lifted", row.plate, why))

    return act


def passes(session: Session, at: datetime, part: str = "") -> tuple[PassLine, ...]:
    """Return the visitor passes that are not over, those that end first on top."""
    wanted = (
        select(VisitorPass)
        .where(col(VisitorPass.revoked_at).is_(None), col(VisitorPass.valid_until) > at)
        .order_by(col(VisitorPass.valid_until))
        .limit(MOST)
    )
    if part:
        wanted = wanted.where(col(VisitorPass.plate).contains(part, autoescape=True))
    return tuple(_pass_line(session, row) for row in session.exec(wanted).all())


def _pass_line(session: Session, row: VisitorPass) -> PassLine:
    check = session.get(NameCheck, row.name_check_id) if row.name_check_id else None
    return PassLine(
        id=row.id or 0,
        plate=row.plate,
        household=store.label_of(session, row.household_id) if row.household_id else "",
        kind=row.kind.value,
        allowed=row.allowed,
        spent=row.spent,
        since=row.valid_from,
        until=row.valid_until,
        name=row.visitor_name,
        phone=row.visitor_phone,
        purpose=row.purpose,
        by=row.created_by,
        name_fits=check.outcome.value if check else "",
        confirmation=row.confirmation,
    )


def revoke(number: int, why: str) -> Callable[[Unit, Author], None]:
    """Return the change that ends a pass now."""

    def act(unit: Unit, by: Author) -> None:
        row = visits.revoke(unit.session, store.get(unit.session, VisitorPass, number), by)
        unit.append(Audited(by.who, "pass_revoked", row.plate, why))

    return act


def extend(number: int, until: datetime) -> Callable[[Unit, Author], GrantRefusal | None]:
    """Return the change that moves the end of a pass."""

    def act(unit: Unit, by: Author) -> GrantRefusal | None:
        row = store.get(unit.session, VisitorPass, number)
        made = visits.extend(unit.session, row, until, by)
        if isinstance(made, GrantRefusal):
            return made
        detail: dict[str, object] = {"until": until.isoformat()}
        unit.append(Audited(by.who, "pass_extended", row.plate, detail=detail))
        return None

    return act


def spaces(session: Session, part: str = "") -> tuple[SpaceLine, ...]:
    """Return parking spaces by name; part: of the space's name."""
    wanted = select(Space).order_by(col(Space.name)).limit(MOST)
    if part:
        wanted = wanted.where(col(Space.name).contains(part, autoescape=True))
    rows = session.exec(wanted).all()
    links = session.exec(
        select(SpaceVehicle.space_id, Vehicle.plate)
        .join(Vehicle, col(Vehicle.id) == col(SpaceVehicle.vehicle_id))
        .where(col(SpaceVehicle.space_id).in_([row.id for row in rows]))
    ).all()
    taken = dict(
        session.exec(
            select(Presence.space_id, Presence.plate).where(col(Presence.space_id).is_not(None))
        ).all()
    )
    return tuple(
        SpaceLine(
            id=row.id or 0,
            name=row.name,
            household=store.label_of(session, row.household_id) if row.household_id else "",
            plates=tuple(plate for space, plate in links if space == row.id),
            taken_by=taken.get(row.id, ""),
            note=row.note,
        )
        for row in rows
    )
