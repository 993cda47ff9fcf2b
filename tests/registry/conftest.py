"""A register in memory for each test, and a fixed instant."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from registry import records
from registry.store import Author

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def engine() -> Iterator[Engine]:
    assert records.Vehicle.__tablename__ == "vehicle"
    made = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(made, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON").close())
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def wang() -> Author:
    """The manager who changes things in these tests."""
    return Author("wang", NOON)
