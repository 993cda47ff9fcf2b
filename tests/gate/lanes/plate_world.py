"""A street with a gate, at random: which plate opens for whom?

python -m tests.gate.lanes.plate_world

Cars come, queue, are let in or turned away; some have a plate on record, some another one, some
none or a dirty one. Parked cars of residents stand at the roadside, other residents drive by in the
next lane and park there. Plates are hidden for a while, tracks are lost and found, the picture
freezes while its clock runs on, the camera stops or its process starts anew, nothing is read while
nothing moves, and plates become visible only in the light of headlights. The tracking, the
arrivals, the evidence, the lane and its stop line are the real ones; the reader is not: it reads
what hangs there, well or badly, and sometimes not at all. Where the lane is new, cars come one by
one and nobody drives by or parks anew, as the manual asks of the first twelve (commissioning.md).

`World.step` raises `WrongPlateError` where the rules open for a plate that is not the vehicle's.
"""

import argparse
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from math import hypot, inf
from random import Random

from gate.cameras.messages import CameraReport, PlateDetection, TrackLost
from gate.domain import entries
from gate.domain.decision import Answer
from gate.lanes.stop_line import ENOUGH, Spot, StopLine, stop_line
from hardware.barrier.inputs import InputName, Signal
from hardware.barrier.model import OrderId as ArmOrder
from hardware.barrier.model import OutcomeKind, OutcomeReason
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.station.events import ArmStateChanged, InputChanged, OrderOutcome
from recognition import arrivals, tracking
from recognition.reading import Reading
from tests.gate.lanes.lane_cast import ARM, Stage
from tests.recognition.readings import box_at, reading

TICK = 0.2
LINE, LOOP, GONE, FAR = 5.0, 1.7, 2.2, 22.0
LENGTH, GAP = 4.7, 1.0
FOCAL, PLATE, HIGH, BELOW = 1450.0, 0.44, 200.0, 1.8
"""Of the camera: pixels a metre at one metre; of plates: metres wide, and below the camera."""
HISTORY_S, HISTORY_EVERY = 8.0, 3
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class WrongPlateError(AssertionError):
    """The arm was ordered up on a plate that is not the vehicle's."""


@dataclass(eq=False, slots=True)
class Car:
    """A car. away: metres from the camera; aside: metres from the lane's middle; speed: m/s."""

    plate: str
    away: float
    aside: float
    speed: float = 0.0
    legible: float = 0.92
    dark: bool = False
    hidden_until: float = -inf
    waits_until: float = inf
    leaving: bool = False
    let_in: bool = False
    stops_at: float | None = None

    @property
    def spot(self) -> Spot:
        """Where its plate is in the picture."""
        x = 960 + FOCAL * self.aside / self.away
        return x, HIGH + FOCAL * BELOW / (self.away + 3), FOCAL * PLATE / self.away


@dataclass(slots=True)
class Tally:
    """What has happened."""

    steps: int = 0
    passages: int = 0
    opened: int = 0
    own: dict[str, int] = field(default_factory=dict)


def taught_line() -> StopLine:
    """The stop line as it is known once enough cars have passed."""
    return stop_line(
        Car("", LINE + LOOP * n / ENOUGH, 0.3 * (n % 3 - 1), 0).spot for n in range(ENOUGH)
    )


