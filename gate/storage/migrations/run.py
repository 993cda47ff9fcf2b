"""Upgrade and downgrade by call: no alembic.ini, no command line.

Rules: a database that a newer release wrote is refused, not guessed at; every step runs in the one
transaction of the connection it is given; Alembic is loaded only where there is a step to run.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from gate.domain.errors import DatabaseUnusableError

if TYPE_CHECKING:
    from alembic.config import Config

_STEP = re.compile(r"(\d{4})_\w+\.py")


def settings(connection: Connection | None = None) -> "Config":
    """Alembic's settings, with the connection on which env.py runs."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this release needs: steps are numbered in the order in which they run.

    Alembic is not asked: loading it only to learn that there is nothing to do takes longer than
    opening the database.
    """
    names = (_STEP.fullmatch(path.name) for path in (Path(__file__).parent / "versions").iterdir())
    head = max((name[1] for name in names if name), default=None)
    if head is None:
        raise DatabaseUnusableError("this installation has no migrations: install it again")
    return head


def current(connection: Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def upgrade(connection: Connection) -> None:
    """Bring the database to this release. Raises DatabaseUnusableError for one from the future."""
    upgrade_to(connection, "head")


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring the database to a revision, which may be an earlier release's."""
    from alembic import command

    _must_know(current(connection))
    command.upgrade(settings(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the database back to an earlier release's revision; "base" empties it."""
    from alembic import command

    _must_know(current(connection))
    command.downgrade(settings(connection), revision)


def revisions() -> tuple[str, ...]:
    """Every revision that this release knows, oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(settings()).walk_revisions()
    return tuple(script.revision for script in scripts)[::-1]


def _must_know(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise DatabaseUnusableError(
            f"the database is of revision {revision}, newer than this release: "
            "install the newer release again, or restore the backup made before its upgrade"
        )
