"""What is known of the vehicle before the arm: a new value for each passage."""

from dataclasses import dataclass, field

from gate.cameras.messages import PlateDetection
from gate.domain.decision import Decision
from gate.domain.passage import Direction, Instant, Picture
from gate.lanes.attribution import COMING
from recognition.reading import Consensus


@dataclass(slots=True)
class CurrentPassage:
    """travel: which way the vehicle goes. arrived: when it came. millis: how long each step took.

    widest: the widest plate that may have come with it. snapshot: the whole picture (JPEG) that was
    asked for, where no plate was read; picture: what is kept for the record.
    """

    travel: Direction
    arrived: Instant
    consensus: Consensus | None = None
    widest: PlateDetection | None = None
    snapshot: bytes = b""
    picture: Picture = field(default_factory=Picture)
    plate: str = ""
    colour: str = ""
    decision: Decision | None = None
    millis: dict[str, float] = field(default_factory=dict)

    def note_widest(self, seen: PlateDetection, came: Instant) -> None:
        """Remember the widest plate that may have come with this vehicle."""
        if seen.stay.at_start or seen.stay.since < came.monotonic - COMING:
            return
        if self.widest is None or seen.width > self.widest.width:
            self.widest = seen

    def show(self, decision: Decision, picture: Picture) -> None:
        """Let pages show what was decided about, and the pictures of it."""
        read = self.consensus
        self.plate = decision.plate or (read.text if read else "")
        self.colour = read.colour.value if read else ""
        self.picture = picture
