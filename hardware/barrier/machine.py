"""The arm's state machine: `step(barrier, fact, now) -> (barrier, orders)`. Pure; reads no clock.

Everything that decides about the arm lives here and in the guards beside it. The rules:

 1. The arm is lowered only if every guard loop has been seen clear, without a gap, for `clear_for`,
    the inputs are fresh, the link is up, nobody wants it up, and there is no fire, hold, fault or
    maintenance. Not known counts as occupied, and so does a loop that let go after minutes while
    nothing was seen to leave.
 2. Open beats close, at once: the lowering relay is released first, then the raising relay is
    energised after the dead time. Two relays of one arm are never energised together.
 3. Something under the arm while it closes: raise. (A one-button controller cannot be told to
    raise, so its own safety loop must do it; see `BarrierSettings.own_safety`.)
 4. Fire raises and latches. It ends when the signal is gone AND a person resets it.
 5. A move that nobody here ordered is reported, not fought.
 6. Not up in time: one retry, then FAULT. Not down in time: raise, FAULT. FAULT never lowers; a
    person ends it.
 7. No time that passes, however long the way is blocked, is a reason to lower.
 8. One command at a time, the newest raise wins; what is late is dropped and never replayed.
 9. At start and after every loss of the link: release the relays, do not move the arm. Only a fire
    that is still latched raises it.
10. A one-button controller gets no retries, and no pulse while it is moving.

11. Inputs that are not read for a second are alarmed, and the arm's position is unknown; it can
    still be raised. A relay that does not let go is a FAULT: its contact is pressed all the time.

A hold ends when the link is lost or the arm is lowered by hand; a person may ask for it again.
Fire goes before maintenance: who works on the arm switches the barrier off first.
"""

from dataclasses import replace
from typing import assert_never

from hardware.barrier import events as f
from hardware.barrier import guards
from hardware.barrier.automatic import pulse_failed, settle
from hardware.barrier.guards import BarrierState, PulseRequest
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
    OutcomeReason,
    Position,
)
from hardware.barrier.step import StepContext
from hardware.barrier.transitions import TransitionTrigger

__all__ = ["BarrierState", "next_due", "start", "step"]


def start(
    settings: BarrierSettings, *, fire_latched: bool = False, locked: bool = False
) -> BarrierState:
    """Return the barrier at start: nothing known, nothing moved; latches as they were before."""
    return BarrierState(settings, fire_latched=fire_latched, locked=locked)


def step(
    barrier: BarrierState, fact: f.Fact, now: float
) -> tuple[BarrierState, tuple[f.Order, ...]]:
    """Take one fact at `now` (monotonic seconds); return the next barrier and what is to be done.

    Orders are to be carried out in their order. Every Pulse and Release must be answered by a fact
    before anything else of this arm is put on the wire.
    """
    turn = StepContext(barrier, now)
    turn.check_clock()
    _take(turn, fact)
    settle(turn)
    return replace(turn.b, seen=now), tuple(turn.orders)


def next_due(barrier: BarrierState) -> float | None:
    """Return the instant at which a Tick is needed sooner than the next read of the inputs."""
    if barrier.link is BoardLink.DOWN or barrier.flight is not None or barrier.releasing:
        return None
    waits = barrier.raising or barrier.lowering or barrier.stopping
    due = [barrier.quiet_until] if waits else []
    due += [barrier.live_until] if barrier.live is not None else []
    return min(due, default=None)


def _take(turn: StepContext, fact: f.Fact) -> None:  # noqa: C901, PLR0912, PLR0915 - one case for each kind of fact
    match fact:
        case f.LinkUp():
            _link_up(turn)
        case f.LinkDown(why):
            _link_down(turn, why)
        case f.Inputs():
            _inputs(turn, fact.snapshot)
        case f.InputsLost():
            _inputs_lost(turn, fact)
        case f.InputsBack():
            turn.b = replace(turn.b, unread=False)
        case f.RelayStuck(relay, channel, board):
            turn.alarm(
                AlarmKind.RELAY_STUCK, why="stuck", relay=relay, channel=str(channel), board=board
            )
            turn.move(TransitionTrigger.RELAY_STUCK)
        case f.RaiseRequested():
            _raise_requested(turn, fact)
        case f.LowerRequested():
            _lower_requested(turn, fact.order_id)
        case f.HoldRequested():
            _hold_requested(turn, fact)
        case f.HoldReleased():
            turn.b = replace(turn.b, hold_until=None)
        case f.LockRequested():
            _lock(turn)
        case f.Unlocked():
            turn.b = replace(turn.b, locked=False)
        case f.FireSignal():
            turn.b = replace(turn.b, fire_told=fact.on)
            _latch_fire(turn, fact.on, "told")
        case f.FireReset():
            _fire_reset(turn, fact.by)
        case f.FaultReset():
            turn.b = replace(turn.b, distrust=False)
            turn.move(TransitionTrigger.FAULT_RESET)
        case f.PositionStated():
            _position_stated(turn, fact)
        case f.MaintenanceOn():
            _maintenance_on(turn)
        case f.MaintenanceOff():
            turn.b = replace(turn.b, maintenance=False)
        case f.PulseDone():
            _pulse_done(turn, fact)
        case f.PulseFailed():
            pulse_failed(turn, fact)
        case f.ReleaseDone():
            quiet = turn.now + turn.b.settings.dead_time
            turn.b = replace(turn.b, releasing=False, live=None, quiet_until=quiet)
        case f.ReleaseFailed():
            turn.release_failed()
        case f.Tick():
            pass
        case _:
            assert_never(fact)


