"""What the barrier knows, and the guards that say whether the arm may come down or be touched.

The guards are small and stand alone on purpose: the tests replace each one by a wrong copy and see
the safety properties catch it. Sources: hardware facts, rules 1, 2, 4, 6, 8 and 10.
"""

from dataclasses import dataclass, replace
from math import inf

from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.model import (
    ArmMotion,
    BarrierSettings,
    BoardLink,
    Cause,
    Mode,
    OrderId,
    OutcomeReason,
    Position,
    PresenceState,
    Relay,
)

__all__ = [
    "BarrierState",
    "Flight",
    "PulseRequest",
    "blind_pulse_refusal",
    "clear_long_enough",
    "clear_since",
    "fresh",
    "may_lower_some_day",
    "mode",
    "must_free_first",
    "presence",
    "refusal_to_lower",
    "signal",
    "with_loops",
]


# Within so many seconds of leaving the arm a vehicle is seen by the loop on that side.
LEAVING = 10.0


@dataclass(frozen=True, slots=True)
class PulseRequest:
    """A pulse that is wanted and not yet ordered; worthless from `expires_at` on.

    `asked` where somebody outside waits for the outcome; `again` for the second try of a
    protective pulse.
    """

    order_id: OrderId
    cause: Cause
    expires_at: float
    asked: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """A pulse that was ordered and whose end is not yet known."""

    wish: PulseRequest
    motion: ArmMotion
    since: float


@dataclass(frozen=True, slots=True)
class BarrierState:
    """One arm. Immutable: `barrier.step` returns the next one.

    `clear_since`: since when the guards have been clear without a gap. `guard_on_since`: since when
    one of them has been on. `others_changed_at`: when another loop changed last. `distrust`: a
    guard let go as no vehicle does. `live`: the relay that may be energised. `live_until`: when its
    pulse should be over. `quiet_until`: the end of the dead time. `own_lower`: Gate itself ordered
    the closing that is going on. `waits`: the vehicle for which the arm was asked to rise has stood
    before it ever since. `unread`: the inputs have not been read for too long.
    """

    settings: BarrierSettings
    link: BoardLink = BoardLink.DOWN
    position: Position = Position.UNKNOWN
    position_since: float = -inf
    snapshot: InputSnapshot | None = None
    unread: bool = False
    clear_since: float | None = None
    guard_on_since: float | None = None
    others_changed_at: float = -inf
    distrust: bool = False
    maintenance: bool = False
    locked: bool = False
    hold_until: float | None = None
    fire_told: bool = False
    fire_latched: bool = False
    raising: PulseRequest | None = None
    lowering: PulseRequest | None = None
    stopping: PulseRequest | None = None
    flight: Flight | None = None
    releasing: bool = False
    releasing_since: float = -inf
    live: Relay | None = None
    live_until: float = -inf
    quiet_until: float = -inf
    last_relay: Relay | None = None
    raised_at: float = -inf
    own_lower: bool = False
    waits: bool = False
    retried: bool = False
    person_told: bool = False
    done: tuple[OrderId, ...] = ()
    serial: int = 0
    seen: float = -inf


def signal(barrier: BarrierState, name: InputName) -> Signal:
    """Return what the newest snapshot says of one input; ABSENT where nothing was ever read."""
    return barrier.snapshot[name] if barrier.snapshot is not None else Signal.ABSENT


def mode(barrier: BarrierState) -> Mode:
    """Return who has the say. Fire has it before all others: GB 55024-2022, 5.3.6."""
    if barrier.fire_latched:
        return Mode.FIRE
    if barrier.maintenance:
        return Mode.MAINTENANCE
    if barrier.hold_until is not None:
        return Mode.HELD_OPEN
    return Mode.LOCKED if barrier.locked else Mode.AUTOMATIC


def fresh(barrier: BarrierState, now: float) -> bool:
    """Say whether the inputs are young enough to speak of the arm; from the future is not young."""
    if barrier.link is BoardLink.DOWN or barrier.snapshot is None:
        return False
    return 0.0 <= now - barrier.snapshot.taken_at < barrier.settings.fresh_for


def presence(barrier: BarrierState, now: float) -> PresenceState:
    """Return whether something is under the arm; UNKNOWN unless every guard input says it is off.

    A detector that is not declared to be in permanent presence mode may let go under a parked car:
    its "off" is worth nothing.
    """
    if barrier.snapshot is None or not fresh(barrier, now):
        return PresenceState.UNKNOWN
    signals = [barrier.snapshot[name] for name in barrier.settings.guards]
    if Signal.ON in signals:
        return PresenceState.PRESENT
    trusted = barrier.settings.safety_permanent and not barrier.distrust
    trusted = trusted and all(s is Signal.OFF for s in signals)
    return PresenceState.CLEAR if trusted else PresenceState.UNKNOWN


def clear_since(barrier: BarrierState, snapshot: InputSnapshot) -> float | None:
    """Return since when the guards have been clear, given the next snapshot; None if they are not.

    Two snapshots that lie further apart than the limit of freshness, or in the wrong order, prove
    nothing about the time between them.
    """
    if any(snapshot[name] is not Signal.OFF for name in barrier.settings.guards):
        return None
    before = barrier.snapshot
    if before is None or barrier.clear_since is None:
        return snapshot.taken_at
    gap = snapshot.taken_at - before.taken_at
    return barrier.clear_since if 0 <= gap < barrier.settings.fresh_for else snapshot.taken_at


