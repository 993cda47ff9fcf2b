"""The demo's cast: who is registered, who only looks like it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from gate.demo.community import POLICE_CAR, cast, settle
from gate.demo.plan import Roster
from gate.demo.settings import config_text
from gate.settings.config import parse
from gate.storage.database import open_database
from registry.rules.plates import Plate, one_apart
from registry.rules.plates import parse as parse_plate
from registry.store.sample import Sample, Size, generate
from registry.tables.records import Presence, Vehicle

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SMALL = Size(buildings=4, households=120, residents=200, vehicles=140, passes=12)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return generate(3, AT, SMALL)


@pytest.fixture(scope="module")
def roster(sample: Sample) -> Roster:
    return cast(sample, 3, AT)


def test_every_plate_of_the_cast_is_a_plate(roster: Roster) -> None:
    singles = (roster.ambulance, roster.fire, roster.police)
    several = (roster.residents, roster.visitors, roster.strangers, roster.lookalikes)
    for text in (*singles, *(plate for plates in several for plate in plates)):
        assert isinstance(parse_plate(text), Plate), text


def test_lookalikes_are_one_lookalike_character_from_a_resident_and_registered_nowhere(
    sample: Sample, roster: Roster
) -> None:
    registered = {vehicle.plate for _, vehicle in sample.vehicles}
    assert len(roster.lookalikes) >= 5
    for text in roster.lookalikes:
        assert text not in registered
        assert any(one_apart(text, plate) for plate in roster.residents)


def test_strangers_are_not_near_anybody(sample: Sample, roster: Roster) -> None:
    registered = {vehicle.plate for _, vehicle in sample.vehicles}
    for text in roster.strangers:
        assert text not in registered
        assert not any(one_apart(text, plate) for plate in registered)


def test_a_second_car_belongs_to_a_space_that_is_taken(sample: Sample, roster: Roster) -> None:
    assert roster.second_cars
    assert not set(roster.second_cars) & set(roster.residents)


def test_the_police_car_is_in_no_list(sample: Sample) -> None:
    assert POLICE_CAR not in {vehicle.plate for _, vehicle in sample.vehicles}


def test_the_register_holds_the_cast(tmp_path: Path, sample: Sample, roster: Roster) -> None:
    database = open_database(tmp_path)
    with database.writing() as connection, Session(bind=connection) as session:
        settle(session, sample, roster, AT)
        session.flush()
        plates = set(session.exec(select(Vehicle.plate)))
        inside = set(session.exec(select(Presence.plate)))
    database.dispose()
    assert set(roster.residents) <= plates
    assert inside == set(roster.inside)


def test_the_demo_configures_both_gates_one_way(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("GATE_DATA", raising=False)
    places = {
        lane: {"board": f"{tmp_path}/{lane}", "camera": f"http://127.0.0.1/{lane}.mjpg"}
        for lane in ("south", "north")
    }
    config = parse(config_text(8000, tmp_path, places))
    assert {lane: str(one.direction) for lane, one in config.lanes.items()} == {
        "south": "in",
        "north": "out",
    }
    assert config.web.host == "127.0.0.1"
    assert config.data == tmp_path
