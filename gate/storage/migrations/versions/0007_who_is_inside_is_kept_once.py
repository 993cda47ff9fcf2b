"""Who is inside is kept once, by the registry: the journal's own list of them goes.

Both lists followed the same passages, and pages that read one disagreed with pages that read the
other. Deciding went by the registry's, and recounts reached only that, so that one is right. Only
a vehicle that came in before the registry kept a list, and that nobody took out by hand, is taken
over into it; it is counted where nobody has counted its class since.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = sa.DateTime(timezone=True)
_INSIDE = sa.table(
    "inside",
    *(sa.column(name) for name in ("plate", "number", "passage", "lane", "since", "plate_class")),
    *(sa.column(name) for name in ("standing", "household", "vehicle_kind", "visitor_pass")),
)
_PRESENCE = sa.table(
    "presence",
    sa.column("plate"),
    sa.column("since", _TIME),
    sa.column("occupant"),
    sa.column("space_id"),
    sa.column("passage"),
)
_COUNT = sa.table(
    "occupancy_count", sa.column("occupant"), sa.column("count"), sa.column("recounted_at", _TIME)
)
_CHANGE = sa.table(
    "change",
    sa.column("at", _TIME),
    sa.column("action"),
    sa.column("entity"),
    sa.column("entity_id"),
)
_PASSAGE = sa.table(
    "passage",
    *(sa.column(name) for name in ("number", "passage", "lane", "plate_class", "standing")),
    *(sa.column(name) for name in ("household", "vehicle_kind", "visitor_pass")),
)
# As gate.journal.projections.registry_effects.OCCUPANTS was at this revision; any other standing is
# unknown.
_OCCUPANTS = {
    "registered": "resident",
    "space_taken": "resident",
    "outside_period": "resident",
    "visitor": "visitor",
    "pass_refused": "visitor",
    "emergency": "special",
    "utility": "special",
}


def upgrade() -> None:
    """Forward."""
    connection = op.get_bind()
    known = sa.select(_PRESENCE.c.plate)
    for row in connection.execute(_INSIDE.select().where(_INSIDE.c.plate.not_in(known))).all():
        since = _EPOCH + timedelta(microseconds=row.since)
        if not _taken_out(row.plate, since):
            _take_over(row, since)
    op.drop_table("inside")


def downgrade() -> None:
    """Back: the list is what the registry says, with what the log knows of each entry."""
    _make_inside()
    connection = op.get_bind()
    came = _PASSAGE.c.passage == _PRESENCE.c.passage
    rows = sa.select(_PRESENCE.c.plate, _PRESENCE.c.since, _PASSAGE)
    for row in connection.execute(rows.select_from(_PRESENCE.outerjoin(_PASSAGE, came))).mappings():
        since = (_aware(row["since"]) - _EPOCH) // timedelta(microseconds=1)
        values: dict[str, Any] = {"plate": row["plate"], "since": since}
        values["number"] = row["number"] or 0
        values["visitor_pass"] = row["visitor_pass"]
        texts = ("passage", "lane", "plate_class", "standing", "household", "vehicle_kind")
        values |= {name: row[name] or "" for name in texts}
        connection.execute(_INSIDE.insert(), values)


def _taken_out(plate: str, since: datetime) -> bool:
    """Whether a person took the vehicle off the registry's list after it came in."""
    gone = sa.select(_CHANGE.c.at).where(
        _CHANGE.c.entity == "Presence",
        _CHANGE.c.action == "deleted",
        _CHANGE.c.entity_id == plate,
        _CHANGE.c.at >= _stored(since),
    )
    return op.get_bind().execute(gone.limit(1)).first() is not None


def _take_over(row: Any, since: datetime) -> None:
    connection = op.get_bind()
    occupant = _OCCUPANTS.get(row.standing, "unknown")
    values = {"plate": row.plate, "since": _stored(since), "occupant": occupant}
    connection.execute(_PRESENCE.insert(), values | {"passage": row.passage})
    count = connection.execute(_COUNT.select().where(_COUNT.c.occupant == occupant)).first()
    if count is None:
        connection.execute(_COUNT.insert(), {"occupant": occupant, "count": 1})
    elif count.recounted_at is None or _aware(count.recounted_at) < since:
        more = _COUNT.update().where(_COUNT.c.occupant == occupant)
        connection.execute(more.values(count=_COUNT.c.count + 1))


def _stored(at: datetime) -> datetime:
    """As registry.tables.instants.UtcDateTime stores it: SQLite keeps no zone."""
    return at.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else at


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _make_inside() -> None:
    op.create_table(
        "inside",
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("plate_class", sa.String(), server_default="", nullable=False),
        sa.Column("standing", sa.String(), server_default="", nullable=False),
        sa.Column("household", sa.String(), server_default="", nullable=False),
        sa.Column("vehicle_kind", sa.String(), server_default="", nullable=False),
        sa.Column("visitor_pass", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("plate", name="pk_inside"),
    )
    op.create_index("ix_inside_number", "inside", ["number"])
    op.create_index("ix_inside_since", "inside", ["since"])
