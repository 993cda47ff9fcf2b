"""All lanes of the site at once: what pages and programs may ask, each call on its lane's thread.

Every answer of a person is written with the person's name. Rights are checked by the caller
(pages and API know who is logged in); what is asked of an arm is still for the barrier to allow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from gate.access.manual_admission import has_reason
from gate.domain import entries
from gate.domain.decision import Answer, Objection
from gate.domain.entries import BarrierAction
from gate.domain.errors import GateError
from gate.domain.passage import LaneId, PassageId
from gate.domain.ports import Clock, Journal, LaneView
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import Operate, Raise, TakeBack
from gate.lanes.thread import LaneThread

ANSWER_WITHIN = 3.0
"""Seconds in which a lane answers a person; a lane that does not is reported as not done."""
SHOWS_NOW_S = 3.0
"""A picture older than this does not show what a person acted on."""


class LaneControl:
    """Implements gate.domain.ports.Lanes and SiteEvents."""

    def __init__(
        self,
        lanes: Mapping[LaneId, LaneThread],
        *,
        hub: EventBus,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._lanes, self._hub = dict(lanes), hub
        self._journal, self._clock = journal, clock

    def subscribe(self, on_change: Callable[[str, object], None]) -> Callable[[], None]:
        """Call `on_change(topic, value)` on each change; return what ends the subscription."""
        return self._hub.subscribe(on_change)

    def views(self) -> Sequence[LaneView]:
        """Return every lane as it is now, in the order of the configuration."""
        return tuple(lane.view for lane in self._lanes.values())

    def preview(self, lane: LaneId) -> bytes | None:
        """Return the newest small picture of the lane as JPEG, or None."""
        thread = self._lanes.get(lane)
        preview = thread.preview if thread else None
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
        thread = self._lanes.get(lane)
        if thread is None or not (emergency or has_reason(remark)):
            return False
        jpeg = self._shows(thread)
        return _wait(thread.ask(Raise(actor, remark, emergency, jpeg)))

    def command(
        self, lane: LaneId, action: BarrierAction, actor: str, remark: str, seconds: float = 0.0
    ) -> bool:
        """Ask something of the lane's barrier; what it may do is still for the barrier to allow.

        It is written with the person's name first; what cannot be written is not done. seconds:
        how long a hold is to last, at most the site's cap.
        """
        thread = self._lanes.get(lane)
        if thread is None:
            return False
        until, jpeg = self._clock.monotonic() + ANSWER_WITHIN, self._shows(thread)
        return _wait(thread.ask(Operate(action, actor, remark, until, seconds, jpeg)))

    def acknowledge(self, alarms: Sequence[str], actor: str, remark: str) -> bool:
        """Note that a person has seen these alarms: all of them, or none."""
        seen = [entries.AlarmAcknowledged(alarm, actor, remark) for alarm in alarms]
        try:
            self._journal.append(*seen)
        except GateError:
            return False
        return bool(seen)

    def _answer(self, passage: PassageId, answer: Answer | TakeBack) -> bool:
        for lane in self._lanes.values():
            if lane.view.passage == passage:
                return _wait(lane.ask(answer))
        return False

    def _shows(self, lane: LaneThread) -> bytes:
        """Return what the lane's camera shows now, b"" where that is too old to tell."""
        preview = lane.preview
        if preview is None or self._clock.monotonic() - preview.taken > SHOWS_NOW_S:
            return b""
        return preview.jpeg


def _wait(done: "Future[bool]") -> bool:
    try:
        return done.result(ANSWER_WITHIN)
    except FutureTimeout:
        return False
