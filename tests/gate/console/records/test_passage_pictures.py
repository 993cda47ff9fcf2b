"""A passage's picture is on record whether or not a plate was read; where none is, why is said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from gate.console.records.passage_pictures import Missing, ShownPicture, shown
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import PassageDecided
from gate.domain.passage import PassageId, Picture
from gate.privacy.retention import Limits, Retention
from gate.reports.reports import Reports
from gate.storage.pictures import Pictures
from tests.gate.journal.journal_cast import (
    SOUTH,
    Desk,
    decision,
    desk,
    ended,
    file_keyring,
    ordered,
    started,
)

JPEG = b"\xff\xd8 a car without a plate \xff\xd9"
NO_PLATE = Decision(Verdict.ASK_GUARD, Reason.NO_PLATE)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "data") as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(tmp_path / "pictures", file_keyring())
    yield made
    made.close()


def look(office: Desk, pictures: Pictures, name: str) -> ShownPicture:
    detail = Reports(office.database, office.keyring, UTC).passage(PassageId(name))
    assert detail is not None
    return shown(detail.row, detail.records, pictures)


def on_row(office: Desk, name: str) -> str:
    """By the row a held passage keeps its picture, and a person gets a copy of it."""
    detail = Reports(office.database, office.keyring, UTC).passage(PassageId(name))
    return detail.row.picture_frame if detail else ""


def decided(name: str, by: str, picture: Picture, what: Decision = NO_PLATE) -> PassageDecided:
    return PassageDecided(PassageId(name), SOUTH, what, by, picture=picture)


def test_a_vehicle_without_a_plate_has_its_picture_on_record(
    office: Desk, pictures: Pictures
) -> None:
    name = pictures.put(JPEG)
    office.journal.append(started("a"), decided("a", "auto", Picture(name)))
    assert look(office, pictures, "a") == ShownPicture(Picture(name), None)
    assert on_row(office, "a") == name


def test_so_has_a_raise_by_hand_without_a_reading(office: Desk, pictures: Pictures) -> None:
    name = pictures.put(JPEG)
    by_hand = decision("", verdict=Verdict.ADMIT, reason=Reason.BY_HAND)
    office.journal.append(started("a"), decided("a", "wang", Picture(name), by_hand))
    office.journal.append(ordered("a", "", by="wang"), ended("a"))
    assert look(office, pictures, "a") == ShownPicture(Picture(name), None)
    assert on_row(office, "a") == name


def test_a_later_answer_without_a_picture_does_not_take_the_first_one_away(
    office: Desk, pictures: Pictures
) -> None:
    name = pictures.put(JPEG)
    office.journal.append(started("a"), decided("a", "auto", Picture(name)))
    office.journal.append(decided("a", "wang", Picture()))
    assert look(office, pictures, "a").names.frame == name


def test_what_was_never_taken_is_not_called_deleted(office: Desk, pictures: Pictures) -> None:
    office.journal.append(started("a"), decided("a", "auto", Picture()))
    assert look(office, pictures, "a") == ShownPicture(Picture(), Missing.NONE_TAKEN)


def test_what_the_rule_deleted_is_called_deleted(office: Desk, pictures: Pictures) -> None:
    office.journal.append(started("a"), decided("a", "auto", Picture(pictures.put(JPEG))))
    office.journal.append(ended("a"))
    office.clock.pass_by(timedelta(days=40).total_seconds())
    Retention(office.journal, pictures, Limits(), office.clock).run()
    pictures.remove(pictures.put(JPEG))  # the file is younger than the made-up time
    assert look(office, pictures, "a") == ShownPicture(Picture(), Missing.DELETED)


def test_what_was_taken_and_did_not_reach_the_disk_is_called_lost(
    office: Desk, pictures: Pictures
) -> None:
    office.journal.append(started("a"), decided("a", "auto", Picture("ab" * 32)))
    assert look(office, pictures, "a") == ShownPicture(Picture(), Missing.LOST)


def test_a_picture_that_an_earlier_release_kept_in_the_journal_alone_is_shown(
    office: Desk, pictures: Pictures
) -> None:
    name = pictures.put(JPEG)
    office.journal.append(started("a"), decided("a", "auto", Picture(name)))
    detail = Reports(office.database, office.keyring, UTC).passage(PassageId("a"))
    assert detail is not None
    old = replace(detail.row, picture_frame="", picture_plate="")
    assert shown(old, detail.records, pictures) == ShownPicture(Picture(name), None)
