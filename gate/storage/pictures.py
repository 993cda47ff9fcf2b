"""Pictures of passages: files named by the SHA-256 of the JPEG, sealed by the keyring.

Rules: `put` returns at once with the name; a thread writes (beside, fsync, rename), so that a lane
never waits for a disk; the queue is bounded, and what does not fit, or cannot be written, is
dropped, counted and told. A picture that is still in the queue can be read already.
"""

import hashlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gate.domain.errors import VaultError
from gate.storage import private_files
from gate.storage.encryption import Keyring, sync_folder

PURPOSE = "picture"
_SUFFIX = ".sealed"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_QUEUE = 64
_CLOSE_WITHIN_S = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureCounts:
    """Since the start. waiting: in the queue. trouble: the last failure's words, "" if none."""

    waiting: int
    written: int
    dropped: int
    failed: int
    trouble: str


class Pictures:
    """gate.domain.ports.Pictures over a folder. Thread-safe."""

    def __init__(self, folder: Path, keyring: Keyring, *, queue: int = _QUEUE) -> None:
        """Begin the writing thread. The folder is made when it is first needed."""
        self._folder = folder
        self._vault = keyring
        self._room = queue
        self._waiting: OrderedDict[str, bytes] = OrderedDict()
        self._changed = threading.Condition()
        self._closing = False
        self._written = self._dropped = self._failed = 0
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        self._thread.start()

    def put(self, jpeg: bytes) -> str:
        """Take a picture over and return its name at once; "" for no picture at all."""
        if not jpeg:
            return ""
        name = hashlib.sha256(jpeg).hexdigest()
        with self._changed:
            if name in self._waiting:
                return name
            if len(self._waiting) >= self._room or self._closing:
                self._dropped += 1
                self._trouble = "the queue of pictures is full: the disk is too slow"
                return name
            self._waiting[name] = jpeg
            self._changed.notify_all()
        return name

    def get(self, sha256: str) -> bytes | None:
        """The JPEG, or None: never written, removed, changed, or its key is not here."""
        if not is_name(sha256):
            return None
        with self._changed:
            waiting = self._waiting.get(sha256)
        if waiting is not None:
            return waiting
        try:
            jpeg = self._vault.unseal(self.path(sha256).read_bytes(), PURPOSE)
        except FileNotFoundError:
            return None
        except (OSError, VaultError) as error:
            _log.warning("picture %s cannot be read: %s", sha256[:12], error)
            return None
        return jpeg if hashlib.sha256(jpeg).hexdigest() == sha256 else None

    def remove(self, sha256: str) -> bool:
        """Delete a picture; False if there was none. Raises OSError on a read-only disk."""
        if not is_name(sha256):
            return False
        with self._changed:
            self._waiting.pop(sha256, None)
        try:
            self.path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def path(self, sha256: str) -> Path:
        """Where a picture is kept: two levels of folders by the first four digits."""
        return self._folder / sha256[:2] / sha256[2:4] / (sha256 + _SUFFIX)

    def names(self) -> Iterator[tuple[str, Path]]:
        """Every picture that is on disk."""
        for path in self._folder.glob(f"??/??/*{_SUFFIX}"):
            if is_name(path.stem):
                yield path.stem, path

    def counts(self) -> PictureCounts:
        """How writing goes."""
        with self._changed:
            return PictureCounts(
                len(self._waiting), self._written, self._dropped, self._failed, self._trouble
            )

    def settle(self, within_s: float = _CLOSE_WITHIN_S) -> bool:
        """Wait until everything taken over is written; False if the time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, within_s)

    def close(self) -> None:
        """Write what waits, for a few seconds at most, and end the thread."""
        self.settle()
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            name, jpeg = taken
            trouble = self._write(name, jpeg)
            with self._changed:
                self._waiting.pop(name, None)
                self._written += not trouble
                self._failed += bool(trouble)
                self._trouble = trouble or self._trouble
                self._changed.notify_all()

    def _next(self) -> tuple[str, bytes] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return next(iter(self._waiting.items()), None)

    def _write(self, name: str, jpeg: bytes) -> str:
        """Write one file; what went wrong, or ""."""
        path = self.path(name)
        beside = path.with_name(name + ".new")
        try:
            if path.exists():
                return ""
            self._folder.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
            path.parent.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, _NEW, private_files.FILE), "wb") as file:
                file.write(self._vault.seal(jpeg, PURPOSE))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            _log.warning("picture %s was not kept: %s", name[:12], error.strerror)
            return error.strerror or "the disk refused"
        return ""


def is_name(sha256: str) -> bool:
    """Whether a text is a picture's name, and so harmless in a path."""
    return len(sha256) == 64 and all(character in "0123456789abcdef" for character in sha256)
