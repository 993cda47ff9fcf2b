"""What the reports take and give: filters, rows, pages, counts. Frozen values; pure.

`gate.reports.reports.Reports` answers with them. Times are aware UTC; the site's zone is used only
where a chart speaks of hours of the day and days of the week. A text that is not known is "".
"""

from dataclasses import dataclass
from datetime import date, datetime

from gate.domain.entries import Record
from gate.domain.passage import Direction, LaneId, PassageId
from registry.rules.occupancy import Counts


@dataclass(frozen=True, slots=True)
class PassageFilter:
    """Which passages of the log. Everything empty: all of them, newest first.

    since/until: from (included) to (not included) the passage's start. plate: a pattern over the
    whole plate, `?` one character, `*` any number; without wildcards an exact plate; "*" alone asks
    for nothing. Tuples: any of them. outcomes: PassageEnd values, "" for running. openings: raised,
    failed, expired, refused, indeterminate, "" for none. actor: who decided, "auto" or a user's
    name. asked: a guard was asked. was_read: a plate was read. corrected: a guard corrected it.
    """

    since: datetime | None = None
    until: datetime | None = None
    lanes: tuple[LaneId, ...] = ()
    direction: Direction | None = None
    triggers: tuple[str, ...] = ()
    plate_classes: tuple[str, ...] = ()
    plate: str = ""
    verdicts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    household: str = ""
    actor: str = ""
    asked: bool | None = None
    was_read: bool | None = None
    corrected: bool | None = None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """One line of the log. number: the cursor. dwell: seconds inside, on entry and exit of a visit.

    plate: what was decided on; plate_read: what the machine read. confidence: 0..1. opening: what
    became of the order to raise. paired: number of the visit's other passage.
    """

    number: int
    passage: PassageId
    lane: LaneId
    direction: str
    trigger: str
    started: datetime
    decided: datetime | None
    ordered: datetime | None
    opened: datetime | None
    ended: datetime | None
    plate: str
    plate_read: str
    plate_class: str
    colour: str
    confidence: float
    frames: int
    agreeing: int
    verdict: str
    reason: str
    standing: str
    household: str
    vehicle_kind: str
    visitor_pass: int | None
    actor: str
    remark: str
    asked: bool
    corrected_from: str
    opening: str
    outcome: str
    outcome_why: str
    picture_frame: str
    picture_plate: str
    paired: int | None
    dwell: int | None
    forgotten: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first. cursor: give it back for the next older page; None at the end.

    A page may hold fewer lines than asked for, even none, and still have a cursor: the search
    stops after a bounded look so that no page waits for a hopeless filter; ask on to look further.
    """

    rows: tuple[PassageRow, ...]
    cursor: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many passages match. exact: False where counting stopped at the limit."""

    n: int
    exact: bool


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """An order to raise and what became of it. sent/received: bytes as hex. millis: by stage."""

    order: str
    passage: PassageId
    lane: LaneId
    actor: str
    reason: str
    remark: str
    emergency: bool
    ordered: datetime
    ended: datetime | None
    outcome: str
    why: str
    sent: str
    received: str
    millis: dict[str, float]


@dataclass(frozen=True, slots=True)
class PassageDetail:
    """Everything that is known of a passage: its line, its entries in order, its orders."""

    row: PassageRow
    records: tuple[Record, ...]
    openings: tuple[OpeningRow, ...]
    paired: PassageRow | None


@dataclass(frozen=True, slots=True)
class FlowHour:
    """Passages of one lane that began in the hour from `start` (in the site's zone)."""

    start: datetime
    lane: LaneId
    direction: str
    n: int


@dataclass(frozen=True, slots=True)
class FlowDay:
    """Passages of one day of the site, by direction."""

    day: date
    came_in: int
    went_out: int


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """Passages by weekday (0 Monday .. 6 Sunday) and hour of day, in the site's zone.

    totals[weekday][hour]; days[weekday]: how many such days the period has, to make means of.
    """

    totals: tuple[tuple[int, ...], ...]
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """The recall meter and what the gate did by itself. Counts; divide as you like.

    seen: passages of vehicles. read: with a plate. decided: admitted or refused without a person.
    opened: raised without a person. asked: put before a guard. corrected: misreads that a guard
    corrected. by_hand: raised by a person, not by the rules. refused: not let in. failed: the arm
    did not rise when ordered. unchecked: visitors let in without the check of the owner's name.
    """

    seen: int
    read: int
    decided: int
    opened: int
    asked: int
    corrected: int
    by_hand: int
    refused: int
    failed: int
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A labelled count: a building, a reason, a kind of alarm."""

    label: str
    n: int


@dataclass(frozen=True, slots=True)
class DwellBar:
    """Visits of a standing whose length is below `below` seconds (None: longer than all bars)."""

    standing: str
    below: int | None
    n: int
    mean_seconds: float


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm; standing while acknowledged is None. evidence: what it was raised on."""

    alarm: str
    seq: int
    lane: str
    kind: str
    evidence: dict[str, object]
    raised: datetime
    acknowledged: datetime | None
    actor: str
    remark: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the audit. targets: e.g. a plate or a user. action: exact, or "look_up*"."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what, to what, and why. seq: the cursor."""

    seq: int
    at: datetime
    lane: str
    actor: str
    action: str
    target: str
    why: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines, newest first, and the cursor of the next older page."""

    rows: tuple[AuditRow, ...]
    cursor: int | None


@dataclass(frozen=True, slots=True)
class Charts:
    """Everything that the charts of a period show. people: passages by who decided.

    hours, days: those without any are left out. peak: the busiest hour of one lane, None for none.
    faults: alarms by kind ("alarm:link_lost") and orders that failed ("opening:expired").
    inside: now, whatever the period, as every page counts them.
    """

    hours: tuple[FlowHour, ...]
    days: tuple[FlowDay, ...]
    week: WeekGrid
    peak: FlowHour | None
    shares: Shares
    reasons: tuple[Bar, ...]
    people: tuple[Bar, ...]
    inside: Counts
    buildings: tuple[Bar, ...]
    dwell: tuple[DwellBar, ...]
    faults: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class ShiftSummary:
    """What a shift hands over: counts of what ended in it, who is inside, what stands open.

    came_in, went_out: vehicles that drove through. visitors: of those that came in.
    """

    shares: Shares
    came_in: int
    went_out: int
    visitors: int
    by_reason: tuple[Bar, ...]
    inside: Counts
    standing_alarms: tuple[AlarmRow, ...]
    running: tuple[PassageRow, ...]
