"""A lane at work: it turns what is told into facts, feeds `lane.step` and obeys its orders.

No thread and no inbox here: `gate.lanes.thread` gives it both, `gate.cli.replay` drives it by
itself. Rules:
1. An opening is on disk before the barrier hears of it; what cannot be written is not opened.
2. An order carries its expiry to the relay; nothing is repeated, nothing is queued for later.
3. A picture older than its limit decides nothing, nor does a plate that is too small to be at the
   stop line, nor one that did not come with the vehicle (`gate.lanes.attribution`).
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from gate.access.manual_admission import names_check_is_passed_by, says_more
from gate.cameras.messages import (
    CameraReport,
    FullPicture,
    PlateDetection,
    Preview,
    SetReadingEnabled,
    TrackLost,
)
from gate.domain import entries
from gate.domain.decision import Answer, Decision, Reason, Verdict
from gate.domain.errors import GateError
from gate.domain.passage import Direction, Instant, OrderId, PassageEnd, PassageId, Picture, Trigger
from gate.domain.ports import Barrier, Clock, Journal, LaneView, Pictures
from gate.lanes import machine as lanes
from gate.lanes import records as record
from gate.lanes.attribution import COMING, Run
from gate.lanes.barrier import command_of
from gate.lanes.current_passage import CurrentPassage
from gate.lanes.events import (
    AskGuard,
    Decide,
    DecisionMade,
    EndPassage,
    Fact,
    GuardAnswered,
    NoteUnexpected,
    OpenBarrier,
    OpeningFinished,
    Order,
    PlateSeen,
    RaiseByHand,
    Refuse,
    StartPassage,
    Ticked,
    VehicleArrived,
    VehicleBackedOut,
    VehiclePassed,
)
from gate.lanes.evidence import PassageEvidence, is_plate
from gate.lanes.messages import (
    Decider,
    LaneSettings,
    Message,
    Operate,
    Raise,
    SettingsChanged,
    Sign,
    TakeBack,
)
from gate.lanes.stop_line import StopLine
from gate.lanes.view import lane_view
from gate.logs.context import in_passage
from hardware.barrier.events import RaiseRequested
from hardware.barrier.inputs import InputName, Signal
from hardware.barrier.model import OrderId as ArmOrderId
from hardware.barrier.model import OutcomeKind
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.errors import Trouble
from hardware.station.events import (
    ArmState,
    ArmStateChanged,
    BarrierAlarm,
    InputChanged,
    LinkChanged,
    OrderOutcome,
)
from hardware.station.events import Event as StationEvent
from recognition.reading import Consensus
from recognition.tracking import spot_of
from recognition.voting import vote

_log = logging.getLogger(__name__)
TAKEN_BACK = "taken_back"
"""The remark of a question that a guard asks again, having refused."""
BUTTON = "button"
"""Who raised the arm where it was the button in the hut."""

_MAY_HAVE_PASSED = frozenset({PassageEnd.PASSED, PassageEnd.NOT_SEEN, PassageEnd.SUPERSEDED})
_CAMERA_TROUBLE = frozenset({"lost", "impaired", "restarting"})


class LaneWorker:
    """One lane at work; owned by one thread."""

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
        look: Callable[[SetReadingEnabled], None],
        arm: ArmState,
        sign: Sign | None = None,
        line: StopLine | None = None,
    ) -> None:
        self._settings, self._rules, self._clock = settings, rules, clock
        self._journal, self._pictures, self._decider = journal, pictures, decider
        self._barrier, self._look, self._sign = barrier, look, sign
        self._state: lanes.Lane = lanes.Idle()
        self._evidence = PassageEvidence(loop=settings.has_presence_loop)
        self._started_by: int | None = None
        self._line = line or StopLine()
        self._at_hand = b""
        self._arm = arm
        self._camera = CameraReport("starting", "", 0.0, None)
        self._camera_lost = False
        self._loop_known = self._arrival_seen = False
        self._ordered: dict[OrderId, PassageId] = {}
        self._raised_at = 0.0
        self._changed = clock.now()
        self._passage = CurrentPassage(settings.direction, self._changed)

    def next_deadline(self) -> float | None:
        """Return the monotonic second at which `handle(None)` matters, or None."""
        return lanes.next_deadline(self._state, self._rules)

    def handle(self, message: Message | None) -> bool:
        """Take one message in; None lets time pass. Returns what an Answer or Raise comes to.

        Log lines carry the passage from here on; the lane is said by whose thread this is.
        """
        at = self._clock.now()
        in_passage(_passage_of(self._state))
        match message:
            case None:
                self._feed(Ticked(at))
            case PlateDetection():
                self._sighted(message, at)
            case TrackLost():
                self._track_lost(message, at)
            case FullPicture():
                self._passage.snapshot = message.frame
            case CameraReport():
                self._camera_reported(message)
            case Answer() | TakeBack() | Raise() | Operate():
                return self._person_said(message, at)
            case SettingsChanged():
                self._settings, self._rules = message.settings, message.rules
            case Preview():
                pass
            case _:
                self._on_station_event(message, at)
        self._feed_deadline()
        return True

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
        in_passage(_passage_of(self._state))

    def _obey(self, order: Order) -> None:
        if not isinstance(order, NoteUnexpected):
            in_passage(order.passage)
        match order:
            case StartPassage():
                self._start(order)
            case Decide():
                self._decide(order)
            case OpenBarrier():
                self._open(order)
            case AskGuard() | Refuse():
                self._note(*self._decision_entries(order, order.by, order.remark))
                self._announce(order.decision)
            case EndPassage():
                self._end(order)
            case NoteUnexpected():
                lane = self._settings.lane
                self._note(entries.MisfitNoted(lane, order.fact, order.state))
            case _ as unreachable:
                assert_never(unreachable)

    # --- passages --------------------------------------------------------------------------------

    def _start(self, order: StartPassage) -> None:
        lane, direction = self._settings.lane, self._settings.direction
        self._evidence.begin(order.at, self._started_by)
        self._passage = CurrentPassage(direction, order.at)
        self._note(entries.PassageStarted(order.passage, lane, direction, order.trigger))
        self._look(SetReadingEnabled(on=True))
        self._vote(order.at)

    def _sighted(self, sighting: PlateDetection, at: Instant) -> None:
        self._evidence.keep_frame(sighting)
        if at.monotonic - sighting.taken > self._settings.max_frame_age:
            return  # A stale picture says nothing about who stands there now.
        if not is_plate(sighting):
            return
        if isinstance(self._state, lanes.Identifying | lanes.Asking):
            self._passage.note_widest(sighting, self._state.since)
        if not self._is_at_line(sighting):
            return
        self._evidence.add(sighting)
        if isinstance(self._state, lanes.Idle | lanes.RefusedState):
            self._start_by_camera(sighting, at)
        self._vote(at)

    def _is_at_line(self, sighting: PlateDetection) -> bool:
        """Return whether a plate can be of the vehicle before the arm, by its width and place."""
        floor = self._settings.least_plate
        if not self._settings.has_presence_loop:
            # The passage begins where the plate is first read, not at the line.
            return sighting.width >= floor
        least = self._line.least(floor, two_lines=sighting.reading.two_lines)
        return sighting.width >= least and self._line.is_at(spot_of(sighting.reading.box))

    def _start_by_camera(self, sighting: PlateDetection, at: Instant) -> None:
        """Begin a passage with the plate of a vehicle that comes, where no loop tells of one."""
        if self._settings.has_presence_loop:
            return
        if self._evidence.may_start(sighting, at.monotonic):
            self._started_by = sighting.track
            self._feed(VehicleArrived(at, Trigger.CAMERA))
            self._started_by = None

    def _vote(self, at: Instant) -> None:
        if not isinstance(self._state, lanes.Identifying) or self._state.deciding:
            return
        settings = self._settings
        sightings = self._speaking(at)
        consensus = vote([one.reading for one in sightings])
        if consensus is None:
            return
        self._passage.consensus = consensus
        settled = (
            consensus.confidence >= settings.open_confidence
            and consensus.agreeing >= settings.min_frames
        )
        if settled:
            newest = sightings[-1]
            self._passage.millis = {
                **newest.millis,
                "frame_to_vote": _ms(newest.taken, at.monotonic),
            }
        passage = self._state.passage
        self._feed(PlateSeen(at, passage, consensus.text, consensus.confidence, settled))

    def _decide(self, order: Decide) -> None:
        began = self._clock.monotonic()
        self._doubt_picture()
        max_age = self._settings.max_frame_age
        speaking = self._speaking(order.at)
        seen = speaking or (self._evidence.unproven() if self._passage.consensus is None else ())
        self._passage.consensus = vote([one.reading for one in seen]) or self._passage.consensus
        valid_until = speaking[-1].taken + max_age if speaking else order.at.monotonic
        decision = self._decider.decide(
            self._passage.consensus, self._settings.direction, self._passage.travel, order.at
        )
        if seen and not speaking and decision.verdict is Verdict.ADMIT:
            decision = _asked(decision, Reason.PLATE_WAS_THERE)
        elif self._passage.consensus is None:
            decision = self._about_a_parked_plate() or decision
        self._passage.millis["decide"] = _ms(began, self._clock.monotonic())
        self._passage.show(decision, self._pictures_now())
        self._feed(DecisionMade(self._clock.now(), order.passage, decision, valid_until))

    def _speaking(self, at: Instant) -> Run:
        """Return what speaks for the vehicle now."""
        max_age = self._settings.max_frame_age
        return self._evidence.speaking(at.monotonic, max_age, line_known=self._line.is_known)

    def _about_a_parked_plate(self) -> Decision | None:
        """Return the question where the only plate stood there before the vehicle came."""
        still = self._evidence.was_there_before()
        if still is None:
            return None
        evidence: dict[str, object] = {"text": still.reading.text}
        return Decision(Verdict.ASK_GUARD, Reason.PLATE_WAS_THERE, evidence=evidence)

    def _doubt_picture(self) -> None:
        """Tell of a camera that says it works and did not see the vehicle come.

        Where the loop could not be read before, nobody knows when the vehicle came.
        """
        state, camera = self._state, self._camera
        if not self._arrival_seen:
            return
        if not isinstance(state, lanes.Identifying) or camera.state != "live":
            return
        came = state.since.monotonic
        if not self._settings.has_presence_loop or camera.changed is None:
            return
        if camera.changed < came - COMING:
            self._camera_reported(replace(camera, state="impaired", why="frozen"))

    def _pictures_now(self) -> Picture:
        return Picture(
            frame=self._keep(self._evidence.frame() or self._passage.snapshot),
            plate=self._keep(self._evidence.plate()),
        )

    def _keep(self, jpeg: bytes) -> str:
        return self._pictures.put(jpeg) if jpeg else ""

    def _open(self, order: OpenBarrier) -> None:
        """Commit the reading, the decision and the order together; only then raise."""
        began = self._clock.monotonic()
        settings = self._settings
        if not self._passage.picture.frame:
            seen = self._evidence.frame() or self._passage.snapshot or self._at_hand
            self._passage.picture = replace(self._passage.picture, frame=self._keep(seen))
        ordered = record.ordered(order, settings.lane, settings.direction)
        try:
            self._journal.append(*self._decision_entries(order, order.by, order.remark), ordered)
        except GateError as error:
            self.report_fault(error)
            self._feed(OpeningFinished(self._clock.now(), order.order, False, "not recorded"))
            return
        self._passage.millis["commit"] = _ms(began, self._clock.monotonic())
        self._ordered[order.order] = order.passage
        self._raised_at = self._clock.monotonic()
        raised = ArmOrderId(order.order)
        self._barrier.command(RaiseRequested(raised, order.expires))
        self._announce(order.decision)

    def _decision_entries(
        self, order: OpenBarrier | AskGuard | Refuse, by: str, remark: str
    ) -> list[entries.Entry]:
        """Return the entries of a decision; the machine's own begin with what it read."""
        self._passage.decision = order.decision
        lane, consensus = self._settings.lane, self._passage.consensus
        kept: list[entries.Entry] = []
        if consensus is not None and by == "auto":
            sightings = self._evidence.spoke()
            kept.append(
                record.read(order.passage, lane, consensus, sightings, self._passage.picture)
            )
        decided = entries.PassageDecided(
            passage=order.passage,
            lane=lane,
            decision=order.decision,
            by=by,
            remark=remark,
            corrected_from=record.corrected_from(consensus, order.decision, by),
            millis=dict(self._passage.millis),
            picture=self._passage.picture,
        )
        return [*kept, decided]

    def _note(self, *noted: entries.Entry) -> None:
        """Write down what has happened; where nothing takes it, say so and go on.

        An opening never comes this way: what cannot be written is not opened.
        """
        try:
            self._journal.append(*noted)
        except GateError:
            kinds = ", ".join(type(one).__name__ for one in noted)
            _log.critical("not recorded: %s", kinds)

    def _end(self, order: EndPassage) -> None:
        if self._passage.decision is None and self._passage.consensus is not None:
            self._note_reading(order.passage, self._passage.consensus)
        if order.end is PassageEnd.PASSED:
            self._learn_line()
        lane = self._settings.lane
        self._note(entries.PassageEnded(order.passage, lane, order.end, order.why))
        self._evidence.end(passed=order.end in _MAY_HAVE_PASSED)
        self._look(SetReadingEnabled(on=False))

    def _learn_line(self) -> None:
        """Learn where the plate of the vehicle that passed was; if none spoke, the widest one."""
        spoke = self._evidence.spoke()
        seen = spoke[-1] if spoke else self._passage.widest
        if seen is not None:
            self._line = self._line.learnt(spot_of(seen.reading.box))

    def _note_reading(self, passage: PassageId, consensus: Consensus) -> None:
        """Keep what was read of a vehicle that went before anything was decided."""
        self._passage.picture = self._pictures_now()
        sightings = self._evidence.spoke()
        lane = self._settings.lane
        self._note(record.read(passage, lane, consensus, sightings, self._passage.picture))

    def _track_lost(self, message: TrackLost, at: Instant) -> None:
        was_the_vehicle = self._evidence.lose(message.track)
        if self._settings.has_presence_loop or not was_the_vehicle:
            return
        match self._state:
            case lanes.Passing() | lanes.OpeningState():
                self._feed(VehiclePassed(at))
            case lanes.Idle():
                pass
            case _:
                self._feed(VehicleBackedOut(at))

    # --- people ----------------------------------------------------------------------------------

    def _person_said(self, message: Answer | TakeBack | Raise | Operate, at: Instant) -> bool:
        match message:
            case Answer():
                return self._answered(message, at)
            case TakeBack():
                return self._taken_back(message, at)
            case Raise():
                return self._raised_by_hand(message, at)
            case Operate():
                return self._operated(message, at)
            case _ as unreachable:
                assert_never(unreachable)

    def _answered(self, answer: Answer, at: Instant) -> bool:
        state = self._state
        if (
            not isinstance(state, lanes.Asking | lanes.RefusedState)
            or state.passage != answer.passage
        ):
            return False
        if answer.admit:
            word = replace(answer, plate=answer.plate or state.decision.plate)
            direction = self._settings.direction
            admitted = self._decider.for_guard(word, state.decision, direction, at)
            if admitted is None:
                return False
            decision, self._passage.plate = admitted, admitted.plate
        else:
            decision = replace(state.decision, verdict=Verdict.REFUSE, reason=Reason.GUARD_REFUSED)
        self._feed(GuardAnswered(at, answer.passage, answer.actor, decision, answer.remark))
        return self._state is not state

    def _taken_back(self, message: TakeBack, at: Instant) -> bool:
        state = self._state
        if (
            not isinstance(state, lanes.RefusedState)
            or state.passage != message.passage
            or state.asked is None
        ):
            return False
        self._feed(GuardAnswered(at, state.passage, message.actor, state.asked, TAKEN_BACK))
        return self._state is not state

    def _raised_by_hand(self, message: Raise, at: Instant) -> bool:
        unchecked = self._is_unchecked(message.remark)
        if unchecked and not says_more(message.remark):
            return False
        order = OrderId(self._rules.new_id())
        before = self._state
        self._at_hand = message.jpeg
        actor, remark, emergency = message.actor, message.remark, message.emergency
        self._feed(RaiseByHand(at, order, actor, remark, emergency, unchecked))
        self._at_hand = b""
        return self._state is not before

    def _operated(self, message: Operate, at: Instant) -> bool:
        """Write who asked for what, then ask the barrier."""
        if at.monotonic > message.until:
            return False
        picture, lane = self._keep(message.jpeg), self._settings.lane
        noted = entries.GuardActed(lane, message.actor, message.action, message.remark, picture)
        try:
            self._journal.append(noted)
        except GateError:
            return False
        self._barrier.command(command_of(message, at.monotonic, self._rules.new_id))
        return True

    def _is_unchecked(self, remark: str) -> bool:
        """Whether a raise for this reason lets a visitor in whose owner's name nobody checked."""
        if self._settings.direction is not Direction.IN:
            return False
        state = self._state
        asked = state.decision if isinstance(state, lanes.Asking | lanes.RefusedState) else None
        return names_check_is_passed_by(remark, asked.standing if asked else "")

    # --- arm and camera --------------------------------------------------------------------------

    def _on_station_event(self, event: StationEvent, at: Instant) -> None:
        match event:
            case ArmStateChanged(state):
                self._arm_changed(state)
            case OrderOutcome():
                self._order_ended(event, at)
            case InputChanged(name, on):
                if on:
                    self._input_on(name, at)
                if name is InputName.PRESENCE:
                    self._loop_known = on is not None
            case BarrierAlarm(kind, evidence):
                self._alarm(kind.value, dict(evidence))
            case LinkChanged(up, why):
                if not up:
                    said: dict[str, object] = {"why": _trouble(why), "detail": why}
                    self._alarm("link_down", said | {"board": _place(why)})
            case PassageSeen():
                self._passage_seen(event, at)
            case _ as unreachable:
                assert_never(unreachable)

    def _arm_changed(self, state: ArmState) -> None:
        before, self._arm = self._arm, state
        if (before.position, before.mode, before.link) != (state.position, state.mode, state.link):
            self._note(record.arm(self._settings.lane, state))

    def _order_ended(self, event: OrderOutcome, at: Instant) -> None:
        """An order to raise ends its opening; any other order was a person's and may be refused."""
        order = OrderId(event.order_id)
        passage = self._ordered.pop(order, None)
        if passage is None:
            if event.outcome not in {OutcomeKind.RAISED, OutcomeKind.LOWERED}:
                self._alarm("order_refused", {"why": event.why.value})
            return
        in_passage(passage)
        millis = {**self._passage.millis, "order_to_outcome": _ms(self._raised_at, event.at)}
        lane = self._settings.lane
        self._note(record.opening_ended(passage, lane, event, millis))
        raised = event.outcome is OutcomeKind.RAISED
        self._feed(OpeningFinished(at, order, raised, event.why.value))

    def _input_on(self, name: InputName, at: Instant) -> None:
        if name is InputName.PRESENCE:
            self._arrival_seen = self._loop_known
            self._feed(VehicleArrived(at, Trigger.LOOP))
        elif name is InputName.BUTTON:
            self._raised_by_hand(Raise(BUTTON, "", emergency=False), at)

    def _passage_seen(self, event: PassageSeen, at: Instant) -> None:
        match event.kind:
            case PassageKind.ENTERED:
                self._feed(VehiclePassed(at))
                if self._arm.inputs.get(InputName.PRESENCE) is Signal.ON:
                    self._next_in_line(at)
            case PassageKind.BACKED_OUT:
                self._feed(VehicleBackedOut(at))
            case _:
                self._alarm(event.kind.value, {**event.evidence, "certain": event.certain})

    def _next_in_line(self, at: Instant) -> None:
        """The loop never went free: the next vehicle followed so closely that it has no edge."""
        if isinstance(self._state, lanes.Idle):
            self._feed(VehicleArrived(at, Trigger.LOOP))

    def _camera_reported(self, report: CameraReport) -> None:
        """Alarm once when the camera fails, not again at each try to bring it back."""
        if report.state in _CAMERA_TROUBLE and not self._camera_lost:
            self._camera_lost = True
            self._alarm("camera", {"state": report.state, "why": report.why})
        elif report.state == "live":
            self._camera_lost = False
        if report.state == "restarting":
            self._evidence.lose_all()
        self._camera = report

    def view(self) -> LaneView:
        """Return what pages show."""
        return lane_view(
            self._settings,
            self._state,
            self._passage,
            arm=self._arm,
            camera=self._camera,
            since=self._changed.utc,
            now=self._clock.now(),
        )

    def _alarm(self, kind: str, evidence: dict[str, object]) -> None:
        alarm = self._rules.new_id()
        self._note(entries.AlarmRaised(alarm, self._settings.lane, kind, evidence))

    def report_fault(self, error: Exception) -> None:
        """Raise an alarm over a fault of this program."""
        self._alarm("lane_fault", {"error": f"{type(error).__name__}: {error}"})

    def _announce(self, decision: Decision) -> None:
        if self._sign is not None:
            self._sign.announce(decision, self._settings.direction)


def _asked(decision: Decision, reason: Reason) -> Decision:
    """Return an admission as a question to the guard; it spends no pass."""
    return replace(decision, verdict=Verdict.ASK_GUARD, reason=reason, visitor_pass=None)


def _passage_of(state: lanes.Lane) -> PassageId | None:
    return None if isinstance(state, lanes.Idle) else state.passage


def _trouble(why: str) -> str:
    """Return the trouble's word out of "place: word: remedy", or the whole sentence."""
    return next((one.value for one in Trouble if f": {one.value}: " in why), why)


def _place(why: str) -> str:
    """Return which board it is out of "place: word: remedy", "" where that is not told."""
    marks = (f": {one.value}: " for one in Trouble)
    return next((why.partition(mark)[0] for mark in marks if mark in why), "")


def _ms(since: float, until: float) -> float:
    return round((until - since) * 1000, 3)
