"""The composition root: the only file that builds devices, networks and store.

It turns config.yaml into running parts and says in which order they start and stop. Starting:
journal, register, lanes, boards, eyes; the web, which takes longest to load and which no vehicle
waits for, comes last and from `gate.app.wiring_http`. Stopping: eyes and lanes first, then the
boards, which release their relays, then the journal.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.app.clock import SystemClock
from gate.app.from_config import (
    eye_settings,
    lane_settings,
    limits_of,
    policy_of,
    rules_of,
    sign_settings,
)
from gate.app.nightly import Housekeeping
from gate.app.resume import fire_was_on, remembered
from gate.app.stations import Stations
from gate.auth.users import Users
from gate.cameras.messages import Report
from gate.cameras.supervisor import WorkerSupervisor
from gate.domain.entries import Audited, Record
from gate.domain.errors import GateError
from gate.domain.ids import Ids
from gate.domain.passage import LaneId
from gate.i18n.texts import Language, Texts
from gate.journal.clock_trust import CONFIRMED as CLOCK_CONFIRMED
from gate.journal.clock_trust import ClockTrust
from gate.journal.journal import Journal
from gate.journal.latches import latches_of
from gate.journal.projections.registry_effects import RegistryEffects
from gate.lanes.barrier import LaneBarrier
from gate.lanes.control import LaneControl
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import SettingsChanged
from gate.lanes.sign import LaneSign
from gate.lanes.thread import LaneThread
from gate.lanes.worker import LaneWorker
from gate.monitoring.health import Condition, conditions
from gate.monitoring.metrics import Metrics
from gate.monitoring.readiness import Readiness, readiness
from gate.privacy.retention import Retention
from gate.reports.reports import Reports
from gate.settings.config import Config, LaneConfig
from gate.settings.runtime import Settings
from gate.storage import field_encryption, private_files
from gate.storage.database import Database, open_database
from gate.storage.encryption import FileKeyring, Keyring, open_vault
from gate.storage.pictures import Pictures
from hardware.signs.sign import LaneSigns
from hardware.station.events import Event

STOP_WITHIN = 2.0
"""Seconds that each part gets to stop; what does not wait for another stops side by side."""


@dataclass(frozen=True, slots=True)
class Store:
    """The record and everything that stands on it; enough for commands that move nothing."""

    clock: SystemClock
    database: Database
    vault: Keyring
    journal: Journal
    pictures: Pictures
    people: Users

    def close(self) -> None:
        """Let go of files and connections."""
        self.pictures.close()
        self.journal.close()
        self.database.dispose()


def open_store(config: Config) -> Store:
    """Open database, keys, journal and pictures of the data folder, making what is not there."""
    clock = SystemClock()
    config.data.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
    private_files.tighten(config.data)
    vault = key_of(config)
    database = open_database(config.database or config.data)
    field_encryption.seal(database, vault)
    journal = Journal(database, config.data, vault, clock, effects=RegistryEffects())
    pictures = Pictures(config.data / "pictures", vault)
    people = Users(journal, factor_required=config.web.admin_second_factor)
    return Store(clock, database, vault, journal, pictures, people)


def key_of(config: Config) -> FileKeyring:
    """Open the site's key, making one where there is none."""
    path = key_file_of(config)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_vault(path)


def key_file_of(config: Config) -> Path:
    """Where the site's key lies."""
    return config.key_file or config.data / "keys" / "vault.key"


