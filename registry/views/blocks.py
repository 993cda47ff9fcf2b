"""The block list as pages and programs read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from registry.rules.kinds import BlockReason
from registry.store import store
from registry.tables.records import Block
from registry.views.pages import MAX_SHOWN, Page, page_after


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A line of the block list. lifted_by, lifted_at: None while nobody has lifted it."""

    id: int
    plate: str
    reason: BlockReason
    detail: str
    since: datetime
    until: datetime | None
    by: str
    colour: str
    lifted_by: str | None
    lifted_at: datetime | None


def blocks(session: Session, at: datetime, part: str = "") -> tuple[BlockLine, ...]:
    """Return the blocks in force, newest first, at most `MAX_SHOWN`; part: of the plate."""
    wanted = select(Block).where(_in_force(at)).order_by(col(Block.id).desc()).limit(MAX_SHOWN)
    if part:
        wanted = wanted.where(col(Block.plate).contains(part, autoescape=True))
    return _lines(session.exec(wanted).all())


def page(
    session: Session, after: int, limit: int, in_force_at: datetime | None = None
) -> Page[BlockLine]:
    """Blocks in the order in which they were made. in_force_at: only those in force then."""
    wanted = select(Block)
    if in_force_at is not None:
        wanted = wanted.where(_in_force(in_force_at))
    return page_after(session, Block, wanted, after, limit, _lines)


def block(session: Session, number: int) -> BlockLine:
    """A block by number, lifted or not; raises RecordMissingError."""
    return _line(store.get(session, Block, number))


def _in_force(at: datetime) -> ColumnElement[bool]:
    open_end = col(Block.valid_until).is_(None)
    return col(Block.lifted_at).is_(None) & (open_end | (col(Block.valid_until) > at))


def _lines(rows: Sequence[Block]) -> tuple[BlockLine, ...]:
    return tuple(_line(row) for row in rows)


def _line(row: Block) -> BlockLine:
    return BlockLine(
        id=store.id_of(row),
        plate=row.plate,
        reason=row.reason,
        detail=row.detail,
        since=row.valid_from,
        until=row.valid_until,
        by=row.created_by,
        colour=row.colour.value,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
    )
