"""A network camera on this machine: MJPEG over HTTP, showing whatever it is handed.

Used by the demo and by tests through the ordinary way, `http://127.0.0.1:PORT/stream.mjpg`. It can
be made to freeze, go black, drop its connections, refuse them and ask for a password. Like a real
sensor it never shows the same bits twice, unless it is frozen.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["EmulatedCamera"]

_BOUNDARY = "gateframe"
_SPOT = 24  # Side of the noisy square, in pixels.


class EmulatedCamera:
    """One camera. `show` a picture at any time; it is sent `fps` times a second to each client.

    port 0 takes a free one; `url` says which. Use it as a context manager, or `start` and `stop`.
    """

    def __init__(self, port: int = 0, fps: float = 10.0, password: str | None = None) -> None:
        self._fps = fps
        self._credentials = base64.b64encode(f"gate:{password}".encode()).decode()
        self._asks = password is not None
        self._picture: NDArray[np.uint8] = np.full((360, 640, 3), 90, dtype=np.uint8)
        self._noise = np.random.default_rng(1)
        self._jpeg = b""
        self._number = 0
        self._frozen = self._black = self._refusing = False
        self._generation = 0
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._server = _server(self, port)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._encode_forever, daemon=True),
        ]

    @property
    def url(self) -> str:
        """Return the address of the stream, without credentials."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/stream.mjpg"

    def start(self) -> None:
        """Begin to serve."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End every connection and thread."""
        self._ended.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(5.0)

    def __enter__(self) -> "EmulatedCamera":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def show(self, image: NDArray[np.uint8]) -> None:
        """Show this picture from now on; (height, width, 3), BGR."""
        self._picture = image

    def freeze(self, on: bool = True) -> None:
        """Send the same bits over and over."""
        self._frozen = on

    def go_black(self, on: bool = True) -> None:
        """Show nothing, as with the lens covered."""
        self._black = on

    def drop(self) -> None:
        """Cut every connection once; new ones are served."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    def refuse(self, on: bool = True) -> None:
        """Cut every connection and answer new ones with 503, as a camera that restarts."""
        self._refusing = on
        self.drop()

    # What the server's threads ask.

    def admits(self, authorization: str | None) -> int:
        """Return the HTTP status for a new client."""
        if self._refusing:
            return 503
        if self._asks and authorization != f"Basic {self._credentials}":
            return 401
        return 200

    def pictures(self) -> Iterator[bytes]:
        """Yield each new JPEG until the connection is to end."""
        generation, number = self._generation, 0
        while True:
            with self._changed:
                while not self._ended.is_set() and self._number == number:
                    self._changed.wait(timeout=1.0)
                    if generation != self._generation:
                        break
                jpeg, number = self._jpeg, self._number
            if self._ended.is_set() or generation != self._generation:
                return
            if jpeg:
                yield jpeg

    def _encode_forever(self) -> None:
        while not self._ended.wait(1.0 / self._fps):
            jpeg = self._jpeg if self._frozen and self._jpeg else self._encode()
            with self._changed:
                self._jpeg, self._number = jpeg, self._number + 1
                self._changed.notify_all()

    def _encode(self) -> bytes:
        picture = self._picture.copy()
        if self._black:
            picture[:] = 4
        height, width = picture.shape[:2]
        top = int(self._noise.integers(0, max(1, height - _SPOT)))
        left = int(self._noise.integers(0, max(1, width - _SPOT)))
        spot = picture[top : top + _SPOT, left : left + _SPOT].astype(np.int16)
        spot += self._noise.integers(-9, 10, spot.shape, dtype=np.int16)
        picture[top : top + _SPOT, left : left + _SPOT] = np.clip(spot, 0, 255).astype(np.uint8)
        done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
        return jpeg.tobytes() if done else b""


def _server(camera: EmulatedCamera, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = camera.admits(self.headers.get("Authorization"))
            self.send_response(status if self.path.startswith("/stream") else 404)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="gate"')
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            self.end_headers()
            if status == 200 and self.path.startswith("/stream"):
                with suppress(OSError):
                    self._send_pictures()

        def _send_pictures(self) -> None:
            for jpeg in camera.pictures():
                head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}"
                self.wfile.write(head.encode() + b"\r\n\r\n" + jpeg + b"\r\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: a camera does not write on our terminal."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is no news."""

    return Server(("127.0.0.1", port), Handler)