class Application:
    """The running gate."""

    def __init__(self, config: Config, config_file: Path | None = None) -> None:
        """Build everything. config_file: where the configuration was read, for the pages."""
        self.config, self.config_file = config, config_file
        self.store = open_store(config)
        store = self.store
        self.clock_trust, self.metrics, self.hub = ClockTrust(), Metrics(), EventBus()
        for listen in (self.clock_trust.heard, self.metrics.heard, self._publish):
            store.journal.subscribe(listen)
        store.journal.start()
        store.people.remember()
        with store.database.reading() as connection:
            self.clock_trust.resume(connection)
        self.register = RegistryCache(store.journal, store.clock)
        store.journal.subscribe(lambda _: self.register.nudge())
        self.settings = Settings(store.journal, config, store.clock)
        self.settings.load()
        self.reports = Reports(store.database, store.vault, ZoneInfo(config.site.timezone))
        self.decider = DecisionService(
            self.register, policy_of(self.settings.config), lambda: self.clock_trust.sound
        )
        self.housekeeping = Housekeeping(
            Retention(store.journal, store.pictures, limits_of(config), store.clock),
            store.database,
            store.clock,
            ZoneInfo(config.site.timezone),
        )
        self.ids = Ids(store.clock)
        self.controllers: dict[LaneId, LaneThread] = {}
        self.lane_signs: dict[LaneId, LaneSign] = {}
        self.signs = {
            LaneId(lane): LaneSigns(sign_settings(one), store.clock)
            for lane, one in config.lanes.items()
            if one.sign is not None or one.voice is not None
        }
        self.stations = Stations(config, store.clock, self._station_said)
        with store.database.reading() as connection:
            self._fires = [
                LaneId(lane) for lane in config.lanes if fire_was_on(connection, lane, store.vault)
            ]
            self._latches = {LaneId(lane): latches_of(connection, lane) for lane in config.lanes}
        self.watchers = {
            LaneId(lane): WorkerSupervisor(
                eye_settings(lane, settings, self.settings.config),
                store.clock,
                partial(self._eye_said, LaneId(lane)),
            )
            for lane, settings in config.lanes.items()
        }
        self.site = LaneControl(
            {LaneId(lane): self._lane(LaneId(lane), one) for lane, one in config.lanes.items()},
            hub=self.hub,
            journal=store.journal,
            clock=store.clock,
        )
        self.metrics.look_at(
            self.controllers.values(),
            self.watchers.items(),
            store.journal.health,
            store.pictures.counts,
            lambda: self.register.snapshot.occupancy,
        )
        self.settings.subscribe(self._retune)

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything but the web server."""
        self.register.start()
        self.housekeeping.start()
        for controller in self.controllers.values():
            controller.start()
        self.stations.start()
        for lane in self._fires:
            self.stations.latch_fire(lane)
        for lane, set_ in self._latches.items():
            self.stations.resume(lane, locked=set_.locked, maintenance=set_.maintenance)
        for signs in self.signs.values():
            signs.start()
        for watcher in self.watchers.values():
            watcher.start()

    def stop(self) -> None:
        """Stop everything: who tells the lanes something, then the lanes, then the journal.

        Relays are released, and how each order ended is written, before the journal is closed.
        """
        _stop_side_by_side(
            self.stations.stop,
            *(watcher.stop for watcher in self.watchers.values()),
            self.register.stop,
            self.housekeeping.stop,
        )
        _stop_side_by_side(
            *(controller.stop for controller in self.controllers.values()),
            *(partial(_stop_signs, signs) for signs in self.signs.values()),
        )
        self.store.close()

    def conditions(self) -> tuple[Condition, ...]:
        """Return what the service cannot do now, beyond what a lane's card shows."""
        store = self.store
        found = conditions(
            store.journal.health(),
            self.register.away_since,
            store.pictures.counts(),
            clock_sound=self.clock_trust.sound,
        )
        return tuple(found)

    def confirm_clock(self, by: str) -> bool:
        """Note that a person says that the wall clock is right; False if that was not kept."""
        try:
            self.store.journal.append(Audited(by, CLOCK_CONFIRMED))
        except GateError:
            return False
        return True

    def lanes_live(self) -> bool:
        """Return whether every lane's thread still works."""
        return all(controller.is_alive for controller in self.controllers.values())

    def readiness(self) -> Readiness:
        """Return whether the gate decides on its own, and what is not well."""
        health = self.store.journal.health()
        return readiness(health, self.register.away_since, self.site.views())

    # --- parts -----------------------------------------------------------------------------------

    def _publish(self, record: Record) -> None:
        self.hub.publish("entry", record)

    def _station_said(self, lane: LaneId, event: Event) -> None:
        if controller := self.controllers.get(lane):
            controller.tell(event)

    def _eye_said(self, lane: LaneId, report: Report) -> None:
        if controller := self.controllers.get(lane):
            controller.tell(report)

    def _lane(self, lane: LaneId, settings: LaneConfig) -> LaneThread:
        store = self.store
        barrier = LaneBarrier(self.stations.of(lane), lane)
        with store.database.reading() as connection:
            line = remembered(connection, lane, store.vault)
        if signs := self.signs.get(lane):
            self.lane_signs[lane] = LaneSign(signs, self._lane_texts())
        work = LaneWorker(
            lane_settings(lane, settings, self.settings.config),
            rules_of(self.settings.config, self.ids),
            clock=store.clock,
            journal=store.journal,
            pictures=store.pictures,
            decider=self.decider,
            barrier=barrier,
            look=self.watchers[lane].look,
            arm=self.stations.state(lane),
            line=line,
            sign=self.lane_signs.get(lane),
        )
        controller = LaneThread(work, store.clock, self.hub)
        self.controllers[lane] = controller
        return controller

    def _retune(self) -> None:
        """Hand changed settings to the rules, the lanes, their eyes and what speaks to drivers."""
        config = self.settings.config
        self.decider.retune(policy_of(config))
        for lane, controller in self.controllers.items():
            settings = lane_settings(lane, config.lanes[lane], config)
            controller.tell(SettingsChanged(settings, rules_of(config, self.ids)))
        for watcher in self.watchers.values():
            watcher.ask_below(config.policy.open_confidence)
        for sign in self.lane_signs.values():
            sign.speak(self._lane_texts())

    def _lane_texts(self) -> Texts:
        language = Language(self.config.site.language)
        return Texts(language, self.settings.texts(language))


def _stop_side_by_side(*parts: Callable[[float], bool]) -> None:
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda stop: stop(STOP_WITHIN), parts))


def _stop_signs(signs: LaneSigns, timeout: float) -> bool:
    del timeout
    signs.stop()
    return True
