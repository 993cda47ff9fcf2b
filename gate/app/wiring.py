"""The composition root: from config.yaml to running parts, and in which order they start and stop.

Record and what stands on it: `gate.app.store`. Lanes with boards, camera workers and signs:
`gate.app.lanes`. The web, which takes longest to load and which no vehicle waits for, comes last
and from `gate.app.wiring_http`. Starting: journal, registry, lanes, boards, camera workers.
Stopping: boards, which release their relays, and camera workers first, then the lanes, then the
journal.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.app.from_config import limits_of, policy_of
from gate.app.lanes import SiteLanes
from gate.app.nightly import Housekeeping
from gate.app.store import open_store
from gate.domain.entries import Audited, Record
from gate.domain.errors import GateError
from gate.journal.clock_trust import CONFIRMED as CLOCK_CONFIRMED
from gate.journal.clock_trust import ClockTrust
from gate.lanes.control import LaneControl
from gate.lanes.event_bus import EventBus
from gate.monitoring.health import Condition, conditions
from gate.monitoring.metrics import Metrics
from gate.monitoring.readiness import Readiness, readiness
from gate.privacy.retention import Retention
from gate.reports.reports import Reports
from gate.settings.config import Config
from gate.settings.runtime import Settings

STOP_WITHIN = 2.0
"""Seconds that each part gets to stop; what does not wait for another stops side by side."""


class Application:
    """The running gate."""

    def __init__(self, config: Config, config_file: Path | None = None) -> None:
        """Build everything. config_file: where the configuration was read, for the pages."""
        self.config, self.config_file = config, config_file
        self.store = open_store(config)
        self.clock_trust, self.metrics, self.hub = ClockTrust(), Metrics(), EventBus()
        self._open_record()
        self.register = self._registry_cache()
        self.settings = self._settings()
        self.reports = Reports(self.store.database, self.store.keyring, self._zone)
        self.decider = self._decisions()
        self.housekeeping = self._nightly_work()
        self.lanes = SiteLanes(self.store, self.settings, self.decider, self.hub)
        self.site = LaneControl(
            self.lanes.threads, hub=self.hub, journal=self.store.journal, clock=self.store.clock
        )
        self._measure()
        self.settings.subscribe(self._retune)

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything but the web server."""
        self.register.start()
        self.housekeeping.start()
        self.lanes.start()

    def stop(self) -> None:
        """Stop everything: who tells the lanes something, then the lanes, then the journal.

        Relays are released, and how each order ended is written, before the journal is closed.
        """
        _stop_side_by_side(*self.lanes.tellers(), self.register.stop, self.housekeeping.stop)
        _stop_side_by_side(*self.lanes.listeners())
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
        return self.lanes.are_live()

    def readiness(self) -> Readiness:
        """Return whether the gate decides on its own, and what is not well."""
        health = self.store.journal.health()
        return readiness(health, self.register.away_since, self.site.views())

    # --- parts -----------------------------------------------------------------------------------

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.site.timezone)

    def _open_record(self) -> None:
        """Begin to record; whoever must miss no entry listens before the first one is written."""
        journal = self.store.journal
        for listen in (self.clock_trust.heard, self.metrics.heard, self._publish):
            journal.subscribe(listen)
        journal.start()
        self.store.people.remember()
        with self.store.database.reading() as connection:
            self.clock_trust.resume(connection)

    def _publish(self, record: Record) -> None:
        self.hub.publish("entry", record)

    def _registry_cache(self) -> RegistryCache:
        journal = self.store.journal
        register = RegistryCache(journal, self.store.clock)
        journal.subscribe(lambda _: register.refresh_soon())
        return register

    def _settings(self) -> Settings:
        """The file's settings with those that were given on the page."""
        settings = Settings(self.store.journal, self.config, self.store.clock)
        settings.load()
        return settings

    def _decisions(self) -> DecisionService:
        policy = policy_of(self.settings.config)
        return DecisionService(self.register, policy, lambda: self.clock_trust.sound)

    def _nightly_work(self) -> Housekeeping:
        store = self.store
        retention = Retention(store.journal, store.pictures, limits_of(self.config), store.clock)
        return Housekeeping(retention, store.database, store.clock, self._zone)

    def _measure(self) -> None:
        self.metrics.look_at(
            self.lanes.threads.values(),
            self.lanes.supervisors.items(),
            self.store.journal.health,
            self.store.pictures.counts,
            lambda: self.register.snapshot.occupancy,
        )

    def _retune(self) -> None:
        """Hand changed settings to the rules and to the lanes."""
        self.decider.retune(policy_of(self.settings.config))
        self.lanes.retune()


def _stop_side_by_side(*parts: Callable[[float], bool]) -> None:
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda stop: stop(STOP_WITHIN), parts))
