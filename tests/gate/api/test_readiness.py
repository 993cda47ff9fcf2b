"""Ready means: decides on its own."""

import json
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from gate.app import http
from gate.domain.ports import LaneView
from gate.journal.health import Health
from gate.lanes.event_bus import EventBus
from gate.monitoring.readiness import Readiness, readiness
from hardware.station.events import BoardFault
from tests.gate.api.conftest import Api
from tests.gate.console.fakes import FakeClock, FakeLanes, FakePictures

WELL = Health(None, "", 0, 0)
AWAY = replace(WELL, away_since=FakeClock().now().utc, why="locked")


def lanes(**changes: object) -> tuple[LaneView, ...]:
    south, north = FakeLanes(FakeClock(), EventBus(), FakePictures()).views()
    return replace(south, **changes), north


def test_a_gate_whose_lanes_see_and_move_is_ready() -> None:
    assert readiness(WELL, None, lanes()) == Readiness()


@pytest.mark.parametrize("camera", ["starting", "restarting", "frozen", "black", "no_answer"])
def test_a_camera_that_does_not_see_stops_deciding(camera: str) -> None:
    said = readiness(WELL, None, lanes(camera=camera))
    assert said.stops == {"camera south": camera}
    assert not said.ready


def test_a_silent_board_stops_deciding() -> None:
    why = "board b at /dev/x: silent: no answer"
    said = readiness(WELL, None, lanes(link="down", link_why=why)).stops
    assert said == {"board south": f"the relay board does not answer: {why}"}


@pytest.mark.parametrize("fault", BoardFault)
def test_a_board_that_answers_and_does_not_do_its_part_stops_deciding(fault: BoardFault) -> None:
    said = readiness(WELL, None, lanes(board_faults={fault.value: "board b at /dev/x: refused"}))
    assert said.stops == {"board south": f"{fault.value}: board b at /dev/x: refused"}


def test_a_database_that_is_away_is_told_and_does_not_stop_deciding() -> None:
    said = readiness(AWAY, AWAY.away_since, lanes())
    assert said.ready
    assert set(said.notes) == {"journal", "register"}


def test_nothing_kept_stops_deciding() -> None:
    said = readiness(replace(AWAY, nothing_kept=True), None, lanes())
    assert set(said.stops) == {"journal"}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (Readiness(), 200),
        (Readiness(notes={"journal": "spool"}), 200),
        (Readiness(stops={"camera south": "starting"}), 503),
    ],
)
def test_the_answer_says_it_in_its_status(api: Api, state: Readiness, code: int) -> None:
    app = http.build(api.app.state.services, EventBus(), lambda: state, CollectorRegistry())
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == code
    assert json.loads(answer.text) == {
        "ready": code == 200,
        "parts": {**state.stops, **state.notes},
    }
