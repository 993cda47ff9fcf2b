"""One step of the barrier on its way: what every rule may do, and nothing else.

A wish is a pulse that is wanted; `pulse` orders it; an outcome tells whoever asked. The position
moves only by the table of `hardware.barrier.transitions`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hardware.barrier import guards
from hardware.barrier.events import Alarm, Order, Outcome, Pulse, Release
from hardware.barrier.guards import BarrierState, Flight, PulseRequest
from hardware.barrier.model import (
    AlarmKind,
    ArmMotion,
    Cause,
    OrderId,
    OutcomeKind,
    OutcomeReason,
    Relay,
)
from hardware.barrier.transitions import SURPRISES, TransitionTrigger, moved

__all__ = ["StepContext"]


class StepContext:
    """One step on its way: the barrier so far and the orders so far."""

    __slots__ = ("b", "now", "orders")

    def __init__(self, barrier: BarrierState, now: float) -> None:
        self.b = barrier
        self.now = now
        self.orders: list[Order] = []

    def check_clock(self) -> None:
        """Forget what was timed when the clock ran back: it proves nothing (rule 8)."""
        b, now = self.b, self.now
        if now >= b.seen:
            return
        self.drop_raising(OutcomeKind.EXPIRED, OutcomeReason.LATE)
        self.drop_lowering(OutcomeKind.EXPIRED, OutcomeReason.LATE)
        self.b = replace(
            self.b,
            snapshot=None,
            clear_since=None,
            guard_on_since=None if b.guard_on_since is None else min(b.guard_on_since, now),
            others_changed_at=min(b.others_changed_at, now),
            position_since=min(b.position_since, now),
            live_until=min(b.live_until, now),
            quiet_until=min(b.quiet_until, now + b.settings.dead_time),
            raised_at=min(b.raised_at, now),
            releasing_since=min(b.releasing_since, now),
            flight=None if b.flight is None else replace(b.flight, since=now),
        )

    def ready(self, relay: Relay) -> bool:
        """Say whether `relay` may be energised now; order the release that is missing (rule 2)."""
        b = self.b
        if guards.must_free_first(b, relay):
            self.release_unless_quiet()
            return False
        same = b.last_relay is relay and not b.settings.one_button
        return not b.releasing and (same or self.now >= b.quiet_until)

    def pulse(
        self, wish: PulseRequest, relay: Relay, motion: ArmMotion, change: TransitionTrigger
    ) -> None:
        """Order one pulse; from now on its relay counts as energised."""
        ms = self.b.settings.pulse_ms
        self.orders.append(Pulse(wish.order_id, relay, motion, wish.cause, ms, wish.expires_at))
        self.b = replace(
            self.b,
            flight=Flight(wish, motion, self.now),
            live=relay,
            live_until=self.now + ms / 1000,
            last_relay=relay,
        )
        self.move(change)

    def release_unless_quiet(self) -> None:
        """Order the release of this arm's relays, but not again within the dead time."""
        # After a release that failed the wire is given the dead time before the next try.
        if self.now >= self.b.quiet_until:
            self.release()

    def release_failed(self) -> None:
        """Take it that relays may still be energised; the next try comes after the dead time."""
        quiet = self.now + self.b.settings.dead_time
        self.b = replace(self.b, releasing=False, quiet_until=quiet)

    def release(self) -> None:
        """Order the release of this arm's relays."""
        self.orders.append(Release())
        self.b = replace(self.b, releasing=True, releasing_since=self.now)

    def own_wish(self, cause: Cause, until: float) -> PulseRequest:
        """Return a wish of the barrier's own, with an id of its own."""
        serial = self.b.serial + 1
        self.b = replace(self.b, serial=serial)
        return PulseRequest(OrderId(f"{cause}-{serial}"), cause, until, asked=False)

    def wish_raise(self, wish: PulseRequest) -> None:
        """Want the arm up; this takes the place of whatever was wanted before (rules 2 and 8)."""
        self.drop_lowering(OutcomeKind.REFUSED, OutcomeReason.OPEN_BEATS_CLOSE)
        self.drop_raising(OutcomeKind.REFUSED, OutcomeReason.SUPERSEDED)
        self.b = replace(self.b, raising=wish)

    def drop_raising(self, kind: OutcomeKind, why: OutcomeReason) -> None:
        """Give up the raise that is waiting, if any."""
        if self.b.raising is not None:
            self.end(self.b.raising, kind, why)
            self.b = replace(self.b, raising=None)

    def drop_lowering(self, kind: OutcomeKind, why: OutcomeReason) -> None:
        """Give up the lowering that is waiting, if any."""
        if self.b.lowering is not None:
            self.end(self.b.lowering, kind, why)
            self.b = replace(self.b, lowering=None)

    def end_flight(self, kind: OutcomeKind, why: OutcomeReason) -> None:
        """Close the pulse that is on its way, if any."""
        if self.b.flight is not None:
            self.end(self.b.flight.wish, kind, why)
            self.b = replace(self.b, flight=None)

    def end(self, wish: PulseRequest, kind: OutcomeKind, why: OutcomeReason) -> None:
        """Tell whoever asked for a pulse how that ended; nobody asked for the barrier's own."""
        if wish.asked:
            self.outcome(wish.order_id, kind, why)

    def outcome(self, order_id: OrderId, kind: OutcomeKind, why: OutcomeReason) -> None:
        """Say how an order ended, once; its id is remembered against a second delivery."""
        self.orders.append(Outcome(order_id, kind, why))
        self.b = replace(self.b, done=(*self.b.done[-15:], order_id))

    def is_known(self, order_id: OrderId) -> bool:
        """Say whether this order waits, runs or has ended: then it is not taken again."""
        b = self.b
        wishes = (b.raising, b.lowering, b.flight.wish if b.flight is not None else None)
        waiting = any(wish is not None and wish.order_id == order_id for wish in wishes)
        return waiting or order_id in b.done

    def lose_hold(self) -> None:
        """End a hold that cannot be kept."""
        if self.b.hold_until is not None:
            self.b = replace(self.b, hold_until=None)
            self.alarm(AlarmKind.HOLD_LOST)

    def need_person(self, why: OutcomeReason) -> None:
        """Call a person, once for each position: Gate must not touch this arm blindly."""
        if not self.b.person_told:
            self.b = replace(self.b, person_told=True)
            self.alarm(AlarmKind.NEEDS_PERSON, why=why)

    def alarm(self, kind: AlarmKind, **more: str) -> None:
        """Tell a person, with what is known at this moment."""
        self.orders.append(Alarm(kind, _evidence(self.b, self.now, more)))

    def move(self, change: TransitionTrigger) -> None:
        """Change the position by the table, and report what nobody here ordered (rule 5)."""
        b = self.b
        to = moved(b.position, change)
        if to is b.position:
            return
        surprise = SURPRISES.get((b.position, change))
        if surprise is not None:
            self.alarm(surprise, step=change)
            if surprise is AlarmKind.ARM_DROPPED:
                self.lose_hold()
        self.b = replace(
            self.b, position=to, position_since=self.now, person_told=False, retried=False
        )


def _evidence(barrier: BarrierState, now: float, more: Mapping[str, str]) -> Mapping[str, str]:
    signals = barrier.snapshot.signals if barrier.snapshot is not None else {}
    seen = " ".join(f"{name}={value}" for name, value in sorted(signals.items()))
    return MappingProxyType(
        {
            "position": str(barrier.position),
            "mode": str(guards.mode(barrier)),
            "presence": str(guards.presence(barrier, now)),
            "inputs": seen,
            **{key: str(value) for key, value in more.items()},
        }
    )
