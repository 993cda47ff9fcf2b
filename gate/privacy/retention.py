"""Keeping no longer than needed: pictures, passages, visitor data, audit, each with its own time.

The record of what was purged is an entry of the journal; the chain stays whole because it holds
only hashes of bodies (gate/journal/hash_chain.py). What a hold covers stays. Work is done in small
transactions, so that a lane never waits long for one. While the clock is in doubt nothing is
purged: a year set by mistake must not empty the record.
Floors: audit 180 days (网络安全法 art. 21, logs of six months at least); passages and visitors 30
days, so that a dispute can be raised at all; pictures 1 day (they are stills, not the video record
that 公共安全视频图像信息系统管理条例 has kept for 30 days).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select, update

from gate.domain.entries import AlarmAcknowledged, AlarmRaised, Audited, GuardActed
from gate.domain.errors import GateError
from gate.domain.ports import Clock
from gate.journal import latches
from gate.journal.clock_trust import in_doubt
from gate.journal.journal import Journal
from gate.privacy import holds
from gate.privacy.erasure import forget_audit, forget_passages, record_purge
from gate.privacy.visitor_erasure import forget_visitors
from gate.storage.pictures import Pictures
from gate.storage.tables import body, entry, hold, passage

FLOORS = {"pictures": 1, "passages": 30, "visitors": 30, "audit": 180}

_PASSAGES = 50
_ENTRIES = 500
_JUMP_S = 3600.0
_VISITOR_STANDINGS = ("visitor", "pass_refused")
_PERSONAL = tuple(kind.__name__ for kind in (Audited, GuardActed, AlarmRaised, AlarmAcknowledged))


class RetentionTooShortError(GateError):
    """A time is shorter than its floor."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Days that each kind is kept. Raises RetentionTooShortError below the floors."""

    pictures: int = 30
    passages: int = 180
    visitors: int = 90
    audit: int = 365

    def __post_init__(self) -> None:
        """Refuse what is below a floor, naming it."""
        for name, floor in FLOORS.items():
            if getattr(self, name) < floor:
                raise RetentionTooShortError(f"{name} must be kept for {floor} days at least")


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run took away. in_doubt: nothing, because the clock jumped and was not confirmed."""

    pictures: int
    passages: int
    visitor_rows: int
    audit_entries: int
    bodies: int
    in_doubt: bool = False


class Retention:
    """Runs once a night, or when asked. `run` may be stopped and repeated at any point."""

    def __init__(self, journal: Journal, pictures: Pictures, limits: Limits, clock: Clock) -> None:
        self._journal = journal
        self._pictures = pictures
        self._limits = limits
        self._clock = clock

    def run(self, keep_going: Callable[[], bool] = lambda: True) -> Purged:
        """Purge what is over. keep_going: asked between portions. Raises
        JournalUnavailableError, OSError.
        """
        now = self._clock.now().utc
        with self._journal.reading() as session:
            if in_doubt(session.connection(), _JUMP_S):
                return Purged(0, 0, 0, 0, 0, in_doubt=True)
        passages, bodies = self._passages(now, keep_going)
        entries = self._audit(now, keep_going)
        visitor_rows = self._visitors(now)
        pictures = self._delete_pictures(now)
        return Purged(pictures, passages, visitor_rows, entries, bodies + entries)

    def _passages(self, now: datetime, keep_going: Callable[[], bool]) -> tuple[int, int]:
        all_of_them, bodies = 0, 0
        over = _over(now, self._limits)
        while keep_going():
            with self._journal.unit() as unit:
                numbers = unit.session.connection().execute(over).scalars().all()
                if not numbers:
                    break
                bodies += forget_passages(
                    unit, numbers, now, what="passages", why=f"{self._limits.passages} days"
                )
            all_of_them += len(numbers)
        return all_of_them, bodies

    def _audit(self, now: datetime, keep_going: Callable[[], bool]) -> int:
        done = 0
        before = now - timedelta(days=self._limits.audit)
        query = (
            select(entry.c.seq)
            .join(body, body.c.seq == entry.c.seq)
            .where(entry.c.at < before, entry.c.kind.in_(_PERSONAL), body.c.purged_by.is_(None))
            .order_by(entry.c.seq)
            .limit(_ENTRIES)
        )
        while keep_going():
            with self._journal.unit() as unit:
                connection = unit.session.connection()
                over = query.where(entry.c.seq.not_in(latches.standing(connection)))
                seqs = connection.execute(over).scalars().all()
                if not seqs:
                    break
                done += forget_audit(unit, seqs, why=f"{self._limits.audit} days")
        return done

    def _visitors(self, now: datetime) -> int:
        before = now - timedelta(days=self._limits.visitors)
        with self._journal.unit() as unit:
            connection = unit.session.connection()
            held = select(hold.c.plate).where(hold.c.released.is_(None), hold.c.plate != "")
            plates = frozenset(connection.execute(held).scalars())
            rows = forget_visitors(unit.session, before, plates)
            if rows:
                why = f"{self._limits.visitors} days, {rows} rows"
                record_purge(unit, (), what="visitors", why=why, passages=0)
        return rows

    def _delete_pictures(self, now: datetime) -> int:
        """Take pictures off the rows, then off the disk; what a held passage shows stays."""
        before = now - timedelta(days=self._limits.pictures)
        shown = or_(passage.c.picture_frame != "", passage.c.picture_plate != "")
        with self._journal.reading() as session:
            held = select(passage.c.picture_frame, passage.c.picture_plate)
            rows = session.connection().execute(held.where(shown, ~holds.not_held())).all()
            kept = {name for row in rows for name in row}
        old = [
            name
            for name, path in self._pictures.names()
            if name not in kept and path.stat().st_mtime < before.timestamp()
        ]
        with self._journal.unit() as unit:
            taken = unit.session.connection().execute(
                update(passage)
                .where(shown, passage.c.started < before, holds.not_held())
                .values(picture_frame="", picture_plate="")
            )
            if old or taken.rowcount:
                why = f"{self._limits.pictures} days, {len(old)} files"
                record_purge(unit, (), what="pictures", why=why, passages=taken.rowcount)
        return sum(self._pictures.remove(name) for name in old)


def _over(now: datetime, limits: Limits) -> Select[Any]:
    """Numbers of passages whose time is over and that nobody holds, oldest first."""
    visitor = passage.c.standing.in_(_VISITOR_STANDINGS)
    before = now - timedelta(days=limits.passages)
    before_visitor = now - timedelta(days=min(limits.visitors, limits.passages))
    over = or_(passage.c.started < before, and_(visitor, passage.c.started < before_visitor))
    return (
        select(passage.c.number)
        .where(passage.c.forgotten.is_(None), passage.c.ended.is_not(None))
        .where(passage.c.started < before_visitor, over, holds.not_held())
        .order_by(passage.c.started)
        .limit(_PASSAGES)
    )


def due(connection: Connection, now: datetime, limits: Limits) -> Iterator[int]:
    """Numbers of the passages that the next portion would take; for a preview on the page."""
    yield from connection.execute(_over(now, limits)).scalars()
