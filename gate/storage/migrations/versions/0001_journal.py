"""The chained journal, its projections and rollups."""

import sqlalchemy as sa
from alembic import op

from gate.storage.migrations import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _partial(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    """Make an index of some of the rows, on both engines."""
    only = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, postgresql_where=only, sqlite_where=only)


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "alarm",
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), server_default="{}", nullable=False),
        sa.Column("raised", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("alarm", name="pk_alarm"),
        sa.UniqueConstraint("seq", name="uq_alarm_seq"),
    )
    op.create_index("ix_alarm_raised", "alarm", ["raised"])
    _partial("ix_alarm_standing", "alarm", ["seq"], "acknowledged IS NULL")

    op.create_table(
        "audit",
        sa.Column("seq", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(), server_default="", nullable=False),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("detail", sa.String(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_action", "audit", ["action", "seq"])
    op.create_index("ix_audit_actor", "audit", ["actor", "seq"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_target", "audit", ["target", "seq"])

    op.create_table(
        "cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), server_default="", nullable=False),
        sa.Column("direction", sa.String(), server_default="", nullable=False),
        sa.Column("trigger", sa.String(), server_default="", nullable=False),
        sa.Column("plate_class", sa.String(), server_default="", nullable=False),
        sa.Column("standing", sa.String(), server_default="", nullable=False),
        sa.Column("verdict", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("opening", sa.String(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("was_read", sa.Boolean(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("n", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cell"),
        sa.UniqueConstraint(
            "lane",
            "direction",
            "trigger",
            "plate_class",
            "standing",
            "verdict",
            "reason",
            "opening",
            "outcome",
            "actor",
            "asked",
            "was_read",
            "corrected",
            name="uq_cell_facets",
        ),
    )
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("handed_over", sa.String(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure"),
    )
    op.create_table(
        "dwell",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "standing", "bucket", name="pk_dwell"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("seq", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("monotonic", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), server_default="", nullable=False),
        sa.Column("passage", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_entry"),
    )
    _partial("ix_entry_passage", "entry", ["passage"], "passage != ''")

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("passage", sa.String(), server_default="", nullable=False),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_table(
        "hour",
        sa.Column("hour", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_hour"),
    )
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

    op.create_table(
        "known_plate",
        sa.Column("plate", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plate", name="pk_known_plate"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opening",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), server_default="", nullable=False),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("visitor_pass", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("emergency", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("sent", sa.String(), server_default="", nullable=False),
        sa.Column("received", sa.String(), server_default="", nullable=False),
        sa.Column("millis", sa.String(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_opening"),
        sa.UniqueConstraint("seq", name="uq_opening_seq"),
    )
    op.create_index("ix_opening_passage", "opening", ["passage"])
    _partial("ix_opening_running", "opening", ["seq"], "ended IS NULL")
    _partial("uq_opening_auto", "opening", ["passage"], "actor = 'auto'", unique=True)

    op.create_table(
        "state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_state"),
    )
    op.create_table(
        "visitor_flow",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "building", name="pk_visitor_flow"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "body",
        sa.Column("seq", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("purged_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_body_seq_entry"),
        sa.PrimaryKeyConstraint("seq", name="pk_body"),
    )
    op.create_table(
        "flow",
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name="fk_flow_cell_cell"),
        sa.PrimaryKeyConstraint("hour", "cell", name="pk_flow"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passage",
        sa.Column("number", _BIG_KEY, autoincrement=False, nullable=False),
        sa.Column("passage", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), server_default="", nullable=False),
        sa.Column("trigger", sa.String(), server_default="", nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.Column("ordered", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("plate_read", sa.String(), server_default="", nullable=False),
        sa.Column("plate_class", sa.String(), server_default="", nullable=False),
        sa.Column("colour", sa.String(), server_default="", nullable=False),
        sa.Column("confidence", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("frames", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("agreeing", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("verdict", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("standing", sa.String(), server_default="", nullable=False),
        sa.Column("household", sa.String(), server_default="", nullable=False),
        sa.Column("vehicle_kind", sa.String(), server_default="", nullable=False),
        sa.Column("visitor_pass", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), server_default="", nullable=False),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("corrected_from", sa.String(), server_default="", nullable=False),
        sa.Column("opening", sa.String(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("outcome_why", sa.String(), server_default="", nullable=False),
        sa.Column("picture_frame", sa.String(), server_default="", nullable=False),
        sa.Column("picture_plate", sa.String(), server_default="", nullable=False),
        sa.Column("paired", sa.BigInteger(), nullable=True),
        sa.Column("dwell", sa.Integer(), nullable=True),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("forgotten", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name="fk_passage_cell_cell"),
        sa.PrimaryKeyConstraint("number", name="pk_passage"),
        sa.UniqueConstraint("passage", name="uq_passage_passage"),
    )
    _partial("ix_passage_household", "passage", ["household", "number"], "household != ''")
    _partial("ix_passage_pictured", "passage", ["started"], "picture_frame != ''")
    _partial("ix_passage_plate", "passage", ["plate", "number"], "plate != ''")
    _partial("ix_passage_remembered", "passage", ["started"], "forgotten IS NULL")
    _partial("ix_passage_running", "passage", ["number"], "ended IS NULL")

    op.create_table(
        "stretch",
        sa.Column("stretch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cell"], ["cell.id"], name="fk_stretch_cell_cell"),
        sa.PrimaryKeyConstraint("stretch", "cell", name="pk_stretch"),
        sqlite_with_rowid=False,
    )
    triggers.create(op.get_bind())


def downgrade() -> None:
    """Back."""
    triggers.drop(op.get_bind())
    op.drop_table("stretch")

    op.drop_table("passage")
    op.drop_table("flow")
    op.drop_table("body")
    op.drop_table("visitor_flow")
    op.drop_table("state")

    op.drop_table("opening")
    op.drop_table("known_plate")

    op.drop_table("inside")
    op.drop_table("hour")
    op.drop_table("hold")

    op.drop_table("entry")
    op.drop_table("dwell")
    op.drop_table("disclosure")
    op.drop_table("cell")

    op.drop_table("audit")

    op.drop_table("alarm")
