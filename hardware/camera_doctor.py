"""Why a network camera did not open: asked of the camera itself, once, after a failure.

The video library says only "no". This asks as a client would: RTSP DESCRIBE (RFC 2326, 10.2) or an
HTTP GET, first bare and then with the credentials of the address, by Basic or Digest (RFC 7617,
RFC 2617). Nothing of the credentials is kept or logged. Digest with MD5 is what cameras speak.
"""

import base64
import hashlib
import re
import socket
from urllib.parse import SplitResult, unquote, urlsplit

from hardware.camera_frames import CameraTrouble

__all__ = ["diagnose"]

_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_STATUS = re.compile(rb"^(?:RTSP|HTTP)/\d\.\d (\d{3})")
_CHALLENGE = re.compile(r"^www-authenticate:\s*(\w+)\s*(.*)$", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')


def diagnose(url: str, within: float) -> CameraTrouble:
    """Return the likeliest reason why `url` gives no pictures, in about `within` seconds."""
    parts = urlsplit(url)
    try:
        if parts.scheme.endswith("s"):
            with _connect(parts, within):
                return CameraTrouble.NOT_DECODED
        answer = _ask(parts, within, "")
        if _status(answer) == 401:
            answer = _ask(parts, within, _authorization(parts, answer))
    except ConnectionRefusedError:
        return CameraTrouble.REFUSED
    except (OSError, ValueError):
        return CameraTrouble.NO_ROUTE
    return _trouble(_status(answer))


def _trouble(status: int) -> CameraTrouble:
    if status in (401, 403):
        return CameraTrouble.WRONG_PASSWORD
    if status >= 500:
        return CameraTrouble.REFUSED
    return CameraTrouble.NO_SUCH_STREAM if status in (404, 454) else CameraTrouble.NOT_DECODED


def _connect(parts: SplitResult, within: float) -> socket.socket:
    port = parts.port or _PORTS[parts.scheme]
    return socket.create_connection((parts.hostname or "", port), timeout=within)


def _ask(parts: SplitResult, within: float, authorization: str) -> bytes:
    with _connect(parts, within) as wire:
        wire.sendall(_request(parts, authorization).encode())
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < 16384:
            piece = wire.recv(2048)
            if not piece:
                break
            answer += piece
    return answer


def _target(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = f":{parts.port}" if parts.port else ""
    return f"rtsp://{parts.hostname}{port}{path}" if parts.scheme == "rtsp" else path


def _method(parts: SplitResult) -> str:
    return "DESCRIBE" if parts.scheme == "rtsp" else "GET"


def _request(parts: SplitResult, authorization: str) -> str:
    version = "RTSP/1.0" if parts.scheme == "rtsp" else "HTTP/1.1"
    lines = [
        f"{_method(parts)} {_target(parts)} {version}",
        *(["CSeq: 1"] if parts.scheme == "rtsp" else [f"Host: {parts.hostname}"]),
        *([f"Authorization: {authorization}"] if authorization else []),
        "User-Agent: gate",
    ]
    return "\r\n".join([*lines, "", ""])


def _status(answer: bytes) -> int:
    found = _STATUS.match(answer)
    return int(found.group(1)) if found else 0


def _authorization(parts: SplitResult, answer: bytes) -> str:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    challenges = dict(_CHALLENGE.findall(answer.decode("latin-1").replace("\r\n", "\n")))
    digest = next((v for k, v in challenges.items() if k.lower() == "digest"), None)
    if digest is None:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    asked = dict(_FIELD.findall(digest))
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    secret = _md5(f"{user}:{realm}:{password}")
    quality = ""
    if "auth" in asked.get("qop", "").split(","):
        quality = "00000001:67617465:auth:"
    proof = _md5(f"{secret}:{nonce}:{quality}{_md5(f'{_method(parts)}:{_target(parts)}')}")
    extra = ', qop=auth, nc=00000001, cnonce="67617465"' if quality else ""
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", '
        f'uri="{_target(parts)}", response="{proof}"{extra}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
