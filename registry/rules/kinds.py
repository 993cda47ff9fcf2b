"""The registry's closed vocabularies: kinds of people, vehicles, passes, blocks and changes. Pure.

Each value is stored as its text; adding one needs no migration, renaming one does.
"""

from enum import StrEnum


class PersonRole(StrEnum):
    """What ties a person to a household."""

    OWNER = "owner"
    TENANT = "tenant"
    FAMILY = "family"


class VehicleKind(StrEnum):
    """Why a vehicle is registered. An owner's right of entry is never tied to a payment."""

    OWNER = "owner"
    LONG_RENT = "long_rent"
    STAFF = "staff"
    SERVICE = "service"


class ListedKind(StrEnum):
    """Vehicles on ordinary plates that are special all the same."""

    EMERGENCY = "emergency"
    UTILITY = "utility"


class PassKind(StrEnum):
    """How often a visitor pass opens the gate within its period."""

    ONCE = "once"
    TIMES = "times"
    PERIOD = "period"


class PassSource(StrEnum):
    """Who announced a visitor."""

    GUARD = "guard"
    MANAGER = "manager"
    HOUSEHOLD = "household"
    SERVICE = "service"


class UseState(StrEnum):
    """What became of one use of a pass: held while the arm moves, then kept or given back."""

    HELD = "held"
    SPENT = "spent"
    GIVEN_BACK = "given_back"


class NameMatch(StrEnum):
    """How the owner's name, as the visitor says it, compares to the register."""

    MATCH = "match"
    NEAR = "near"
    NONE = "none"


class BlockReason(StrEnum):
    """Why a plate is blocked. Unpaid fees are no reason and there is no value for them:
    courts hold that limiting entry for arrears is unlawful (see ADR 0031).
    """

    POLICE_REQUEST = "police_request"
    FORGED_PLATE = "forged_plate"
    STOLEN = "stolen"
    BANNED_VISITOR = "banned_visitor"
    DANGER = "danger"


OWNER_BLOCK_REASONS = frozenset(
    {BlockReason.POLICE_REQUEST, BlockReason.FORGED_PLATE, BlockReason.STOLEN}
)
"""The only reasons for which a resident's own vehicle may be blocked."""


class Occupant(StrEnum):
    """Classes in which vehicles inside are counted."""

    RESIDENT = "resident"
    VISITOR = "visitor"
    SPECIAL = "special"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What a change did to a row."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
