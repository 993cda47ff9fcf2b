"""The stop line is remembered over a restart, from the vehicles that were let in by their plate."""

from dataclasses import replace
from pathlib import Path

from gate.app.resume import remembered
from gate.domain.entries import PassageRead
from tests.gate.journal.journal_cast import NORTH, SOUTH, Desk, desk, whole


def drive(made: Desk, name: str, width: float, **changes: object) -> None:
    for entries in whole(name, "吉A12345", **changes):
        made.journal.append(
            *(
                replace(one, width=width, x=900.0, y=500.0) if isinstance(one, PassageRead) else one
                for one in entries
            )
        )


def test_the_plates_of_those_who_were_let_in_come_back_in_order(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        for number in range(3):
            drive(made, f"car-{number}", 100.0 + number)
        drive(made, "other", 300.0, lane=NORTH)
        with made.database.reading() as connection:
            assert remembered(connection, SOUTH, made.keyring).spots == tuple(
                (900.0, 500.0, 100.0 + number) for number in range(3)
            )


def test_an_empty_journal_knows_no_line(tmp_path: Path) -> None:
    with desk(tmp_path) as made, made.database.reading() as connection:
        assert remembered(connection, SOUTH, made.keyring).spots == ()
