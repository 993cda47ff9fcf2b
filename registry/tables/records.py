"""The registry's tables. Rows stay in this package: others see values of registry/rules/standing.py
and snapshot.py.

Every instant is aware (UtcDateTime); every choice is stored as its text (kinds.py). Personal
columns (names, phones, notes about people) are sealed at rest (sealing.py) and hold no ID numbers,
by design: least data (PIPL art. 6).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, DefaultClause, Enum, UniqueConstraint
from sqlmodel import Field, SQLModel

from registry.rules.kinds import (
    Action,
    BlockReason,
    ListedKind,
    NameMatch,
    Occupant,
    PassKind,
    PassSource,
    PersonRole,
    UseState,
    VehicleKind,
)
from registry.rules.plates import PlateClass, PlateColour
from registry.tables.instants import UtcDateTime
from registry.tables.sealing import SealedJson, SealedText

# Migrations must be able to name what they alter, on both engines.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_NAME = SealedText("name")
_PHONE = SealedText("phone")
_WORDS = SealedText("words")


def _choice(choices: type[StrEnum], default: StrEnum | None = None) -> Column[Any]:
    """A text column that holds one of the values; no native enum, so values may be added."""
    column_type = Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return Column(column_type, nullable=False, default=default)


def _colour() -> Column[Any]:
    """A ground colour; rows from before there was one do not say it."""
    column = _choice(PlateColour, PlateColour.UNKNOWN)
    column.server_default = DefaultClause(PlateColour.UNKNOWN.value)
    return column


NEVER_AGAIN: Final = {"sqlite_autoincrement": True}
"""What a table says whose ids, on SQLite too, are never given to a second row."""


class Numbered(SQLModel):
    """A row with an id, by which history, journal and audit name it: no other row ever gets it."""

    __table_args__: Any = NEVER_AGAIN

    id: int | None = Field(default=None, primary_key=True)


class Building(Numbered, table=True):
    """A building; name as painted on it without 栋: "3"."""

    name: str = Field(unique=True)


class Unit(Numbered, table=True):
    """A stairwell of a building; name without 单元: "2", or "" where there is only one."""

    __table_args__ = (UniqueConstraint("building_id", "name"), NEVER_AGAIN)

    building_id: int = Field(foreign_key="building.id")
    name: str


class Household(Numbered, table=True):
    """A flat and those who live in it; room without 室: "501"."""

    __table_args__ = (UniqueConstraint("unit_id", "room"), NEVER_AGAIN)

    unit_id: int = Field(foreign_key="unit.id")
    room: str
    note: str = Field(default="", sa_type=_WORDS)


class Person(Numbered, table=True):
    """One owner, tenant or family member of one household."""

    household_id: int = Field(foreign_key="household.id", index=True)
    name: str = Field(sa_type=_NAME)
    phone: str = Field(default="", sa_type=_PHONE)
    role: PersonRole = Field(sa_column=_choice(PersonRole, PersonRole.OWNER))
    note: str = Field(default="", sa_type=_WORDS)


class Vehicle(Numbered, table=True):
    """A registered vehicle. plate: whole text. Valid from valid_from up to, not at, valid_until.

    A blue and a yellow plate may have one text: text and colour are the key (ADR 0030).
    """

    __table_args__ = (UniqueConstraint("plate", "colour"), NEVER_AGAIN)

    plate: str = Field(index=True)
    plate_class: PlateClass = Field(sa_column=_choice(PlateClass))
    colour: PlateColour = Field(sa_column=_choice(PlateColour, PlateColour.UNKNOWN))
    kind: VehicleKind = Field(sa_column=_choice(VehicleKind, VehicleKind.OWNER))
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    # Who answers for a vehicle of no household: a firm, a member of staff.
    holder: str = Field(default="", sa_type=_NAME)
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = Field(default="", sa_type=_WORDS)


class Space(Numbered, table=True):
    """A parking space; several vehicles may share it (一位多车)."""

    name: str = Field(unique=True)
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    note: str = ""


class SpaceVehicle(SQLModel, table=True):
    """Which vehicles may stand in which space."""

    __tablename__ = "space_vehicle"

    space_id: int = Field(foreign_key="space.id", primary_key=True)
    vehicle_id: int = Field(foreign_key="vehicle.id", primary_key=True, index=True)


class NameCheck(Numbered, table=True):
    """Evidence: whom a visitor named, what the register answered, who asked and when."""

    __tablename__ = "name_check"

    household_id: int = Field(foreign_key="household.id", index=True)
    plate: str = Field(default="", index=True)
    said: str = Field(sa_type=_NAME)
    outcome: NameMatch = Field(sa_column=_choice(NameMatch))
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)


class VisitorPass(Numbered, table=True):
    """A visitor's right to enter. allowed: openings in all (None for a period pass); spent: so far.

    confirmation: how the household confirmed a visitor whose name check did not match. A recurring
    pass (carer, delivery) names the person of the household who consented.
    """

    __tablename__ = "visitor_pass"

    plate: str = Field(index=True)
    colour: PlateColour = Field(default=PlateColour.UNKNOWN, sa_column=_colour())
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    kind: PassKind = Field(sa_column=_choice(PassKind))
    allowed: int | None = None
    spent: int = 0
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime, index=True)
    visitor_name: str = Field(default="", sa_type=_NAME)
    visitor_phone: str = Field(default="", sa_type=_PHONE)
    purpose: str = ""
    remark: str = Field(default="", sa_type=_WORDS)
    source: PassSource = Field(sa_column=_choice(PassSource))
    name_check_id: int | None = Field(default=None, foreign_key="name_check.id")
    confirmation: str = Field(default="", sa_type=_WORDS)
    recurring: bool = False
    consent_person_id: int | None = Field(default=None, foreign_key="person.id")
    consent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_by: str | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PassUse(Numbered, table=True):
    """One passage's claim on a pass; the unique pair is why no pass is spent twice by one."""

    __tablename__ = "pass_use"
    __table_args__ = (UniqueConstraint("pass_id", "passage"), NEVER_AGAIN)

    pass_id: int = Field(foreign_key="visitor_pass.id")
    passage: str = Field(index=True)
    state: UseState = Field(sa_column=_choice(UseState, UseState.HELD))
    at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Visit(Numbered, table=True):
    """The visitor log: one stay, from check-in at the entrance to check-out at the exit."""

    plate: str = Field(index=True)
    pass_id: int | None = Field(default=None, foreign_key="visitor_pass.id", index=True)
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    name_check_id: int | None = Field(default=None, foreign_key="name_check.id")
    visitor_name: str = Field(default="", sa_type=_NAME)
    visitor_phone: str = Field(default="", sa_type=_PHONE)
    purpose: str = ""
    remark: str = Field(default="", sa_type=_WORDS)
    registered_by: str = ""
    passage_in: str | None = Field(default=None, unique=True)
    passage_out: str | None = Field(default=None, unique=True)
    checked_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class Block(Numbered, table=True):
    """A plate that must not be let in, why, and for how long. lifted_at ends it early."""

    plate: str = Field(index=True)
    colour: PlateColour = Field(default=PlateColour.UNKNOWN, sa_column=_colour())
    reason: BlockReason = Field(sa_column=_choice(BlockReason))
    detail: str = Field(default="", sa_type=_WORDS)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ListedVehicle(Numbered, table=True):
    """An ambulance or utility vehicle on an ordinary plate, listed by whole plate."""

    __tablename__ = "listed_vehicle"

    plate: str = Field(unique=True)
    colour: PlateColour = Field(default=PlateColour.UNKNOWN, sa_column=_colour())
    kind: ListedKind = Field(sa_column=_choice(ListedKind))
    organisation: str
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = ""


