"""A camera that sends JPEG pictures over HTTP, one after the other.

Rules: every picture that has come is taken off the wire at once and only the newest is kept, so
that none waits here; a picture is decoded only where it is wanted. What a camera sends that is no
JPEG stream (FLV, MPEG-TS) is left to FFmpeg.
"""

import http.client
import secrets
import select
import socket
import ssl
from urllib.parse import urljoin

from hardware.cameras.address import CameraAddress, address_of
from hardware.cameras.decoding import trouble_of_status
from hardware.cameras.frames import CameraSettings, CameraTrouble, Image
from hardware.cameras.http_auth import authorization, challenges
from hardware.cameras.jpeg_parts import JpegParts
from hardware.cameras.sources import Grabbed
from hardware.cameras.stills import decode
from hardware.cameras.stream import Stream
from hardware.clock import Clock, SystemClock

__all__ = ["Mjpeg"]

_CHUNK = 1 << 16
_MAX_READS = 256  # Before a picture is handed out although more has come: 16 MB.
_REDIRECTS = 3


class Mjpeg:
    """One connection to a camera."""

    paced, held = True, False

    def __init__(self, settings: CameraSettings, clock: Clock | None = None) -> None:
        self._settings, self._clock = settings, clock or SystemClock()
        self._connection: http.client.HTTPConnection | None = None
        self._answer: http.client.HTTPResponse | None = None
        self._wire: socket.socket | None = None
        self._parts = JpegParts()
        self._ready: list[bytes] = []
        self._jpeg = b""
        self._other: Stream | None = None

    def open(self) -> CameraTrouble | None:
        """Ask for the pictures; return why there are none."""
        self._parts, self._ready = JpegParts(), []
        address = address_of(self._settings.url)
        if address is None:
            return CameraTrouble.NO_ROUTE
        try:
            return self._ask_for(address)
        except ConnectionRefusedError:
            return CameraTrouble.REFUSED
        except (TimeoutError, OSError):
            return CameraTrouble.NO_ROUTE
        except http.client.HTTPException:
            return CameraTrouble.NOT_DECODED

    def grab(self) -> Grabbed | CameraTrouble | None:
        """Wait for the next picture, and go on to the newest that has come."""
        if self._other is not None:
            return self._other.grab()
        waited = False
        until = self._clock.monotonic() + self._settings.read_within
        try:
            for _ in range(_MAX_READS):
                if not self._has_more():
                    if self._ready:
                        break
                    waited = True
                if self._clock.monotonic() > until or not self._read():
                    break
        except (OSError, http.client.HTTPException):
            self._ready = []
        if not self._ready:
            return CameraTrouble.STALLED
        self._jpeg, self._ready = self._ready[-1], []
        return Grabbed(waited=waited)

    def retrieve(self) -> Image | None:
        """Decode the picture that was grabbed last."""
        return decode(self._jpeg) if self._other is None else self._other.retrieve()

    def close(self) -> None:
        """Let the camera go; harmless when it is not open."""
        if self._other is not None:
            self._other.close()
        if self._answer is not None:
            self._answer.close()
        if self._connection is not None:
            self._connection.close()
        self._other = self._answer = self._connection = self._wire = None

    def _ask_for(self, address: CameraAddress) -> CameraTrouble | None:
        for _ in range(_REDIRECTS + 1):
            answer = self._get(address)
            where = answer.getheader("Location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not where:
                break
            there = address_of(urljoin(address.bare, where))
            if there is None:
                return CameraTrouble.NO_SUCH_STREAM
            # Credentials are the camera's own: they go to no other machine.
            same = there.host == address.host
            address = there.with_user(address.user, address.password) if same else there
        if answer.status != 200:
            return trouble_of_status(answer.status)
        return self._taken(answer)

    def _taken(self, answer: http.client.HTTPResponse) -> CameraTrouble | None:
        kind = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if kind.startswith(("multipart/", "image/")) or not kind:
            return None
        self.close()
        self._other = Stream(self._settings)
        return self._other.open()

    def _get(self, address: CameraAddress) -> http.client.HTTPResponse:
        """Ask, and once more with the credentials where the camera wants them."""
        target = address.bare.split("://", 1)[1].partition("/")[2]
        path = f"/{target}"
        answer = self._request(address, path, {})
        if answer.status != 401 or not (address.user or address.password):
            return answer
        offered = challenges(answer.headers.get_all("WWW-Authenticate") or [])
        said = authorization(
            offered, "GET", path, address.user, address.password, secrets.token_hex(8)
        )
        return answer if said is None else self._request(address, path, {"Authorization": said})

    def _request(
        self, address: CameraAddress, path: str, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self.close()
        host, within = address.host.strip("[]"), self._settings.open_within
        if address.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, address.port, timeout=within, context=_own_certificates()
            )
        else:
            connection = http.client.HTTPConnection(host, address.port, timeout=within)
        self._connection = connection
        connection.request("GET", path, headers={"User-Agent": "gate", **headers})
        # An answer that ends with its connection takes the socket away from it.
        self._wire = connection.sock
        self._answer = connection.getresponse()
        self._wire.settimeout(self._settings.read_within)
        return self._answer

    def _read(self) -> bool:
        """Take what has come off the wire; False at its end."""
        data = self._answer.read1(_CHUNK) if self._answer is not None else b""
        self._ready += self._parts.feed(data)
        del self._ready[:-1]
        return bool(data)

    def _has_more(self) -> bool:
        """Whether something waits to be read, on the wire or in the answer's own buffer."""
        wire, buffered = self._wire, self._answer.fp if self._answer else None
        if wire is None or buffered is None:
            return False
        wire.settimeout(0.0)
        try:
            here = buffered.peek(1)
            # The end of a chunk waits there until the next one is read: that is no picture.
            return bool(here.strip(b"\r\n")) or (bool(here) and _is_readable(wire))
        except ssl.SSLWantReadError:
            return False
        finally:
            wire.settimeout(self._settings.read_within)


def _is_readable(wire: socket.socket) -> bool:
    if isinstance(wire, ssl.SSLSocket) and wire.pending():
        return True
    return bool(select.select([wire], [], [], 0)[0])


def _own_certificates() -> ssl.SSLContext:
    """Cameras sign their own certificates: the line is sealed, who is at its end is not known."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
