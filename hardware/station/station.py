"""The thread that runs one board, or several boards on one wire, and the arms that hang on it.

Rules:
- No call from outside waits for a wire: it puts a word into the inbox and wakes the thread.
- What was asked goes first, before the next read of the inputs.
- Inputs are read every 50 ms; a read that failed is tried once more before the inputs are unknown.
  Where they have not been read for a second, whatever else the board answers, the arms are told.
- Relays are released at start, at stop and after every loss of the link (by the board's driver).
- A board that does not answer holds up its own thread only, for as long as its deadlines allow.
- A fault of this program releases what it can, is logged, and the thread goes on.
- Every order gets an outcome, also one that meets the end of the program.
- Log lines about an order carry the asker's context (lane, passage), which came with it.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from types import MappingProxyType

from hardware.barrier import events as f
from hardware.barrier.model import BoardLink
from hardware.boards.board import Identity, RelayBoard
from hardware.clock import Clock
from hardware.errors import BoardError, HardwareError
from hardware.station.events import (
    ArmSettings,
    ArmState,
    ArmStateChanged,
    BarrierAlarm,
    Event,
    InputChanged,
    LinkChanged,
    OrderOutcome,
)
from hardware.station.lane_barrier import StationArm

__all__ = [
    "ArmSettings",
    "ArmState",
    "ArmStateChanged",
    "BarrierAlarm",
    "Event",
    "InputChanged",
    "LinkChanged",
    "OrderOutcome",
    "Station",
    "StationError",
]

_log = logging.getLogger(__name__)

POLL_S = 0.05
UNREAD_S = 1.0
"""Without its inputs for this long nothing is known of an arm."""
STALE_S = 5.0
"""A word that waited longer than this for the thread is dropped (hardware facts, rule 8)."""
AFTER_CRASH_S = 1.0
_ORDERS = f.RaiseRequested | f.LowerRequested | f.HoldRequested

OnEvent = Callable[[str, Event], None]


class StationError(HardwareError):
    """A station that was asked for a lane it does not have, or wired in a way that cannot be."""


class BoardSession:
    """One board and its arms; used by the station's thread only.

    `inputs` is the board that the arms' inputs hang on where their own board has none. It is looked
    after by a desk of its own in the same station.
    """

    def __init__(
        self,
        board: RelayBoard,
        arms: Mapping[str, ArmSettings],
        clock: Clock,
        on_event: OnEvent,
        inputs: RelayBoard | None = None,
    ) -> None:
        _check_channels(board, inputs or board, arms)
        self._board, self._inputs = board, inputs or board
        self._clock = clock
        self.arms = {
            lane: StationArm(lane, settings, board, clock, on_event)
            for lane, settings in arms.items()
        }
        self._reads = any(settings.inputs for settings in arms.values())
        self._identity: Identity | None = None
        self._poll_at = self._read_at = clock.monotonic()
        self._service_at = clock.monotonic()

    def connect(self) -> None:
        """Reach the board; a failure is not the end, since service() goes on trying."""
        with suppress(BoardError):
            self._board.connect()
        self._check_link()

    def turn(self) -> float:
        """Do what is due; return the seconds until there is something due again."""
        self._service()
        self._check_link()
        if self._board.trouble is None and self._clock.monotonic() >= self._poll_at:
            self._poll()
        for arm in self.arms.values():
            if arm.due is not None and arm.due <= self._clock.monotonic():
                arm.feed(f.Tick())
        self._check_link()
        return max(0.0, self._next() - self._clock.monotonic())

    def crashed(self) -> None:
        """Give everything up that was going on, and let the board be identified anew."""
        with suppress(BoardError):
            self._board.release_all()
        for arm in self.arms.values():
            arm.link_down("crashed: see the log")
        self._identity = None

    def close(self) -> None:
        """Release the relays and let the board go."""
        self._board.close()
        for arm in self.arms.values():
            arm.end()

    def _service(self) -> None:
        """Let the driver end its pulses and reconnect; cheap when there is nothing to do."""
        wait = self._board.service()
        self._service_at = self._clock.monotonic() + (POLL_S if wait is None else wait)
        if self._board.trouble is None:
            for arm in self.arms.values():
                arm.relays_stuck(self._board.stuck)

    def _check_link(self) -> None:
        """Tell the arms of a link that came, went, or went and came unseen."""
        identity = self._board.identity if self._board.trouble is None else None
        if identity is None:
            for arm in self.arms.values():
                arm.link_down(str(self._board.trouble))
        elif identity is not self._identity:
            for arm in self.arms.values():
                if arm.link is BoardLink.UP:
                    arm.link_down("the board was connected anew")
                arm.link_up("; ".join(identity.findings))
            self._poll_at = self._read_at = self._clock.monotonic()
        self._identity = identity

    def _poll(self) -> None:
        began = self._clock.monotonic()
        levels = self._levels()
        if isinstance(levels, BoardError) and self._inputs.trouble is None:
            began = self._clock.monotonic()
            levels = self._levels()
        failed = levels if isinstance(levels, BoardError) else None
        for arm in self.arms.values():
            arm.read(None if isinstance(levels, BoardError) else levels, began)
        self._judge_reads(failed, began)
        self._poll_at = max(began + POLL_S, self._clock.monotonic())

    def _judge_reads(self, failed: BoardError | None, began: float) -> None:
        """Tell the arms of inputs that have not been read for too long, and of their return."""
        if failed is None:
            self._read_at = began
            for arm in self.arms.values():
                arm.inputs_read()
        elif self._clock.monotonic() - self._read_at >= UNREAD_S and self._board.trouble is None:
            for arm in self.arms.values():
                arm.inputs_unread(failed)

    def _levels(self) -> Mapping[int, bool] | BoardError:
        if not self._reads:
            return {}
        try:
            return dict(enumerate(self._inputs.read_inputs(), start=1))
        except BoardError as error:
            _log.debug("inputs: %s", error)
            return error

    def _next(self) -> float:
        dues = [arm.due for arm in self.arms.values()]
        poll = self._poll_at if self._board.trouble is None else self._clock.monotonic() + POLL_S
        return min([poll, self._service_at, *(due for due in dues if due is not None)])


class Station:
    """One thread for one board, or for the boards that share a wire. All methods: any thread."""

    def __init__(
        self,
        board: RelayBoard,
        arms: Mapping[str, ArmSettings],
        clock: Clock,
        on_event: OnEvent,
        also: Sequence[tuple[RelayBoard, Mapping[str, ArmSettings]]] = (),
        inputs: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        """Take a board and its arms by lane; `also` further boards, of one wire or of several.

        inputs: place of a board in (board, *also) -> place of the board that its arms' inputs hang
        on, for boards without inputs of their own. Both need this one thread.
        """
        boards = [(board, arms), *also]
        self._clock = clock
        self._desks = [
            BoardSession(
                one, its, clock, on_event, boards[inputs[place]][0] if place in inputs else None
            )
            for place, (one, its) in enumerate(boards)
        ]
        self._arms = {lane: arm for desk in self._desks for lane, arm in desk.arms.items()}
        self._inbox: deque[tuple[float, str, f.Fact, Context]] = deque()
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._let_go = False
        self._posting = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; reaching the board happens on the thread."""
        name = "station-" + "-".join(self._arms)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 3.0) -> bool:
        """Release the relays and end; False when the board still holds the thread after that."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def command(self, lane: str, command: f.Command) -> None:
        """Ask something of the lane's barrier. A raise, a lowering and a hold get an OrderOutcome.

        Never blocks. Raises StationError for a lane that is not on this station.
        """
        self._put(lane, command)

    def state(self, lane: str) -> ArmState:
        """Return the arm as it is known at this moment."""
        return self._arm(lane).state()

    def energised(self, lane: str) -> frozenset[int]:
        """Return the relay channels of the lane's arm that are, or may be, energised."""
        return self._arm(lane).energised

    def _arm(self, lane: str) -> StationArm:
        if lane not in self._arms:
            known = ", ".join(self._arms)
            raise StationError(f"no lane {lane!r} on this station; it has: {known}")
        return self._arms[lane]

    def _put(self, lane: str, fact: f.Fact) -> None:
        arm = self._arm(lane)
        with self._posting:
            ended = self._let_go
            if not ended:
                self._inbox.append((self._clock.monotonic(), lane, fact, copy_context()))
                self._wake.set()
        if ended and isinstance(fact, _ORDERS):
            arm.ended(fact.order_id)

    # The thread.

    def _run(self) -> None:
        for desk in self._desks:
            self._guarded(desk, desk.connect)
        while not self._ending.is_set():
            self._wake.clear()
            wait = self.turn()
            self._clock.wait(self._wake, wait)
        for desk in self._desks:
            self._guarded(desk, desk.close)
        with self._posting:
            self._let_go = True
        for _, lane, fact, _ in self._inbox:
            if isinstance(fact, _ORDERS):
                self._arms[lane].ended(fact.order_id)

    def turn(self) -> float:
        """Do once what the thread does over and over; for tests without a thread."""
        waits = []
        for desk in self._desks:
            self._empty_inbox()
            waits.append(self._guarded(desk, desk.turn))
        return min(waits)

    def _empty_inbox(self) -> None:
        while self._inbox and not self._ending.is_set():
            asked_at, lane, fact, asker = self._inbox.popleft()
            arm = self._arms[lane]
            stale = self._clock.monotonic() - asked_at > STALE_S
            if stale and isinstance(fact, _ORDERS):
                arm.late(fact.order_id)
            else:
                asker.run(self._guarded, self._desk_of(lane), partial(arm.feed, fact))

    def _desk_of(self, lane: str) -> BoardSession:
        return next(desk for desk in self._desks if lane in desk.arms)

    def _guarded(self, desk: BoardSession, call: Callable[[], float | None]) -> float:
        """Run one piece of work; a fault in it is logged and ends in released relays."""
        try:
            return call() or 0.0
        except Exception:  # The arms of the other boards must live on.
            _log.exception("station %s crashed, starting again", ", ".join(desk.arms))
            with suppress(Exception):
                desk.crashed()
            return AFTER_CRASH_S


def _check_channels(board: RelayBoard, inputs: RelayBoard, arms: Mapping[str, ArmSettings]) -> None:
    used = [channel for arm in arms.values() for channel in arm.relays.values()]
    if len(set(used)) != len(used):
        raise StationError(f"{board.place}: relay channels {sorted(used)} are used twice")
    beyond = [channel for channel in used if not 1 <= channel <= board.channels]
    if beyond:
        raise StationError(f"{board.place}: no relay {beyond[0]}; it has 1 to {board.channels}")
    wired = {wiring.channel for arm in arms.values() for wiring in arm.inputs.values()}
    absent = [channel for channel in sorted(wired) if channel > inputs.inputs]
    if absent:
        raise StationError(f"{inputs.place}: no input {absent[0]}; it has 1 to {inputs.inputs}")
