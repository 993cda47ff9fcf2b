"""The gate's tables: the chained journal, its projections, and the rollups that keep pages fast.

`entry` and `body` are the record: written once, guarded by triggers (see gate/storage/migrations).
All other tables are projections of entries (gate/journal/projections/dispatch.py) or registers of
their own (hold, disclosure).
Rules: a passage's `number` is the seq of its first entry, so pages order by the journal and not by
a clock that may jump; times are microseconds since 1970 UTC; what a page filters by is either a
facet in `cell` (few values) or an indexed column (plate, household). No JSON that a passage's
entries already hold is kept twice.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Journal numbers per stretch; a passage takes about six, so a stretch holds some 350 passages.
STRETCH = 2048


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The aware UTC time of `micros`."""
    return _EPOCH + at * _MICROSECOND


def hour_of(at: datetime) -> int:
    """Whole hours since 1970 UTC: the key of the rollups."""
    return micros(at) // 3_600_000_000


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970 in a 64-bit integer."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times by the subtraction itself, which raises TypeError."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give back what was stored, aware."""
        return None if value is None else moment(value)


class Word(TypeDecorator[str]):
    """A text; what no engine can hold (lone surrogates, NUL) is replaced, never refused.

    A remark with half an emoji must not keep a passage out of the record.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.encode("utf-8", "replace").decode().replace("\0", "?")


# SQLite makes only an INTEGER PRIMARY KEY the row's own address, which orders pages for nothing.
BigKey = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _word(name: str, default: str = "") -> Column[str]:
    """A text that is never null: empty means not known or not told."""
    return Column(name, Word, nullable=False, server_default=default)


# --- the record ---------------------------------------------------------------------------------