def with_loops(barrier: BarrierState, snapshot: InputSnapshot) -> BarrierState:
    """Note what the next snapshot says of the guards, and whether one let go as no vehicle does.

    A detector in limited presence lets go under a parked car after some minutes. A car that drives
    off is seen by the loop before or behind the arm within seconds; a guard that was on for long
    and goes off alone is not believed (hardware facts, 2.2).
    """
    at, guards = snapshot.taken_at, barrier.settings.guards
    changed = at if _others_changed(barrier, snapshot) else barrier.others_changed_at
    barrier = replace(barrier, others_changed_at=changed)
    if any(snapshot[name] is Signal.ON for name in guards):
        since = barrier.guard_on_since
        return replace(barrier, guard_on_since=at if since is None else min(since, at))
    if barrier.guard_on_since is None or any(snapshot[n] is not Signal.OFF for n in guards):
        return barrier
    long = at - barrier.guard_on_since >= barrier.settings.suspect_after
    alone = not 0 <= at - changed <= LEAVING
    return replace(barrier, guard_on_since=None, distrust=long and alone)


def _others_changed(barrier: BarrierState, snapshot: InputSnapshot) -> bool:
    before, known = barrier.snapshot, (Signal.ON, Signal.OFF)
    others = {InputName.PRESENCE, InputName.BEHIND} - barrier.settings.guards
    return before is not None and any(
        snapshot[name] is not before[name] and {snapshot[name], before[name]} <= set(known)
        for name in others
    )


def clear_long_enough(barrier: BarrierState) -> bool:
    """Say whether the guards have been seen clear, without a gap, for the time that is asked."""
    if barrier.snapshot is None or barrier.clear_since is None:
        return False
    return barrier.snapshot.taken_at - barrier.clear_since >= barrier.settings.clear_for


def may_lower_some_day(barrier: BarrierState) -> OutcomeReason | None:
    """Return why waiting is no use for somebody who wants the arm down; None if it may be."""
    settings = barrier.settings
    if not settings.can_lower:
        return OutcomeReason.NO_LOWER_CONTACT
    if barrier.link is BoardLink.DOWN:
        return OutcomeReason.LINK_DOWN
    if barrier.position is Position.FAULT:
        return OutcomeReason.FAULT
    lasting = {
        Mode.FIRE: OutcomeReason.FIRE,
        Mode.MAINTENANCE: OutcomeReason.MAINTENANCE,
        Mode.HELD_OPEN: OutcomeReason.HELD_OPEN,
    }
    return lasting.get(mode(barrier))


def refusal_to_lower(barrier: BarrierState, now: float) -> OutcomeReason | None:
    """Return why the arm must not come down at this moment; None only when all is well (rule 1)."""
    lasting = may_lower_some_day(barrier)
    if lasting is not None:
        return lasting
    # A fire wire that cannot be read may be carrying a signal.
    if barrier.fire_told or signal(barrier, InputName.FIRE) in (Signal.ON, Signal.UNKNOWN):
        return OutcomeReason.FIRE
    if _raise_is_pending(barrier):
        return OutcomeReason.OPEN_BEATS_CLOSE
    if barrier.position is Position.OPENING:
        return OutcomeReason.MOVING
    return _refusal_by_presence(barrier, now)


def _raise_is_pending(barrier: BarrierState) -> bool:
    in_flight = barrier.flight is not None and barrier.flight.motion is not ArmMotion.LOWER
    return barrier.raising is not None or in_flight


def _refusal_by_presence(barrier: BarrierState, now: float) -> OutcomeReason | None:
    if not fresh(barrier, now):
        return OutcomeReason.INPUTS_STALE
    there = presence(barrier, now)
    if there is not PresenceState.CLEAR:
        return (
            OutcomeReason.PRESENT
            if there is PresenceState.PRESENT
            else OutcomeReason.PRESENCE_UNKNOWN
        )
    return None if clear_long_enough(barrier) else OutcomeReason.NOT_CLEAR_LONG_ENOUGH


def blind_pulse_refusal(barrier: BarrierState, now: float) -> OutcomeReason | None:
    """Return why a one-button pulse must not be given now; None when no harm can come of it.

    Such a pulse may lower the arm unless the switch says, now, that the arm is down: hands with a
    remote control and lost pulses make every other belief about the position worthless (rule 10).
    """
    if barrier.position is Position.CLOSED and signal(barrier, InputName.ARM_DOWN) is Signal.ON:
        return None if fresh(barrier, now) else OutcomeReason.INPUTS_STALE
    if barrier.position in (Position.OPENING, Position.CLOSING):
        return OutcomeReason.MOVING
    return refusal_to_lower(replace(barrier, raising=None), now)


def must_free_first(barrier: BarrierState, relay: Relay) -> bool:
    """Say whether the relays must be released before `relay` may be energised (rule 2).

    The end of a pulse is never taken from the clock: a relay counts as energised until its release
    went out. A one-button controller would read two pulses without a gap as one.
    """
    if barrier.live is None:
        return False
    return barrier.live is not relay or barrier.settings.one_button
