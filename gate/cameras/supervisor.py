"""A lane's worker as seen from the gate: a supervised child process with the camera and the
networks.

Rules:
1. A decoder that hangs, dies or eats memory takes its own process with it, nothing else.
2. The child says something at least every second. Silence for `SILENCE` seconds, or its end, means
   a new child, after a delay that doubles up to `MAX_DELAY` and starts over once a child has
   lived `HEALTHY_AFTER` seconds. It is never given up: a camera comes back by itself.
3. Nothing here blocks a lane: reports are handed on, commands are dropped while no child listens.
"""

import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from gate.cameras.messages import (
    CameraReport,
    Command,
    Report,
    SetReadingEnabled,
    SetSecondReaderThreshold,
    Shutdown,
)
from gate.cameras.settings import WorkerSettings
from gate.domain.ports import Clock


def run_worker(pipe: Connection, settings: WorkerSettings) -> None:
    """Run the worker until the gate says so or goes away. The entry point of its process."""
    from gate.cameras.worker import watch

    watch(pipe, settings)


SILENCE = 8.0
FIRST_DELAY = 0.5
MAX_DELAY = 8.0
HEALTHY_AFTER = 60.0
LOADING = 30.0
"""Seconds a child may take to load its networks before its silence counts."""

_log = logging.getLogger(__name__)
_spawn = multiprocessing.get_context("spawn")


class WorkerSupervisor:
    """Keeps one worker alive. `tell` gets every report, on the supervisor's thread."""

    def __init__(
        self, settings: WorkerSettings, clock: Clock, tell: Callable[[Report], None]
    ) -> None:
        self._settings, self._clock, self._tell = settings, clock, tell
        self._of_lane = {"lane": settings.lane}
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._pipe: Connection | None = None
        self._look = SetReadingEnabled(on=False)
        self.restarts = 0
        self._thread = threading.Thread(
            target=self._run, name=f"camera-worker-{settings.lane}", daemon=True
        )

    @property
    def settings(self) -> WorkerSettings:
        """What the child works by, or the next one will."""
        return self._settings

    def start(self) -> None:
        """Start the child and keep it alive until `stop`."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End the child; return whether it ended in time."""
        self._stopping.set()
        self._send(Shutdown())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def look(self, command: SetReadingEnabled) -> None:
        """Tell the worker whether a vehicle stands before the arm; remembered for a new child."""
        self._look = command
        self._send(command)

    def ask_below(self, sure: float) -> None:
        """Ask the second reader below this confidence (0..1) from now on, if it is on at all."""
        if self._settings.ask_below is not None:
            self._settings = replace(self._settings, ask_below=sure)
            self._send(SetSecondReaderThreshold(sure))

    def _send(self, command: Command) -> None:
        with self._lock:
            pipe = self._pipe
            if pipe is None:
                return
            try:
                pipe.send(command)
            except (OSError, ValueError):
                _log.debug("a camera worker does not listen", extra=self._of_lane)

    def _run(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            born = self._clock.monotonic()
            why = self._one_life()
            if self._stopping.is_set():
                return
            self.restarts += 1
            if self._clock.monotonic() - born > HEALTHY_AFTER:
                delay = FIRST_DELAY
            _log.warning("camera worker: %s; again in %.1f s", why, delay, extra=self._of_lane)
            self._tell(CameraReport("restarting", why, 0.0, None))
            self._stopping.wait(delay)
            delay = min(delay * 2, MAX_DELAY)

    def _one_life(self) -> str:
        """Run one child to its end and return why it ended."""
        ours, theirs = _spawn.Pipe()
        child = _spawn.Process(
            target=run_worker,
            args=(theirs, self._settings),
            name=f"camera-worker-{self._settings.lane}",
        )
        child.start()
        theirs.close()
        with self._lock:
            self._pipe = ours
        self._send(self._look)
        if self._settings.ask_below is not None:  # changed, perhaps, while the child began
            self._send(SetSecondReaderThreshold(self._settings.ask_below))
        try:
            return self._listen(ours, child)
        finally:
            with self._lock:
                self._pipe = None
            ours.close()
            _end(child)

    def _listen(self, pipe: Connection, child: BaseProcess) -> str:
        heard = self._clock.monotonic() + LOADING
        while not self._stopping.is_set():
            try:
                if pipe.poll(0.2):
                    self._tell(pipe.recv())
                    heard = self._clock.monotonic()
                    continue
            except (EOFError, OSError):
                child.join(1.0)
                return f"the camera process ended (exit code {child.exitcode})"
            if self._clock.monotonic() - heard > SILENCE:
                return f"the camera process was silent for {SILENCE:.0f} s"
        self._drain(pipe)
        return "stopped"

    @staticmethod
    def _drain(pipe: Connection) -> None:
        """Read on until the child has closed its end, so that it is not stuck in a full pipe."""
        try:
            while pipe.poll(2.0):
                pipe.recv()
        except (EOFError, OSError):
            return


def _end(child: BaseProcess) -> None:
    child.join(1.0)
    if child.is_alive():
        child.terminate()
        child.join(1.0)
    if child.is_alive():
        child.kill()
        child.join(1.0)
    child.close()
