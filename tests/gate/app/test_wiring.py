"""The translation of config.yaml into parts; the parts themselves are tested where they live."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate.app.from_config import with_user
from gate.app.resume import fire_was_on
from gate.app.stations import arm_settings, board_settings, groups
from gate.app.store import Store, open_store
from gate.app.wiring import Application
from gate.app.wiring_http import secret_of
from gate.domain.entries import ArmChanged, BarrierAction
from gate.domain.passage import LaneId
from gate.settings.config import parse
from hardware.barrier.inputs import InputContact, InputName
from hardware.barrier.model import BoardLink, Mode
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.faults import EmulatedFault
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from tests.gate.settings.test_config import GOOD
from tests.system.site import wait_for

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("source", "secret", "expected"),
    [
        ("rtsp://cam/1", "admin:p@ss/w:rd", "rtsp://admin:p%40ss%2Fw%3Ard@cam/1"),
        ("rtsp://old:user@cam:8554/1?x=1", "a:b", "rtsp://a:b@cam:8554/1?x=1"),
        ("rtsp://cam/1", "", "rtsp://cam/1"),
        ("/videos/gate.mp4", "a:b", "/videos/gate.mp4"),
    ],
)
def test_a_cameras_password_comes_from_the_environment(
    source: str, secret: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_TEST_CAMERA", secret)
    assert with_user(source, "GATE_TEST_CAMERA") == expected
    assert with_user(source, None) == source


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "session.key"
    first = secret_of(file)
    assert len(first) >= 32
    assert secret_of(file) == first
    assert file.stat().st_mode & 0o077 == 0


def test_a_normally_closed_contact_is_wired_as_such() -> None:
    text = GOOD.replace("{channel: 1}", "{channel: 1, normally: closed, debounce_ms: 80}")
    wiring = arm_settings(parse(text).lanes["south"]).inputs[InputName.PRESENCE]
    assert (wiring.channel, wiring.contact, wiring.debounce_ms) == (
        1,
        InputContact.NORMALLY_CLOSED,
        80,
    )


def test_the_relays_of_one_arm_exclude_each_other() -> None:
    text = GOOD.replace("raise: 1}", "raise: 1, lower: 2, controller: separate}")
    text += "      safety: {channel: 2, permanent_presence: true}\n"
    config = parse(text)
    arms = {"south": arm_settings(config.lanes["south"])}
    assert board_settings("one", config.boards["one"], arms).interlock == (frozenset({1, 2}),)


def test_boards_that_need_each_other_share_a_thread() -> None:
    text = (
        GOOD.replace("lanes:", "  loops: {protocol: waveshare, url: /dev/two}\nlanes:")
        .replace("direction: in", "direction: in\n    inputs_board: loops")
        .replace("lanes:", "  bus: {protocol: waveshare, url: /dev/one, address: 2}\nlanes:")
        .replace("lanes:", "  alone: {protocol: lcus, url: /dev/three}\nlanes:")
    )
    assert groups(parse(text)) == [["one", "loops", "bus"], ["alone"]]


def fire_known(store: Store, lane: str) -> bool:
    with store.database.reading() as connection:
        return fire_was_on(connection, lane, store.keyring)


def test_a_fire_opening_is_remembered_over_a_restart(tmp_path: Path) -> None:
    config = parse(GOOD).model_copy(update={"data": tmp_path})
    store = open_store(config)
    try:
        store.journal.start()
        assert not fire_known(store, "south")
        store.journal.append(ArmChanged(LaneId("south"), "open", "fire", "up", "clear"))
        store.journal.append(ArmChanged(LaneId("north"), "closed", "automatic", "up", "clear"))
        assert fire_known(store, "south")
        assert not fire_known(store, "north")
        store.journal.append(ArmChanged(LaneId("south"), "open", "automatic", "up", "clear"))
        assert not fire_known(store, "south")
    finally:
        store.close()


def test_the_gate_starts_without_what_only_its_eyes_and_rare_deeds_need() -> None:
    """OpenCV and the networks are the eyes'; the rest is loaded when somebody asks for it."""
    code = (
        "import sys, gate.app.service, gate.app.wiring, gate.app.wiring_http\n"
        "sys.exit(', '.join({'cv2', 'onnxruntime', 'alembic', 'pypinyin', 'opencc', 'torch'}"
        " & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def one_lane(folder: Path) -> Iterator[tuple[Application, EmulatedDevice]]:
    """A gate on an emulated board that answers; it is stopped at the end."""
    link = folder / "board"
    text = GOOD.replace("/dev/one", str(link)).replace("rtsp://camera/1", str(folder / "none"))
    config = parse(text).model_copy(update={"data": folder})
    with EmulatedDevice(WaveshareBoard(), line=PtyLine(link), baud=None) as device:
        gate = Application(config)
        gate.start()
        try:
            wait_for(lambda: gate.site.views()[0].link == BoardLink.UP, 30, "the board answers")
            yield gate, device
        finally:
            gate.stop()


def test_how_an_order_ended_is_written_before_the_gate_has_stopped(tmp_path: Path) -> None:
    """The board's answer is lost, so the order is still open when the gate is told to stop."""
    with one_lane(tmp_path) as (gate, device):
        device.faults.on(EmulatedFault.SILENCE)
        assert gate.site.raise_by_hand(LaneId("south"), "li", "a test", emergency=False)
    with sqlite3.connect(tmp_path / "gate.db") as database:
        assert database.execute("SELECT COUNT(*) FROM opening").fetchone() == (1,)
        assert database.execute("SELECT * FROM opening WHERE ended IS NULL").fetchall() == []


def test_a_gate_that_stops_releases_its_relays_and_tells_of_no_lost_board(tmp_path: Path) -> None:
    with one_lane(tmp_path) as (gate, device):
        assert gate.site.raise_by_hand(LaneId("south"), "li", "a test", emergency=False)
        board = device
    assert board.relays == (False,) * 8
    with sqlite3.connect(tmp_path / "gate.db") as database:
        assert database.execute("SELECT COUNT(*) FROM opening").fetchone() == (1,)
        assert database.execute("SELECT kind FROM alarm WHERE kind = 'link_down'").fetchall() == []


def test_an_arm_comes_back_as_people_left_it(tmp_path: Path) -> None:
    lane = LaneId("south")
    with one_lane(tmp_path) as (gate, _):
        assert gate.site.command(lane, BarrierAction.LOCK, "li", "a test")
        wait_for(lambda: gate.site.views()[0].locked, 30, "the lock")
    with one_lane(tmp_path) as (gate, _):
        wait_for(lambda: gate.site.views()[0].locked, 30, "the lock after a restart")
        assert not gate.site.views()[0].maintenance
        assert gate.site.command(lane, BarrierAction.UNLOCK, "li", "a test")
        assert gate.site.command(lane, BarrierAction.MAINTENANCE_ON, "li", "a test")
        wait_for(lambda: gate.site.views()[0].maintenance, 30, "maintenance")
    with one_lane(tmp_path) as (gate, _):
        wait_for(lambda: gate.site.views()[0].maintenance, 30, "maintenance after a restart")
        assert not gate.site.views()[0].locked


def test_an_arm_that_fire_held_up_is_held_up_again(tmp_path: Path) -> None:
    store = open_store(parse(GOOD).model_copy(update={"data": tmp_path}))
    try:
        store.journal.start()
        store.journal.append(ArmChanged(LaneId("south"), "open", "fire", "up", "clear"))
    finally:
        store.close()
    with one_lane(tmp_path) as (gate, _):
        wait_for(lambda: gate.site.views()[0].mode == Mode.FIRE, 30, "the fire opening")
