"""What a statement that failed was about goes into no error's text, and so into no log."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gate.storage.database import open_database


@pytest.mark.parametrize("end", ["writer", "reader"])
def test_an_error_of_the_database_says_no_plate(tmp_path: Path, end: str) -> None:
    database = open_database(tmp_path)
    engine = getattr(database, end)
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
        connection.execute(text("INSERT INTO nowhere VALUES (:plate)"), {"plate": "吉A12345"})
    assert "nowhere" in str(caught.value)
    assert "12345" not in f"{caught.value!s}{caught.value!r}"
    database.dispose()
