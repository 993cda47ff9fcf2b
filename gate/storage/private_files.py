"""Files of the site are its own: nobody else on the machine reads names, pictures or keys.

What this program makes is made for its user alone (`begin`); what an older release, a copy or a
restore left open is closed at the next start (`tighten`). The folders are what counts: where the
data folder is shut, nothing in it can be reached.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER: Final = 0o700
FILE: Final = 0o600
_OTHERS: Final = 0o077
_OURS: Final = ("gate.db*", "journal.*", "gate.lock", "pictures", "keys", "keys/*", "replaced-*")
_log = logging.getLogger(__name__)


def begin() -> None:
    """Let whatever this process makes from now on be its user's alone."""
    os.umask(_OTHERS)


def tighten(data: Path) -> None:
    """Close the data folder and what is ours in it to others; say what could not be closed.

    A folder that holds other things as well, `/var/lib` or somebody's home, keeps its mode.
    """
    ours = set(_ours(data))
    if set(data.iterdir()) <= ours:
        close(data)
    for path in sorted(ours):
        close(path)


def close(path: Path) -> None:
    """Take a file or folder away from others. One of another user, and a shared one, stay."""
    try:
        found = path.stat()
        if found.st_uid != os.geteuid() or found.st_mode & stat.S_ISVTX:
            if found.st_mode & _OTHERS:
                _log.warning("%s can be read by others: chmod go= it, or choose another", path)
        elif found.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
    except OSError as error:
        _log.warning("%s cannot be closed to others: %s", path, error.strerror)


def make_file(path: Path) -> None:
    """Make an empty file that is ours alone where there is none. Raises OSError.

    One that is there is not opened: closing it would drop SQLite's locks on it (POSIX).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE))


def _ours(data: Path) -> Iterator[Path]:
    for pattern in _OURS:
        yield from data.glob(pattern)
