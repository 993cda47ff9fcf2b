"""Lists and single things: one passage with everything, alarms, audit.

Part of gate.reports.reports.
"""

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from gate.domain.entries import Record
from gate.domain.passage import LaneId, PassageId
from gate.journal import store
from gate.reports.alarms import to_row
from gate.reports.model import AlarmRow, AuditFilter, AuditPage, AuditRow, OpeningRow, PassageDetail
from gate.reports.passage_log import by_id, by_number
from gate.storage.encryption import Keyring
from gate.storage.tables import alarm, audit, opening


def detail(connection: Connection, of: PassageId, keyring: Keyring) -> PassageDetail | None:
    """Everything that is known of a passage."""
    row = by_id(connection, of)
    if row is None:
        return None
    orders = select(opening).where(opening.c.passage == of).order_by(opening.c.seq)
    return PassageDetail(
        row=row,
        records=tuple(record(kept, keyring) for kept in store.of_passage(connection, of)),
        openings=tuple(_opening(one) for one in connection.execute(orders)),
        paired=None if row.paired is None else by_number(connection, row.paired),
    )


def record(kept: store.StoredEntry, keyring: Keyring) -> Record:
    """An entry as reports give it."""
    header = kept.link.header
    entry = store.readable(kept, keyring)
    return Record(header.seq, kept.at(), header.kind, header.lane, header.passage, entry)


def alarms(connection: Connection, *, standing: bool, limit: int) -> tuple[AlarmRow, ...]:
    """Alarms, newest first."""
    query = select(alarm).order_by(alarm.c.seq.desc()).limit(limit)
    if standing:
        query = query.where(alarm.c.acknowledged.is_(None))
    return tuple(to_row(row) for row in connection.execute(query))


def audit_page(
    connection: Connection, wanted: AuditFilter, cursor: int | None, limit: int
) -> AuditPage:
    """A page of the audit, newest first."""
    query = select(audit).where(*_audit_conditions(wanted)).order_by(audit.c.seq.desc())
    if cursor is not None:
        query = query.where(audit.c.seq < cursor)
    found = [_audit(row) for row in connection.execute(query.limit(limit + 1))]
    more = len(found) > limit
    return AuditPage(tuple(found[:limit]), found[limit - 1].seq if more else None)


def audit_row(connection: Connection, seq: int) -> AuditRow | None:
    """One line of the audit by its number in the journal."""
    row = connection.execute(select(audit).where(audit.c.seq == seq)).first()
    return None if row is None else _audit(row)


def _audit_conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(audit.c.at < wanted.until)
    if wanted.actor:
        conditions.append(audit.c.actor == wanted.actor)
    if wanted.target:
        conditions.append(audit.c.target == wanted.target)
    if wanted.action.endswith("*"):
        conditions.append(audit.c.action.startswith(wanted.action[:-1], autoescape=True))
    elif wanted.action:
        conditions.append(audit.c.action == wanted.action)
    return conditions


def _opening(row: Any) -> OpeningRow:
    return OpeningRow(
        order=row.order_id,
        passage=PassageId(row.passage),
        lane=LaneId(row.lane),
        actor=row.actor,
        reason=row.reason,
        remark=row.remark,
        emergency=row.emergency,
        ordered=row.ordered,
        ended=row.ended,
        outcome=row.outcome,
        why=row.why,
        sent=row.sent,
        received=row.received,
        millis=json.loads(row.millis),
    )


def _audit(row: Any) -> AuditRow:
    values = {name: getattr(row, name) for name in AuditRow.__slots__}
    return AuditRow(**values | {"detail": json.loads(row.detail)})
