"""An RTSP camera's refusals are called by their names, and a device by its number is a device."""

import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hardware.cameras.factory import source_for
from hardware.cameras.frames import CameraSettings, CameraTrouble
from hardware.cameras.mjpeg import Mjpeg
from hardware.cameras.receive_buffer import Inlet, sockets
from hardware.cameras.sources import Folder
from hardware.cameras.stream import Stream, device_of
from hardware.cameras.video_file import Recording


class RtspGate(threading.Thread):
    """A camera that knows wang:lane-one, and answers what it is told to whoever it lets in."""

    def __init__(self, answer: str, *asks: str) -> None:
        super().__init__(daemon=True)
        self.answer, self.asks = answer, asks
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard: list[str] = []
        self.start()

    def run(self) -> None:
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            with wire:
                self.serve(wire)

    def serve(self, wire: socket.socket) -> None:
        heard = b""
        while data := wire.recv(4096):
            heard += data
            while b"\r\n\r\n" in heard:
                head, heard = heard.split(b"\r\n\r\n", 1)
                wire.sendall(self.said(head.decode()).encode())

    def said(self, request: str) -> str:
        self.heard.append(request)
        number = re.search(r"CSeq: *(\d+)", request)
        counted = f"CSeq: {number[1] if number else 1}"
        if request.startswith("OPTIONS"):
            return f"RTSP/1.0 200 OK\r\n{counted}\r\nPublic: DESCRIBE\r\n\r\n"
        if self.asks and not self.knows(request):
            lines = "".join(f"\r\nWWW-Authenticate: {one}" for one in self.asks)
            return f"RTSP/1.0 401 Unauthorized\r\n{counted}{lines}\r\n\r\n"
        return f"RTSP/1.0 {self.answer}\r\n{counted}\r\n\r\n"

    def knows(self, request: str) -> bool:
        found = dict(re.findall(r'(\w+)="([^"]*)"', request))
        method = request.split(" ", 1)[0]
        first = hashlib.md5(f"wang:{found.get('realm')}:lane-one".encode()).hexdigest()
        second = hashlib.md5(f"{method}:{found.get('uri')}".encode()).hexdigest()
        right = hashlib.md5(f"{first}:4711:{second}".encode()).hexdigest()
        return found.get("response") == right


@contextmanager
def camera(answer: str, *asks: str) -> Iterator[RtspGate]:
    gate = RtspGate(answer, *asks)
    try:
        yield gate
    finally:
        gate.listener.shutdown(socket.SHUT_RDWR)
        gate.listener.close()
        gate.join(5.0)


def opened(gate: RtspGate, who: str = "wang:lane-one") -> CameraTrouble | None:
    url = f"rtsp://{who}@127.0.0.1:{gate.port}/live"
    source = Stream(CameraSettings("south", url, open_within=3.0, read_within=3.0))
    trouble = source.open()
    source.close()
    return trouble


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ("400 Bad Request", CameraTrouble.BAD_REQUEST),
        ("403 Forbidden", CameraTrouble.FORBIDDEN),
        ("404 Not Found", CameraTrouble.NO_SUCH_STREAM),
        ("429 Too Many Requests", CameraTrouble.TOO_OFTEN),
        ("453 Not Enough Bandwidth", CameraTrouble.BUSY),
        ("454 Session Not Found", CameraTrouble.NO_SUCH_STREAM),
        ("461 Unsupported Transport", CameraTrouble.NO_TCP),
        ("503 Service Unavailable", CameraTrouble.BUSY),
    ],
)
def test_a_refusal_is_called_by_its_name(answer: str, trouble: CameraTrouble) -> None:
    with camera(answer) as gate:
        assert opened(gate) is trouble
        assert opened(gate) is trouble, "and so is the same one again"


PLAIN = 'Digest realm="cam", nonce="4711"'
COMMA = 'Digest realm="Login to DVR, 1st floor", nonce="4711"'
SHA = 'Digest realm="cam", nonce="4711", algorithm=SHA-256'
MD5 = 'Digest realm="cam", nonce="4711", algorithm=MD5'


