"""The registry's lists as values: blocks, passes, special vehicles and forms, spaces."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.rules.kinds import BlockReason, ListedKind
from registry.rules.snapshot import plate_of
from registry.store import store
from registry.tables.records import (
    Block,
    ListedVehicle,
    NameCheck,
    Person,
    Presence,
    Space,
    SpaceVehicle,
    SpecialPattern,
    Vehicle,
    VisitorPass,
)

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
    colour: str


@dataclass(frozen=True, slots=True)
class PassLine:
    """A visitor pass. name and phone are whole here: the page masks them. name_fits: evidence."""

    id: int
    plate: str
    colour: str
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
    recurring: bool
    consent_role: str
    consent_at: datetime | None


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A parking space, whose it is, who may stand there, who does."""

    id: int
    name: str
    household: str
    plates: tuple[str, ...]
    taken_by: str
    note: str


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A listed ambulance or utility vehicle."""

    id: int
    plate: str
    colour: str
    kind: ListedKind
    organisation: str
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """A listed form of plates."""

    id: int
    form: str
    kind: ListedKind
    note: str


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
            row.colour.value,
        )
        for row in session.exec(wanted)
    )


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
    who = session.get(Person, row.consent_person_id) if row.consent_person_id else None
    return PassLine(
        id=row.id or 0,
        plate=row.plate,
        colour=row.colour.value,
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
        recurring=row.recurring,
        consent_role=who.role.value if who else "",
        consent_at=row.consent_at,
    )


def special(session: Session) -> tuple[tuple[ListedLine, ...], tuple[FormLine, ...]]:
    """Return listed vehicles by organisation, and listed forms."""
    by_holder = select(ListedVehicle).order_by(
        col(ListedVehicle.organisation), col(ListedVehicle.plate)
    )
    vehicles = tuple(
        ListedLine(
            row.id or 0,
            row.plate,
            row.colour.value,
            row.kind,
            row.organisation,
            row.valid_until,
            row.note,
        )
        for row in session.exec(by_holder)
    )
    forms = session.exec(select(SpecialPattern).order_by(col(SpecialPattern.pattern)))
    return vehicles, tuple(FormLine(row.id or 0, row.pattern, row.kind, row.note) for row in forms)


def vehicle_ids(session: Session, plate: str) -> tuple[int, ...]:
    """Return the numbers of the registered vehicles with this plate."""
    same = session.exec(select(Vehicle.id).where(Vehicle.plate == plate))
    return tuple(number for number in same if number is not None)


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
            taken_by=plate_of(taken.get(row.id, "")),
            note=row.note,
        )
        for row in rows
    )
