"""A second opinion on the barrier: what must never be ordered, judged from the facts alone.

It keeps its own books from what was told and ordered, shares no guard with the machine, and names
the property that was broken.
"""

from collections import Counter, deque

from hardware.barrier import events as f
from hardware.barrier.guards import BarrierState, mode
from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.model import (
    AlarmKind,
    ArmMotion,
    BarrierSettings,
    BoardLink,
    Cause,
    Mode,
    OrderId,
    OutcomeKind,
    Position,
    Relay,
)

__all__ = ["Broken", "Oracle"]

FRESH = 0.3
CLEAR = 1.0
FIRE_PATIENCE = 3.5
_FAULTS = (
    AlarmKind.RAISE_TIMEOUT,
    AlarmKind.LOWER_TIMEOUT,
    AlarmKind.SWITCHES_DISAGREE,
    AlarmKind.RELAY_STUCK,
)


class Broken(AssertionError):  # noqa: N818 - a property is broken, no error was made
    """A property that did not hold; `args[0]` is its name."""


class Oracle:
    """The books of one life."""

    def __init__(self, settings: BarrierSettings) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.link = self.unread = self.lost_now = False
        self.reads: deque[InputSnapshot] = deque(maxlen=400)
        self.fire_told = self.fire_latched = False
        self.maintenance = False
        self.held_until: float | None = None
        self.fault = False
        self.energised: Relay | None = None
        self.released_at = float("-inf")
        self.last_relay: Relay | None = None
        self.raises_open: dict[OrderId, float] = {}
        self.ended: set[OrderId] = set()
        self.now = float("-inf")
        self.calm_since = self.raised_at = float("-inf")
        self.facts_too_long = 0
        self.unanswered = False
        self.on_since: float | None = None
        self.others: tuple[Signal, ...] = ()
        self.others_at = float("-inf")
        self.suspect = False

    def told(self, fact: f.Fact, now: float) -> None:  # noqa: C901 - one case for each fact
        """Write down a fact before the barrier is given it."""
        if now < self.now:
            # After a clock that ran back no read can be dated.
            self.reads.clear()
            self.released_at = min(self.released_at, now)
            self.raised_at = min(self.raised_at, now)
            self.others, self.others_at = (), min(self.others_at, now)
            self.on_since = None if self.on_since is None else min(self.on_since, now)
        self._count_calm(fact, now)
        self.now = now
        match fact:
            case f.LinkUp() | f.LinkDown():
                self.link = isinstance(fact, f.LinkUp)
                self.unread = False
                self.reads.clear()
                self.others = ()
                self.held_until = None
            case f.Inputs():
                self._read(fact.snapshot)
            case f.InputsLost():
                self.unread, self.lost_now = self.link, self.link and not self.unread
            case f.InputsBack():
                self.unread = False
            case f.FireSignal():
                self.fire_told = fact.on
                self.fire_latched |= fact.on
            case f.MaintenanceOn():
                self.maintenance, self.held_until = True, None
            case f.MaintenanceOff():
                self.maintenance = False
            case f.HoldRequested() if fact.until > now:
                self.held_until = min(fact.until, now + self.settings.hold_cap)
            case f.HoldReleased() | f.LockRequested():
                self.held_until = None
            case f.FaultReset():
                self.fault = self.suspect = False
            case f.RaiseRequested() if fact.order_id not in self.ended:
                self.raises_open.setdefault(fact.order_id, fact.expires_at)
            case f.ReleaseDone():
                self.energised, self.released_at = None, now
            case _:
                pass

    def _count_calm(self, fact: f.Fact, now: float) -> None:
        """Note for how long nothing has kept a fire from raising the arm."""
        if isinstance(fact, f.ReleaseDone | f.PulseDone):
            self.unanswered = False
        failed = isinstance(fact, f.PulseFailed | f.ReleaseFailed) or self.unanswered
        link = isinstance(fact, f.LinkUp | f.LinkDown)
        if failed or link or now < self.now or not self.fire_latched:
            self.calm_since, self.facts_too_long = now, 0

    def _read(self, snapshot: InputSnapshot) -> None:
        if snapshot.taken_at > self.now:
            signals = dict.fromkeys(snapshot.signals, Signal.UNKNOWN)
            snapshot = InputSnapshot(self.now, signals)
        if self.link:
            self.reads.append(snapshot)
            self._suspect(snapshot)
        self.fire_latched |= snapshot[InputName.FIRE] is Signal.ON

    def _suspect(self, snapshot: InputSnapshot) -> None:
        """Note a guard that was on for minutes and goes off while nobody is seen to leave."""
        at = snapshot.taken_at
        names = {InputName.PRESENCE, InputName.BEHIND} - self.settings.guards
        others = tuple(snapshot[name] for name in sorted(names))
        pairs = zip(self.others, others, strict=False)
        if any({a, b} == {Signal.ON, Signal.OFF} for a, b in pairs):
            self.others_at = at
        self.others = others
        guards = [snapshot[name] for name in self.settings.guards]
        if Signal.ON in guards:
            self.on_since = at if self.on_since is None else min(at, self.on_since)
        elif self.on_since is not None and set(guards) == {Signal.OFF}:
            long = at - self.on_since >= self.settings.suspect_after
            self.suspect = long and not 0 <= at - self.others_at <= 10.0
            self.on_since = None

    def judge(self, fact: f.Fact, orders: tuple[f.Order, ...], after: BarrierState) -> None:
        """Look at what the barrier made of the fact; raise Broken where that must not be."""
        self._judge_fire(fact, after)
        self._judge_board(fact, orders, after)
        for order in orders:
            self.unanswered |= isinstance(order, f.Pulse | f.Release)
            match order:
                case f.Pulse():
                    self._pulse(order)
                case f.Outcome():
                    self._outcome(order)
                case f.Alarm():
                    self.counts[f"alarm {order.kind}"] += 1
                    self.fault |= order.kind in _FAULTS
                    if order.kind in (AlarmKind.HOLD_LOST, AlarmKind.HOLD_ENDED):
                        self.held_until = None
                case f.Release():
                    self.counts["release"] += 1
        self._judge_protection(after)
        self._judge_ends(after)

    def _judge_board(self, fact: f.Fact, orders: tuple[f.Order, ...], after: BarrierState) -> None:
        """A board that does not do its part: the arm is not believed to be anywhere."""
        if isinstance(fact, f.InputsLost) and self.lost_now:
            known = after.position in (Position.OPEN, Position.CLOSED, Position.CLOSING)
            self._check(not known, "an arm that nobody can see is nowhere")
        if isinstance(fact, f.RelayStuck):
            self._check(after.position is Position.FAULT, "a stuck relay is a fault")
        late = {AlarmKind.RAISE_TIMEOUT, AlarmKind.RAISE_RETRIED, AlarmKind.LOWER_TIMEOUT}
        told = any(isinstance(order, f.Alarm) and order.kind in late for order in orders)
        self._check(not (told and self.unread), "an arm that nobody can see is not late")

    def _judge_fire(self, fact: f.Fact, after: BarrierState) -> None:
        if self.fire_latched and mode(after) is not Mode.FIRE:
            last = self.reads[-1][InputName.FIRE] if self.reads else Signal.UNKNOWN
            gone = last in (Signal.OFF, Signal.ABSENT) and not self.fire_told
            if not (isinstance(fact, f.FireReset) and gone):
                raise Broken("fire stays until the signal is gone and a person resets it")
            self.fire_latched = False
        if self.fire_latched and self.link and not self.settings.one_button:
            self._fire_raises(after)

    def _fire_raises(self, after: BarrierState) -> None:
        """After a long gap in time the machine gets a few facts in which to catch up."""
        calm = self.now - self.calm_since > FIRE_PATIENCE
        lately = self.now - self.raised_at < FIRE_PATIENCE
        up = after.position in (Position.OPEN, Position.OPENING)
        self.facts_too_long = self.facts_too_long + 1 if calm and not up and not lately else 0
        self._check(self.facts_too_long < 8, "fire raises the arm")

    def _pulse(self, pulse: f.Pulse) -> None:
        self.counts[f"pulse {pulse.motion} for {pulse.cause}"] += 1
        self._check(self.link, "nothing is sent on a dead wire")
        self._check(pulse.expires_at > self.now, "nothing is sent late")
        others = self.energised not in (None, pulse.relay)
        self._check(not others, "two relays are never energised together")
        if self.last_relay not in (None, pulse.relay):
            rested = self.now - self.released_at >= self.settings.dead_time - 1e-9
            self._check(rested, "a dead time lies between two relays")
        self.energised = self.last_relay = pulse.relay
        if pulse.motion is ArmMotion.RAISE:
            self.raised_at = self.now
        if pulse.motion in (ArmMotion.LOWER, ArmMotion.EITHER):
            self._may_lower(pulse)
        elif self.settings.one_button and pulse.motion is ArmMotion.RAISE:
            self._one_button(pulse)
        if self.maintenance and not self.fire_latched:
            self._check(pulse.cause is Cause.MAINTENANCE, "maintenance is left alone")

    def _one_button(self, pulse: f.Pulse) -> None:
        seen_down = self._fresh() and self.reads[-1][InputName.ARM_DOWN] is Signal.ON
        if not (seen_down and self.settings.arm_down):
            self._may_lower(pulse)
        self._check(pulse.cause is not Cause.RAISE_TIMEOUT, "one button gets no retry")

    def _may_lower(self, pulse: f.Pulse) -> None:
        if pulse.motion is ArmMotion.LOWER:
            self._check(not self.raises_open, "open beats close")
        self._check(not self.fire_latched, "nothing is lowered in a fire")
        self._check(self._fresh(), "nothing is lowered on stale inputs")
        self._check(pulse.expires_at <= self.reads[-1].taken_at + FRESH, "leave to lower ends")
        fire = self.reads[-1][InputName.FIRE]
        self._check(fire in (Signal.OFF, Signal.ABSENT), "nothing is lowered with fire unread")
        self._check(self.settings.safety_permanent, "a limited loop detector is not believed")
        self._check(self._all_off(self.reads[-1]), "nothing is lowered on somebody")
        self._check(self._clear_long(), "the loop was clear long enough")
        self._check(not self.suspect, "a loop that let go by itself is not believed")
        self._check(not self.maintenance, "maintenance is left alone")
        self._check(not self.fault, "a fault is never lowered")
        held = self.held_until is not None and self.now < self.held_until
        self._check(not held, "a held arm is not lowered")

    def _fresh(self) -> bool:
        return bool(self.reads) and 0 <= self.now - self.reads[-1].taken_at < FRESH

    def _all_off(self, read: InputSnapshot) -> bool:
        return all(read[name] is Signal.OFF for name in self.settings.guards)

    def _clear_long(self) -> bool:
        later = self.reads[-1]
        end = later.taken_at
        for read in reversed(self.reads):
            gap = later.taken_at - read.taken_at
            if not 0 <= gap < FRESH or not self._all_off(read):
                return False
            if end - read.taken_at >= CLEAR - 1e-9:
                return True
            later = read
        return False

    def _outcome(self, outcome: f.Outcome) -> None:
        self.counts[f"outcome {outcome.kind} {outcome.why}"] += 1
        self._check(outcome.order_id not in self.ended, "an order ends once")
        self.ended.add(outcome.order_id)
        self.raises_open.pop(outcome.order_id, None)
        refused = outcome.kind not in (OutcomeKind.RAISED, OutcomeKind.LOWERED)
        if outcome.order_id.startswith("hold") and refused:
            self.held_until = None

    def _judge_protection(self, after: BarrierState) -> None:
        """Somebody under a closing arm: a raise is on its way."""
        if after.position is not Position.CLOSING or self.settings.one_button or self.maintenance:
            return
        on = self._fresh() and any(
            self.reads[-1][name] is Signal.ON for name in self.settings.guards
        )
        raising = after.raising is not None
        if after.flight is not None and after.flight.motion is ArmMotion.RAISE:
            raising = True
        if on and after.link is BoardLink.UP:
            self._check(raising, "a closing arm is raised for whoever is under it")

    def _judge_ends(self, after: BarrierState) -> None:
        patience = self.settings.answer_within + 1.0
        for order_id, expires in self.raises_open.items():
            waiting = after.raising is not None and after.raising.order_id == order_id
            flying = after.flight is not None and after.flight.wish.order_id == order_id
            self._check(waiting or flying, "an order that was taken is not forgotten")
            late = waiting and self.now > expires + patience
            self._check(not late, "a late order is dropped")

    def _check(self, holds: bool, name: str) -> None:
        if not holds:
            raise Broken(name)
