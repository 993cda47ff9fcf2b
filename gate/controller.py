"""The shell around a lane: one thread, one inbox. It feeds `lane.step` and obeys its orders.

Rules:
1. Only this thread touches the lane's state; everybody else puts messages into the inbox.
2. An opening is on disk before the barrier hears of it; what cannot be written is not opened.
3. An order carries its expiry to the relay; nothing is repeated, nothing is queued for later.
4. Whatever goes wrong in handling a message becomes an alarm; the arm stays as it is.
"""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from gate import entries
from gate import lane as lanes
from gate.events import (
    AskGuard,
    Decide,
    Decided,
    Decision,
    Direction,
    EndPassage,
    Fact,
    GuardAnswered,
    Instant,
    LaneId,
    NoteMisfit,
    OpenBarrier,
    OpeningEnded,
    Order,
    OrderId,
    PassageId,
    Picture,
    PlateSeen,
    RaiseByHand,
    Reason,
    Refuse,
    StartPassage,
    Ticked,
    Trigger,
    VehicleArrived,
    VehicleBackedOut,
    VehiclePassed,
    Verdict,
)
from gate.evidence import Evidence
from gate.hub import Hub
from gate.errors import JournalError
from gate.ports import Barrier, Clock, Journal, LaneView, Pictures
from gate.sightings import (
    CameraReport,
    Look,
    Preview,
    Report,
    Sighting,
    Snapshot,
    TrackLost,
)
from hardware.station import (
    ArmChanged,
    ArmState,
    BarrierAlarm,
    InputChanged,
    LinkChanged,
    OrderOutcome,
    PassageEvent,
)
from hardware.station import Event as StationEvent
from recognition.reading import Consensus
from recognition.voting import vote

_log = logging.getLogger(__name__)
_NOTHING_READ = Picture()
_CAMERA_TROUBLE = frozenset({"lost", "impaired", "restarting"})


class Decider(Protocol):
    """The rules with the registry behind them."""

    def decide(self, consensus: Consensus | None, direction: Direction, at: Instant) -> Decision:
        """Answer for what was read; None where nothing was."""
        ...

    def for_guard(self, plate: str, seen: Decision, at: Instant) -> Decision:
        """Answer that a guard's word for `plate` comes to: ADMIT with what the registry knows."""
        ...


class Sign(Protocol):
    """What the driver is told: LED board and voice of the lane."""

    def greet(self, decision: Decision, direction: Direction) -> None:
        """Show and speak the line for this decision; never blocks, never a name."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A guard's answer to a passage that asks, or that was refused."""

    passage: PassageId
    actor: str
    admit: bool
    plate: str
    remark: str
    done: Future[bool]


@dataclass(frozen=True, slots=True)
class Raise:
    """A guard raises the arm by hand."""

    actor: str
    remark: str
    emergency: bool
    done: Future[bool]


class Stop:
    """The last message of a lane."""


Message = Report | StationEvent | Answer | Raise | Stop


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """What the controller must know of its lane."""

    lane: LaneId
    name: str
    direction: Direction
    has_presence_loop: bool
    open_confidence: float
    min_frames: int
    max_frame_age: float


