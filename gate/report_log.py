"""Pages of the passage log, fast at ten million passages. Part of gate.reports.

How a page is found: facets (few values) are looked up in `cell`; the stretches of the journal that
hold such cells are known, so only those are read, newest first. A plate pattern is matched against
the plates that exist; if they have few passages, or a household is asked for, its index leads
instead. Paging is by number (keyset), so page 1,000 costs what page 1 costs. One call reads a
bounded number of stretches; what is not found by then is left to the next call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from gate.events import PassageId
from gate.report_values import Count, Page, PassageFilter, PassageRow
from gate.tables import STRETCH, cell, hour, hour_of, known_plate, passage, stretch

# Up to so many passages an index leads; above, the newest stretches have a page's worth anyway.
_FEW_PASSAGES = 20_000
_FEW_PLATES = 400
# What one call looks at before it hands back what it found.
_STRETCHES = 96
_STRETCHES_COUNTED = 400

_ROW = [column for column in passage.c if column.name != "cell"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """A filter made ready. cells: None where every cell will do. plates: None for any."""

    where: tuple[ColumnElement[bool], ...]
    first: int
    last: int
    cells: tuple[int, ...] | None
    led_by_index: bool


def page(connection: Connection, wanted: PassageFilter, cursor: int | None, limit: int) -> Page:
    """The next `limit` matching passages older than the cursor."""
    sieve = prepare(connection, wanted)
    if sieve is None:
        return Page((), None)
    last = sieve.last if cursor is None else min(sieve.last, cursor - 1)
    if sieve.led_by_index:
        rows = _rows(connection, sieve, sieve.first, last, limit + 1)
        return _page(rows, limit)
    return _walk(connection, sieve, last, limit)


def count(connection: Connection, wanted: PassageFilter, limit: int) -> Count:
    """How many match, counted up to the limit, and in so many stretches at most."""
    sieve = prepare(connection, wanted)
    if sieve is None:
        return Count(0, exact=True)
    found = 0
    spans = [(sieve.first, sieve.last)]
    if not sieve.led_by_index:
        spans = list(_spans(connection, sieve, limit=_STRETCHES_COUNTED))
    for first, last in spans:
        some = _select(sieve, first, last, [passage.c.number]).limit(limit - found + 1)
        n = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
        found += n
        if found > limit:
            return Count(limit, exact=False)
    all_seen = sieve.led_by_index or len(spans) < _STRETCHES_COUNTED
    return Count(found, exact=all_seen)


def by_id(connection: Connection, of: PassageId) -> PassageRow | None:
    """One passage by its id."""
    row = connection.execute(select(*_ROW).where(passage.c.passage == of)).first()
    return None if row is None else to_row(row)


def by_number(connection: Connection, number: int) -> PassageRow | None:
    """One passage by its number."""
    row = connection.execute(select(*_ROW).where(passage.c.number == number)).first()
    return None if row is None else to_row(row)


def running(connection: Connection) -> tuple[PassageRow, ...]:
    """Passages that have not ended, newest first."""
    query = select(*_ROW).where(passage.c.ended.is_(None)).order_by(passage.c.number.desc())
    return tuple(to_row(row) for row in connection.execute(query.limit(100)))


def prepare(connection: Connection, wanted: PassageFilter) -> Sieve | None:
    """Make a filter ready; None if nothing can match."""
    span = _number_span(connection, wanted)
    cells = _cells(connection, wanted)
    if span is None or cells == ():
        return None
    where: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        where.append(passage.c.started >= wanted.since)
    if wanted.until is not None:
        where.append(passage.c.started < wanted.until)
    if cells is not None:
        where.append(passage.c.cell.in_(cells))
    led = False
    if wanted.household:
        where += [passage.c.household == wanted.household, passage.c.household != ""]
        led = True
    if wanted.plate.strip("*"):
        plates = _plates(connection, wanted.plate)
        if plates == ():
            return None
        if plates is None:
            where.append(matches(passage.c.plate, wanted.plate))
        else:
            where += [passage.c.plate.in_(plates), passage.c.plate != ""]
            led = True
    return Sieve(tuple(where), *span, cells, led)


def to_row(row: Any) -> PassageRow:
    """A database row as a line of the log."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name for it
    return PassageRow(**{name: values[name] for name in PassageRow.__slots__})


