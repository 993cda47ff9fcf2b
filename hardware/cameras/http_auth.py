"""Logging in to a camera over HTTP: Basic (RFC 7617), Digest by MD5 or SHA-256 (RFC 7616). Pure.

Of what a camera offers the strongest that is understood is taken.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

__all__ = ["Challenge", "authorization", "challenges"]

_WORD = re.compile(r"\s*([A-Za-z][\w-]*)\s+(.*)", re.DOTALL)
_FIELD = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_ESCAPED = re.compile(r"\\(.)")
_HASHES: dict[str, Callable[[bytes], str]] = {
    "MD5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda text: hashlib.sha256(text).hexdigest(),
}
_STRENGTH = ("Basic", "MD5", "SHA-256")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to log in that a camera offers. kind: "Basic", or Digest's algorithm in capitals."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def is_digest(self) -> bool:
        """Whether the password does not travel."""
        return self.kind != "Basic"


def challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Return what the values of WWW-Authenticate offer, in their order."""
    found = []
    for header in headers:
        match = _WORD.fullmatch(header)
        word = (match[1] if match else header.strip()).lower()
        asked = _fields(match[2]) if match else {}
        if word == "basic":
            found.append(Challenge("Basic", asked))
        elif word == "digest":
            found.append(Challenge(asked.get("algorithm", "MD5").upper(), asked))
    return tuple(found)


def authorization(
    offered: Iterable[Challenge], method: str, uri: str, user: str, password: str, nonce: str
) -> str | None:
    """Return the value of Authorization; None where nothing that is offered is understood.

    nonce: the client's own, fresh for each request.
    """
    known = [one for one in offered if one.kind.removesuffix("-SESS") in _STRENGTH]
    if not known:
        return None
    best = max(known, key=lambda one: _STRENGTH.index(one.kind.removesuffix("-SESS")))
    if not best.is_digest:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return _digest(best, method, uri, user, password, nonce)


def _fields(text: str) -> dict[str, str]:
    found = _FIELD.findall(text)
    return {key.lower(): _ESCAPED.sub(r"\1", quoted) or bare for key, quoted, bare in found}


def _digest(asked: Challenge, method: str, uri: str, user: str, password: str, nonce: str) -> str:
    hashed = _HASHES[asked.kind.removesuffix("-SESS")]

    def of(*parts: str) -> str:
        return hashed(":".join(parts).encode())

    fields = asked.fields
    realm, server = fields.get("realm", ""), fields.get("nonce", "")
    secret = of(user, realm, password)
    if asked.kind.endswith("-SESS"):
        secret = of(secret, server, nonce)
    protected = "auth" in [one.strip() for one in fields.get("qop", "").split(",")]
    counted = ("00000001", nonce, "auth") if protected else ()
    proof = of(secret, server, *counted, of(method, uri))
    said = {"username": user, "realm": realm, "nonce": server, "uri": uri, "response": proof}
    if "opaque" in fields:
        said["opaque"] = fields["opaque"]
    line = "Digest " + ", ".join(f'{key}="{_quoted(value)}"' for key, value in said.items())
    if "algorithm" in fields:
        line += f", algorithm={fields['algorithm']}"
    return line + (f', qop=auth, nc=00000001, cnonce="{nonce}"' if protected else "")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
