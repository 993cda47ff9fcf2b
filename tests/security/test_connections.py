"""Unfinished requests do not take the console away: a real server, and clients that dawdle."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from websockets.sync.client import connect

from gate.settings.config import WebConfig
from gate.web.connections import GOING, Connection, Connections, Listener, Patience
from gate.web.deadlines import MAX_HEAD, protocol
from gate.web.descriptors import KEPT_BACK, LEAST, for_the_web
from gate.web.proxies import known
from tests.security.test_tls import write

SHORT = Patience(
    most=24,
    per_address=24,
    handshake_s=0.3,
    head_s=0.3,
    body_pause_s=0.3,
    body_s=1.5,
    idle_s=0.3,
    take_s=0.3,
)
PATIENT = Patience(most=24, per_address=24)
LARGE = 30_000_000
WITHIN_S = 20.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the length of the body; /large with a lot; a socket with what it hears."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    length, more = 0, True
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = bytes(LARGE) if scope["path"] == "/large" else str(length).encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


class Web:
    """The server's address, and ways to be rude to it."""

    def __init__(self, port: int, others: Connections) -> None:
        self.port, self.others = port, others

    def plug(self, said: bytes = b"", host: str = "127.0.0.1") -> socket.socket:
        plug = socket.create_connection(("127.0.0.1", self.port), WITHIN_S, (host, 0))
        plug.sendall(said)
        return plug

    def ask(self, host: str = "127.0.0.1", path: str = "/") -> str:
        with closing(self.plug(host=host)) as plug:
            plug.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return read_all(plug).decode().partition(" ")[2][:3]


def read_all(plug: socket.socket) -> bytes:
    """Return what comes until the end; a connection that was reset has ended as well."""
    said = b""
    try:
        while piece := plug.recv(65_536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def keep_saying(plug: socket.socket, piece: bytes) -> None:
    """Send a little again and again until the other end has had enough."""
    plug.settimeout(0.05)
    for _ in range(int(WITHIN_S / 0.05)):
        try:
            plug.sendall(piece)
            if not plug.recv(65_536):
                return
        except TimeoutError:
            continue
        except OSError:
            return
    pytest.fail("it is still waited for")


@contextmanager
def web(
    patience: Patience = SHORT, tls: Path | None = None, proxies: tuple[str, ...] = ()
) -> Iterator[Web]:
    others = Connections(patience, known(proxies))
    listener = Listener(socket.AF_INET, socket.SOCK_STREAM)
    listener.others = others
    listener.bind(("127.0.0.1", 0))
    certificate, key = write(tls, "cert") if tls else (None, None)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="critical",
            loop="asyncio",
            http=protocol(others),
            ssl_certfile=certificate,
            ssl_keyfile=key,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=lambda: server.run([listener]), name="web")
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.01)
        yield Web(listener.getsockname()[1], others)
    finally:
        server.should_exit = True
        thread.join(WITHIN_S)
        listener.close()
    assert not thread.is_alive()


HALF = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"


