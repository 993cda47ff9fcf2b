"""The table of settings that were changed on the page; what is not in it is the file's."""

from datetime import datetime

from sqlmodel import Field, SQLModel

import registry.tables.records  # noqa: F401 - its naming of constraints must stand before these tables
from registry.tables.instants import UtcDateTime


class SettingRow(SQLModel, table=True):
    """A setting's value, as JSON, with who gave it last and when."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True, max_length=128)
    value: str = Field(max_length=1024)
    changed_by: str = Field(max_length=64)
    changed_at: datetime = Field(sa_type=UtcDateTime)
