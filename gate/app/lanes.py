"""The lanes of the running gate and what hangs on them: boards, camera workers, signs, threads.

Built in this order, because each part needs those before it: stations, what the last run left of
their arms, camera workers, lanes. What is said before a lane is there is lost, so nothing says
anything before `start`. Threads start before the stations that tell them something, and what the
last run left is set on the arms before a camera can ask for one to rise.
"""

from collections.abc import Callable, Mapping
from functools import partial

from gate.access.service import DecisionService
from gate.app.from_config import lane_settings, rules_of, sign_settings, worker_settings
from gate.app.resume import LeftArm, left_arms, remembered
from gate.app.stations import Stations
from gate.app.store import Store
from gate.cameras.messages import Report
from gate.cameras.supervisor import WorkerSupervisor
from gate.domain.ids import Ids
from gate.domain.passage import LaneId
from gate.i18n.texts import Language, Texts
from gate.lanes.barrier import LaneBarrier
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import SettingsChanged
from gate.lanes.sign import LaneSign
from gate.lanes.thread import LaneThread
from gate.lanes.worker import LaneWorker
from gate.settings.config import Config
from gate.settings.runtime import Settings
from hardware.signs.sign import LaneSigns
from hardware.station.events import Event


class SiteLanes:
    """Every lane of the site."""

    def __init__(
        self, store: Store, settings: Settings, decider: DecisionService, hub: EventBus
    ) -> None:
        config = settings.config
        self._store, self._settings, self._decider = store, settings, decider
        self._ids = Ids(store.clock)
        self._threads: dict[LaneId, LaneThread] = {}
        self.signs = _signs(config, store)
        self._lane_signs = {
            lane: LaneSign(signs, self._texts()) for lane, signs in self.signs.items()
        }
        self.stations = Stations(config, store.clock, self._tell)
        self._left = _left(config, store)
        self.supervisors = self._camera_workers()
        for name in config.lanes:
            lane = LaneId(name)
            self._threads[lane] = LaneThread(self._worker(lane), store.clock, hub)

    @property
    def threads(self) -> Mapping[LaneId, LaneThread]:
        """Every lane's thread."""
        return self._threads

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all threads and processes, with the arms as the last run left them."""
        for thread in self._threads.values():
            thread.start()
        self.stations.start()
        for lane, left in self._left.items():
            if left.fire:
                self.stations.latch_fire(lane)
            self.stations.resume(lane, locked=left.locked, maintenance=left.maintenance)
        for signs in self.signs.values():
            signs.start()
        for supervisor in self.supervisors.values():
            supervisor.start()

    def tellers(self) -> tuple[Callable[[float], bool], ...]:
        """What stops those that tell the lanes something; each takes seconds to wait."""
        return (self.stations.stop, *(supervisor.stop for supervisor in self.supervisors.values()))

    def listeners(self) -> tuple[Callable[[float], bool], ...]:
        """What stops the lanes and what speaks to drivers, once nothing is told any more."""
        return (
            *(thread.stop for thread in self._threads.values()),
            *(partial(_stop_signs, signs) for signs in self.signs.values()),
        )

    def are_live(self) -> bool:
        """Return whether every lane's thread still works."""
        return all(thread.is_alive for thread in self._threads.values())

    def retune(self) -> None:
        """Hand changed settings to the lanes, their camera workers and what speaks to drivers."""
        config = self._settings.config
        for lane, thread in self._threads.items():
            settings = lane_settings(lane, config.lanes[lane], config)
            thread.tell(SettingsChanged(settings, rules_of(config, self._ids)))
        for supervisor in self.supervisors.values():
            supervisor.ask_below(config.policy.open_confidence)
        for sign in self._lane_signs.values():
            sign.speak(self._texts())

    # --- parts -----------------------------------------------------------------------------------

    def _tell(self, lane: LaneId, said: Event | Report) -> None:
        if thread := self._threads.get(lane):
            thread.tell(said)

    def _camera_workers(self) -> dict[LaneId, WorkerSupervisor]:
        config = self._settings.config
        return {
            LaneId(lane): WorkerSupervisor(
                worker_settings(lane, settings, config),
                self._store.clock,
                partial(self._tell, LaneId(lane)),
            )
            for lane, settings in config.lanes.items()
        }

    def _worker(self, lane: LaneId) -> LaneWorker:
        store, config = self._store, self._settings.config
        with store.database.reading() as connection:
            line = remembered(connection, lane, store.keyring)
        return LaneWorker(
            lane_settings(lane, config.lanes[lane], config),
            rules_of(config, self._ids),
            clock=store.clock,
            journal=store.journal,
            pictures=store.pictures,
            decider=self._decider,
            barrier=LaneBarrier(self.stations.of(lane), lane),
            look=self.supervisors[lane].look,
            arm=self.stations.state(lane),
            line=line,
            sign=self._lane_signs.get(lane),
        )

    def _texts(self) -> Texts:
        language = Language(self._settings.config.site.language)
        return Texts(language, self._settings.texts(language))


def _signs(config: Config, store: Store) -> dict[LaneId, LaneSigns]:
    return {
        LaneId(lane): LaneSigns(sign_settings(one), store.clock)
        for lane, one in config.lanes.items()
        if one.sign is not None or one.voice is not None
    }


def _left(config: Config, store: Store) -> Mapping[LaneId, LeftArm]:
    with store.database.reading() as connection:
        return left_arms(connection, config.lanes, store.keyring)


def _stop_signs(signs: LaneSigns, timeout: float) -> bool:
    del timeout
    signs.stop()
    return True
