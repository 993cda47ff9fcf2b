"""A crowd of clients without a log-in, and few descriptors: the console and the lanes stay."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from gate.console.session.anonymous_sockets import MOST
from tests.system.site import PASSWORD, RunningGate, lone_gate, wait_for

FEW = 256
CROWD = 300
HALF = b"GET / HTTP/1.1\r\nHost: a\r\n"
SOCKET = (
    b"GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGate]:
    """`gate run` with few descriptors, and a guard who may log in."""
    folder = tmp_path_factory.mktemp("crowd")
    with lone_gate(folder, "guard", "guard") as running:
        resource.prlimit(running.child.pid, resource.RLIMIT_NOFILE, (FEW, FEW))
        running.wait_until_up()
        yield running


def log_in(gate: RunningGate) -> int:
    """Log in as a guard does and open the first page; return its status."""
    with httpx.Client(base_url=f"http://127.0.0.1:{gate.port}", timeout=20) as client:
        assert client.get("/login").status_code == 200
        entered = client.post("/login", data={"name": "guard", "password": PASSWORD})
        assert entered.status_code == 303
        return client.get("/live").status_code


def plug(gate: RunningGate, said: bytes) -> socket.socket:
    """Connect and say that much."""
    made = socket.create_connection(("127.0.0.1", gate.port), 20)
    made.sendall(said)
    return made


def files(gate: RunningGate) -> int:
    """How many descriptors the gate has open."""
    return len(list(Path(f"/proc/{gate.child.pid}/fd").iterdir()))


@pytest.mark.parametrize("said", [b"", HALF, SOCKET], ids=["nothing", "half a head", "a socket"])
def test_a_crowd_without_a_log_in_keeps_nobody_out(gate: RunningGate, said: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(CROWD):
            stack.enter_context(closing(plug(gate, said)))
        assert log_in(gate) == 200
        assert files(gate) < FEW - 32


def is_let_in(gate: RunningGate) -> bool:
    """Whether a stranger's socket is opened now."""
    with closing(plug(gate, SOCKET)) as made:
        return b" 101 " in made.recv(1000)


def test_strangers_sockets_are_few_and_end(gate: RunningGate) -> None:
    wait_for(lambda: is_let_in(gate), 30.0, "the crowd before has gone")
    with ExitStack() as stack:
        held = [stack.enter_context(closing(plug(gate, SOCKET))) for _ in range(2 * MOST)]
        heads = [one.recv(1000).split(b"\r\n")[0] for one in held]
        assert 0 < sum(b" 101 " in head for head in heads) <= MOST
        for one in held:
            while one.recv(65_536):
                pass


def test_what_a_crowd_held_is_free_again(gate: RunningGate) -> None:
    with ExitStack() as stack:
        for _ in range(CROWD):
            stack.enter_context(closing(plug(gate, HALF)))
    wait_for(lambda: files(gate) < FEW // 2, 30.0, "descriptors are free")