def matches(column: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """A plate pattern as SQL: ? is one character, * any number; all else is itself."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = column.like(escaped.replace("?", "_").replace("*", "%"), escape="\\")
    prefix = pattern.split("?", maxsplit=1)[0].split("*", maxsplit=1)[0]
    if not prefix:
        return like
    # The range is what an index can answer; LIKE alone ignores case and so cannot use one.
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1), like)


def _number_span(connection: Connection, wanted: PassageFilter) -> tuple[int, int] | None:
    """First and last journal number that the times allow; None if there is nothing."""
    query = select(func.min(hour.c.first), func.max(hour.c.last))
    if wanted.since is not None:
        query = query.where(hour.c.hour >= hour_of(wanted.since))
    if wanted.until is not None:
        query = query.where(hour.c.hour <= hour_of(wanted.until))
    first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def _cells(connection: Connection, wanted: PassageFilter) -> tuple[int, ...] | None:
    conditions = facet_conditions(wanted)
    if not conditions:
        return None
    return tuple(connection.execute(select(cell.c.id).where(cell.c.n > 0, *conditions)).scalars())


def facet_conditions(wanted: PassageFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of a cell."""
    lists: dict[str, Sequence[str]] = {
        "lane": wanted.lanes,
        "trigger": wanted.triggers,
        "plate_class": wanted.plate_classes,
        "verdict": wanted.verdicts,
        "reason": wanted.reasons,
        "standing": wanted.standings,
        "opening": wanted.openings,
        "outcome": wanted.outcomes,
    }
    flags = {"asked": wanted.asked, "was_read": wanted.was_read, "corrected": wanted.corrected}
    conditions: list[ColumnElement[bool]] = [
        cell.c[name].in_(values) for name, values in lists.items() if values
    ]
    conditions += [cell.c[name].is_(flag) for name, flag in flags.items() if flag is not None]
    if wanted.direction is not None:
        conditions.append(cell.c.direction == wanted.direction.value)
    if wanted.actor:
        conditions.append(cell.c.actor == wanted.actor)
    return conditions


def _plates(connection: Connection, pattern: str) -> tuple[str, ...] | None:
    """The plates that fit; None where they are so many that the newest passages show some."""
    if "?" not in pattern and "*" not in pattern:
        return (pattern,)
    fitting = select(known_plate.c.plate, known_plate.c.n)
    rows = connection.execute(
        fitting.where(matches(known_plate.c.plate, pattern)).limit(_FEW_PLATES + 1)
    ).all()
    if len(rows) > _FEW_PLATES or sum(row.n for row in rows) > _FEW_PASSAGES:
        return None
    return tuple(row.plate for row in rows)


def _walk(connection: Connection, sieve: Sieve, last: int, limit: int) -> Page:
    """Read the stretches that can have matches, newest first, until the page is full."""
    found: list[PassageRow] = []
    looked = last + 1
    for first, end in _spans(connection, sieve, last, _STRETCHES):
        found += _rows(connection, sieve, first, min(end, last), limit + 1 - len(found))
        looked = first
        if len(found) > limit:
            return _page(found, limit)
    if looked > last or not _has_more(connection, sieve, looked - 1):
        return Page(tuple(found), None)
    return Page(tuple(found), looked)


def _spans(
    connection: Connection, sieve: Sieve, last: int | None = None, limit: int | None = None
) -> Iterator[tuple[int, int]]:
    """Spans of numbers that hold passages of the wanted cells, newest first."""
    last = sieve.last if last is None else last
    query = select(stretch.c.stretch).distinct().order_by(stretch.c.stretch.desc())
    query = query.where(stretch.c.stretch.between(sieve.first // STRETCH, last // STRETCH))
    if sieve.cells is not None:
        query = query.where(stretch.c.cell.in_(sieve.cells))
    if limit is not None:
        query = query.limit(limit)
    for number in connection.execute(query).scalars().all():
        yield max(sieve.first, number * STRETCH), min(sieve.last, (number + 1) * STRETCH - 1)


def _has_more(connection: Connection, sieve: Sieve, last: int) -> bool:
    return next(_spans(connection, sieve, last, 1), None) is not None and last >= sieve.first


def _select(sieve: Sieve, first: int, last: int, columns: Sequence[Any]) -> Select[Any]:
    span = passage.c.number.between(first, last)
    return select(*columns).where(span, *sieve.where)


def _rows(
    connection: Connection, sieve: Sieve, first: int, last: int, limit: int
) -> list[PassageRow]:
    query = _select(sieve, first, last, _ROW).order_by(passage.c.number.desc()).limit(limit)
    return [to_row(row) for row in connection.execute(query)]


def _page(rows: list[PassageRow], limit: int) -> Page:
    if len(rows) <= limit:
        return Page(tuple(rows), None)
    return Page(tuple(rows[:limit]), rows[limit - 1].number)
