"""A small site without hardware: lanes that obey at once, people in memory, drawn pictures."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from gate.console.services import Services
from gate.entries import Entry
from gate.events import (
    CandidatePlate,
    Decision,
    Direction,
    Instant,
    LaneId,
    PassageId,
    Picture,
    Reason,
    Verdict,
)
from gate.hub import Hub
from gate.people import LogInRefused, Role, User
from gate.ports import LaneView
from gate.report_values import AlarmRow, Page, PassageFilter, PassageRow
from registry.kinds import BlockReason, VehicleKind
from registry.passes import Period
from registry.plates import Plate, PlateColour
from registry.rules import (
    Blocked,
    Blocking,
    Registered,
    Registration,
    Standing,
    Unknown,
    VehicleId,
)

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


class SystemClock(FakeClock):
    """The machine's clock, for pages that people or browsers look at."""

    def now(self) -> Instant:
        at = datetime.now(UTC)  # noqa: TID251 - pages that a browser looks at need the real time
        return Instant(at.timestamp(), at)

    def monotonic(self) -> float:
        return self.now().monotonic


class FakePeople:
    """Users whose password is their name backwards."""

    def __init__(self) -> None:
        self.users = {
            user.name: user
            for user in (
                User("guard", Role.GUARD),
                User("manager", Role.MANAGER),
                User("auditor", Role.AUDITOR),
                User("admin", Role.ADMIN),
            )
        }

    def log_in(self, name: str, password: str, at: datetime, code: str = "") -> User | LogInRefused:
        user = self.users.get(name)
        return user if user and password == name[::-1] else LogInRefused.WRONG

    def get(self, name: str) -> User | None:
        return self.users.get(name)


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


class FakeLanes:
    """Two lanes that obey at once and remember what they were asked."""

    def __init__(self, clock: FakeClock, hub: Hub, pictures: FakePictures) -> None:
        self._clock = clock
        self._hub = hub
        self.asked: list[tuple[object, ...]] = []
        self.answer = True
        blue = (162, 78, 11)
        frame = pictures.put(draw_scene("吉AK510E", blue))
        cut = pictures.put(draw_plate("吉AK510E", blue))
        self.pictures = {
            LaneId("south"): pictures.kept[frame],
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
                        CandidatePlate("吉AK510F", 0.81, True, "3-2-501"),
                        CandidatePlate("吉AX510E", 0.42, True, "12-1-302"),
                        CandidatePlate("吉AK510E", 0.94, False),
                    ),
                ),
                plate="吉AK510E",
                colour="blue",
                picture=Picture(frame, cut),
                arm="closed",
                mode="automatic",
                link="up",
                presence="present",
                hold_until=None,
                camera="ok",
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
                camera="ok",
                camera_why="",
            ),
        }

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

    def admit(self, passage: PassageId, plate: str, actor: str, remark: str) -> bool:
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
                self.change(view.lane, state="refused", decision=decision)
                return True
        return False

    def raise_by_hand(self, lane: LaneId, actor: str, remark: str, emergency: bool) -> bool:
        if self._obey("raise_by_hand", lane, actor, remark, emergency):
            self.change(lane, arm="open")
        return self.answer

    def lower(self, lane: LaneId, actor: str, remark: str) -> bool:
        if self._obey("lower", lane, actor, remark):
            self.change(lane, arm="closed")
        return self.answer

    def hold(self, lane: LaneId, actor: str, remark: str, seconds: float) -> bool:
        if self._obey("hold", lane, actor, remark, seconds):
            self.change(lane, arm="open", mode="held_open")
        return self.answer

    def release_hold(self, lane: LaneId, actor: str, remark: str) -> bool:
        if self._obey("release_hold", lane, actor, remark):
            self.change(lane, mode="automatic")
        return self.answer

    def reset_fire(self, lane: LaneId, actor: str, remark: str) -> bool:
        return self._obey("reset_fire", lane, actor, remark)

    def acknowledge(self, alarm: str, actor: str, remark: str) -> bool:
        return self._obey("acknowledge", alarm, actor, remark)


class FakeJournal:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, *entries: Entry) -> str:
        self.entries += entries
        return "committed"


class FakeReports:
    """Answers with what it was given."""

    def __init__(self, clock: FakeClock) -> None:
        now = clock.now().utc
        plates = (
            "吉A12345",
            "吉AD12345",
            "吉A5678挂",
            "黑B88Z21",
            "吉A1234警",
            "吉A12345D",
            "粤Z1234港",
        )
        self.rows = tuple(
            PassageRow(
                number=900 - i,
                passage=PassageId(f"p-{i}"),
                lane=LaneId("south" if i % 2 else "north"),
                direction="in" if i % 2 else "out",
                trigger="loop",
                started=now - timedelta(seconds=47 * i + 12),
                decided=now,
                ordered=now,
                opened=now,
                ended=now,
                plate=plates[i % len(plates)],
                plate_read=plates[i % len(plates)],
                plate_class="civil",
                colour="",
                confidence=0.99,
                frames=6,
                agreeing=6,
                verdict=("admit", "admit", "refuse", "ask_guard")[i % 4],
                reason=("resident", "visitor", "unknown_plate", "near_match")[i % 4],
                standing="registered",
                household="3-2-501" if i % 3 else "",
                vehicle_kind="owner",
                visitor_pass=None,
                actor="auto",
                remark="",
                asked=False,
                corrected_from="",
                opening="raised",
                outcome="passed",
                outcome_why="",
                picture_frame="",
                picture_plate="",
                paired=None,
                dwell=None,
                forgotten=None,
            )
            for i in range(24)
        )
        self.alarms = (
            AlarmRow(
                "a-1", 5, "north", "arm_forced", {}, now - timedelta(seconds=70), None, "", ""
            ),
        )

    def passages(self, which: PassageFilter, *, limit: int) -> Page:
        return Page(self.rows[:limit], None)

    def standing_alarms(self) -> Sequence[AlarmRow]:
        return self.alarms


class FakeRegistry:
    """Knows one resident and one blocked plate."""

    def standing(self, plate: Plate, at: datetime) -> Standing:
        if plate.text == "吉AK510F":
            registration = Registration(
                VehicleId(1), VehicleKind.OWNER, "3-2-501", PlateColour.BLUE, Period()
            )
            return Registered(registration, None)
        if plate.text == "吉A66666":
            return Blocked(Blocking(BlockReason.STOLEN, Period()), None)
        return Unknown(None)

    def refresh(self) -> None:
        """Nothing to follow."""


def fake_services(clock: FakeClock | None = None) -> tuple[Services, FakeLanes]:
    clock = clock or FakeClock()
    hub, pictures = Hub(), FakePictures()
    lanes = FakeLanes(clock, hub, pictures)
    services = Services(
        site="荷兰小镇",
        zone=ZoneInfo("Asia/Shanghai"),
        secret=b"a secret of the tests, 32 bytes or more",
        clock=clock,
        lanes=lanes,
        events=hub,
        people=FakePeople(),
        pictures=pictures,
        journal=FakeJournal(),
        reports=FakeReports(clock),
        registry=FakeRegistry(),
    )
    return services, lanes


Leave = Callable[[], None]
