"""What the barrier does by itself, after every fact: time limits, protection, fire, the sending.

The rules are numbered in `hardware.barrier.machine`.
"""

from dataclasses import replace

from hardware.barrier import guards
from hardware.barrier.events import PulseFailed
from hardware.barrier.guards import PulseRequest
from hardware.barrier.model import (
    AlarmKind,
    ArmMotion,
    BoardLink,
    Cause,
    Mode,
    OutcomeKind,
    OutcomeReason,
    Position,
    PresenceState,
    Relay,
)
from hardware.barrier.step import StepContext
from hardware.barrier.transitions import TransitionTrigger

__all__ = ["pulse_failed", "settle"]

# Read to actuator within two seconds: JGJ 16-2008, 14.4.
FIRE_RETRY = 2.0


def settle(turn: StepContext) -> None:
    """Do what is due now."""
    _expire(turn)
    _end_hold(turn)
    _protect(turn)
    _keep_open(turn)
    _travel(turn)
    _free_relays(turn)
    _send(turn)


def pulse_failed(turn: StepContext, fact: PulseFailed) -> None:
    """Take the failure of the pulse that is on its way; only protection is tried again, once."""
    flight = turn.b.flight
    if flight is None or flight.wish.order_id != fact.order_id:
        return
    turn.end_flight(*_failure(fact))
    # An arm that may be coming down stays CLOSING, so that whoever steps under it raises it.
    if flight.motion is not ArmMotion.LOWER or not fact.maybe_sent:
        turn.move(TransitionTrigger.PULSE_FAILED)
    turn.b = replace(turn.b, live_until=turn.now)
    if not fact.late:
        turn.alarm(AlarmKind.PULSE_FAILED, why=fact.why, cause=flight.wish.cause)
    if flight.wish.cause is Cause.HOLD:
        turn.lose_hold()
    protects = flight.wish.cause in (Cause.PRESENCE, Cause.LOWER_TIMEOUT)
    # A raise that somebody asked for meanwhile protects as well.
    if protects and not flight.wish.again and turn.b.raising is None:
        wish = turn.own_wish(flight.wish.cause, turn.now + turn.b.settings.lower_within)
        turn.b = replace(turn.b, raising=replace(wish, again=True))


def _failure(fact: PulseFailed) -> tuple[OutcomeKind, OutcomeReason]:
    if fact.late:
        return OutcomeKind.EXPIRED, OutcomeReason.LATE
    if fact.maybe_sent:
        return OutcomeKind.INDETERMINATE, OutcomeReason.NO_ANSWER
    return OutcomeKind.FAILED, OutcomeReason.NOT_SENT


def _expire(turn: StepContext) -> None:
    b = turn.b
    if b.flight is not None and turn.now - b.flight.since > b.settings.answer_within:
        pulse_failed(turn, PulseFailed(b.flight.wish.order_id, "no answer"))
    if b.releasing and turn.now - b.releasing_since > b.settings.answer_within:
        turn.release_failed()
    if b.raising is not None and turn.now >= b.raising.expires_at:
        _raising_expired(turn, b.raising)
    if b.lowering is not None and turn.now >= b.lowering.expires_at:
        why = guards.refusal_to_lower(b, turn.now) or OutcomeReason.LATE
        turn.drop_lowering(OutcomeKind.EXPIRED, why)
    if b.stopping is not None and turn.now >= b.stopping.expires_at:
        turn.b = replace(turn.b, stopping=None)


def _raising_expired(turn: StepContext, wish: PulseRequest) -> None:
    blind = turn.b.settings.one_button
    why = (guards.blind_pulse_refusal(turn.b, turn.now) if blind else None) or OutcomeReason.LATE
    turn.drop_raising(OutcomeKind.EXPIRED, why)
    if blind:
        turn.need_person(why)
    if wish.cause is Cause.HOLD:
        turn.lose_hold()


def _end_hold(turn: StepContext) -> None:
    until = turn.b.hold_until
    if until is None:
        return
    until = min(until, turn.now + turn.b.settings.hold_cap)
    ended = turn.now >= until
    turn.b = replace(turn.b, hold_until=None if ended else until)
    if ended:
        turn.alarm(AlarmKind.HOLD_ENDED)


