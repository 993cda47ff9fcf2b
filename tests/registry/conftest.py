"""A register in memory for each test, and a fixed instant."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from registry.store.store import Actor
from registry.tables import records

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@cache
def _template() -> bytes:
    """An empty register as bytes: copying it is much faster than making thirty tables."""
    assert records.Vehicle.__tablename__ == "vehicle"
    made = create_engine("sqlite://", poolclass=StaticPool)
    SQLModel.metadata.create_all(made)
    with made.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        content = raw.serialize()
    made.dispose()
    return content


def _connect() -> sqlite3.Connection:
    raw = sqlite3.connect(":memory:", check_same_thread=False)
    raw.deserialize(_template())
    raw.execute("PRAGMA foreign_keys=ON").close()
    return raw


@contextmanager
def empty_register() -> Iterator[Session]:
    """A session over a register of its own, with nothing in it."""
    engine = create_engine("sqlite://", creator=_connect, poolclass=StaticPool)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def session() -> Iterator[Session]:
    with empty_register() as opened:
        yield opened


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def wang() -> Actor:
    """The manager who changes things in these tests."""
    return Actor("wang", NOON)
