"""The guards that make `entry` and `body` append-only, on both engines.

An entry is never changed and never removed. A body is never changed, and goes away in one way only:
emptied, and marked with the entry that records the purge (gate/privacy/retention.py). Frozen with
0001; a later release that needs other guards writes its own file.
"""

import sqlalchemy as sa

_REFUSED = "the journal is append-only"
_PURGED = (
    "NEW.seq = OLD.seq AND NEW.sealed IS NULL AND NEW.salt IS NULL "
    "AND OLD.purged_by IS NULL AND NEW.purged_by IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM entry WHERE seq = NEW.purged_by AND kind = 'ServiceNoted')"
)

_SQLITE = tuple(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} {when}"
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for table, verb, when in (
        ("entry", "UPDATE", ""),
        ("entry", "DELETE", ""),
        ("body", "UPDATE", f"WHEN NOT ({_PURGED}) "),
        ("body", "DELETE", ""),
    )
)

_REFUSE = f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
_PURGE_ONLY = f"$$ BEGIN IF {_PURGED} THEN RETURN NEW; END IF; RAISE EXCEPTION '{_REFUSED}'; END $$"
_GUARD = "BEFORE {} EXECUTE FUNCTION {}()"

_POSTGRES = (
    f"CREATE FUNCTION gate_refuse() RETURNS trigger LANGUAGE plpgsql AS {_REFUSE}",
    f"CREATE FUNCTION gate_purge_only() RETURNS trigger LANGUAGE plpgsql AS {_PURGE_ONLY}",
    f"CREATE TRIGGER entry_guard {_GUARD.format('UPDATE OR DELETE ON entry', 'gate_refuse')}",
    f"CREATE TRIGGER entry_kept {_GUARD.format('TRUNCATE ON entry', 'gate_refuse')}",
    f"CREATE TRIGGER body_update {_GUARD.format('UPDATE ON body FOR EACH ROW', 'gate_purge_only')}",
    f"CREATE TRIGGER body_guard {_GUARD.format('DELETE ON body', 'gate_refuse')}",
    f"CREATE TRIGGER body_kept {_GUARD.format('TRUNCATE ON body', 'gate_refuse')}",
)

_DROP_SQLITE = tuple(
    f"DROP TRIGGER {name}"
    for name in ("entry_update", "entry_delete", "body_update", "body_delete")
)
_DROP_POSTGRES = (
    "DROP TRIGGER entry_guard ON entry",
    "DROP TRIGGER entry_kept ON entry",
    "DROP TRIGGER body_update ON body",
    "DROP TRIGGER body_guard ON body",
    "DROP TRIGGER body_kept ON body",
    "DROP FUNCTION gate_refuse",
    "DROP FUNCTION gate_purge_only",
)


def create(connection: sa.Connection) -> None:
    """Put the guards up."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.exec_driver_sql(statement)


def drop(connection: sa.Connection) -> None:
    """Take them down: only a downgrade does."""
    for statement in _DROP_SQLITE if connection.dialect.name == "sqlite" else _DROP_POSTGRES:
        connection.exec_driver_sql(statement)
