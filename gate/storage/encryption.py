"""Sealing of stored pictures and personal fields, with keys in a file outside the database.

A sealed value is one byte of key number, a 12-byte nonce and AES-256-GCM's output (NIST SP 800-38D;
random nonces, so a key is good for 2^32 values: rotate it long before). Key number 0 means not
sealed: what was written while sealing was off stays readable. The purpose ("picture", "body", ...)
is authenticated, so a value cannot be moved to where another kind is expected.
Rules: the key file is mode 0600 and is never part of a backup unless asked for; a lost key file
loses what it sealed; old keys stay in the file after a rotation, the newest seals.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from gate.domain.errors import VaultError

_NONCE = 12
_CLEAR = b"\x00"
_TEXT = "sealed:"


class Keyring(Protocol):
    """Seals and unseals bytes; `mac` authenticates what must stay readable."""

    def seal(self, plain: bytes, purpose: str) -> bytes: ...
    def unseal(self, sealed: bytes, purpose: str) -> bytes: ...
    def mac(self, message: bytes) -> bytes: ...


class NoEncryption:
    """Sealing switched off: values are marked as clear and kept as they are."""

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Return the value with the mark of a clear one."""
        return _CLEAR + plain

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """Return a clear value. Raises VaultError for a sealed one: its key is needed."""
        if sealed[:1] != _CLEAR:
            raise VaultError("this value was sealed: give the key file it was sealed with")
        return sealed[1:]

    def mac(self, message: bytes) -> bytes:
        """Without a key nothing can be authenticated."""
        return b""


class FileKeyring:
    """Keys by number 1..255; the highest number seals."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        """Take 32-byte keys. Raises VaultError if there is none or one has another length."""
        if not keys or any(len(key) != 32 or not 1 <= n <= 255 for n, key in keys.items()):
            raise VaultError("a key file has keys numbered 1 to 255 of 32 bytes each")
        self._keys = {number: AESGCM(key) for number, key in keys.items()}
        self._newest = max(keys)
        self._oldest_raw = keys[min(keys)]

    @property
    def newest(self) -> int:
        """The number of the key that seals now."""
        return self._newest

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Return the value under the newest key."""
        nonce = os.urandom(_NONCE)
        box = self._keys[self._newest].encrypt(nonce, plain, purpose.encode())
        return bytes([self._newest]) + nonce + box

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        """Return the plain value. Raises VaultError: key not in the file, or value changed."""
        if sealed[:1] == _CLEAR:
            return sealed[1:]
        key = self._keys.get(sealed[0]) if sealed else None
        if key is None:
            raise VaultError(f"key {sealed[:1].hex()} is not in the key file: restore that file")
        try:
            return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"a sealed {purpose} was changed, or has another key") from error

    def mac(self, message: bytes) -> bytes:
        """HMAC-SHA256 under the oldest key, which no rotation changes."""
        hmac = HMAC(self._oldest_raw, SHA256())
        hmac.update(b"gate witness\n" + message)
        return hmac.finalize()


def open_vault(key_file: Path, *, create: bool = True) -> FileKeyring:
    """Read the key file, or make one where there is none yet.

    Raises VaultError: unreadable, open to other users, or damaged. Nothing is overwritten.
    """
    if create and not key_file.exists():
        _write_keys(key_file, {1: os.urandom(32)})
    return FileKeyring(_read_keys(key_file))


def rotate(key_file: Path) -> int:
    """Add a new key to the file and return its number; from now on it seals. Old ones stay."""
    keys = _read_keys(key_file)
    number = max(keys) + 1
    if number > 255:
        raise VaultError("all 255 key numbers are used: seal into a fresh installation")
    _write_keys(key_file, keys | {number: os.urandom(32)})
    return number


def seal_text(keyring: Keyring, text: str, purpose: str) -> str:
    """A personal column's text, sealed; "" stays "" so that emptiness can be asked for."""
    if not text:
        return ""
    return _TEXT + base64.b64encode(keyring.seal(text.encode(), purpose)).decode()


def unseal_text(keyring: Keyring, text: str, purpose: str) -> str:
    """The text that `seal_text` sealed; one from before sealing comes back as it is."""
    if not text.startswith(_TEXT):
        return text
    return keyring.unseal(base64.b64decode(text[len(_TEXT) :]), purpose).decode()


def _read_keys(key_file: Path) -> dict[int, bytes]:
    try:
        if key_file.stat().st_mode & 0o077:
            raise VaultError(f"{key_file} can be read by others: chmod 600 {key_file}")
        lines = key_file.read_text(encoding="ascii").split()
        pairs = [line.split(":", 1) for line in lines]
        return {int(number): base64.b64decode(key, validate=True) for number, key in pairs}
    except OSError as error:
        raise VaultError(f"{key_file} cannot be read: {error.strerror}") from error
    except (ValueError, binascii.Error) as error:
        raise VaultError(f"{key_file} is damaged: restore it from its own backup") from error


def _write_keys(key_file: Path, keys: dict[int, bytes]) -> None:
    """Write beside and rename, so that a power cut leaves the old file or the new one."""
    text = "".join(f"{n}:{base64.b64encode(key).decode()}\n" for n, key in sorted(keys.items()))
    beside = key_file.with_name(key_file.name + ".new")
    try:
        key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(key_file)
        sync_folder(key_file.parent)
    except OSError as error:
        raise VaultError(f"{key_file} cannot be written: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut (fsync of the directory, POSIX)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
