"""Addresses of cameras, with the credentials that stand in them. Pure.

People write passwords as they are, with `#`, `/`, `@` or `:` in them, where a URL wants them
percent-encoded. What is meant is found here once, for whoever opens the address; a message shows
it without its credentials.
"""

import re
from dataclasses import dataclass, replace

__all__ = ["CameraAddress", "address_of", "mask_url"]

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(?=[/?#]|$)")
_NUMERIC = re.compile(r"\[|\d+\.\d+\.\d+\.\d+(?=[:/?#]|$)")
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AS_IT_IS = _UNRESERVED | frozenset(b"/%?&=#:@!$'()*+,;[]")
_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})")
_SECRET_QUERY = re.compile(
    r"((?:pass|passwd|password|pwd|token|key|auth)\w*=)[^&\s]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """An address taken apart. tail: path and query as written, "" or beginning with / or ?."""

    scheme: str
    host: str
    port: int
    tail: str
    user: str = ""
    password: str = ""

    @property
    def bare(self) -> str:
        """The address without credentials, percent-encoded."""
        standard = _PORTS.get(self.scheme) == self.port
        port = "" if standard else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{_encoded(self.tail, _AS_IT_IS)}"

    @property
    def whole(self) -> str:
        """The address with credentials, percent-encoded."""
        if not self.user and not self.password:
            return self.bare
        who = f"{_encoded(self.user)}:{_encoded(self.password)}@"
        return self.bare.replace("://", f"://{who}", 1)

    def with_user(self, user: str, password: str) -> "CameraAddress":
        """The address with other credentials."""
        return replace(self, user=user, password=password)


def address_of(url: str) -> CameraAddress | None:
    """Take an address apart; None where no host can be found in it."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        return None
    scheme, rest = found[1].lower(), found[2]
    at = _end_of_credentials(rest)
    host = _HOST.match(rest, at)
    if host is None:
        return None
    port = int(host[2]) if host[2] else _PORTS.get(scheme, 0)
    user, _, password = rest[: max(0, at - 1)].partition(":")
    tail = rest[host.end() :].partition("#")[0]
    return CameraAddress(scheme, host[1], port, tail, _decoded(user), _decoded(password))


def mask_url(url: str) -> str:
    """Return the address with user, password and secret query values taken out.

    Up to the last @, so that a password with an unescaped @, / or blank in it is not shown in part;
    where there is no @, what stands for a host and is none may be the piece of a password.
    """
    found = _URL.fullmatch(url)
    if found is None:
        return _SECRET_QUERY.sub(r"\1***", url)
    scheme, rest = found[1], found[2]
    before, at, after = rest.rpartition("@")
    if at:
        return _SECRET_QUERY.sub(r"\1***", f"{scheme}://***@{after}")
    if _HOST.match(before or rest) is None:
        return f"{scheme}://***"
    return _SECRET_QUERY.sub(r"\1***", url)


def _encoded(text: str, safe: frozenset[int] = _UNRESERVED) -> str:
    """Percent-encode everything else (RFC 3986, 2.1)."""
    return "".join(chr(byte) if byte in safe else f"%{byte:02X}" for byte in text.encode())


def _decoded(text: str) -> str:
    plain = _ENCODED.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())
    return plain.decode(errors="replace")


def _end_of_credentials(rest: str) -> int:
    """Return where the host begins: after the last @ that can be meant as the end of a password."""
    ends = [m.end() for m in re.finditer("@", rest) if _HOST.match(rest, m.end())]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    usual = authority.rfind("@") + 1
    later = [end for end in ends if end > usual and ":" in rest[:end]]
    numeric = [end for end in later if _NUMERIC.match(rest, end)]
    if _HOST.match(rest, usual) and not numeric:
        return usual
    return (numeric or later or [usual])[-1]