class World:
    """The street and the lane.

    taught: the lane knows its stop line. One that does not is not asked to tell who is at the line
    from who queues behind or drives by beside it: there, cars come one by one between parked ones.
    """

    def __init__(self, seed: int, *, taught: bool = True) -> None:
        self.taught = taught
        self.dice, self.tally = Random(seed), Tally()
        self._numbers = count(self.dice.randrange(10_000))
        self.residents = tuple(self._text() for _ in range(40))
        self.stage = Stage(registered=self.residents)
        self.stage.work = self.stage.made(line=taught_line() if taught else None)
        self.queue: list[Car] = []
        self.others: list[Car] = []
        self._seen: set[str] = set()
        self._next_car = self.now + 5.0
        self._presence = False
        self._next_worker()
        self._frozen_until = self._away_until = -inf
        self._shown: list[tuple[Car, Spot]] = []
        self._past: list[tuple[float, dict[str, tuple[Spot, bool]]]] = []
        self._moved_at = self._read_at = self._seen_at = self.now
        for _ in range(self.dice.randrange(4)):
            self._park(self.dice.choice(self.residents))

    @property
    def now(self) -> float:
        """The monotonic second."""
        return self.stage.clock.second

    def _text(self) -> str:
        number = next(self._numbers) % 100_000
        return f"{self.dice.choice(PROVINCES)}{self.dice.choice('ABCDEFGH')}{number:05d}"

    def _next_worker(self) -> None:
        first = tracking.TrackId(int(self.now * 1000))
        self._tracking = tracking.Tracking(next_id=first)
        self._arrivals = arrivals.Arrivals()
        self._past = []

    # --- one tick --------------------------------------------------------------------------------

    def step(self) -> None:
        """Let a fifth of a second pass."""
        self.tally.steps += 1
        self.stage.clock.second += TICK
        self._happen()
        self._drive()
        self._sense()
        self._look()
        self.stage.work.handle(None)
        self._judge()
        self._answer()
        if len(self.stage.journal.entries) > 200:
            del self.stage.journal.entries[:], self.stage.log[:], self.stage.album.kept[:]

    def _chance(self, per_minute: float) -> bool:
        return self.dice.random() < per_minute * TICK / 60

    def _happen(self) -> None:
        """What may happen at any time."""
        dice, now = self.dice, self.now
        if now >= self._next_car and len(self.queue) < (6 if self.taught else 1):
            self._next_car = now + dice.choice([1.5, 4.0, 9.0, 25.0, 60.0])
            self.queue.append(self._arrival())
        if self._chance(1.0) and len(self.others) < 8:
            self._park(dice.choice(self.residents))
        if self._chance(1.5) and self.taught and len(self.others) < 12:
            self.others.append(self._passer_by())
        if self._chance(0.5) and self.others:
            self.others.remove(dice.choice(self.others))
        for car in (*self.queue, *self.others):
            if self._chance(1.0):
                car.hidden_until = now + dice.choice([0.4, 1.6, 3.0, 20.0, 200.0])
            if self._chance(0.3):
                car.dark = not car.dark
        self._spoil()

    def _spoil(self) -> None:
        """What may happen to the camera."""
        dice, now = self.dice, self.now
        if self._chance(0.3):
            self._frozen_until = now + dice.choice([2.0, 8.0, 30.0])
        if self._chance(0.3):
            self._away_until = now + dice.choice([0.6, 2.0, 10.0])
        if self._chance(0.1):
            self._next_worker()
            self.stage.work.handle(CameraReport("restarting", "crashed", 0.0, None))

    def _arrival(self) -> Car:
        kind = self.dice.random()
        car = Car("", FAR, self.dice.uniform(-0.5, 0.5), self.dice.uniform(1.5, 5.0))
        if kind < 0.4:
            inside = {one.plate for one in (*self.queue, *self.others)}
            car.plate = self.dice.choice([one for one in self.residents if one not in inside])
        elif kind < 0.6:
            car.plate = self._text()
        elif kind < 0.75:
            car.plate, car.legible = self._text(), 0.1
        self._seen.add(car.plate)
        return car

    def _park(self, plate: str) -> None:
        """A resident's car stands at the roadside, near or far, or its plate hangs on a wall."""
        if plate in {one.plate for one in (*self.queue, *self.others)}:
            return
        if not self.taught and plate in self._seen:
            return
        self._seen.add(plate)
        aside = self.dice.choice([-1, 1]) * self.dice.uniform(1.9, 6.0)
        self.others.append(Car(plate, self.dice.uniform(3.0, 18.0), aside))

    def _passer_by(self) -> Car:
        """A resident in the next lane; it drives past or parks there."""
        inside = {one.plate for one in (*self.queue, *self.others)}
        plate = self.dice.choice([one for one in self.residents if one not in inside])
        aside = self.dice.choice([-1, 1]) * self.dice.uniform(2.8, 4.0)
        stops = self.dice.choice([None, self.dice.uniform(3.0, 12.0)])
        return Car(plate, FAR, aside, self.dice.uniform(1.5, 6.0), stops_at=stops)

    # --- cars ------------------------------------------------------------------------------------

    def _drive(self) -> None:
        ahead = -inf
        for car in self.queue:
            self._move(car, ahead)
            ahead = car.away
        self.queue = [car for car in self.queue if GONE < car.away <= FAR + 1]
        for car in self.others:
            if car.speed:
                self._moved_at = self.now
                car.away -= car.speed * TICK
                if car.stops_at is not None and car.away <= car.stops_at:
                    car.speed = 0.0
        self.others = [car for car in self.others if car.away > GONE]

    def _move(self, car: Car, ahead: float) -> None:
        if car.leaving:
            car.away += 2.5 * TICK
            self._moved_at = self.now
            return
        stop = -inf if car.let_in else LINE + 0.3
        to = max(car.away - car.speed * TICK, ahead + LENGTH + GAP, stop)
        if to < car.away - 0.01:
            car.away, self._moved_at = to, self.now
        elif car.waits_until == inf and car.away <= LINE + LOOP:
            car.waits_until = self.now + self.dice.uniform(5.0, 14.0)

    def _on_loop(self) -> Car | None:
        return next((car for car in self.queue if LINE - 1.0 <= car.away <= LINE + LOOP), None)

    def _sense(self) -> None:
        """The loop, and what the barrier's loops make of a car that goes through or back."""
        work, car = self.stage.work, self._on_loop()
        signal = Signal.ON if car is not None else Signal.OFF
        if (car is not None) != self._presence:
            self._presence = car is not None
            work.handle(ArmStateChanged(replace(ARM, inputs={InputName.PRESENCE: signal})))
            work.handle(InputChanged(InputName.PRESENCE, self._presence, self.now))
        for one in self.queue:
            if one.let_in and one.away < LINE - 1.0 and one.waits_until != -inf:
                one.waits_until = -inf
                work.handle(PassageSeen(PassageKind.ENTERED, self.now))
            elif one.leaving and one.away > LINE + LOOP and one.waits_until != -inf:
                one.waits_until = -inf
                work.handle(PassageSeen(PassageKind.BACKED_OUT, self.now))

    # --- the camera ------------------------------------------------------------------------------

    def _look(self) -> None:
        if self.now < self._away_until:
            return
        if self.now - self._seen_at > 1.5:
            self._interrupted()
        self._seen_at = self.now
        if self.now >= self._frozen_until:
            cars = (*self.queue, *self.others)
            self._shown = [(car, car.spot) for car in cars if self._is_visible(car)]
        if not self.tally.steps % HISTORY_EVERY:
            self._remember()
        moving = self.now - self._moved_at < 1.2 and self.now >= self._frozen_until
        looking = bool(self.stage.looks) and self.stage.looks[-1].on
        if moving or looking or self.now - self._read_at > 30.0:
            self._read()
        else:
            self._take(tracking.rest(self._tracking, self.now))

    def _interrupted(self) -> None:
        self._arrivals = arrivals.interrupted(self._arrivals)
        gone = self._tracking.tracks
        self._take(
            tracking.TrackingStep(tracking.Tracking((), self._tracking.next_id), (), (), gone)
        )

    def _is_visible(self, car: Car) -> bool:
        return bool(car.plate) and self.now >= car.hidden_until

    def _remember(self) -> None:
        """Keep what every place showed: plate -> (spot, whether it was bright enough to see it)."""
        seen = {car.plate: (spot, not self._is_dark(car)) for car, spot in self._shown}
        self._past = [one for one in self._past if self.now - one[0] <= HISTORY_S]
        self._past.append((self.now, seen))

    def _is_dark(self, car: Car) -> bool:
        """Whether nothing is to be seen there: a dark place, and no car with headlights near it."""
        return car.dark and self._on_loop() is None

    def _last_without(self, car: Car, spot: Spot) -> float:
        """As `picture_history.last_without` finds out: when was this plate not in its place?"""
        absent = -inf
        for at, seen in reversed(self._past):
            there = seen.get(car.plate)
            if there is not None and _is_same_place(there[0], spot):
                if there[1] and absent > -inf:
                    return -inf
            elif not car.dark:
                absent = max(absent, at)
        return absent

    def _read(self) -> None:
        self._read_at = self.now
        found: list[tuple[Reading, float]] = []
        for car, spot in self._shown:
            dark = self._is_dark(car)
            if spot[2] < 25 or dark or self.dice.random() > max(car.legible, 0.3):
                continue
            found.append((self._reading(car, spot), self._last_without(car, spot)))
        readings, absent = [one[0] for one in found], [one[1] for one in found]
        step = tracking.follow(self._tracking, readings, self.now)
        self._arrivals, stays = arrivals.observe(self._arrivals, readings, absent, self.now)
        self._take(step)
        for track, one, stay in zip(step.joined, readings, stays, strict=True):
            width = tracking.spot_of(one.box)[2]
            taken = self.now - 0.05
            number = self.tally.steps
            self.stage.work.handle(
                PlateDetection(track, one, number, taken, width, b"", b"plate", {}, stay)
            )
            self._judge()

    def _take(self, step: tracking.TrackingStep) -> None:
        self._tracking = step.tracking
        for track in step.ended:
            self.stage.work.handle(TrackLost(track.id, self.now))

    def _reading(self, car: Car, spot: Spot) -> Reading:
        """A reading of its plate: clear, or of little confidence and then not quite right."""
        text, sure = car.plate, self.dice.choice([0.9995, 0.999, 0.99, 0.6])
        if self.dice.random() > car.legible:
            sure = 0.35
        if sure < 0.8 and self.dice.random() < 0.5:
            at = self.dice.randrange(2, 7)
            text = text[:at] + self.dice.choice("0123456789") + text[at + 1 :]
        shake = [self.dice.gauss(0, 0.02) * spot[2] for _ in range(3)]
        box = box_at(spot[0] + shake[0], spot[1] + shake[1], spot[2] + shake[2])
        return replace(_clean(text, sure), box=box)

    # --- the arm ---------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Hold every order against the car that stands there, and let the arm obey it."""
        while self.stage.arm.raised:
            order, _ = self.stage.arm.raised.pop(0)
            ordered = next(
                one
                for one in reversed(self.stage.journal.entries)
                if isinstance(one, entries.OpeningOrdered) and one.order == order
            )
            car = self._on_loop()
            if ordered.by == "auto":
                self.tally.opened += 1
                if car is None or car.plate != ordered.plate:
                    raise WrongPlateError(
                        f"step {self.tally.steps}: {ordered.plate} opened for {car} {self.queue}"
                    )
            if car is not None:
                car.let_in = True
            outcome, why = OutcomeKind.RAISED, OutcomeReason.CONFIRMED
            self.stage.work.handle(OrderOutcome(ArmOrder(order), outcome, why, "", "", self.now))

    def _answer(self) -> None:
        """A guard lets in who has waited long, or the driver gives up where nobody is behind."""
        car = self._on_loop()
        if car is None or self.now < car.waits_until or car.let_in or car.leaving:
            return
        if self.queue.index(car) == len(self.queue) - 1 and self.dice.random() < 0.5:
            car.leaving = True
            return
        view = self.stage.work.view()
        if view.state in {"asking", "refused"} and view.passage is not None:
            self.stage.work.handle(Answer(view.passage, "wang", True, "", "other: known"))
            self._judge()
        else:
            car.let_in = True  # The arm is held open, or somebody lifts it.


def _is_same_place(one: Spot, other: Spot) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) < 0.1 * other[2]


@cache
def _clean(text: str, sure: float) -> Reading:
    return reading(text, sure)


def walk(seed: int, steps: int) -> Tally:
    """Let one world run, every other one with a lane that is new; raises `WrongPlateError`."""
    world = World(seed, taught=seed % 2 == 0)
    for _ in range(steps):
        world.step()
    return world.tally


def main() -> int:
    """Walk and say what came of it; 1 where a wrong plate opened."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--steps", type=int, default=1_000_000)
    asks.add_argument("--each", type=int, default=20_000)
    asks.add_argument("--seed", type=int, default=1)
    asked = asks.parse_args()
    steps = opened = wrong = 0
    for number in range(-(-asked.steps // asked.each)):
        try:
            tally = walk(asked.seed + number, asked.each)
            steps, opened = steps + tally.steps, opened + tally.opened
        except WrongPlateError as error:
            wrong += 1
            print(f"seed {asked.seed + number}: {error}")
    print(f"{steps} steps, {opened} openings by the rules, {wrong} worlds with a wrong plate")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