def _protect(turn: StepContext) -> None:
    """Raise an arm that comes down on somebody (rule 3)."""
    b = turn.b
    if b.position is not Position.CLOSING or b.maintenance or b.raising is not None:
        return
    there = guards.presence(b, turn.now)
    unsure = there is PresenceState.UNKNOWN and b.own_lower
    if there is not PresenceState.PRESENT and not unsure:
        return
    if b.settings.one_button:
        turn.need_person(OutcomeReason.PRESENT)
    elif b.flight is None or b.flight.motion is ArmMotion.LOWER:
        turn.alarm(AlarmKind.PRESENCE_WHILE_CLOSING)
        turn.wish_raise(turn.own_wish(Cause.PRESENCE, turn.now + b.settings.lower_within))


def _keep_open(turn: StepContext) -> None:
    """Raise for fire, and renew the raise where the controller closes by itself (rule 4)."""
    b, who = turn.b, guards.mode(turn.b)
    if who not in (Mode.FIRE, Mode.HELD_OPEN) or b.link is BoardLink.DOWN:
        return
    if b.raising is not None or b.flight is not None or b.position is Position.OPENING:
        return
    if b.settings.one_button and b.position not in (Position.CLOSED, Position.OPEN):
        if who is Mode.FIRE and b.position is not Position.CLOSING:
            turn.need_person(OutcomeReason.FIRE)
        return
    if _open_again_after(turn, who) <= turn.now - b.raised_at:
        cause = Cause.FIRE if who is Mode.FIRE else Cause.HOLD
        turn.wish_raise(turn.own_wish(cause, turn.now + b.settings.answer_within))


def _open_again_after(turn: StepContext, who: Mode) -> float:
    """Return the seconds between two raises that keep the arm up; infinity for no need."""
    b = turn.b
    renewed = b.settings.closes_itself and not b.settings.one_button
    # What nobody can see is taken for up, but kept up all the same.
    if b.position is Position.OPEN or (b.unread and who is Mode.HELD_OPEN):
        return b.settings.hold_renewal if renewed else float("inf")
    if who is Mode.FIRE:
        return 0.0 if b.position in (Position.CLOSED, Position.CLOSING) else FIRE_RETRY
    return 0.0 if renewed and b.position is Position.CLOSING else float("inf")


def _travel(turn: StepContext) -> None:
    b, settings = turn.b, turn.b.settings
    elapsed = turn.now - b.position_since
    # A raise that waits goes first, but a one-button arm has to arrive somewhere before it may.
    if b.flight is not None or (b.raising is not None and not settings.one_button):
        return
    if b.position is Position.OPENING and elapsed >= settings.raise_within:
        _raise_time_over(turn)
    elif b.position is Position.CLOSING and elapsed >= settings.lower_within:
        _lower_time_over(turn)
    elif b.position is Position.OPEN:
        _self_close_time_over(turn, elapsed)


def _raise_time_over(turn: StepContext) -> None:
    b = turn.b
    # Late, a second pulse must not raise the arm for whoever has come meanwhile: it is given only
    # to the vehicle that has waited since the first one, or where the arm shall stay up anyway.
    # Whoever works on the arm is left alone.
    mode = guards.mode(b)
    wanted = mode in {Mode.FIRE, Mode.HELD_OPEN} or (b.waits and mode is not Mode.MAINTENANCE)
    if not b.settings.arm_up:
        turn.move(TransitionTrigger.TRAVELLED)
    elif b.unread:
        turn.move(TransitionTrigger.INPUTS_LOST)
    elif b.retried or b.settings.one_button or not wanted:
        turn.alarm(AlarmKind.RAISE_TIMEOUT)
        turn.move(TransitionTrigger.RAISE_TIMED_OUT)
    else:
        turn.alarm(AlarmKind.RAISE_RETRIED)
        until = turn.now + b.settings.answer_within
        turn.wish_raise(turn.own_wish(Cause.RAISE_TIMEOUT, until))
        turn.b = replace(turn.b, retried=True, position_since=turn.now)


