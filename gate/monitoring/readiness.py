"""What /readyz says: whether the gate decides on its own now, and what else is not well.

Ready means that a resident who drives up now is let in without a person: every lane sees, its board
answers and does its part, and what happens is kept. A camera that is starting does not see yet. A
database that is away is told and does not count: the gate decides from memory and writes to the
spool.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gate.domain.ports import LaneView
from gate.journal.health import Health


@dataclass(frozen=True, slots=True)
class Readiness:
    """stops: parts without which it does not decide, and why. notes: what goes on without."""

    stops: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it decides on its own."""
        return not self.stops


def readiness(
    journal: Health, register_away: datetime | None, lanes: Iterable[LaneView]
) -> Readiness:
    """Return what is not well now."""
    stops: dict[str, str] = {}
    notes: dict[str, str] = {}
    if journal.nothing_kept:
        stops["journal"] = "nothing takes entries, neither database nor spool"
    elif journal.away_since is not None:
        notes["journal"] = "the database does not take entries; they go to the spool"
    if register_away is not None:
        notes["register"] = "the database is away; deciding goes on from memory"
    for view in lanes:
        if view.camera != "live":
            stops[f"camera {view.lane}"] = view.camera_why or view.camera
        if view.link != "up":
            why = f": {view.link_why}" if view.link_why else ""
            stops[f"board {view.lane}"] = f"the relay board does not answer{why}"
        elif view.board_faults:
            stops[f"board {view.lane}"] = "; ".join(
                f"{fault}: {said}" for fault, said in view.board_faults.items()
            )
    return Readiness(stops, notes)
