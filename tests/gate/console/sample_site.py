"""A site on a real database, with made-up people and days of made-up traffic, and lanes that obey.

Everything but the hardware is the program's own: journal, reports, register, people.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import select

import gate
from gate.access.registry_cache import RegistryCache
from gate.auth.permissions import Role
from gate.auth.users import Users
from gate.console.dependencies import Services
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import (
    AlarmRaised,
    Entry,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
)
from gate.domain.passage import (
    Direction,
    Instant,
    LaneId,
    OrderId,
    PassageEnd,
    PassageId,
    Picture,
    Trigger,
)
from gate.domain.ports import Pictures as KeptPictures
from gate.journal.journal import Journal
from gate.journal.projections.registry_effects import RegistryEffects
from gate.lanes.event_bus import EventBus
from gate.monitoring.health import Condition
from gate.reports.reports import Reports
from gate.settings.config import load
from gate.settings.runtime import Settings
from gate.storage.database import open_database
from gate.storage.encryption import open_vault
from gate.storage.pictures import Pictures
from registry.rules.plates import Plate, parse
from registry.store import sample, store
from registry.store.store import Actor
from registry.tables.records import Household, Vehicle
from tests.gate.console.fakes import FakeClock, FakeLanes, draw_plate, draw_scene
from tests.gate.console.sample_papers import file_papers

PASSWORD = "a long password"
CONFIG = load(Path(gate.__file__).parents[1] / "config.yaml")
PICTURED = 7  # Drawing is slow: one passage in seven has pictures.
BLUE = (162, 78, 11)
NEAR_BY = {"吉AK510F": ("3", "2", "501"), "吉AX510E": ("12", "1", "302")}
"""Registered plates that the one which waits is like."""
ZONE = ZoneInfo("Asia/Shanghai")


class SampleClock(FakeClock):
    """Moved by hand while the past is written; then the machine's own."""

    live = False

    def now(self) -> Instant:
        if not self.live:
            return super().now()
        at = datetime.now(UTC)  # noqa: TID251 - pages that a browser looks at need the real time
        return Instant(at.timestamp(), at)

    def monotonic(self) -> float:
        return self.now().monotonic


@dataclass(frozen=True, slots=True)
class SampleSite:
    """The services of the pages, and what tests look at behind them."""

    services: Services
    lanes: FakeLanes
    journal: Journal
    hub: EventBus
    clock: SampleClock
    conditions: list[Condition]

    def publish(self, *entries: Entry) -> None:
        self.journal.append(*entries)


def fill(folder: Path, *, days: int = 2, per_day: int = 30) -> None:
    """Write a sample site into an empty folder; traffic ends now. Slow: do it once, then copy."""
    end = datetime.now(UTC)  # noqa: TID251 - as above
    with _opened(folder, SampleClock(end - timedelta(days=days))) as site:
        for role in Role:
            site.services.people.add(role.value, role, PASSWORD, "tests")
        with site.journal.unit() as unit:
            made = sample.generate(7, end, sample.Size(6, 90, 160, 80, 12))
            by = Actor("tests", end)
            sample.fill(unit.session, made, by)
            for text, room in NEAR_BY.items():
                home = store.household_at(unit.session, *room, by)
                plate = parse(text)
                assert isinstance(plate, Plate)
                number = store.id_of(home)
                store.register_vehicle(unit.session, plate, by, household_id=number)
        _traffic(site, days, per_day)
        file_papers(site.services)


@contextmanager
def sample_site(folder: Path) -> Iterator[SampleSite]:
    """Open the sample site that `fill` wrote into a folder."""
    clock = SampleClock()
    clock.live = True
    with _opened(folder, clock) as site:
        yield site


