"""One arm on one board: feeds its barrier, carries out what it orders, tells what happened.

Used by one thread only, except `state`, which any thread may call. Rules:
- An order takes its expiry along to the wire, which looks at it right before the first byte: late
  is not sent (rule 8). What may lower expires with the inputs that it rests on.
- A second interlock, below the barrier's: no relay of this arm is energised while another of it may
  be, whatever the barrier orders (rule 2).
- Every pulse and release is answered by a fact before the next order is carried out.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType

from hardware.barrier import events as f
from hardware.barrier import guards
from hardware.barrier.inputs import Debounce, InputName, InputSnapshot, Signal, debounce
from hardware.barrier.machine import next_due, start, step
from hardware.barrier.model import BoardLink, Cause, OrderId, OutcomeKind, OutcomeReason
from hardware.barrier.passing import Watch, grant, watch
from hardware.boards.board import Ack, RelayBoard
from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.station.events import (
    ArmSettings,
    ArmState,
    ArmStateChanged,
    BarrierAlarm,
    BoardFault,
    Event,
    InputChanged,
    LinkChanged,
    OrderOutcome,
)

__all__ = ["StationArm"]

_log = logging.getLogger(__name__)

# Refusals of the driver that come before the first byte.
_NOTHING_SENT = frozenset({Trouble.INTERLOCK, Trouble.BAD_ORDER, Trouble.SETTINGS, Trouble.LATE})
_NOT_DONE = frozenset({Trouble.SILENT, Trouble.BAD_REPLY, Trouble.REFUSED})


class StationArm:
    """One lane's arm. `on_event` is called on the station's thread and must return at once."""

    def __init__(
        self,
        lane: str,
        settings: ArmSettings,
        board: RelayBoard,
        clock: Clock,
        on_event: Callable[[str, Event], None],
    ) -> None:
        self.lane = lane
        self._of_lane = {"lane": lane}
        self._settings = settings
        self._relays = settings.relays
        self._board = board
        self._clock = clock
        self._on_event = on_event
        self._barrier = start(settings.wired_barrier)
        self._debounce = Debounce(settings.inputs)
        self._watch = Watch(settings.passage)
        self._told: Mapping[str, object] = {}
        self._inputs: Mapping[InputName, Signal] = {}
        self._acks: dict[OrderId, Ack] = {}
        self._energised: set[int] = set(self._relays.values())
        self._stuck: frozenset[int] = frozenset()
        self._faults: dict[BoardFault, str] = {}
        self._writes: dict[str, str] = {}
        self._changed_at = clock.monotonic()
        self._why = ""

    @property
    def link(self) -> BoardLink:
        """The link as the barrier knows it."""
        return self._barrier.link

    @property
    def energised(self) -> frozenset[int]:
        """The channels of this arm that are, or may be, energised."""
        return frozenset(self._energised)

    @property
    def due(self) -> float | None:
        """The second at which the barrier needs to be woken."""
        return next_due(self._barrier)

    def state(self) -> ArmState:
        """Return the arm as it is known at this moment. Any thread."""
        barrier, now = self._barrier, self._clock.monotonic()
        snapshot = barrier.snapshot
        return ArmState(
            position=barrier.position,
            mode=guards.mode(barrier),
            link=barrier.link,
            presence=guards.presence(barrier, now),
            inputs=MappingProxyType(dict(snapshot.signals) if snapshot is not None else {}),
            inputs_age=None if snapshot is None else now - snapshot.taken_at,
            hold_until=barrier.hold_until,
            locked=barrier.locked,
            maintenance=barrier.maintenance,
            changed_at=self._changed_at,
            why=self._why,
            faults=MappingProxyType(dict(self._faults)),
        )

    def link_up(self, findings: str) -> None:
        """Take it that the board was just identified; the barrier has its relays released again."""
        self._why = ""
        self._forget_faults()
        self.feed(f.LinkUp())
        self._tell(LinkChanged(up=True, why=findings, at=self._clock.monotonic()))

    def link_down(self, why: str) -> None:
        """Take it that the board does not answer; its relays may be in any state."""
        # What the driver says is one event; a growing list of reasons for one outage is not.
        if self._barrier.link is BoardLink.DOWN and self._why:
            self._why = why
            return
        self._energised = set(self._relays.values())
        self._forget_faults()
        self._why = why
        self._debounce = Debounce(self._settings.inputs)
        self.feed(f.LinkDown())
        self._look_at_inputs({})
        self._tell(LinkChanged(up=False, why=why, at=self._clock.monotonic()))

    def end(self) -> None:
        """Take it that the program stops: what was asked gets its outcome, nothing is alarmed."""
        self.feed(f.LinkDown(OutcomeReason.ENDED))

    def read(self, closed: Mapping[int, bool] | None, at: float) -> None:
        """Take one read of the board's inputs that began at `at`; None for a read that failed."""
        self._debounce, snapshot = debounce(self._debounce, closed, at)
        self.feed(f.Inputs(snapshot))
        self._look_at_inputs(snapshot.signals)
        self._watch_passage(snapshot)

    def inputs_unread(self, error: BoardError) -> None:
        """Take it that the inputs have not been read for too long, though the board answers."""
        if self._settings.inputs and BoardFault.INPUTS_UNREAD not in self._faults:
            self._faults[BoardFault.INPUTS_UNREAD] = str(error)
            self.feed(f.InputsLost(error.kind, error.place))

    def inputs_read(self) -> None:
        """Take it that the inputs are read."""
        if self._faults.pop(BoardFault.INPUTS_UNREAD, None) is not None:
            self.feed(f.InputsBack())

    def relays_stuck(self, channels: frozenset[int]) -> None:
        """Take it that these relays of the board do not let go; every turn, until they do."""
        mine = {channel: relay for relay, channel in self._relays.items() if channel in channels}
        new, freed = mine.keys() - self._stuck, self._stuck - mine.keys()
        self._energised = (self._energised | mine.keys()) - freed
        self._stuck = frozenset(mine)
        if new:
            said = ", ".join(f"{relay} relay {channel}" for channel, relay in mine.items())
            self._faults[BoardFault.RELAY_STUCK] = f"{self._board.place}: stuck: {said}"
        elif freed and not mine:
            self._faults.pop(BoardFault.RELAY_STUCK, None)
            self._tell_changes()
        for channel in sorted(new):
            self.feed(f.RelayStuck(mine[channel], channel, self._board.place))

    def _forget_faults(self) -> None:
        self._faults.clear()
        self._stuck = frozenset()
        self._writes.clear()

    def _wrote(self, what: str, error: BoardError | None) -> None:
        """Note how the last pulse or release went: a release that works proves no pulse."""
        self._writes.pop(what, None)
        if error is not None and error.kind in _NOT_DONE:
            self._writes[what] = str(error)
        if self._writes:
            self._faults[BoardFault.WRITES_FAIL] = "; ".join(self._writes.values())
        else:
            self._faults.pop(BoardFault.WRITES_FAIL, None)

    def feed(self, fact: f.Fact) -> None:
        """Take one fact, and then all that follows from it."""
        waiting = deque([fact])
        while waiting:
            barrier, orders = step(self._barrier, waiting.popleft(), self._clock.monotonic())
            self._barrier = barrier
            for order in orders:
                answer = self._obey(order)
                if answer is not None:
                    waiting.append(answer)
        self._tell_changes()

    def late(self, order_id: OrderId) -> None:
        """Refuse an order that waited too long for this thread."""
        self._untouched(order_id, OutcomeKind.EXPIRED, OutcomeReason.LATE)

    def ended(self, order_id: OrderId) -> None:
        """Refuse an order that came when the board had been let go. Any thread."""
        self._untouched(order_id, OutcomeKind.FAILED, OutcomeReason.ENDED)

    def _untouched(self, order_id: OrderId, kind: OutcomeKind, why: OutcomeReason) -> None:
        self._tell(OrderOutcome(order_id, kind, why, "", "", self._clock.monotonic()))

    def _obey(self, order: f.Order) -> f.Fact | None:
        now = self._clock.monotonic()
        match order:
            case f.Pulse():
                return self._pulse(order)
            case f.Release():
                return self._release()
            case f.Outcome():
                self._outcome(order, now)
            case f.Alarm():
                self._tell(BarrierAlarm(order.kind, order.evidence, now))
        return None

    def _pulse(self, order: f.Pulse) -> f.Fact:
        channel = self._relays.get(order.relay)
        others = self._energised - {channel}
        if channel is None or others:
            why = f"interlock: relays {sorted(others)} may be energised"
            return f.PulseFailed(order.order_id, why, maybe_sent=False)
        linked = self._board.trouble is None
        self._energised.add(channel)
        try:
            ack = self._board.pulse(channel, order.ms, order.expires_at)
        except BoardError as error:
            _log.warning("order %s: %s", order.order_id, error, extra=self._of_lane)
            sent = linked and error.kind not in _NOTHING_SENT
            late = error.kind is Trouble.LATE
            self._wrote("pulse", error)
            return f.PulseFailed(order.order_id, error.kind, maybe_sent=sent, late=late)
        self._wrote("pulse", None)
        if order.cause in (Cause.REQUEST, Cause.HOLD):
            self._acks[order.order_id] = ack
        return f.PulseDone(order.order_id, ack.confirmed)

    def _release(self) -> f.Fact:
        for channel in sorted(self._energised):
            try:
                self._board.release(channel)
            except BoardError as error:
                _log.warning("release of relay %d: %s", channel, error, extra=self._of_lane)
                self._wrote("release", error)
                return f.ReleaseFailed()
            self._energised.discard(channel)
            self._wrote("release", None)
        return f.ReleaseDone()

    def _outcome(self, order: f.Outcome, now: float) -> None:
        ack = self._acks.pop(order.order_id, None)
        sent, received = (ack.sent.hex(" "), ack.received.hex(" ")) if ack else ("", "")
        if order.kind is OutcomeKind.RAISED:
            self._watch = grant(self._watch)
        self._tell(OrderOutcome(order.order_id, order.kind, order.why, sent, received, now))

    def _look_at_inputs(self, signals: Mapping[InputName, Signal]) -> None:
        now = self._clock.monotonic()
        known = {name: signals.get(name, Signal.UNKNOWN) for name in self._settings.inputs}
        for name, signal in known.items():
            if signal is not self._inputs.get(name, Signal.UNKNOWN):
                on = None if signal is Signal.UNKNOWN else signal is Signal.ON
                self._tell(InputChanged(name, on, now))
        self._inputs = dict(known)

    def _watch_passage(self, snapshot: InputSnapshot) -> None:
        barrier = self._barrier
        self._watch, seen = watch(
            self._watch, snapshot, barrier.position, guards.mode(barrier), snapshot.taken_at
        )
        for event in seen:
            self._tell(event)

    def _tell_changes(self) -> None:
        state = self.state()
        shown = {
            "position": state.position,
            "mode": state.mode,
            "link": state.link,
            "presence": state.presence,
            "hold_until": state.hold_until,
            "set": (state.locked, state.maintenance),
            "faults": state.faults,
        }
        if shown != self._told:
            self._told = shown
            self._changed_at = self._clock.monotonic()
            self._tell(ArmStateChanged(self.state()))

    def _tell(self, event: Event) -> None:
        try:
            self._on_event(self.lane, event)
        except Exception:  # A listener's fault must not hold the arm's thread.
            _log.exception("a listener failed at %s", type(event).__name__, extra=self._of_lane)
