"""Cameras of every make that send JPEG over HTTP, as a client meets them."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from hardware.cameras.frames import CameraSettings, CameraTrouble
from hardware.cameras.http_auth import challenges
from hardware.cameras.mjpeg import Mjpeg
from hardware.cameras.sources import Grabbed


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((48, 64, 3), level, np.uint8))[1].tobytes()


LEVELS = (40, 120, 200)
PARTS = {
    "/plain": "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {n}\r\n\r\n",
    "/jpg": "--frame\r\nContent-Type: image/jpg\r\nContent-Length: {n}\r\n\r\n",
    "/parameters": "--frame\r\nContent-Type: image/jpeg;size={n}\r\nContent-Length: {n}\r\n\r\n",
    "/untyped": "--frame\r\nContent-Length: {n}\r\n\r\n",
    "/bare": "\r\n",
    "/lines": "--frame\nContent-Type: image/jpeg\n\n",
    "/lying": "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n",
    "/headless": "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {n}\r\n\r\n",
}


class Camera:
    """A camera that shows three pictures to whoever it lets in, one at each `turn`."""

    def __init__(self) -> None:
        self.turn = threading.Semaphore(0)
        self.sent = threading.Semaphore(0)
        self.asks: list[str] = []
        self.answers: dict[str, int] = {}
        self.seen: list[str] = []
        self.redirect = ""
        self.chunked, self.protocol = False, "HTTP/1.1"

    def status(self, path: str, authorization: str) -> int:
        self.seen.append(authorization)
        if self.asks and not self._right(authorization):
            return 401
        return self.answers.get(path, 200)

    def _right(self, authorization: str) -> bool:
        """Whether these are the credentials of wang:lane-one, by whichever way was offered."""
        if authorization.startswith("Basic "):
            return authorization == "Basic d2FuZzpsYW5lLW9uZQ=="
        said = challenges([authorization])
        return bool(said) and said[0].fields.get("username") == "wang"


class Handler(BaseHTTPRequestHandler):
    """Speaks for the camera of its server."""

    camera: Camera

    def do_GET(self) -> None:
        status = self.camera.status(self.path, self.headers.get("Authorization") or "")
        status = 302 if self.path == "/moved" else status
        self.send_response(status)
        if status == 200:
            self.show()
            return
        if status == 302:
            self.send_header("Location", self.camera.redirect)
        for one in self.camera.asks if status == 401 else ():
            self.send_header("WWW-Authenticate", one)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def show(self) -> None:
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.send_header("Transfer-Encoding" if self.camera.chunked else "X-None", "chunked")
        self.end_headers()
        self.close_connection = True
        for number, level in enumerate(LEVELS):
            self.camera.turn.acquire()
            picture = jpeg(level)
            head = PARTS[self.path].format(n=len(picture))
            if self.path == "/headless" and number == 0:
                head = head.removeprefix("--frame\r\n")
            self.write(head.encode() + picture + b"\r\n")
            self.camera.sent.release()
        if self.camera.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def write(self, data: bytes) -> None:
        if self.camera.chunked:
            data = f"{len(data):x}\r\n".encode() + data + b"\r\n"
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def served(camera: Camera) -> Iterator[str]:
    handler = type("Speaking", (Handler,), {"camera": camera, "protocol_version": camera.protocol})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        camera.turn.release(20)
        server.shutdown()
        server.server_close()
        thread.join(5.0)


def source(url: str) -> Mjpeg:
    return Mjpeg(CameraSettings("south", url, open_within=3.0, read_within=3.0))


def level_of(camera: Mjpeg) -> int:
    image = camera.retrieve()
    assert image is not None
    return round(float(image.mean()))


@pytest.mark.parametrize("way", ["HTTP/1.0", "HTTP/1.1", "chunked"])
@pytest.mark.parametrize("path", PARTS)
def test_the_parts_of_every_maker_are_read(path: str, way: str) -> None:
    camera = Camera()
    camera.chunked, camera.protocol = way == "chunked", way.replace("chunked", "HTTP/1.1")
    with served(camera) as url:
        reader = source(url + path)
        assert reader.open() is None
        for level in LEVELS:
            camera.turn.release()
            assert isinstance(reader.grab(), Grabbed)
            assert level_of(reader) == pytest.approx(level, abs=2)
        assert reader.grab() is CameraTrouble.STALLED
        reader.close()


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1.1"])
def test_what_has_come_in_the_meantime_is_passed_over(protocol: str) -> None:
    camera = Camera()
    camera.protocol = protocol
    with served(camera) as url:
        reader = source(url + "/plain")
        assert reader.open() is None
        camera.turn.release(3)
        for _ in LEVELS:
            assert camera.sent.acquire(timeout=5.0)
        came = reader.grab()
        assert isinstance(came, Grabbed)
        assert not came.waited
        assert level_of(reader) == pytest.approx(LEVELS[-1], abs=2)
        reader.close()


def test_a_picture_that_had_to_be_waited_for_is_known_as_such() -> None:
    camera = Camera()
    with served(camera) as url:
        reader = source(url + "/plain")
        assert reader.open() is None
        later = threading.Timer(0.3, camera.turn.release)
        later.start()
        came = reader.grab()
        assert isinstance(came, Grabbed)
        assert came.waited
        reader.close()
        later.join()


MD5 = 'Digest realm="Login to DVR, 1st floor", nonce="4711", qop="auth"'
SHA = 'Digest realm="cam", nonce="4711", algorithm=SHA-256'


@pytest.mark.parametrize("asks", [['Basic realm="x"'], [MD5], [SHA], [MD5, SHA], [SHA, MD5]])
def test_every_log_in_is_spoken(asks: list[str]) -> None:
    camera = Camera()
    camera.asks = asks
    with served(camera) as url:
        reader = source(url.replace("//", "//wang:lane-one@") + "/plain")
        assert reader.open() is None
        assert len(camera.seen) == 2
        assert ("SHA-256" in camera.seen[1]) == (SHA in asks)
        reader.close()


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (400, CameraTrouble.BAD_REQUEST),
        (401, CameraTrouble.WRONG_PASSWORD),
        (403, CameraTrouble.FORBIDDEN),
        (404, CameraTrouble.NO_SUCH_STREAM),
        (429, CameraTrouble.TOO_OFTEN),
        (453, CameraTrouble.BUSY),
        (503, CameraTrouble.BUSY),
    ],
)
def test_a_refusal_is_called_by_its_name(status: int, trouble: CameraTrouble) -> None:
    camera = Camera()
    camera.answers["/plain"] = status
    with served(camera) as url:
        reader = source(url + "/plain")
        assert reader.open() is trouble
        reader.close()


def test_a_wrong_password_is_sent_once_and_to_no_other_machine() -> None:
    camera, other = Camera(), Camera()
    camera.asks = ['Basic realm="x"']
    with served(camera) as url, served(other) as elsewhere:
        reader = source(url.replace("//", "//wang:mistaken@") + "/plain")
        assert reader.open() is CameraTrouble.WRONG_PASSWORD
        assert [bool(one) for one in camera.seen] == [False, True]
        reader.close()
        camera.asks = []
        other.asks = ['Basic realm="x"']
        camera.redirect = elsewhere.replace("127.0.0.1", "localhost") + "/plain"
        reader = source(url.replace("//", "//wang:lane-one@") + "/moved")
        assert reader.open() is CameraTrouble.WRONG_PASSWORD
        assert other.seen == [""]
        reader.close()


def test_a_camera_that_moves_its_stream_is_followed_and_a_circle_ends() -> None:
    camera = Camera()
    with served(camera) as url:
        camera.redirect = "/plain"
        reader = source(url + "/moved")
        assert reader.open() is None
        reader.close()
        camera.redirect = url + "/moved"
        assert reader.open() is not None
        reader.close()


def test_nothing_of_a_log_in_stands_in_an_error() -> None:
    reader = source("http://wang:lane#one@127.0.0.1:1/x")
    assert reader.open() is CameraTrouble.REFUSED
    assert not re.search("lane|one|wang", repr(reader._settings))
