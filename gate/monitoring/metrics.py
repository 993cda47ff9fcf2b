"""Figures for Prometheus: passages by outcome, latency by stage, devices, queues, spool.

Counters follow the journal; gauges are asked for when somebody looks. No plate is among them.
"""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gate.cameras.supervisor import WorkerSupervisor
from gate.domain.entries import AlarmRaised, OpeningEnded, PassageDecided, PassageEnded, Record
from gate.journal.health import Health
from gate.lanes.thread import LaneThread
from gate.storage.pictures import PictureCounts
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Occupancy

_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Metrics:
    """Listens to the journal and holds the registry that /metrics writes out."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._decided = Counter(
            "gate_passages_decided",
            "Decisions by lane, verdict and reason",
            ("lane", "verdict", "reason"),
            registry=self.registry,
        )
        self._ended = Counter(
            "gate_passages_ended",
            "Passages by lane and end",
            ("lane", "end"),
            registry=self.registry,
        )
        self._openings = Counter(
            "gate_openings",
            "Orders to raise by outcome",
            ("lane", "outcome"),
            registry=self.registry,
        )
        self._alarms = Counter(
            "gate_alarms", "Alarms by lane and kind", ("lane", "kind"), registry=self.registry
        )
        self._stages = Histogram(
            "gate_stage_seconds",
            "Time of each stage of an opening",
            ("lane", "stage"),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def heard(self, record: Record) -> None:
        """Count a journal entry."""
        match record.entry:
            case PassageDecided(lane=lane, decision=decision):
                self._decided.labels(lane, decision.verdict.value, decision.reason.value).inc()
            case PassageEnded(lane=lane, end=end):
                self._ended.labels(lane, end.value).inc()
            case OpeningEnded(lane=lane, outcome=outcome, millis=millis):
                self._openings.labels(lane, outcome).inc()
                for stage, value in millis.items():
                    self._stages.labels(lane, stage).observe(value / 1000)
            case AlarmRaised(lane=lane, kind=kind):
                self._alarms.labels(lane or "", kind).inc()
            case _:
                pass

    def look_at(
        self,
        lanes: Iterable[LaneThread],
        supervisors: Iterable[tuple[str, WorkerSupervisor]],
        health: Callable[[], Health],
        pictures: Callable[[], PictureCounts],
        occupancy: Callable[[], Occupancy],
    ) -> None:
        """Ask these parts for their state whenever somebody reads the metrics."""
        parts = _Parts(tuple(lanes), tuple(supervisors), health, pictures, occupancy)
        self.registry.register(parts)


class _Parts(Collector):
    def __init__(
        self,
        lanes: tuple[LaneThread, ...],
        supervisors: tuple[tuple[str, WorkerSupervisor], ...],
        health: Callable[[], Health],
        pictures: Callable[[], PictureCounts],
        occupancy: Callable[[], Occupancy],
    ) -> None:
        self._lanes, self._watchers = lanes, supervisors
        self._health, self._pictures, self._occupancy = health, pictures, occupancy

    def collect(self) -> Iterable[Metric]:
        """Return every gauge as it stands."""
        inbox = GaugeMetricFamily("gate_inbox_length", "Messages waiting", labels=("lane",))
        missed = GaugeMetricFamily(
            "gate_inbox_lost", "Messages lost to a full inbox since the start", labels=("lane",)
        )
        board = GaugeMetricFamily(
            "gate_board_up", "The relay board answers and does its part", labels=("lane",)
        )
        camera = GaugeMetricFamily("gate_camera_up", "The camera is live", labels=("lane",))
        for controller in self._lanes:
            view = controller.view
            inbox.add_metric((view.lane,), controller.waiting_messages)
            missed.add_metric((view.lane,), controller.lost_messages)
            board.add_metric((view.lane,), float(view.link == "up" and not view.board_faults))
            camera.add_metric((view.lane,), float(view.camera == "live"))
        restarts = GaugeMetricFamily(
            "gate_camera_worker_restarts", "Restarts of the camera worker", labels=("lane",)
        )
        for lane, supervisor in self._watchers:
            restarts.add_metric((lane,), supervisor.restarts)
        health = self._health()
        spool = GaugeMetricFamily("gate_spool_entries", "Entries waiting for the database")
        spool.add_metric((), health.spooled)
        away = GaugeMetricFamily("gate_database_up", "The database takes entries")
        away.add_metric((), float(health.away_since is None))
        counts = self._pictures()
        lost = GaugeMetricFamily("gate_pictures_lost", "Pictures not written since the start")
        lost.add_metric((), counts.dropped + counts.failed)
        queued = GaugeMetricFamily("gate_pictures_waiting", "Pictures waiting to be written")
        queued.add_metric((), counts.waiting)
        inside = GaugeMetricFamily(
            "gate_vehicles_inside", "Vehicles inside, as the pages count them", labels=("class",)
        )
        now = self._occupancy()
        for occupant in Occupant:
            inside.add_metric((occupant.value,), now.inside(occupant))
        return (inbox, missed, board, camera, restarts, spool, away, lost, queued, inside)
