"""The demo's site alone, worked through its wires by the ordinary drivers."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from gate.demo.plan import Roster
from hardware.boards.board import BoardProtocol, BoardSettings, RelayBoard
from hardware.boards.factory import open_board
from hardware.clock import SystemClock
from tests.system.site import EmulatedSite, Happened, emulated_site, wait_for

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
    with emulated_site(folder, ROSTER, "--pace", "4", "--patience", "24") as running:
        yield running


@pytest.fixture
def south(site: EmulatedSite) -> Iterator[RelayBoard]:
    place = site.places["south"]
    settings = BoardSettings(BoardProtocol.WAVESHARE, place["board"], "south", address=1)
    board = open_board(settings, SystemClock())
    board.connect()
    yield board
    board.close()


def _events(site: EmulatedSite, lane: str) -> list[Happened]:
    return [one for one in site.truth() if one.lane == lane]


def _next_at_line(site: EmulatedSite) -> tuple[Happened, int]:
    """Wait for another vehicle before the southern arm; give it and how many events there are."""
    known = len(_events(site, "south"))

    def came() -> list[Happened]:
        return [one for one in _events(site, "south")[known:] if one.event == "at_line"]

    wait_for(lambda: came() != [], 40, "a vehicle at the line")
    return came()[-1], len(_events(site, "south"))


def _happens(site: EmulatedSite, known: int, event: str, to: Happened | None = None) -> Happened:
    """Wait for an event at the southern arm after the first `known` ones; give it."""

    def those() -> list[Happened]:
        later = _events(site, "south")[known:]
        return [one for one in later if one.event == event and (not to or one.plate == to.plate)]

    wait_for(lambda: those() != [], 40, f"{event} of {to.plate if to else 'anybody'}")
    return those()[0]


def _let_in(site: EmulatedSite, south: RelayBoard) -> tuple[Happened, int]:
    """Raise the southern arm for a driver who is still there; as _next_at_line otherwise."""
    for _ in range(5):
        driver, known = _next_at_line(site)
        south.pulse(1, 500)
        if _happens(site, known, "pulse").plate == driver.plate:
            return driver, known  # on a slow machine a driver may have left before the pulse came
    raise AssertionError("five drivers left before a pulse reached the board")


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
    driver, known = _let_in(site, south)
    assert _happens(site, known, "passed", driver)
    assert site.pulses("north") == []


def test_a_driver_whom_nobody_answers_makes_room_for_the_next(site: EmulatedSite) -> None:
    driver, known = _next_at_line(site)
    left = _happens(site, known, "backed_out", driver)
    place = _events(site, "south").index(left)
    assert _happens(site, place, "came").plate != driver.plate
    assert not [one for one in _events(site, "south")[known:place] if one.event == "pulse"]


def test_loops_and_limit_switches_follow_the_vehicle(site: EmulatedSite, south: RelayBoard) -> None:
    presence, safety, behind, up, down = range(5)
    _next_at_line(site)
    assert south.read_inputs()[presence]
    assert south.read_inputs()[down]
    _let_in(site, south)
    seen: set[int] = set()

    def followed() -> bool:
        levels = south.read_inputs()
        seen.update(place for place in (safety, behind, up) if levels[place])
        assert not (levels[up] and levels[down])
        assert not (levels[safety] and levels[down])
        return len(seen) == 3

    wait_for(followed, 40, "arm up, both loops")


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
