"""Lanes without hardware that obey at once, drawn pictures, and a clock that can be moved."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import cv2
import numpy as np

from gate.domain.decision import CandidatePlate, Decision, Objection, Reason, Verdict
from gate.domain.entries import BarrierAction
from gate.domain.passage import Direction, Instant, LaneId, PassageId, Picture
from gate.domain.ports import LaneView, Pictures
from gate.lanes.event_bus import EventBus

START = datetime(2026, 3, 14, 22, 41, 5, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved; the monotonic one follows."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> Instant:
        return Instant(self.at.timestamp(), self.at)

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


def draw_scene(plate: str, colour: tuple[int, int, int], *, brightness: int = 60) -> bytes:
    """A drawn street at night with a car and a plate-like box; no real picture, no real glyphs."""
    image = np.full((540, 960, 3), brightness // 2, np.uint8)
    cv2.rectangle(image, (0, 330), (960, 540), (brightness,) * 3, -1)
    cv2.rectangle(image, (250, 170), (710, 430), (96, 74, 58), -1)
    cv2.rectangle(image, (310, 100), (650, 220), (70, 56, 46), -1)
    for x in (290, 640):
        cv2.circle(image, (x + 15, 330), 26, (190, 240, 250), -1)
    cv2.rectangle(image, (395, 365), (565, 415), colour, -1)
    cv2.putText(image, plate[1:], (405, 402), cv2.FONT_HERSHEY_SIMPLEX, 0.95, (255,) * 3, 2)
    return cv2.imencode(".jpg", image)[1].tobytes()


def draw_plate(plate: str, colour: tuple[int, int, int]) -> bytes:
    image = np.full((96, 300, 3), colour, np.uint8)
    cv2.rectangle(image, (5, 5), (294, 90), (255,) * 3, 3)
    cv2.putText(image, plate[1:], (26, 68), cv2.FONT_HERSHEY_SIMPLEX, 1.7, (255,) * 3, 4)
    return cv2.imencode(".jpg", image)[1].tobytes()


class FakePictures:
    """Pictures in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, jpeg: bytes) -> str:
        key = sha256(jpeg).hexdigest()
        self.kept[key] = jpeg
        return key

    def get(self, sha256: str) -> bytes | None:
        return self.kept.get(sha256)


BECOMES: dict[BarrierAction, dict[str, object]] = {
    BarrierAction.LOWER: {"arm": "closed"},
    BarrierAction.HOLD: {"arm": "open", "mode": "held_open"},
    BarrierAction.RELEASE_HOLD: {"mode": "automatic"},
    BarrierAction.LOCK: {"mode": "locked", "locked": True},
    BarrierAction.UNLOCK: {"mode": "automatic", "locked": False},
    BarrierAction.MAINTENANCE_ON: {"mode": "maintenance", "maintenance": True},
    BarrierAction.MAINTENANCE_OFF: {"mode": "automatic", "maintenance": False},
    BarrierAction.RESET_FIRE: {"mode": "automatic"},
    BarrierAction.RESET_FAULT: {"arm": "unknown"},
}


