"""All lanes of the site at once: what pages and programs may ask, each call on its lane's thread.

Every answer of a person is written with the person's name. Rights are checked by the caller
(pages and API know who is logged in); what is asked of an arm is still for the barrier to allow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from gate.access.manual_admission import has_reason
from gate.domain import entries
from gate.domain.decision import Answer, Objection
from gate.domain.entries import LOCK, MAINTENANCE_OFF, MAINTENANCE_ON, UNLOCK
from gate.domain.errors import GateError
from gate.domain.passage import LaneId, OrderId, PassageId
from gate.domain.ports import Barrier, Clock, Journal, LaneView, Pictures
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import Raise, TakeBack
from gate.lanes.thread import LaneThread

ANSWER_WITHIN = 3.0
"""Seconds in which a lane answers a person; a lane that does not is reported as not done."""
SHOWS_NOW_S = 3.0
"""A picture older than this does not show what a person acted on."""


@dataclass(frozen=True, slots=True)
class LaneHandle:
    """A lane with what moves its arm. hold_cap: longest hold in seconds."""

    controller: LaneThread
    barrier: Barrier
    hold_cap: float


class LaneControl:
    """Implements gate.domain.ports.Lanes and SiteEvents."""

    def __init__(
        self,
        lanes: Mapping[LaneId, LaneHandle],
        *,
        hub: EventBus,
        journal: Journal,
        pictures: Pictures,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._lanes, self._hub, self._journal = dict(lanes), hub, journal
        self._pictures, self._clock, self._new_id = pictures, clock, new_id

    def subscribe(self, on_change: Callable[[str, object], None]) -> Callable[[], None]:
        """Call `on_change(topic, value)` on each change; return what ends the subscription."""
        return self._hub.subscribe(on_change)

    def views(self) -> Sequence[LaneView]:
        """Return every lane as it is now, in the order of the configuration."""
        return tuple(parts.controller.view for parts in self._lanes.values())

    def preview(self, lane: LaneId) -> bytes | None:
        """Return the newest small picture of the lane as JPEG, or None."""
        parts = self._lanes.get(lane)
        preview = parts.controller.preview if parts else None
        return preview.jpeg if preview else None

    def asking(self) -> Sequence[LaneView]:
        """Return the lanes whose vehicle waits for a person."""
        return tuple(view for view in self.views() if view.state == "asking")

    def admit(
        self,
        passage: PassageId,
        plate: str,
        actor: str,
        remark: str,
        told: Collection[Objection] = (),
    ) -> bool:
        """Let the vehicle in; `plate` corrects what was read, "" keeps it.

        told: what the person was told against it; without, and without a reason, the lane does not
        take an answer that something speaks against (gate.access.manual_admission).
        """
        answer = Answer(passage, actor, True, plate, remark, frozenset(told))
        return self._answer(passage, answer)

    def refuse(self, passage: PassageId, actor: str, remark: str) -> bool:
        """Leave the arm down; the vehicle is told so."""
        return self._answer(passage, Answer(passage, actor, False, "", remark))

    def take_back(self, passage: PassageId, actor: str) -> bool:
        """Let a vehicle that a person refused wait for a person again, while it stands there."""
        return self._answer(passage, TakeBack(passage, actor))

    def raise_by_hand(self, lane: LaneId, actor: str, remark: str, emergency: bool) -> bool:
        """Raise the arm now, for whoever stands there; only an emergency needs no reason."""
        parts = self._lanes.get(lane)
        if parts is None or not (emergency or has_reason(remark)):
            return False
        jpeg = self._shows(parts)
        return _wait(parts.controller.ask(Raise(actor, remark, emergency, jpeg)))

    def lower(self, lane: LaneId, actor: str, remark: str) -> bool:
        """Ask for the arm to come down; the barrier refuses while anything speaks against it."""
        order = OrderId(self._new_id())
        return self._act(lane, actor, "lower", remark, lambda parts: parts.barrier.lower(order))

    def hold(self, lane: LaneId, actor: str, remark: str, seconds: float) -> bool:
        """Hold the arm up, at most as long as the site's cap."""

        def held(parts: LaneHandle) -> None:
            capped = min(max(seconds, 0.0), parts.hold_cap)
            parts.barrier.hold(self._clock.monotonic() + capped)

        return self._act(lane, actor, "hold", remark, held)

    def release_hold(self, lane: LaneId, actor: str, remark: str) -> bool:
        """End a hold."""
        return self._act(lane, actor, "release_hold", remark, lambda p: p.barrier.release_hold())

    def lock(self, lane: LaneId, actor: str, remark: str) -> bool:
        """Keep the arm as it is: raises are refused from now on, fire is not."""
        return self._act(lane, actor, LOCK, remark, lambda parts: parts.barrier.lock())

    def unlock(self, lane: LaneId, actor: str, remark: str) -> bool:
        """End a lock."""
        return self._act(lane, actor, UNLOCK, remark, lambda parts: parts.barrier.unlock())

    def begin_maintenance(self, lane: LaneId, actor: str, remark: str) -> bool:
        """Leave the arm alone while somebody works on it."""
        return self._act(
            lane, actor, MAINTENANCE_ON, remark, lambda p: p.barrier.maintenance(on=True)
        )

    def end_maintenance(self, lane: LaneId, actor: str, remark: str) -> bool:
        """Take the arm into service again, once nobody works on it any more."""
        return self._act(
            lane, actor, MAINTENANCE_OFF, remark, lambda p: p.barrier.maintenance(on=False)
        )

    def reset_fire(self, lane: LaneId, actor: str, remark: str) -> bool:
        """End the fire opening, once the fire signal is gone."""
        return self._act(lane, actor, "reset_fire", remark, lambda p: p.barrier.reset_fire(actor))

    def reset_fault(self, lane: LaneId, actor: str, remark: str) -> bool:
        """State that somebody has looked at an arm whose movement failed."""
        return self._act(lane, actor, "reset_fault", remark, lambda p: p.barrier.reset_fault(actor))

    def acknowledge(self, alarms: Sequence[str], actor: str, remark: str) -> bool:
        """Note that a person has seen these alarms: all of them, or none."""
        seen = [entries.AlarmAcknowledged(alarm, actor, remark) for alarm in alarms]
        try:
            self._journal.append(*seen)
        except GateError:
            return False
        return bool(seen)

    def _answer(self, passage: PassageId, answer: Answer | TakeBack) -> bool:
        for parts in self._lanes.values():
            if parts.controller.view.passage == passage:
                return _wait(parts.controller.ask(answer))
        return False

    def _act(
        self,
        lane: LaneId,
        actor: str,
        action: str,
        remark: str,
        act: Callable[[LaneHandle], None],
    ) -> bool:
        """Write who asked for what, then ask the barrier."""
        parts = self._lanes.get(lane)
        if parts is None:
            return False
        picture = self._pictures.put(jpeg) if (jpeg := self._shows(parts)) else ""
        try:
            self._journal.append(entries.GuardActed(lane, actor, action, remark, picture))
        except GateError:
            return False
        act(parts)
        return True

    def _shows(self, parts: LaneHandle) -> bytes:
        """Return what the lane's camera shows now, b"" where that is too old to tell."""
        preview = parts.controller.preview
        if preview is None or self._clock.monotonic() - preview.taken > SHOWS_NOW_S:
            return b""
        return preview.jpeg


def _wait(done: "Future[bool]") -> bool:
    try:
        return done.result(ANSWER_WITHIN)
    except FutureTimeout:
        return False
