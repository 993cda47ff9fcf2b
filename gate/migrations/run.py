"""Upgrade and downgrade by call: no alembic.ini, no command line.

Rules: a database that a newer release wrote is refused, not guessed at; every step runs in the one
transaction of the connection it is given.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gate.errors import DatabaseUnusable


def settings(connection: Connection | None = None) -> Config:
    """Alembic's settings, with the connection on which env.py runs."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this release needs."""
    head = ScriptDirectory.from_config(settings()).get_current_head()
    if head is None:
        raise DatabaseUnusable("this installation has no migrations: install it again")
    return head


def current(connection: Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Bring the database to this release. Raises DatabaseUnusable for one from the future."""
    upgrade_to(connection, "head")


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring the database to a revision, which may be an earlier release's."""
    _must_know(current(connection))
    command.upgrade(settings(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the database back to an earlier release's revision; "base" empties it."""
    _must_know(current(connection))
    command.downgrade(settings(connection), revision)


def revisions() -> tuple[str, ...]:
    """Every revision that this release knows, oldest first."""
    scripts = ScriptDirectory.from_config(settings()).walk_revisions()
    return tuple(script.revision for script in scripts)[::-1]


def _must_know(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise DatabaseUnusable(
            f"the database is of revision {revision}, newer than this release: "
            "install the newer release again, or restore the backup made before its upgrade"
        )
