"""One page of a list by cursor, as programs read it: in the order of the rows' numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from registry.store import store
from registry.tables.records import Numbered

Line = TypeVar("Line")
Row = TypeVar("Row", bound=Numbered)
Key = TypeVar("Key")

MAX_SHOWN = 200
"""Lines of a list that a page of the console shows at once."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """Some lines of a list. next: where the following page begins, None where nothing follows.

    A page that is just full names a next one, which may turn out to be empty.
    """

    lines: tuple[Line, ...]
    next: int | None


def page_after(
    session: Session,
    table: type[Row],
    wanted: SelectOfScalar[Row],
    after: int,
    limit: int,
    lines: Callable[[Sequence[Row]], tuple[Line, ...]],
) -> Page[Line]:
    """The wanted rows whose number is larger than `after`, smallest first, at most `limit`.

    lines: makes lines of rows, all at once.
    """
    number = col(table.id)
    rows = session.exec(wanted.where(number > after).order_by(number).limit(limit)).all()
    return Page(lines(rows), following(rows, limit))


def following(rows: Sequence[Numbered], limit: int) -> int | None:
    """The cursor behind these rows of a page that holds at most `limit`."""
    return store.id_of(rows[-1]) if len(rows) == limit else None


def grouped(pairs: Iterable[tuple[Key, Line]]) -> Mapping[Key, tuple[Line, ...]]:
    """The second of each pair by the first, in their order."""
    found: dict[Key, list[Line]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
