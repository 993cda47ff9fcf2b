"""Alembic's entry: runs the steps on the connection that gate.storage.migrations.run hands over.

The connection is in a transaction already; both engines roll a half-done step back as a whole.
"""

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlmodel import SQLModel

import gate.storage.account_tables
import gate.storage.settings_table
import registry.tables.records
from gate.storage import tables

# Importing the modules is what fills SQLModel's metadata; naming them here keeps that visible.
OWNERS = (
    gate.storage.account_tables.UserRow,
    gate.storage.settings_table.SettingRow,
    registry.tables.records.Vehicle,
)
TARGETS: list[MetaData] = [tables.metadata, SQLModel.metadata]


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=TARGETS,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=False,
    )
    context.run_migrations()


_run(context.config.attributes["connection"])
