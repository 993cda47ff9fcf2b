"""An emulated device at work: one thread that moves bytes at their speed and breaks on demand.

Real time through a Clock. At 9600 baud a byte takes 1.04 ms each way; a Modbus device takes a
frame as ended after 3.5 silent characters and answers `turnaround_s` later. `baud=None` makes the
wire infinitely fast. All public methods may be called from any thread.
"""

import contextlib
import os
import select
import threading
from collections import deque
from math import inf
from pathlib import Path
from types import TracebackType

from hardware.clock import Clock, SystemClock
from hardware.emulators.bank import Listener, RelayChange
from hardware.emulators.faults import EmulatedFault, Faults
from hardware.emulators.line import PtyLine, SerialLine
from hardware.emulators.model import BoardModel

TURNAROUND_S = 0.001
SILENT_CHARACTERS = 3.5
MIN_SILENCE_S = 0.001
LET_GO_S = 5.0


class EmulatedDevice:
    """One or several devices on one wire (several make a bus). A context manager."""

    def __init__(
        self,
        *models: BoardModel,
        line: SerialLine,
        baud: int | None = 9600,
        turnaround_s: float = TURNAROUND_S,
        clock: Clock | None = None,
    ) -> None:
        self.models = list(models)
        self.line = line
        self.faults = Faults()
        self._byte_s = 10 / baud if baud else 0.0
        self._turnaround_s = turnaround_s
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._arriving: deque[tuple[float, int]] = deque()
        self._leaving: deque[tuple[float, int]] = deque()
        self._silence_at = inf
        self._reset_at = inf
        self._stopping = False
        self._let_go = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="emulated device", daemon=True)
        self._watch_pulses()

    def __enter__(self) -> "EmulatedDevice":
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Plug the device in and let it live."""
        self.plug()
        self._thread.start()

    def stop(self) -> None:
        """Unplug it and end its thread."""
        self._stopping = True
        self._wake()
        self._thread.join()
        self.line.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)

    @property
    def model(self) -> BoardModel:
        """The first device of the wire."""
        return self.models[0]

    @property
    def relays(self) -> tuple[bool, ...]:
        """The first device's relays, relay 1 first."""
        with self._lock:
            self.model.relays.tick(self._clock.monotonic())
            return self.model.relays.states

    def listen(self, listener: Listener) -> None:
        """Call `listener` in the device's thread at every change of a relay."""
        with self._lock:
            self.model.relays.listeners.append(listener)

    def set_input(self, channel: int, level: bool, model: int = 0) -> None:
        """Close (True) or open an input."""
        with self._lock:
            self.models[model].set_input(channel, level, self._clock.monotonic())
        self._wake()

    def unplug(self, *, power: bool = True) -> None:
        """Pull the plug of the wire; `power=False` takes the device's power with it."""
        with self._lock:
            self.line.unplug()
            self._forget_bytes()
            if not power:
                self._reset_now()
        # While the thread waits on the terminal, the kernel keeps it alive, and whoever has it open
        # would still write into it.
        self._let_go.clear()
        self._wake()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._let_go.wait(LET_GO_S)

    def plug(self, name: Path | None = None) -> None:
        """Put the plug back, where `name` is given under that name."""
        with self._lock:
            if name is not None and isinstance(self.line, PtyLine):
                self.line.link = name
            self.line.plug()
        self._wake()

    def reset(self) -> None:
        """Switch the device's power off and on."""
        with self._lock:
            self._reset_now()

    def swap(self, *models: BoardModel) -> None:
        """Put other devices on the same wire."""
        with self._lock:
            self.models = list(models)
            self._forget_bytes()
            self._watch_pulses()

    def say(self, data: bytes) -> None:
        """Send bytes that nobody asked for."""
        with self._lock:
            self._answer(data, self._clock.monotonic())
        self._wake()

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")

    def _watch_pulses(self) -> None:
        for model in self.models:
            model.relays.listeners.append(self._on_change)

    def _on_change(self, change: RelayChange) -> None:
        if change.energised and self.faults.reset_in_pulse_s is not None:
            self._reset_at = change.at + self.faults.reset_in_pulse_s
            self.faults.reset_in_pulse_s = None

    def _reset_now(self) -> None:
        self._reset_at = inf
        self._forget_bytes()
        for model in self.models:
            model.reset(self._clock.monotonic())

    def _forget_bytes(self) -> None:
        """Forget what is under way; a half frame in the device ends by the silence that follows."""
        self._arriving.clear()
        self._leaving.clear()

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                wait_s = self._next_event() - self._clock.monotonic()
                sources = (*self.line.waiting_on(), self._wake_read)
            # Another thread may pull the plug, and with it a descriptor, before select sees it.
            with contextlib.suppress(OSError):
                ready, _, _ = select.select(sources, [], [], min(max(0.0, wait_s), 1.0))
                if self._wake_read in ready:
                    os.read(self._wake_read, 4096)
            self._let_go.set()
            with self._lock:
                self._step(self._clock.monotonic())

    def _next_event(self) -> float:
        """Return the second at which there is something to do without a byte from outside."""
        timers = [due for model in self.models if (due := model.relays.due()) is not None]
        arriving = self._arriving[0][0] if self._arriving else inf
        leaving = self._leaving[0][0] if self._leaving else inf
        return min(arriving, leaving, self._silence_at, self._reset_at, *timers)

    def _step(self, now: float) -> None:
        self._receive(now)
        self._deliver(now)
        if now >= self._silence_at and not self._arriving:
            silent_at, self._silence_at = self._silence_at, inf
            for model in self.models:
                self._answer(model.silence(silent_at), silent_at)
        for model in self.models:
            model.tick(now)
        if now >= self._reset_at:
            self._reset_now()
        self._transmit(now)

    def _receive(self, now: float) -> None:
        """Give every byte the second at which its last bit is over."""
        for byte in self.line.read():
            busy_until = self._arriving[-1][0] if self._arriving else now
            self._arriving.append((max(now, busy_until) + self._byte_s, byte))

    def _deliver(self, now: float) -> None:
        while self._arriving and self._arriving[0][0] <= now:
            at, byte = self._arriving.popleft()
            if not self.faults.byte_passes():
                self.unplug()
                return
            if self.faults.holds(EmulatedFault.ECHO):
                self._leaving.append((at, byte))
            if self.faults.holds(EmulatedFault.DEAF):
                continue
            self._silence_at = at + max(SILENT_CHARACTERS * self._byte_s, MIN_SILENCE_S)
            for model in self.models:
                self._answer(model.take(byte, at), at)

    def _answer(self, answer: bytes, at: float) -> None:
        if not answer:
            return
        answer, late_s = self.faults.spoil(answer)
        at += self._turnaround_s + late_s
        for byte in answer:
            busy_until = self._leaving[-1][0] if self._leaving else at
            at = max(at, busy_until) + self._byte_s
            self._leaving.append((at, byte))

    def _transmit(self, now: float) -> None:
        ready = bytearray()
        while self._leaving and self._leaving[0][0] <= now:
            _, byte = self._leaving.popleft()
            if not self.faults.byte_passes():
                self.line.write(bytes(ready))
                self.unplug()
                return
            ready.append(byte)
        if ready:
            self.line.write(bytes(ready))