class SpecialPattern(Numbered, table=True):
    """A form of plate listed as a whole, e.g. "吉O????警"; patterns.py sets the limits."""

    __tablename__ = "special_pattern"

    pattern: str = Field(unique=True)
    kind: ListedKind = Field(sa_column=_choice(ListedKind))
    note: str = ""


class Presence(SQLModel, table=True):
    """A vehicle that is inside now, and the space it took when it came in."""

    plate: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    occupant: Occupant = Field(sa_column=_choice(Occupant))
    space_id: int | None = Field(default=None, foreign_key="space.id")
    passage: str = ""


class OccupancyCount(SQLModel, table=True):
    """How many vehicles of a class are inside: entries minus exits since the last recount."""

    __tablename__ = "occupancy_count"

    occupant: Occupant = Field(
        sa_column=Column("occupant", _choice(Occupant).type, primary_key=True, autoincrement=False)
    )
    count: int = 0
    recounted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportBatch(Numbered, table=True):
    """One spreadsheet that was applied, so that it can be undone."""

    __tablename__ = "import_batch"

    file_name: str
    sha256: str
    at: datetime = Field(sa_type=UtcDateTime)
    who: str
    rows: int
    refused: int
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = None


class Change(Numbered, table=True):
    """The history: who changed what, when, from what to what. Rows are added, never altered.

    plate: the key whose standing the change may touch, so that the snapshot can follow.
    """

    at: datetime = Field(sa_type=UtcDateTime, index=True)
    who: str
    action: Action = Field(sa_column=_choice(Action))
    entity: str
    entity_id: str
    plate: str | None = Field(default=None, index=True)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(SealedJson("history")))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(SealedJson("history")))
    batch_id: int | None = Field(default=None, foreign_key="import_batch.id", index=True)