@contextmanager
def _opened(folder: Path, clock: SampleClock) -> Iterator[SampleSite]:
    keyring = open_vault(folder / "vault.key")
    database = open_database(folder)
    journal = Journal(database, folder, keyring, clock, effects=RegistryEffects())
    pictures = Pictures(folder / "pictures", keyring)
    hub = EventBus()
    lanes = FakeLanes(clock, hub, pictures)
    settings = Settings(journal, CONFIG, clock)
    settings.load()
    conditions: list[Condition] = []
    journal.subscribe(lambda record: hub.publish("entry", record))
    services = Services(
        site="荷兰小镇",
        zone=ZONE,
        secret=b"a secret of the tests, 32 bytes or more",
        clock=clock,
        lanes=lanes,
        events=hub,
        people=Users(journal),
        pictures=pictures,
        journal=journal,
        reports=Reports(database, keyring, ZONE),
        registry=RegistryCache(journal, clock),
        settings=settings,
        config_file=Path("config.yaml"),
        conditions=lambda: tuple(conditions),
    )
    try:
        yield SampleSite(services, lanes, journal, hub, clock, conditions)
    finally:
        pictures.close()
        journal.close()
        database.dispose()


def _traffic(site: SampleSite, days: int, per_day: int) -> None:
    rng = random.Random(11)
    journal, clock, pictures = site.journal, site.clock, site.services.pictures
    with journal.reading() as session:
        cars = [(v.plate, v.household_id, v.kind.value) for v in session.exec(select(Vehicle))]
        homes = {
            h.id: store.label_of(session, h.id) for h in session.exec(select(Household)) if h.id
        }
    step = timedelta(days=days) / (days * per_day + 1)
    for number in range(days * per_day):
        clock.at += step
        plate, home, kind = rng.choice(cars)
        journal.append(*_passage(rng, number, plate, homes.get(home or 0, ""), kind, pictures))
    journal.append(
        AlarmRaised("alarm-1", LaneId("north"), "arm_forced", {"position": "opening"}),
    )


def _passage(
    rng: random.Random, number: int, plate: str, household: str, kind: str, pictures: KeptPictures
) -> Iterator[Entry]:
    lane, direction = rng.choice(
        ((LaneId("south"), Direction.IN), (LaneId("north"), Direction.OUT))
    )
    passage = PassageId(f"sample-{number:06d}")
    read, verdict, reason = plate, Verdict.ADMIT, Reason.RESIDENT
    if direction is Direction.OUT:
        reason = Reason.EXIT_FREE
    elif number % 9 == 0:
        verdict, reason = Verdict.REFUSE, Reason.UNKNOWN_PLATE
    elif number % 7 == 0:
        verdict, reason = Verdict.ASK_GUARD, Reason.NEAR_MATCH
        read = plate[:-1] + ("7" if plate[-1] != "7" else "1")
    elif number % 5 == 0:
        reason = Reason.VISITOR
    picture = Picture()
    if number % PICTURED == 0:
        frame, cut = draw_scene(read, BLUE), draw_plate(read, BLUE)
        picture = Picture(pictures.put(frame), pictures.put(cut))
    yield PassageStarted(passage, lane, direction, Trigger.LOOP)
    yield PassageRead(
        passage, lane, read, 0.99 - rng.random() / 20, 6, 5, "blue",
        ((read, 0.98), (plate, 0.91)), tuple((read, 0.9 + i / 100, 100 + i) for i in range(6)),
        picture,
    )  # fmt: skip
    standing = "visitor" if reason is Reason.VISITOR else "registered"
    decision = Decision(
        verdict, reason, plate=read, plate_class="civil", standing=standing, household=household,
        vehicle_kind=kind, evidence={"confidence": 0.981, "threshold": 0.97, "frames": 6},
    )  # fmt: skip
    yield PassageDecided(passage, lane, decision, "auto", millis={"read": 41.2, "decide": 0.8})
    by = "auto"
    if verdict is Verdict.ASK_GUARD:
        by = "guard"
        decision = Decision(
            Verdict.ADMIT, Reason.GUARD_ADMITTED, plate=plate, plate_class="civil",
            standing="registered", household=household, vehicle_kind=kind,
        )  # fmt: skip
        yield PassageDecided(passage, lane, decision, by, "candidate", corrected_from=read)
    if verdict is Verdict.REFUSE:
        yield PassageEnded(passage, lane, PassageEnd.BACKED_OUT)
        return
    order = OrderId(f"order-{number:06d}")
    yield OpeningOrdered(order, passage, lane, direction, by, decision.reason.value, plate)
    yield OpeningEnded(
        order, passage, lane, "raised", "confirmed", "A0 01 01 A2", "A0 01 01 A2",
        {"pulse": 3.1, "answer": 12.4},
    )  # fmt: skip
    yield PassageEnded(passage, lane, PassageEnd.PASSED)
