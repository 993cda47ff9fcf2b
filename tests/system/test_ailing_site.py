"""The whole program with a board that answers and does not do its part, and a spoiled database."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from tests.hardware.station.ailing import AILMENTS, INPUTS, Ailing
from tests.system.site import PASSWORD, RunningGate, lone_gate, rows, wait_for


@dataclass(frozen=True, slots=True)
class Hut:
    """The gate, its board, and its data."""

    gate: RunningGate
    board: EmulatedDevice
    data: Path

    @property
    def model(self) -> Ailing:
        model = self.board.model
        assert isinstance(model, Ailing)
        return model

    def said_of_the_board(self) -> str:
        """What /readyz says of it, "" where it is well."""
        answer = self.gate.read("/readyz")
        return str(json.loads(answer)["parts"].get("board south", "")) if answer else ""

    def alarms(self, kind: str) -> list[dict[str, object]]:
        """The evidence of each alarm of a kind."""
        found = rows(self.data, "SELECT evidence FROM alarm WHERE kind = ?", kind)
        return [json.loads(row["evidence"]) for row in found]

    def figure(self, name: str) -> float:
        found = re.search(rf"^{name}\S* (\S+)$", self.gate.read("/metrics"), re.MULTILINE)
        return float(found[1]) if found else -1.0

    def wait(self, true: object, what: str) -> None:
        assert callable(true)
        wait_for(true, 60.0, what, self.gate.said)


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hut]:
    folder = tmp_path_factory.mktemp("ailing")
    link, inputs = folder / "b", "presence: {channel: 1}, arm_down: {channel: 2}"
    with (
        EmulatedDevice(Ailing(WaveshareBoard()), line=PtyLine(link), baud=None) as board,
        lone_gate(folder, "wang", "guard", board=str(link), inputs=inputs) as gate,
    ):
        gate.wait_until_up()
        made = Hut(gate, board, folder / "data")
        made.wait(lambda: made.said_of_the_board() == "", "a board that is well")
        yield made


def test_exceptions_to_reads_are_alarmed_with_the_boards_name(hut: Hut) -> None:
    hut.model.ails, hut.model.spoil = INPUTS, AILMENTS["exception"]
    hut.wait(lambda: "inputs_unread: board one at" in hut.said_of_the_board(), "503")
    hut.wait(lambda: hut.figure("gate_board_up") == 0, "the figure")
    (evidence,) = hut.alarms("inputs_unread")
    assert str(evidence["board"]).startswith("board one at ")
    assert evidence["why"] == "refused"
    assert not hut.alarms("link_down")
    hut.model.ails = ()
    hut.wait(lambda: hut.said_of_the_board() == "", "a board that is well again")


def test_a_relay_that_stays_energised_is_alarmed(hut: Hut) -> None:
    relays = hut.model.relays
    relays.welded.add(1)
    relays.set(1, True, SystemClock().monotonic())
    hut.wait(lambda: "relay_stuck: board one at" in hut.said_of_the_board(), "503")
    (evidence,) = hut.alarms("relay_stuck")
    assert (evidence["relay"], evidence["channel"]) == ("raise", "1")
    relays.welded.clear()
    hut.wait(lambda: hut.said_of_the_board() == "", "a board that is well again")


def test_a_database_that_is_garbage_is_told_and_people_log_in(hut: Hut) -> None:
    assert hut.figure("gate_database_up") == 1
    for suffix in ("", "-wal"):
        with (hut.data / f"gate.db{suffix}").open("r+b") as file:
            file.write(b"garbage! " * 1000)
    hut.wait(lambda: hut.figure("gate_database_up") == 0, "the figure of the database")
    url = f"http://127.0.0.1:{hut.gate.port}"
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as browser:
        entered = browser.post("/login", data={"name": "wang", "password": PASSWORD})
        assert (entered.status_code, entered.url.path) == (200, "/live")
        again = browser.post("/login", data={"name": "wang", "password": "wrong"})
        assert again.status_code == 401