class TestWhoDawdlesIsCutOff:
    @pytest.mark.parametrize(
        "said", [b"", b"G", HALF, POST, POST + b"half", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"]
    )
    def test_who_says_no_more(self, said: bytes) -> None:
        with web() as pages, closing(pages.plug(said)) as plug:
            read_all(plug)

    @pytest.mark.parametrize("said", [HALF + b"X-A: ", POST], ids=["head", "body"])
    def test_who_says_a_little_now_and_then(self, said: bytes) -> None:
        with web() as pages, closing(pages.plug(said)) as plug:
            keep_saying(plug, b"a")

    def test_whose_head_never_ends(self) -> None:
        endless = b"X-A: " + b"a" * 100 * MAX_HEAD
        refused = pytest.raises((ConnectionResetError, BrokenPipeError))
        with web(PATIENT) as pages, closing(pages.plug(HALF)) as plug, refused:
            plug.sendall(endless)

    def test_who_asks_for_much_and_takes_nothing(self) -> None:
        with web() as pages:
            plug = pages.plug(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            until(lambda: len(pages.others) == 1)
            until(lambda: len(pages.others) == 0)
            with closing(plug):
                assert len(read_all(plug)) < LARGE

    def test_who_never_shakes_hands(self, tmp_path: Path) -> None:
        with web(tls=tmp_path) as pages, closing(pages.plug(b"\x16\x03\x01")) as plug:
            read_all(plug)


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that comes."""
    for _ in range(int(WITHIN_S / 0.02)):
        if holds():
            return
        threading.Event().wait(0.02)
    pytest.fail("it never came true")


class TestWhoIsWelcomeStays:
    def test_a_slow_upload_that_goes_on_is_taken_whole(self) -> None:
        patience = replace(SHORT, body_pause_s=1.0, body_s=30.0)
        with web(patience) as pages, closing(pages.plug(POST)) as plug:
            for _ in range(10):
                threading.Event().wait(0.15)
                plug.sendall(b"a" * 100)
            assert read_all(plug).endswith(b"1000")

    def test_a_socket_stays_open(self) -> None:
        with web() as pages, connect(f"ws://127.0.0.1:{pages.port}/") as plug:
            threading.Event().wait(1.0)
            plug.send("still there")
            assert plug.recv(WITHIN_S) == "still there"

    def test_large_answers_are_taken_at_leisure(self) -> None:
        with web(replace(SHORT, take_s=1.0)) as pages:
            plug, got = pages.plug(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"), 0
            with closing(plug):
                for _ in range(10):
                    threading.Event().wait(0.2)
                    got += len(plug.recv(300_000))
                assert got + len(read_all(plug)) > LARGE


class TestRoom:
    def test_three_hundred_unfinished_requests_keep_nobody_out(self) -> None:
        with web(PATIENT) as pages, ExitStack() as stack:
            for _ in range(300):
                stack.enter_context(closing(pages.plug(HALF)))
                assert len(pages.others) <= PATIENT.most
            for _ in range(5):
                assert pages.ask() == "200"

    def test_three_hundred_unfinished_handshakes_keep_nobody_out(self, tmp_path: Path) -> None:
        with web(PATIENT, tls=tmp_path) as pages, ExitStack() as stack:
            for _ in range(300):
                stack.enter_context(closing(pages.plug(b"\x16\x03\x01")))
            trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
            plug = trusting.wrap_socket(pages.plug(), server_hostname="localhost")
            with closing(plug):
                plug.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                assert plug.recv(100).startswith(b"HTTP/1.1 200")

    def test_one_address_does_not_take_the_room_of_others(self) -> None:
        with web(replace(PATIENT, per_address=4)) as pages, ExitStack() as stack:
            quiet = [stack.enter_context(closing(pages.plug(HALF, "127.0.0.9")))]
            for _ in range(50):
                stack.enter_context(closing(pages.plug(HALF, "127.0.0.2")))
            until(lambda: len(pages.others) <= 5)
            quiet[0].sendall(b"\r\n")
            assert quiet[0].recv(100).startswith(b"HTTP/1.1 200")

    def test_a_proxy_stands_for_many(self) -> None:
        patience = replace(PATIENT, per_address=4)
        with web(patience, proxies=("127.0.0.0/30",)) as pages, ExitStack() as stack:
            plugs = [stack.enter_context(closing(pages.plug(HALF, "127.0.0.2"))) for _ in range(12)]
            for plug in plugs:
                plug.sendall(b"\r\n")
                assert plug.recv(100).startswith(b"HTTP/1.1 200")

    def test_open_sockets_make_no_way_and_the_new_one_is_not_taken(self) -> None:
        with web(replace(PATIENT, most=3)) as pages, ExitStack() as stack:
            url = f"ws://127.0.0.1:{pages.port}/"
            held = [stack.enter_context(connect(url)) for _ in range(3)]
            with closing(pages.plug(HALF)) as refused:
                assert read_all(refused) == b""
            held[0].close()
            until(lambda: len(pages.others) == 2)
            assert pages.ask() == "200"

    def test_who_has_gone_is_counted_no_more(self) -> None:
        with web(PATIENT) as pages:
            for _ in range(3 * PATIENT.most):
                assert pages.ask() == "200"
            until(lambda: len(pages.others) == 0)


def test_descriptors_are_kept_back_for_lanes() -> None:
    assert for_the_web(8192, 512) == 512
    assert for_the_web(256, 512) == 256 - KEPT_BACK
    assert for_the_web(64, 512) == LEAST


def test_proxies_are_addresses_or_networks() -> None:
    is_proxy = known(("10.0.0.5", "fd00::/8", "192.168.0.0/24"))
    assert [is_proxy(host) for host in ("10.0.0.5", "fd00::1", "192.168.0.77")] == [True] * 3
    assert [is_proxy(host) for host in ("10.0.0.6", "::1", "testclient", "")] == [False] * 4
    with pytest.raises(ValueError, match=r"no address and no network; write e\.g\."):
        WebConfig(proxies=("the proxy",))


def test_no_more_than_a_few_wait_to_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the event loop closes nothing, no descriptors are taken beyond the few."""
    monkeypatch.setattr(Connection, "wait", lambda self, seconds, late=None: None)
    others = Connections(replace(PATIENT, most=4, per_address=400), known(()))
    listener = Listener(socket.AF_INET, socket.SOCK_STREAM)
    listener.others = others
    with closing(listener), ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(400)
        for _ in range(200):
            stack.enter_context(closing(socket.create_connection(listener.getsockname())))
        taken = [stack.enter_context(closing(listener.accept()[0])) for _ in range(4 + GOING)]
        with pytest.raises(BlockingIOError):
            listener.accept()
        assert len(others) == 4
        taken[0].close()
        listener.accept()[0].close()