def _lower_time_over(turn: StepContext) -> None:
    b = turn.b
    if not b.settings.arm_down:
        turn.move(TransitionTrigger.TRAVELLED)
        return
    if b.unread:
        turn.move(TransitionTrigger.INPUTS_LOST)
        return
    turn.alarm(AlarmKind.LOWER_TIMEOUT)
    turn.move(TransitionTrigger.LOWER_TIMED_OUT)
    if not b.settings.one_button and guards.mode(b) is not Mode.MAINTENANCE:
        until = turn.now + b.settings.answer_within
        turn.wish_raise(turn.own_wish(Cause.LOWER_TIMEOUT, until))


def _self_close_time_over(turn: StepContext, elapsed: float) -> None:
    """Stop believing in an open arm that closes by itself unseen."""
    b, limit = turn.b, turn.b.settings.self_close
    held = guards.mode(b) in (Mode.FIRE, Mode.HELD_OPEN)
    if not b.settings.closes_itself or b.settings.arm_up or b.settings.arm_down or held:
        return
    if limit is None:
        turn.move(TransitionTrigger.UNWATCHED)
    elif min(elapsed, turn.now - b.raised_at) >= limit:
        clear = b.clear_since is not None and turn.now - b.clear_since >= limit
        clear = clear and guards.presence(b, turn.now) is PresenceState.CLEAR
        turn.move(TransitionTrigger.SELF_CLOSED if clear else TransitionTrigger.UNWATCHED)


def _free_relays(turn: StepContext) -> None:
    """Release a relay whose pulse is over, on boards with timers too: trust nothing here."""
    b = turn.b
    over = b.live is not None and turn.now >= b.live_until
    if over and b.link is BoardLink.UP and not b.releasing and b.flight is None:
        turn.release_unless_quiet()


def _send(turn: StepContext) -> None:
    b = turn.b
    if b.flight is not None or b.link is BoardLink.DOWN or b.releasing:
        return
    if b.stopping is not None:
        _send_stop(turn, b.stopping)
    elif b.raising is not None:
        _send_raise(turn, b.raising)
    elif b.lowering is not None:
        _send_lower(turn, b.lowering)


def _send_stop(turn: StepContext, wish: PulseRequest) -> None:
    if turn.ready(Relay.STOP):
        turn.pulse(wish, Relay.STOP, ArmMotion.STOP, TransitionTrigger.STOP_ORDERED)
        turn.b = replace(turn.b, stopping=None)


def _send_raise(turn: StepContext, wish: PulseRequest) -> None:
    motion, change = ArmMotion.RAISE, TransitionTrigger.RAISE_ORDERED
    if turn.b.settings.one_button:
        if turn.b.position in (Position.OPEN, Position.OPENING):
            turn.drop_raising(OutcomeKind.RAISED, OutcomeReason.ALREADY_OPEN)
            return
        if guards.blind_pulse_refusal(turn.b, turn.now) is not None:
            return
        if turn.b.position is not Position.CLOSED:
            motion, change = ArmMotion.EITHER, TransitionTrigger.EITHER_ORDERED
        wish = _while_fresh(turn, wish)
    if turn.ready(Relay.RAISE):
        turn.pulse(wish, Relay.RAISE, motion, change)
        retried = wish.cause is Cause.RAISE_TIMEOUT
        turn.b = replace(turn.b, raising=None, raised_at=turn.now, own_lower=False, retried=retried)


def _while_fresh(turn: StepContext, wish: PulseRequest) -> PulseRequest:
    """Let a pulse that may lower be worth no more than the inputs it rests on."""
    snapshot = turn.b.snapshot
    if snapshot is None:
        return replace(wish, expires_at=turn.now)
    until = snapshot.taken_at + turn.b.settings.fresh_for
    return replace(wish, expires_at=min(wish.expires_at, until))


def _send_lower(turn: StepContext, wish: PulseRequest) -> None:
    b = turn.b
    if b.position is Position.CLOSED:
        turn.drop_lowering(OutcomeKind.LOWERED, OutcomeReason.ALREADY_CLOSED)
        return
    if b.position is Position.CLOSING or guards.refusal_to_lower(b, turn.now) is not None:
        return
    if b.settings.one_button and b.position is not Position.OPEN:
        return
    relay = Relay.RAISE if b.settings.one_button else Relay.LOWER
    if turn.ready(relay):
        brief = _while_fresh(turn, wish)
        turn.pulse(brief, relay, ArmMotion.LOWER, TransitionTrigger.LOWER_ORDERED)
        turn.b = replace(turn.b, lowering=None, own_lower=True)