class FakeLanes:
    """Two lanes that obey at once and remember what they were asked."""

    def __init__(self, clock: FakeClock, hub: EventBus, pictures: Pictures) -> None:
        self._clock = clock
        self._hub = hub
        self.asked: list[tuple[object, ...]] = []
        self.told: frozenset[Objection] = frozenset()
        self.questions: dict[LaneId, Decision | None] = {}
        self.answer = True
        blue = (162, 78, 11)
        scene = draw_scene("吉AK510E", blue)
        frame = pictures.put(scene)
        cut = pictures.put(draw_plate("吉AK510E", blue))
        self.pictures = {
            LaneId("south"): scene,
            LaneId("north"): draw_scene("吉AD12345", (106, 178, 57), brightness=90),
        }
        self.lanes = {
            LaneId("south"): LaneView(
                lane=LaneId("south"),
                name="南门入口",
                direction=Direction.IN,
                state="asking",
                since=clock.now().utc - timedelta(seconds=9),
                passage=PassageId("p-100"),
                decision=Decision(
                    Verdict.ASK_GUARD,
                    Reason.NEAR_MATCH,
                    plate="吉AK510E",
                    candidates=(
                        CandidatePlate("吉AK510E", 0.94, False),
                        CandidatePlate("吉AK510F", 0.81, True, "3-2-501"),
                        CandidatePlate("吉AX510E", 0.42, True, "12-1-302"),
                    ),
                    evidence={"text": "吉AK510E", "confidence": 0.94, "needed_confidence": 0.99},
                ),
                plate="吉AK510E",
                colour="blue",
                picture=Picture(frame, cut),
                arm="closed",
                mode="automatic",
                link="up",
                presence="present",
                hold_until=None,
                camera="live",
                camera_why="",
            ),
            LaneId("north"): LaneView(
                lane=LaneId("north"),
                name="北门出口",
                direction=Direction.OUT,
                state="open",
                since=clock.now().utc - timedelta(seconds=3),
                passage=PassageId("p-101"),
                decision=Decision(
                    Verdict.ADMIT,
                    Reason.RESIDENT,
                    plate="吉AD12345",
                    household="17-1-1203",
                    standing="registered",
                ),
                plate="吉AD12345",
                colour="green",
                picture=Picture(),
                arm="open",
                mode="automatic",
                link="up",
                presence="clear",
                hold_until=None,
                camera="live",
                camera_why="",
            ),
        }

        self._first = dict(self.lanes)

    def reset(self) -> None:
        """Be as at first."""
        self.asked.clear()
        self.questions.clear()
        self.told, self.answer = frozenset(), True
        for lane, first in self._first.items():
            if self.lanes[lane] != first:
                self.lanes[lane] = first
                self._hub.publish("lane", first)

    def views(self) -> Sequence[LaneView]:
        return tuple(self.lanes.values())

    def preview(self, lane: LaneId) -> bytes | None:
        return self.pictures.get(lane)

    def asking(self) -> Sequence[LaneView]:
        return tuple(view for view in self.lanes.values() if view.state == "asking")

    def change(self, lane: str, **values: object) -> None:
        view = replace(self.lanes[LaneId(lane)], since=self._clock.now().utc, **values)
        self.lanes[view.lane] = view
        self._hub.publish("lane", view)

    def _obey(self, *asked: object) -> bool:
        self.asked.append(asked)
        return self.answer

    def admit(
        self,
        passage: PassageId,
        plate: str,
        actor: str,
        remark: str,
        told: Collection[Objection] = (),
    ) -> bool:
        self.told = frozenset(told)
        for view in self.asking():
            if view.passage == passage and self._obey("admit", passage, plate, actor, remark):
                decision = Decision(Verdict.ADMIT, Reason.GUARD_ADMITTED, plate=plate)
                self.change(view.lane, state="open", arm="open", decision=decision, plate=plate)
                return True
        return False

    def refuse(self, passage: PassageId, actor: str, remark: str) -> bool:
        for view in self.asking():
            if view.passage == passage and self._obey("refuse", passage, actor, remark):
                decision = Decision(Verdict.REFUSE, Reason.GUARD_REFUSED, plate=view.plate)
                self.questions[view.lane] = view.decision
                self.change(view.lane, state="refused", decision=decision, may_take_back=True)
                return True
        return False

    def take_back(self, passage: PassageId, actor: str) -> bool:
        for view in self.lanes.values():
            if view.passage == passage and view.may_take_back:
                self._obey("take_back", passage, actor)
                asked = self.questions[view.lane]
                self.change(view.lane, state="asking", decision=asked, may_take_back=False)
                return True
        return False

    def raise_by_hand(self, lane: LaneId, actor: str, remark: str, emergency: bool) -> bool:
        if self._obey("raise_by_hand", lane, actor, remark, emergency):
            self.change(lane, arm="open")
        return self.answer

    def command(
        self, lane: LaneId, action: BarrierAction, actor: str, remark: str, seconds: float = 0.0
    ) -> bool:
        held = (seconds,) if action is BarrierAction.HOLD else ()
        if self._obey(action.value, lane, actor, remark, *held):
            self.change(lane, **BECOMES[action])
        return self.answer

    def acknowledge(self, alarms: Sequence[str], actor: str, remark: str) -> bool:
        return self._obey("acknowledge", tuple(alarms), actor, remark)
