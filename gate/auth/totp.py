"""The second factor: six-digit codes of a telephone (TOTP, RFC 6238), and codes for its loss.

Rules of this file:
- A code counts once: a step that was used, or one before it, is refused (RFC 6238, section 5.2).
- A recovery code counts once too. Only its sha256 is kept; with 80 random bits that is enough.
- Secret and hashes are sealed at rest (gate/storage/account_tables.py).
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

RECOVERY_CODES = 10
_STEP = timedelta(seconds=30)
_ISSUER = "Gate"


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """What is on record. step: the newest one used. recovery: sha256 of the codes left."""

    secret: str
    step: int
    recovery: tuple[str, ...]


def new_secret() -> str:
    """Return a fresh secret in base32."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """Return the otpauth:// address that a telephone's program takes, also as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def new_recovery_codes() -> tuple[str, ...]:
    """Return fresh codes, to be shown once: four groups of four letters and digits."""
    return tuple(_grouped(secrets.token_bytes(10)) for _ in range(RECOVERY_CODES))


def digests(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is kept of codes."""
    return tuple(_digest(code) for code in codes)


def use(kept: StoredSecret, typed: str, at: datetime) -> StoredSecret | None:
    """Return what is on record after this code was used; None for a wrong or used one."""
    plain = "".join(typed.split()).replace("-", "").upper()
    if plain.isascii() and plain.isdigit() and len(plain) == 6:
        step = _step_of(kept.secret, plain, at)
        if step is None or step <= kept.step:
            return None
        return StoredSecret(kept.secret, step, kept.recovery)
    digest = _digest(plain)
    left = tuple(one for one in kept.recovery if not hmac.compare_digest(one, digest))
    return StoredSecret(kept.secret, kept.step, left) if len(left) < len(kept.recovery) else None


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is: now, one before or one after, for clocks that differ."""
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp() // _STEP.total_seconds())
    steps = (step for step in (now, now - 1, now + 1) if step >= 0)
    return next((s for s in steps if hmac.compare_digest(totp.generate_otp(s), code)), None)


def _grouped(raw: bytes) -> str:
    text = b32encode(raw).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(code: str) -> str:
    plain = code.replace("-", "").upper()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