def _lock(turn: StepContext) -> None:
    if turn.b.raising is not None and turn.b.raising.asked:
        turn.drop_raising(OutcomeKind.REFUSED, OutcomeReason.LOCKED)
    turn.b = replace(turn.b, locked=True, hold_until=None)


def _link_up(turn: StepContext) -> None:
    if turn.b.link is BoardLink.UP:
        _link_down(turn, OutcomeReason.LINK_DOWN)
    turn.b = replace(
        turn.b,
        link=BoardLink.UP,
        snapshot=None,
        unread=False,
        clear_since=None,
        raised_at=float("-inf"),
    )
    turn.release()


def _link_down(turn: StepContext, why: OutcomeReason) -> None:
    turn.end_flight(OutcomeKind.INDETERMINATE, why)
    turn.drop_raising(OutcomeKind.FAILED, why)
    turn.drop_lowering(OutcomeKind.FAILED, why)
    turn.lose_hold()
    turn.move(TransitionTrigger.LINK_LOST)
    turn.b = replace(
        turn.b, link=BoardLink.DOWN, snapshot=None, clear_since=None, stopping=None, releasing=False
    )


def _inputs(turn: StepContext, told: InputSnapshot) -> None:
    # A snapshot from the future was not taken by this clock: it tells nothing.
    from_future = told.taken_at > turn.now
    snapshot = (
        InputSnapshot(turn.now, dict.fromkeys(told.signals, Signal.UNKNOWN))
        if from_future
        else told
    )
    _latch_fire(turn, snapshot[InputName.FIRE] is Signal.ON, "input")
    if turn.b.link is BoardLink.DOWN:
        # What is read of a board that has not been identified says nothing about the arm.
        return
    before = turn.b.snapshot
    since = guards.clear_since(turn.b, snapshot)
    trusted = not turn.b.distrust
    turn.b = replace(guards.with_loops(turn.b, snapshot), snapshot=snapshot, clear_since=since)
    if snapshot[InputName.PRESENCE] is not Signal.ON:
        turn.b = replace(turn.b, waits=False)
    if trusted and turn.b.distrust:
        turn.alarm(AlarmKind.LOOP_SUSPECT)
    change = _switches(turn.b, before, snapshot)
    if change is not None:
        turn.move(change)


def _inputs_lost(turn: StepContext, fact: f.InputsLost) -> None:
    if turn.b.unread or turn.b.link is BoardLink.DOWN:
        return
    turn.alarm(AlarmKind.INPUTS_UNREAD, why=fact.why, board=fact.board)
    turn.b = replace(turn.b, unread=True, clear_since=None)
    turn.move(TransitionTrigger.INPUTS_LOST)


def _raise_requested(turn: StepContext, fact: f.RaiseRequested) -> None:
    b, order_id = turn.b, fact.order_id
    if turn.is_known(order_id):
        return
    refusals = {Mode.LOCKED: OutcomeReason.LOCKED, Mode.MAINTENANCE: OutcomeReason.MAINTENANCE}
    why = OutcomeReason.LINK_DOWN if b.link is BoardLink.DOWN else refusals.get(guards.mode(b))
    if turn.now >= fact.expires_at:
        turn.outcome(order_id, OutcomeKind.EXPIRED, OutcomeReason.LATE)
    elif why is not None:
        turn.outcome(order_id, OutcomeKind.REFUSED, why)
    else:
        waits = guards.signal(b, InputName.PRESENCE) is Signal.ON
        turn.b = replace(b, waits=waits)
        turn.wish_raise(PulseRequest(order_id, Cause.REQUEST, fact.expires_at))


def _lower_requested(turn: StepContext, order_id: OrderId) -> None:
    if turn.is_known(order_id):
        return
    why = guards.may_lower_some_day(turn.b)
    if why is None and turn.b.raising is not None:
        why = OutcomeReason.OPEN_BEATS_CLOSE
    if why is not None:
        turn.outcome(order_id, OutcomeKind.REFUSED, why)
        return
    turn.drop_lowering(OutcomeKind.REFUSED, OutcomeReason.SUPERSEDED)
    until = turn.now + turn.b.settings.lower_patience
    turn.b = replace(turn.b, lowering=PulseRequest(order_id, Cause.REQUEST, until))


