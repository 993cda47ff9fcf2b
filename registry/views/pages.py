"""One page of a list by cursor, as programs read it: in the order of the rows' numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from registry.store import store
from registry.tables.records import Numbered

Line = TypeVar("Line")
Row = TypeVar("Row", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """Some lines of a list. next: where the following page begins, None where nothing follows.

    A page that is just full names a next one, which may turn out to be empty.
    """

    lines: tuple[Line, ...]
    next: int | None


def rows_after(
    session: Session, table: type[Row], wanted: SelectOfScalar[Row], after: int, limit: int
) -> Sequence[Row]:
    """The wanted rows whose number is larger than `after`, smallest first, at most `limit`."""
    number = col(table.id)
    return session.exec(wanted.where(number > after).order_by(number).limit(limit)).all()


def following(rows: Sequence[Numbered], limit: int) -> int | None:
    """The cursor behind these rows of a page that holds at most `limit`."""
    return store.id_of(rows[-1]) if len(rows) == limit else None