entry = Table(
    "entry",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("monotonic", BigInteger, nullable=False),
    Column("boot", Word, nullable=False),
    _word("lane"),
    _word("passage"),
    Column("kind", Word, nullable=False),
    Column("body_hash", LargeBinary(32), nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
Index("ix_entry_passage", entry.c.passage, postgresql_where=entry.c.passage != "",
      sqlite_where=entry.c.passage != "")  # fmt: skip

body = Table(
    "body",
    metadata,
    Column("seq", BigKey, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(16)),
    Column("sealed", LargeBinary),
    Column("purged_by", BigInteger),
)

state = Table("state", metadata, Column("name", Word, primary_key=True), _word("value"))

# --- projections --------------------------------------------------------------------------------

passage = Table(
    "passage",
    metadata,
    Column("number", BigKey, primary_key=True, autoincrement=False),
    Column("passage", Word, nullable=False, unique=True),
    Column("lane", Word, nullable=False),
    _word("direction"),
    _word("trigger"),
    Column("started", Utc, nullable=False),
    Column("decided", Utc),
    Column("ordered", Utc),
    Column("opened", Utc),
    Column("ended", Utc),
    _word("plate"),
    _word("plate_read"),
    _word("plate_class"),
    _word("colour"),
    Column("confidence", Float, nullable=False, server_default=text("0")),
    Column("frames", Integer, nullable=False, server_default=text("0")),
    Column("agreeing", Integer, nullable=False, server_default=text("0")),
    _word("verdict"),
    _word("reason"),
    _word("standing"),
    _word("household"),
    _word("vehicle_kind"),
    Column("visitor_pass", BigInteger),
    _word("actor"),
    _word("remark"),
    Column("asked", Boolean, nullable=False, server_default=false()),
    _word("corrected_from"),
    _word("opening"),
    _word("outcome"),
    _word("outcome_why"),
    _word("picture_frame"),
    _word("picture_plate"),
    Column("paired", BigInteger),
    Column("dwell", Integer),
    Column("cell", Integer, ForeignKey("cell.id"), nullable=False),
    Column("forgotten", Utc),
)
Index("ix_passage_plate", passage.c.plate, passage.c.number,
      postgresql_where=passage.c.plate != "", sqlite_where=passage.c.plate != "")  # fmt: skip
Index("ix_passage_household", passage.c.household, passage.c.number,
      postgresql_where=passage.c.household != "",
      sqlite_where=passage.c.household != "")  # fmt: skip
Index("ix_passage_running", passage.c.number, postgresql_where=passage.c.ended.is_(None),
      sqlite_where=passage.c.ended.is_(None))  # fmt: skip
Index("ix_passage_ended", passage.c.ended)
Index("ix_passage_pictured", passage.c.started, postgresql_where=passage.c.picture_frame != "",
      sqlite_where=passage.c.picture_frame != "")  # fmt: skip
Index("ix_passage_remembered", passage.c.started, postgresql_where=passage.c.forgotten.is_(None),
      sqlite_where=passage.c.forgotten.is_(None))  # fmt: skip

opening = Table(
    "opening",
    metadata,
    Column("order_id", Word, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("passage", Word, nullable=False, index=True),
    Column("lane", Word, nullable=False),
    _word("direction"),
    _word("actor"),
    _word("reason"),
    _word("plate"),
    Column("visitor_pass", BigInteger),
    _word("remark"),
    Column("emergency", Boolean, nullable=False, server_default=false()),
    Column("ordered", Utc, nullable=False),
    Column("ended", Utc),
    _word("outcome"),
    _word("why"),
    _word("sent"),
    _word("received"),
    Column("millis", Word, nullable=False, server_default="{}"),
)
# The rules open once for a passage. A person may try again, e.g. after the board failed.
Index("uq_opening_auto", opening.c.passage, unique=True,
      postgresql_where=text("actor = 'auto'"), sqlite_where=text("actor = 'auto'"))  # fmt: skip
Index("ix_opening_running", opening.c.seq, postgresql_where=opening.c.ended.is_(None),
      sqlite_where=opening.c.ended.is_(None))  # fmt: skip

alarm = Table(
    "alarm",
    metadata,
    Column("alarm", Word, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    _word("lane"),
    Column("kind", Word, nullable=False),
    Column("evidence", Word, nullable=False, server_default="{}"),
    Column("raised", Utc, nullable=False, index=True),
    Column("acknowledged", Utc),
    _word("actor"),
    _word("remark"),
)
Index("ix_alarm_standing", alarm.c.seq, postgresql_where=alarm.c.acknowledged.is_(None),
      sqlite_where=alarm.c.acknowledged.is_(None))  # fmt: skip

audit = Table(
    "audit",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False, index=True),
    _word("lane"),
    _word("actor"),
    Column("action", Word, nullable=False),
    _word("target"),
    _word("why"),
    Column("detail", Word, nullable=False, server_default="{}"),
)
Index("ix_audit_actor", audit.c.actor, audit.c.seq)
Index("ix_audit_action", audit.c.action, audit.c.seq)
Index("ix_audit_target", audit.c.target, audit.c.seq)

# --- rollups ------------------------------------------------------------------------------------

FACETS = (
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
)

# One row per combination of facets that ever occurred; `n` passages are in it now.
cell = Table(
    "cell",
    metadata,
    Column("id", Integer, primary_key=True),
    *(_word(name) for name in FACETS[:10]),
    Column("asked", Boolean, nullable=False),
    Column("was_read", Boolean, nullable=False),
    Column("corrected", Boolean, nullable=False),
    Column("n", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint(*FACETS, name="uq_cell_facets"),
)

# How many passages of a cell began in an hour: charts.
flow = Table(
    "flow",
    metadata,
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("cell", Integer, ForeignKey("cell.id"), primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# How many passages of a cell lie in a stretch of journal numbers: where a page must look.
stretch = Table(
    "stretch",
    metadata,
    Column("stretch", BigInteger, primary_key=True, autoincrement=False),
    Column("cell", Integer, ForeignKey("cell.id"), primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# First and last passage number of each hour: from times to journal numbers.
hour = Table(
    "hour",
    metadata,
    Column("hour", BigKey, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

# Every plate the log still knows, with how many passages: wildcards look here first.
known_plate = Table(
    "known_plate",
    metadata,
    Column("plate", Word, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Visits that ended in an hour, by standing and length.
dwell = Table(
    "dwell",
    metadata,
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("standing", Word, primary_key=True),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Visitors let in, by the building they visit.
visitor_flow = Table(
    "visitor_flow",
    metadata,
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("building", Word, primary_key=True),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# --- registers of their own ---------------------------------------------------------------------

hold = Table(
    "hold",
    metadata,
    Column("id", Integer, primary_key=True),
    _word("passage"),
    _word("plate"),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
    Column("placed", Utc, nullable=False),
    Column("actor", Word, nullable=False),
    Column("why", Word, nullable=False),
    Column("released", Utc),
    _word("released_by"),
    sqlite_autoincrement=True,
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", Word, nullable=False),
    Column("authority", Word, nullable=False),
    Column("document", Word, nullable=False),
    Column("officer", Word, nullable=False),
    Column("scope", Word, nullable=False),
    Column("basis", Word, nullable=False),
    _word("handed_over"),
    _word("sha256"),
    sqlite_autoincrement=True,
)
