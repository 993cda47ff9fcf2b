"""What Prometheus reads: passages by outcome, stages, devices, queues, spool; no plate among it."""

from dataclasses import dataclass, field

from prometheus_client import generate_latest

from gate.domain.entries import (
    AlarmRaised,
    Entry,
    OpeningEnded,
    PassageDecided,
    PassageEnded,
    Record,
)
from gate.domain.passage import Instant, OrderId, PassageEnd, PassageId
from gate.journal.health import Health
from gate.monitoring.metrics import Metrics
from gate.storage.pictures import PictureCounts
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Occupancy
from tests.gate.journal.journal_cast import NOON, SOUTH, decision

PASSAGE = PassageId("p")
HAPPENED: tuple[Entry, ...] = (
    PassageDecided(PASSAGE, SOUTH, decision("吉A12345"), "auto", millis={"read": 12.0}),
    OpeningEnded(OrderId("o"), PASSAGE, SOUTH, "raised", millis={"decide": 2.0, "commit": 5.0}),
    PassageEnded(PASSAGE, SOUTH, PassageEnd.PASSED),
    AlarmRaised("a", SOUTH, "camera", {}),
)


@dataclass
class View:
    lane: str = "south"
    link: str = "up"
    board_faults: dict[str, str] = field(default_factory=dict)
    camera: str = "lost"


@dataclass
class Lane:
    view: View
    waiting_messages: int = 3
    lost_messages: int = 2
    is_alive: bool = True


@dataclass
class Eye:
    restarts: int = 4


def figures() -> dict[str, float]:
    metrics = Metrics()
    for entry in HAPPENED:
        metrics.heard(Record(1, Instant(0.0, NOON), type(entry).__name__, SOUTH, PASSAGE, entry))
    metrics.look_at(
        [Lane(View())],  # type: ignore[list-item]  # what a controller shows of itself
        [("south", Eye())],  # type: ignore[list-item]
        lambda: Health(NOON, "disk", 7, 1),
        lambda: PictureCounts(5, 10, 1, 2, "slow"),
        lambda: Occupancy({Occupant.RESIDENT: 3, Occupant.VISITOR: -1}),
    )
    lines = generate_latest(metrics.registry).decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_what_happened_is_counted() -> None:
    found = figures()
    lane = 'lane="south"'
    assert found[f'gate_passages_decided_total{{{lane},reason="resident",verdict="admit"}}'] == 1
    assert found[f'gate_passages_ended_total{{end="passed",{lane}}}'] == 1
    assert found[f'gate_openings_total{{{lane},outcome="raised"}}'] == 1
    assert found[f'gate_alarms_total{{kind="camera",{lane}}}'] == 1
    for stage in ("decide", "commit"):
        assert found[f'gate_stage_seconds_count{{{lane},stage="{stage}"}}'] == 1
        assert found[f'gate_stage_seconds_bucket{{{lane},le="0.01",stage="{stage}"}}'] == 1


def test_devices_queues_and_spool_are_told_as_they_are_now() -> None:
    found = figures()
    assert found['gate_inbox_length{lane="south"}'] == 3
    assert found['gate_inbox_lost{lane="south"}'] == 2
    assert found['gate_board_up{lane="south"}'] == 1
    assert found['gate_camera_up{lane="south"}'] == 0
    assert found['gate_camera_worker_restarts{lane="south"}'] == 4
    assert found["gate_spool_entries"] == 7
    assert found["gate_database_up"] == 0
    assert found["gate_pictures_waiting"] == 5
    assert found["gate_pictures_lost"] == 3
    assert found['gate_vehicles_inside{class="resident"}'] == 3
    assert found['gate_vehicles_inside{class="visitor"}'] == 0


def test_no_plate_is_among_them() -> None:
    assert not any("12345" in name for name in figures())
