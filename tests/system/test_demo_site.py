"""The demo's site alone, worked through its wires by the ordinary drivers."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from gate.demonstration.plan import Roster
from hardware.board import BoardProtocol, BoardSettings, RelayBoard
from hardware.clock import SystemClock
from hardware.relay import open_board
from tests.system.site import EmulatedSite, emulated_site, wait_for

pytestmark = pytest.mark.system

ROSTER = Roster(
    residents=("吉A12345", "吉A8B2C1"),
    inside=("吉A8B2C1",),
    visitors=("辽B12345",),
    strangers=("京N88888",),
    lookalikes=("吉A1234S",),
    blocked=("吉B00001",),
    expired=("吉B00002",),
    second_cars=("吉B00003",),
    ambulance="吉A120V5",
    fire="吉X1190应急",
    police="吉A1234警",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedSite]:
    folder = tmp_path_factory.mktemp("site")
    with emulated_site(folder, ROSTER, "--pace", "4", "--patience", "4") as running:
        yield running


@pytest.fixture
def south(site: EmulatedSite) -> Iterator[RelayBoard]:
    place = site.places["south"]
    settings = BoardSettings(BoardProtocol.WAVESHARE, place["board"], "south", address=1)
    board = open_board(settings, SystemClock())
    board.connect()
    yield board
    board.close()


def _events(site: EmulatedSite, lane: str) -> list[str]:
    return [one.event for one in site.truth() if one.lane == lane]


def _next_at_line(site: EmulatedSite) -> int:
    """Wait for another vehicle before the southern arm; return how many events there are."""
    known = len(_events(site, "south"))
    wait_for(lambda: "at_line" in _events(site, "south")[known:], 40, "a vehicle at the line")
    return len(_events(site, "south"))


def test_the_boards_can_be_questioned_from_outside(site: EmulatedSite) -> None:
    assert site.ask("south", "relays") == "ok 00000000"
    assert site.ask("north", "show").startswith("ok waveshare")


def test_the_cameras_stream_pictures_of_their_lanes(site: EmulatedSite) -> None:
    for place in site.places.values():
        stream = cv2.VideoCapture(place["camera"])
        good, picture = stream.read()
        stream.release()
        assert good
        assert picture.shape == (720, 1280, 3)


def test_a_pulse_lets_the_driver_in_and_moves_no_other_arm(
    site: EmulatedSite, south: RelayBoard
) -> None:
    known = _next_at_line(site)
    south.pulse(1, 500)
    wait_for(lambda: "passed" in _events(site, "south")[known:], 15, "the vehicle went in")
    assert _events(site, "south")[known : known + 2] == ["pulse", "passed"]
    assert site.pulses("north") == []


def test_a_driver_whom_nobody_answers_makes_room_for_the_next(site: EmulatedSite) -> None:
    known = _next_at_line(site)
    wait_for(lambda: "came" in _events(site, "south")[known:], 40, "the next vehicle")
    assert _events(site, "south")[known : known + 2] == ["backed_out", "came"]


def test_loops_and_limit_switches_follow_the_vehicle(site: EmulatedSite, south: RelayBoard) -> None:
    presence, safety, behind, up, down = range(5)
    _next_at_line(site)
    assert south.read_inputs()[presence]
    assert south.read_inputs()[down]
    south.pulse(1, 500)
    seen: set[int] = set()

    def followed() -> bool:
        levels = south.read_inputs()
        seen.update(place for place in (safety, behind, up) if levels[place])
        assert not (levels[up] and levels[down])
        assert not (levels[safety] and levels[down])
        return len(seen) == 3

    wait_for(followed, 15, "arm up, both loops")


def test_its_log_is_one_line_of_json_for_each_event(site: EmulatedSite) -> None:
    wait_for(lambda: site.truth() != [], 40, "the first event")
    for line in site.log.read_text(encoding="utf-8").splitlines():
        assert {"at", "lane", "event"} <= json.loads(line).keys()


def test_it_ends_when_its_standard_input_does(tmp_path: Path) -> None:
    with emulated_site(tmp_path, ROSTER, "--traffic", "never") as site:
        board = Path(site.places["south"]["board"])
        assert board.exists()
        assert site.process.stop() == 0
        assert not board.exists()
