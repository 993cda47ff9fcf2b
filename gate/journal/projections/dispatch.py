"""From entries to the tables that pages query: one place, whatever way an entry came.

Rules: projecting is part of the transaction that writes the entry; it reads nothing but its own
tables, so that entries drained from the spool days later give the same rows; an order that must not
be obeyed raises OpeningRefusedError, everything else takes what it gets, because a record is never
refused for looking odd.
"""

import json
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.exc import IntegrityError

from gate.domain.entries import (
    AlarmAcknowledged,
    AlarmRaised,
    ArmChanged,
    Audited,
    Entry,
    GuardActed,
    MisfitNoted,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
    ServiceNoted,
)
from gate.domain.errors import OpeningRefusedError
from gate.domain.passage import Direction, PassageEnd
from gate.journal.projections import passages, visits
from gate.journal.projections.corrections import correction_of
from gate.journal.projections.effects import Effects, EndedPassage
from gate.storage.tables import alarm, audit, opening

RAISED = "raised"

_ADD_OPENING = insert(opening)
_ADD_ALARM = insert(alarm)
_ADD_AUDIT = insert(audit)
_END_OPENING = update(opening).where(opening.c.order_id == bindparam("of_order"))


class Projection:
    """Writes rows from entries. effects: what else must happen in the same transaction."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects

    def apply(self, connection: Connection, seq: int, at: datetime, entry: Entry) -> None:
        """Bring the tables up to date. Raises OpeningRefusedError for an order not to be obeyed."""
        match entry:
            case PassageStarted():
                passages.start(connection, seq, at, entry)
            case PassageRead():
                passages.read(connection, seq, at, entry)
            case PassageDecided():
                passages.decide(connection, seq, at, entry)
            case OpeningOrdered():
                self._order(connection, seq, at, entry)
            case OpeningEnded():
                self._opened(connection, seq, at, entry)
            case PassageEnded():
                self._end(connection, seq, at, entry)
            case AlarmRaised() | AlarmAcknowledged():
                _alarm(connection, seq, at, entry)
            case GuardActed() | Audited() | ServiceNoted():
                _audit(connection, seq, at, entry)
                self._correct(connection, at, entry)
            case ArmChanged() | MisfitNoted():
                pass  # Kept in the chain; no page searches them.
            case _ as unreachable:
                assert_never(unreachable)

    def _order(self, connection: Connection, seq: int, at: datetime, entry: OpeningOrdered) -> None:
        values = {
            "order_id": entry.order,
            "seq": seq,
            "passage": entry.passage,
            "lane": entry.lane,
            "direction": entry.direction,
            "actor": entry.by,
            "reason": entry.reason,
            "plate": entry.plate,
            "visitor_pass": entry.visitor_pass,
            "remark": entry.remark,
            "emergency": entry.emergency,
            "ordered": at,
        }
        try:
            connection.execute(_ADD_OPENING, values)
        except IntegrityError as error:
            raise OpeningRefusedError(
                f"passage {entry.passage} was opened for already: order {entry.order} is not obeyed"
            ) from error
        passages.order(connection, seq, at, entry)
        self._effects.ordered(connection, at, entry)
        if entry.by != "auto":
            _audit_row(
                connection, seq, at, entry.lane, entry.by, "raise", entry.plate, entry.reason,
                _text({"passage": entry.passage}),
            )  # fmt: skip

    def _opened(self, connection: Connection, seq: int, at: datetime, entry: OpeningEnded) -> None:
        values = {
            "ended": at,
            "outcome": entry.outcome,
            "why": entry.why,
            "sent": entry.sent,
            "received": entry.received,
            "millis": json.dumps(entry.millis),
        }
        connection.execute(_END_OPENING, values | {"of_order": entry.order})
        passages.opened(connection, seq, at, entry)
        self._effects.opening_ended(connection, at, entry)

    def _end(self, connection: Connection, seq: int, at: datetime, entry: PassageEnded) -> None:
        row = passages.end(connection, seq, at, entry)
        went_through = entry.end is PassageEnd.PASSED or (
            entry.end is PassageEnd.NOT_SEEN and row["opening"] == RAISED
        )
        if went_through and row["direction"] == Direction.IN:
            visits.begin(connection, at, row)
        stay = self._effects.passage_ended(
            connection, at, EndedPassage.of(row), went_through=went_through
        )
        if stay is not None:
            visits.end(connection, at, stay, row)

    def _correct(self, connection: Connection, at: datetime, entry: Entry) -> None:
        """Do what a person corrected about who is inside."""
        correction = correction_of(entry) if isinstance(entry, Audited) else None
        if isinstance(entry, Audited) and correction is not None:
            self._effects.corrected(connection, at, entry.by, correction)


def _alarm(
    connection: Connection, seq: int, at: datetime, entry: AlarmRaised | AlarmAcknowledged
) -> None:
    match entry:
        case AlarmRaised():
            values = {
                "alarm": entry.alarm,
                "seq": seq,
                "lane": entry.lane or "",
                "kind": entry.kind,
                "evidence": _text(entry.evidence),
                "raised": at,
            }
            connection.execute(_ADD_ALARM, values)
        case AlarmAcknowledged():
            seen = {"acknowledged": at, "actor": entry.by, "remark": entry.remark}
            standing = alarm.c.acknowledged.is_(None)
            connection.execute(
                update(alarm).where(alarm.c.alarm == entry.alarm, standing).values(seen)
            )
            _audit_row(
                connection, seq, at, "", entry.by, "alarm_acknowledged", entry.alarm, entry.remark
            )


def _audit(
    connection: Connection, seq: int, at: datetime, entry: GuardActed | Audited | ServiceNoted
) -> None:
    match entry:
        case GuardActed():
            _audit_row(
                connection, seq, at, entry.lane, entry.by, entry.action, entry.lane, entry.remark,
                _text({"picture": entry.picture} if entry.picture else {}),
            )  # fmt: skip
        case Audited():
            _audit_row(
                connection, seq, at, "", entry.by, entry.action, entry.target, entry.why,
                _text(entry.detail),
            )  # fmt: skip
        case ServiceNoted():
            _audit_row(connection, seq, at, "", "service", entry.what, "", "", _text(entry.detail))


def _audit_row(
    connection: Connection,
    seq: int,
    at: datetime,
    lane: str,
    actor: str,
    action: str,
    target: str,
    why: str,
    detail: str = "{}",
) -> None:
    values = {
        "seq": seq,
        "at": at,
        "lane": lane,
        "actor": actor,
        "action": action,
        "target": target,
        "why": why,
        "detail": detail,
    }
    connection.execute(_ADD_AUDIT, values)


def _text(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str, sort_keys=True)
