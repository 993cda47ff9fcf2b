"""What systemd hears over its own kind of socket: ready, alive while the lanes are, stopping."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.app.service import _Alive


@pytest.fixture
def systemd(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A notify socket as systemd makes one; a watchdog that wants a word every 0.2 s."""
    with (
        tempfile.TemporaryDirectory() as folder,  # pytest's folders are too long for a socket.
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens,
    ):
        path = str(Path(folder) / "notify")
        listens.bind(path)
        listens.settimeout(30.0)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        yield listens


def test_ready_then_alive_then_stopping(systemd: socket.socket) -> None:
    alive = _Alive(lambda: True)
    alive.start()
    heard = [systemd.recv(64) for _ in range(4)]
    alive.stop()
    while (word := systemd.recv(64)) == b"WATCHDOG=1":
        pass
    assert heard == [b"READY=1", *[b"WATCHDOG=1"] * 3]
    assert word == b"STOPPING=1"


def test_a_lane_that_died_is_not_covered_up(systemd: socket.socket) -> None:
    """systemd then ends the service and starts it again."""
    asked = threading.Semaphore(0)

    def dead() -> bool:
        asked.release()
        return False

    alive = _Alive(dead)
    alive.start()
    assert systemd.recv(64) == b"READY=1"
    for _ in range(3):
        assert asked.acquire(timeout=30.0)
    alive.stop()
    assert systemd.recv(64) == b"STOPPING=1", "no word of life in between"


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    alive = _Alive(lambda: True)
    alive.start()
    alive.stop()
