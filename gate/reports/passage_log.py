"""Pages of the passage log, fast at ten million passages. Part of gate.reports.reports.

How a page is found: facets (few values) are looked up in `cell`; the stretches of the journal that
hold such cells are known, so only those are read, newest first, in growing groups. A plate
pattern is matched against the plates that exist; if they have few passages, or a household is asked
for, its index leads instead. Paging is by number (keyset), so page 1,000 costs what page 1 costs.
One call reads a bounded number of stretches; what is not found by then is left to the next call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from gate.domain.passage import PassageId
from gate.reports.model import Count, Page, PassageFilter, PassageRow
from gate.storage.tables import STRETCH, cell, hour, hour_of, known_plate, passage, stretch

# Up to so many passages an index leads; above, the newest stretches have a page's worth anyway.
_FEW_PASSAGES = 20_000
_FEW_PLATES = 400
# What one call looks at before it hands back what it found.
_STRETCHES = 96
_STRETCHES_COUNTED = 400
_NEAR = 3

_ROW = [column for column in passage.c if column.name != "cell"]


@dataclass(frozen=True, slots=True)
class LogSelection:
    """A filter made ready. cells: None where every cell will do. plates: None for any."""

    where: tuple[ColumnElement[bool], ...]
    first: int
    last: int
    cells: Select[tuple[int]] | None
    led_by_index: bool


def page(connection: Connection, wanted: PassageFilter, cursor: int | None, limit: int) -> Page:
    """The next `limit` matching passages older than the cursor."""
    selection = prepare(connection, wanted)
    if selection is None:
        return Page((), None)
    last = selection.last if cursor is None else min(selection.last, cursor - 1)
    if selection.led_by_index:
        rows = _rows(connection, selection, selection.first, last, limit + 1)
        return _page(rows, limit)
    return _walk(connection, selection, last, limit)


def count(connection: Connection, wanted: PassageFilter, limit: int) -> Count:
    """How many match, counted up to the limit, and in so many stretches at most."""
    selection = prepare(connection, wanted)
    if selection is None:
        return Count(0, exact=True)
    found = 0
    spans, all_seen = [(selection.first, selection.last)], True
    if not selection.led_by_index:
        stretches = _stretches(connection, selection, selection.last, _STRETCHES_COUNTED)
        spans = [
            (oldest * STRETCH, newest * STRETCH + STRETCH - 1)
            for newest, oldest in _runs(stretches)
        ]
        all_seen = len(stretches) < _STRETCHES_COUNTED
    for first, last in spans:
        low, high = max(first, selection.first), min(last, selection.last)
        some = _select(selection, low, high, [passage.c.number]).limit(limit - found + 1)
        n = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
        found += n
        if found > limit:
            return Count(limit, exact=False)
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


def prepare(connection: Connection, wanted: PassageFilter) -> LogSelection | None:
    """Make a filter ready; None if nothing can match."""
    span = _number_span(connection, wanted)
    cells = _cells(wanted)
    if span is None:
        return None
    if cells is not None and connection.execute(cells.limit(1)).first() is None:
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
    return LogSelection(tuple(where), *span, cells, led)


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


def _cells(wanted: PassageFilter) -> Select[tuple[int]] | None:
    conditions = facet_conditions(wanted)
    return select(cell.c.id).where(cell.c.n > 0, *conditions) if conditions else None


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


def _walk(connection: Connection, selection: LogSelection, last: int, limit: int) -> Page:
    """Read the stretches that can have matches, newest first, until the page is full."""
    found: list[PassageRow] = []
    looked = last + 1
    for group in _groups(_stretches(connection, selection, last, _STRETCHES)):
        found += _rows_of(connection, selection, group, last, limit + 1 - len(found))
        looked = group[-1] * STRETCH
        if len(found) > limit:
            return _page(found, limit)
    if looked > last or not _stretches(connection, selection, looked - 1, 1):
        return Page(tuple(found), None)
    return Page(tuple(found), looked)


def _groups(stretches: Sequence[int]) -> Iterator[Sequence[int]]:
    """Groups of 1, 2, 4, ... so that a page of common passages reads little, of rare ones often."""
    start, size = 0, 1
    while start < len(stretches):
        yield stretches[start : start + size]
        start, size = start + size, size * 2


def _stretches(
    connection: Connection, selection: LogSelection, last: int, limit: int
) -> Sequence[int]:
    """Stretches up to number `last` that hold passages of the wanted cells, newest first."""
    if last < selection.first:
        return ()
    query = select(stretch.c.stretch).distinct().order_by(stretch.c.stretch.desc()).limit(limit)
    query = query.where(stretch.c.stretch.between(selection.first // STRETCH, last // STRETCH))
    if selection.cells is not None:
        query = query.where(stretch.c.cell.in_(selection.cells))
    return connection.execute(query).scalars().all()


def _rows_of(
    connection: Connection, selection: LogSelection, group: Sequence[int], last: int, limit: int
) -> list[PassageRow]:
    """Rows of a group of stretches, each run of neighbours read at once."""
    found: list[PassageRow] = []
    for newest, oldest in _runs(group):
        first = max(selection.first, oldest * STRETCH)
        end = min(last, (newest + 1) * STRETCH - 1)
        found += _rows(connection, selection, first, end, limit - len(found))
        if len(found) >= limit:
            break
    return found


def _runs(group: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Newest and oldest of each run of stretches so near that reading on is cheaper than asking."""
    if not group:
        return
    newest = oldest = group[0]
    for one in group[1:]:
        if oldest - one > _NEAR:
            yield newest, oldest
            newest = one
        oldest = one
    yield newest, oldest


def _select(selection: LogSelection, first: int, last: int, columns: Sequence[Any]) -> Select[Any]:
    span = passage.c.number.between(first, last)
    return select(*columns).where(span, *selection.where)


def _rows(
    connection: Connection, selection: LogSelection, first: int, last: int, limit: int
) -> list[PassageRow]:
    query = _select(selection, first, last, _ROW).order_by(passage.c.number.desc()).limit(limit)
    return [to_row(row) for row in connection.execute(query)]


def _page(rows: list[PassageRow], limit: int) -> Page:
    if len(rows) <= limit:
        return Page(tuple(rows), None)
    return Page(tuple(rows[:limit]), rows[limit - 1].number)