def _hold_requested(turn: StepContext, fact: f.HoldRequested) -> None:
    b, settings = turn.b, turn.b.settings
    if turn.is_known(fact.order_id):
        return
    refusals = {Mode.LOCKED: OutcomeReason.LOCKED, Mode.MAINTENANCE: OutcomeReason.MAINTENANCE}
    why = OutcomeReason.LINK_DOWN if b.link is BoardLink.DOWN else refusals.get(guards.mode(b))
    if settings.one_button and settings.closes_itself:
        why = OutcomeReason.CANNOT_HOLD
    if why is not None or fact.until <= turn.now:
        kind = OutcomeKind.REFUSED if why else OutcomeKind.EXPIRED
        turn.outcome(fact.order_id, kind, why or OutcomeReason.LATE)
        return
    turn.b = replace(b, hold_until=min(fact.until, turn.now + settings.hold_cap))
    turn.wish_raise(PulseRequest(fact.order_id, Cause.HOLD, turn.now + settings.answer_within))


def _latch_fire(turn: StepContext, on: bool, source: str) -> None:
    if not on or turn.b.fire_latched:
        return
    turn.drop_lowering(OutcomeKind.REFUSED, OutcomeReason.FIRE)
    turn.b = replace(turn.b, fire_latched=True, raised_at=float("-inf"), stopping=None)
    turn.alarm(AlarmKind.FIRE, source=source)


def _fire_reset(turn: StepContext, by: str) -> None:
    wire = guards.signal(turn.b, InputName.FIRE)
    seen = guards.fresh(turn.b, turn.now) and wire in (Signal.OFF, Signal.ABSENT)
    if turn.b.fire_told or not seen:
        turn.alarm(AlarmKind.FIRE_RESET_REFUSED, by=by)
        return
    turn.b = replace(turn.b, fire_latched=False)
    if turn.b.raising is not None and turn.b.raising.cause is Cause.FIRE:
        turn.b = replace(turn.b, raising=None)


def _position_stated(turn: StepContext, fact: f.PositionStated) -> None:
    if not (turn.b.settings.arm_up or turn.b.settings.arm_down):
        turn.move(
            TransitionTrigger.STATED_OPEN if fact.is_open else TransitionTrigger.STATED_CLOSED
        )


def _maintenance_on(turn: StepContext) -> None:
    b = turn.b
    turn.drop_raising(OutcomeKind.REFUSED, OutcomeReason.MAINTENANCE)
    turn.drop_lowering(OutcomeKind.REFUSED, OutcomeReason.MAINTENANCE)
    turn.b = replace(turn.b, maintenance=True, hold_until=None)
    if b.fire_latched or b.link is BoardLink.DOWN:
        return
    moving = b.position in (Position.OPENING, Position.CLOSING)
    if moving and b.settings.stop_wired:
        until = turn.now + b.settings.answer_within
        turn.b = replace(turn.b, stopping=turn.own_wish(Cause.MAINTENANCE, until))
    if not turn.b.releasing:
        turn.release()


def _pulse_done(turn: StepContext, fact: f.PulseDone) -> None:
    flight = turn.b.flight
    if flight is None or flight.wish.order_id != fact.order_id:
        return
    if flight.motion is ArmMotion.EITHER:
        turn.end_flight(OutcomeKind.INDETERMINATE, OutcomeReason.POSITION_UNKNOWN)
        return
    kind = OutcomeKind.LOWERED if flight.motion is ArmMotion.LOWER else OutcomeKind.RAISED
    turn.end_flight(kind, OutcomeReason.CONFIRMED if fact.confirmed else OutcomeReason.SENT)


def _switches(
    barrier: BarrierState, before: InputSnapshot | None, now: InputSnapshot
) -> TransitionTrigger | None:
    """Return what the limit switches say that the position does not know yet."""
    settings, position = barrier.settings, barrier.position
    up = now[InputName.ARM_UP] if settings.arm_up else Signal.ABSENT
    down = now[InputName.ARM_DOWN] if settings.arm_down else Signal.ABSENT
    if up is Signal.ON and down is Signal.ON:
        return TransitionTrigger.SWITCHES_DISAGREE
    # A switch at the end that the arm is leaving stays on for a while: only its return counts.
    if up is Signal.ON and (position is not Position.CLOSING or _came(before, InputName.ARM_UP)):
        return TransitionTrigger.UP_SEEN
    if down is Signal.ON and (
        position is not Position.OPENING or _came(before, InputName.ARM_DOWN)
    ):
        return TransitionTrigger.DOWN_SEEN
    if position is Position.OPEN and up is Signal.OFF:
        return (
            TransitionTrigger.SELF_CLOSING if settings.closes_itself else TransitionTrigger.LEFT_UP
        )
    if position is Position.CLOSED and down is Signal.OFF:
        return TransitionTrigger.LEFT_DOWN
    return None


def _came(before: InputSnapshot | None, name: InputName) -> bool:
    return before is not None and before[name] is Signal.OFF
