"""Whether an RTSP camera's log-in is one that FFmpeg speaks: asked of the camera after a 401.

FFmpeg 8 knows Basic and Digest with MD5, and of several kinds of Digest takes the last. A camera
that wants SHA-256 is refused without any password having been sent, which is no wrong password.
One bare DESCRIBE (RFC 2326, 10.2) shows what the camera offers; it sends no credentials.
"""

import socket

from hardware.cameras.address import CameraAddress
from hardware.cameras.http_auth import challenges

__all__ = ["speaks_our_login"]

_SPOKEN = {"Basic", "MD5", "MD5-SESS"}
_HEADER = "www-authenticate:"


def speaks_our_login(address: CameraAddress, within: float) -> bool:
    """Return whether the camera offers a log-in that FFmpeg takes; True where it does not say."""
    try:
        head = _describe(address, within)
    except OSError:
        return True
    lines = head.decode("latin-1").split("\r\n")
    offered = challenges(line[len(_HEADER) :] for line in lines if line.lower().startswith(_HEADER))
    digests = [one for one in offered if one.is_digest]
    taken = digests[-1:] or offered[-1:]
    return all(one.kind in _SPOKEN for one in taken)


def _describe(address: CameraAddress, within: float) -> bytes:
    request = f"DESCRIBE {address.bare} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: gate\r\n\r\n"
    host = address.host.strip("[]")
    with socket.create_connection((host, address.port), timeout=within) as wire:
        wire.sendall(request.encode())
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < 16384:
            piece = wire.recv(2048)
            if not piece:
                break
            answer += piece
    return answer