class LaneController:
    """One lane at work."""

    def __init__(
        self,
        settings: LaneSettings,
        rules: lanes.Rules,
        *,
        clock: Clock,
        journal: Journal,
        pictures: Pictures,
        decider: Decider,
        barrier: Barrier,
        look: Callable[[Look], None],
        hub: Hub,
        arm: ArmState,
        sign: Sign | None = None,
    ) -> None:
        self._settings, self._rules, self._clock = settings, rules, clock
        self._journal, self._pictures, self._decider = journal, pictures, decider
        self._barrier, self._look, self._hub, self._sign = barrier, look, hub, sign
        self._inbox: queue.Queue[Message] = queue.Queue(maxsize=1000)
        self._state: lanes.Lane = lanes.Idle()
        self._evidence = Evidence()
        self._snapshot = b""
        self._arm = arm
        self._camera = CameraReport("starting", "", 0.0, None)
        self._consensus: Consensus | None = None
        self._remark = ""
        self._millis: dict[str, float] = {}
        self._picture = _NOTHING_READ
        self._plate, self._colour = "", ""
        self._changed = clock.now()
        self._preview: Preview | None = None
        self._thread = threading.Thread(target=self._run, name=f"lane-{settings.lane}", daemon=True)
        self._view = self._make_view()

    # --- for other threads -----------------------------------------------------------------------

    @property
    def view(self) -> LaneView:
        """What pages show of this lane now."""
        return self._view

    @property
    def preview(self) -> Preview | None:
        """The newest small picture."""
        return self._preview

    @property
    def waiting_messages(self) -> int:
        """Length of the inbox."""
        return self._inbox.qsize()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End after the message in hand; return whether the thread has ended."""
        self._inbox.put(Stop())
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def tell(self, message: Message) -> None:
        """Put a message into the inbox. Previews are only kept; nothing here blocks."""
        if isinstance(message, Preview):
            self._preview = message
            self._hub.publish("preview", self._settings.lane)
            return
        try:
            self._inbox.put_nowait(message)
        except queue.Full:
            _log.error("lane %s: inbox full, %s lost", self._settings.lane, type(message).__name__)
            if isinstance(message, Answer | Raise):
                message.done.set_result(False)

    # --- the lane's own thread -------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            message = self._next()
            if isinstance(message, Stop):
                return
            try:
                self._handle(message)
            except Exception as error:
                _log.exception("lane %s: %s", self._settings.lane, type(message).__name__)
                self._report_fault(error)
            self._publish()

    def _next(self) -> Message | None:
        due = lanes.next_deadline(self._state, self._rules)
        try:
            if due is None:
                return self._inbox.get()
            return self._inbox.get(timeout=max(0.0, due - self._clock.monotonic()) + 0.001)
        except queue.Empty:
            return None

    def _handle(self, message: Message | None) -> None:
        at = self._clock.now()
        match message:
            case None:
                self._feed(Ticked(at))
            case Sighting():
                self._sighted(message, at)
            case TrackLost():
                self._track_lost(message, at)
            case Snapshot():
                self._snapshot = message.frame
            case CameraReport():
                self._camera_reported(message)
            case Answer():
                message.done.set_result(self._answered(message, at))
            case Raise():
                message.done.set_result(self._raised_by_hand(message, at))
            case Preview() | Stop():
                pass
            case _:
                self._station_said(message, at)
        self._feed_deadline()

    def _feed_deadline(self) -> None:
        due = lanes.next_deadline(self._state, self._rules)
        at = self._clock.now()
        if due is not None and at.monotonic >= due:
            self._feed(Ticked(at))

    def _feed(self, fact: Fact) -> None:
        """Step the state machine, and obey; orders may bring new facts at once."""
        before = self._state
        self._state, orders = lanes.step(self._state, fact, self._rules)
        if type(before) is not type(self._state):
            self._changed = fact.at
        for order in orders:
            self._obey(order)

    def _obey(self, order: Order) -> None:
        match order:
            case StartPassage():
                self._start(order)
            case Decide():
                self._decide(order)
            case OpenBarrier():
                self._open(order)
            case AskGuard() | Refuse():
                self._record_decision(order.passage, order.decision, "auto", order.at)
                self._greet(order.decision)
            case EndPassage():
                self._end(order)
            case NoteMisfit():
                lane = self._settings.lane
                self._journal.append(entries.MisfitNoted(lane, order.fact, order.state))
            case _ as unreachable:
                assert_never(unreachable)

    # --- passages --------------------------------------------------------------------------------

    def _start(self, order: StartPassage) -> None:
        lane, direction = self._settings.lane, self._settings.direction
        self._evidence.begin(order.at)
        self._consensus, self._snapshot, self._remark, self._millis = None, b"", "", {}
        self._picture, self._plate, self._colour = _NOTHING_READ, "", ""
        self._journal.append(entries.PassageStarted(order.passage, lane, direction, order.trigger))
        self._look(Look(on=True))
        self._vote(order.at)

    def _sighted(self, sighting: Sighting, at: Instant) -> None:
        if at.monotonic - sighting.taken > self._settings.max_frame_age:
            return  # A stale picture says nothing about who stands there now.
        self._evidence.add(sighting)
        if isinstance(self._state, lanes.Idle | lanes.Refused) and self._starts_by_camera(sighting):
            self._feed(VehicleArrived(at, Trigger.CAMERA))
        self._vote(at)

    def _starts_by_camera(self, sighting: Sighting) -> bool:
        return not self._settings.has_presence_loop and self._evidence.is_new(sighting.track)

    def _vote(self, at: Instant) -> None:
        if not isinstance(self._state, lanes.Identifying) or self._state.deciding:
            return
        sightings = self._evidence.sightings()
        if not sightings:
            return
        consensus = vote([one.reading for one in sightings])
        if consensus is None:
            return
        self._consensus = consensus
        settings = self._settings
        settled = (
            consensus.confidence >= settings.open_confidence
            and consensus.agreeing >= settings.min_frames
        )
        if settled:
            newest = sightings[-1]
            self._millis = {**newest.millis, "frame_to_vote": _ms(newest.taken, at.monotonic)}
        passage = self._state.passage
        self._feed(PlateSeen(at, passage, consensus.text, consensus.confidence, settled))

    def _decide(self, order: Decide) -> None:
        began = self._clock.monotonic()
        decision = self._decider.decide(self._consensus, self._settings.direction, order.at)
        self._millis["decide"] = _ms(began, self._clock.monotonic())
        self._show(decision)
        self._feed(Decided(self._clock.now(), order.passage, decision))

    def _show(self, decision: Decision) -> None:
        self._plate = decision.plate or (self._consensus.text if self._consensus else "")
        self._colour = self._consensus.colour.value if self._consensus else ""
        self._picture = Picture(
            frame=self._keep(self._evidence.frame() or self._snapshot),
            plate=self._keep(self._evidence.plate()),
        )

    def _keep(self, jpeg: bytes) -> str:
        return self._pictures.put(jpeg) if jpeg else ""

    def _open(self, order: OpenBarrier) -> None:
        """Commit the reading, the decision and the order together; only then raise."""
        began = self._clock.monotonic()
        ordered = entries.OpeningOrdered(
            order=order.order,
            passage=order.passage,
            lane=self._settings.lane,
            direction=self._settings.direction,
            by=order.by,
            reason=order.decision.reason.value,
            plate=order.decision.plate,
            visitor_pass=order.decision.visitor_pass,
            remark=self._remark,
            emergency=order.decision.reason is Reason.EMERGENCY,
        )
        try:
            self._record_decision(order.passage, order.decision, order.by, order.at, ordered)
        except JournalError as error:
            self._report_fault(error)
            self._feed(OpeningEnded(self._clock.now(), order.order, False, "not recorded"))
            return
        self._millis["commit"] = _ms(began, self._clock.monotonic())
        self._barrier.raise_arm(order.order, order.expires)
        self._greet(order.decision)

    def _record_decision(
        self,
        passage: PassageId,
        decision: Decision,
        by: str,
        at: Instant,
        *more: entries.Entry,
    ) -> None:
        del at
        lane = self._settings.lane
        record: list[entries.Entry] = []
        if self._consensus is not None and by == "auto":
            record.append(self._read_entry(passage, self._consensus))
        was = self._consensus.text if self._consensus else ""
        corrected = was if by != "auto" and decision.plate not in {"", was} else ""
        decided = entries.PassageDecided(
            passage,
            lane,
            decision,
            by,
            self._remark,
            corrected,
            dict(self._millis),
            self._picture,
        )
        self._journal.append(*record, decided, *more)

    def _read_entry(self, passage: PassageId, consensus: Consensus) -> entries.PassageRead:
        return entries.PassageRead(
            passage=passage,
            lane=self._settings.lane,
            text=consensus.text,
            confidence=consensus.confidence,
            frames=consensus.frames,
            agreeing=consensus.agreeing,
            colour=consensus.colour.value,
            candidates=tuple((one.text, one.confidence) for one in consensus.candidates),
            votes=tuple(
                (one.reading.text, one.reading.confidence, one.number)
                for one in self._evidence.sightings()
            ),
            picture=self._picture,
        )

    def _end(self, order: EndPassage) -> None:
        lane = self._settings.lane
        self._journal.append(entries.PassageEnded(order.passage, lane, order.end, order.why))
        self._evidence.end()
        self._look(Look(on=False))

    def _track_lost(self, message: TrackLost, at: Instant) -> None:
        spoke = self._evidence.track() == message.track
        self._evidence.lose(message.track)
        if self._settings.has_presence_loop or not spoke:
            return
        match self._state:
            case lanes.Passing() | lanes.Opening():
                self._feed(VehiclePassed(at))
            case lanes.Idle():
                pass
            case _:
                self._feed(VehicleBackedOut(at))

    # --- people ----------------------------------------------------------------------------------

    def _answered(self, answer: Answer, at: Instant) -> bool:
        state = self._state
        if not isinstance(state, lanes.Asking | lanes.Refused) or state.passage != answer.passage:
            return False
        self._remark = answer.remark
        if answer.admit:
            plate = answer.plate or state.decision.plate
            decision = self._decider.for_guard(plate, state.decision, at)
            self._plate = decision.plate
        else:
            decision = replace(
                state.decision, verdict=Verdict.REFUSE, reason=Reason.GUARD_REFUSED
            )
        self._feed(GuardAnswered(at, answer.passage, answer.actor, decision))
        return self._state is not state

    def _raised_by_hand(self, message: Raise, at: Instant) -> bool:
        order = OrderId(self._rules.new_id())
        before = self._state
        self._remark = message.remark
        self._feed(RaiseByHand(at, order, message.actor, message.remark, message.emergency))
        return self._state is not before

    # --- arm and camera --------------------------------------------------------------------------

    def _station_said(self, event: StationEvent, at: Instant) -> None:
        lane = self._settings.lane
        match event:
            case ArmChanged():
                self._arm = event.state
                self._journal.append(_arm_entry(lane, event.state))
            case OrderOutcome():
                self._outcome(event, at)
            case InputChanged():
                self._input_changed(event, at)
            case BarrierAlarm():
                self._alarm(event.kind.value, dict(event.evidence))
            case LinkChanged():
                if not event.up:
                    self._alarm("link_down", {"why": event.why})
            case PassageEvent():
                self._passage_event(event, at)
            case _ as unreachable:
                assert_never(unreachable)

    def _camera_reported(self, report: CameraReport) -> None:
        if report.state != self._camera.state and report.state in _CAMERA_TROUBLE:
            self._alarm("camera", {"state": report.state, "why": report.why})
        self._camera = report

    def _alarm(self, kind: str, evidence: dict[str, object]) -> None:
        alarm = self._rules.new_id()
        self._journal.append(entries.AlarmRaised(alarm, self._settings.lane, kind, evidence))

    def _report_fault(self, error: Exception) -> None:
        try:
            self._alarm("lane_fault", {"error": f"{type(error).__name__}: {error}"})
        except Exception:
            _log.exception("lane %s: the alarm could not be kept", self._settings.lane)

    def _greet(self, decision: Decision) -> None:
        if self._sign is not None:
            self._sign.greet(decision, self._settings.direction)
