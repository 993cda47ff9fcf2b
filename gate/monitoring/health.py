"""What the service cannot do at this moment, in one list: for the guard's page and for /readyz.

Each condition has a word that the catalogues know (area `condition`) and values for its text. What
belongs to one lane (camera, board) stands on that lane's card instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gate.journal.health import Health
from gate.storage.pictures import PictureCounts


class ConditionKind(StrEnum):
    """What is wrong, worst first."""

    NOTHING_KEPT = "nothing_kept"
    DATABASE_AWAY = "database_away"
    SPOOL_WAITS = "spool_waits"
    REGISTER_AWAY = "register_away"
    CLOCK_IN_DOUBT = "clock_in_doubt"
    PICTURES_LOST = "pictures_lost"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that does not work. since: where it is known. values: for its text."""

    kind: ConditionKind
    since: datetime | None = None
    values: dict[str, object] = field(default_factory=dict, hash=False)


def conditions(
    journal: Health, register_away: datetime | None, pictures: PictureCounts, *, clock_sound: bool
) -> Iterator[Condition]:
    """Give what is wrong now, worst first."""
    if journal.nothing_kept:
        yield Condition(ConditionKind.NOTHING_KEPT, journal.away_since, {"why": journal.why})
    elif journal.away_since is not None:
        values: dict[str, object] = {"n": journal.spooled, "why": journal.why}
        yield Condition(ConditionKind.DATABASE_AWAY, journal.away_since, values)
    elif journal.spooled:
        yield Condition(ConditionKind.SPOOL_WAITS, None, {"n": journal.spooled})
    if register_away is not None:
        yield Condition(ConditionKind.REGISTER_AWAY, register_away)
    if not clock_sound:
        yield Condition(ConditionKind.CLOCK_IN_DOUBT)
    if lost := pictures.dropped + pictures.failed:
        yield Condition(ConditionKind.PICTURES_LOST, None, {"n": lost, "why": pictures.trouble})
