"""The journal's own thread: takes the spool over and checkpoints, so that no lane does either."""

import threading
from collections.abc import Callable

_EVERY_S = 1.0
_COMMITS = 200


class MaintenanceThread:
    """Calls `turn(commits)` every second, and after enough commits; commits is 0 for "none due"."""

    def __init__(self, turn: Callable[[int], None]) -> None:
        self._turn = turn
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._commits = 0
        self._thread = threading.Thread(target=self._run, name="journal-keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def worked(self) -> None:
        """One more commit was made."""
        self._commits += 1
        if self._commits >= _COMMITS:
            self._wake.set()

    def stop(self) -> None:
        """End after the turn that is under way."""
        self._ending.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(_EVERY_S)
            self._wake.clear()
            due = self._commits if self._commits >= _COMMITS else 0
            if due:
                self._commits = 0
            self._turn(due)