@pytest.mark.parametrize("asks", [(PLAIN,), (COMMA,), (SHA, MD5), ('Basic realm="x"', PLAIN)])
def test_the_right_password_is_right(asks: tuple[str, ...]) -> None:
    """What follows it is another fault, and is told."""
    with camera("404 Not Found", *asks) as gate:
        assert opened(gate) is CameraTrouble.NO_SUCH_STREAM


@pytest.mark.parametrize("asks", [(PLAIN,), (COMMA,), (SHA, MD5)])
@pytest.mark.parametrize("who", ["wang:lane-two", "li:lane-one"])
def test_a_wrong_password_is_wrong(asks: tuple[str, ...], who: str) -> None:
    with camera("404 Not Found", *asks) as gate:
        assert opened(gate, who) is CameraTrouble.WRONG_PASSWORD


@pytest.mark.parametrize("asks", [(SHA,), (MD5, SHA)])
def test_a_log_in_that_is_not_spoken_is_no_wrong_password(asks: tuple[str, ...]) -> None:
    """Nothing was sent that could be wrong."""
    with camera("200 OK", *asks) as gate:
        assert opened(gate) is CameraTrouble.LOGIN_UNKNOWN
        assert not any("Authorization" in one for one in gate.heard)


def test_nobody_there_and_nobody_answering_are_two_things() -> None:
    with camera("200 OK") as gate:
        port = gate.port
    source = Stream(CameraSettings("south", f"rtsp://127.0.0.1:{port}/live"))
    assert source.open() is CameraTrouble.REFUSED
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live"
        source = Stream(CameraSettings("south", url, open_within=0.5))
        assert source.open() is CameraTrouble.NO_ROUTE


@pytest.mark.parametrize("secret", ["p#ss", "p@ss/1", "p:s?s", "p%40ss", "密码"])
def test_nothing_of_a_password_is_printed(
    secret: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with camera("404 Not Found", PLAIN) as gate:
        assert opened(gate, f"wang:{secret}") is CameraTrouble.WRONG_PASSWORD
    out, err = capfd.readouterr()
    said = out + err + caplog.text
    assert not said.strip()


@pytest.mark.parametrize(
    ("url", "device"),
    [
        ("0", "/dev/video0"),
        ("usb:2", "/dev/video2"),
        ("/dev/v4l/by-path/a", "/dev/v4l/by-path/a"),
        ("film.mp4", None),
        ("rtsp://10.0.0.8/0", None),
    ],
)
def test_a_device_by_its_number_or_path(url: str, device: str | None) -> None:
    assert device_of(url) == device


def test_a_device_that_is_not_there_is_told() -> None:
    assert Stream(CameraSettings("south", "99")).open() is CameraTrouble.NO_FILE


def test_what_cannot_be_an_address_reaches_nobody() -> None:
    assert Stream(CameraSettings("south", "rtsp://")).open() is CameraTrouble.NO_ROUTE


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("rtsp://10.0.0.8/live", Stream),
        ("RTSPS://10.0.0.8/live", Stream),
        ("http://10.0.0.8/s.mjpg", Mjpeg),
        ("https://10.0.0.8/s.mjpg", Mjpeg),
        ("0", Stream),
        ("/dev/video0", Stream),
        ("film.mp4", Recording),
        (".", Folder),
    ],
)
def test_every_address_has_its_source(url: str, kind: type) -> None:
    assert isinstance(source_for(CameraSettings("south", url)), kind)


def test_what_has_come_on_a_connection_is_counted() -> None:
    before = sockets()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as ours:
            theirs, _ = listener.accept()
            with theirs:
                inlet = Inlet(before, port)
                assert inlet.waiting() == 0
                theirs.sendall(b"12345")
                while inlet.waiting() == 0:
                    threading.Event().wait(0.01)
                assert inlet.waiting() == 5
                assert ours.recv(3) == b"123"
                assert inlet.waiting() == 2
    assert inlet.waiting() is None
    assert Inlet(sockets(), port).waiting() is None
