"""What a site has chosen: how sure, who at what hours, and what to do in the cases it may choose.

Pure. There is no choice about payments: an owner's right of entry depends on none (ADR 0031).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from gate.domain.decision import Verdict
from gate.domain.schedule import Schedule

CHINA: Final = ZoneInfo("Asia/Shanghai")


class SecondCar(StrEnum):
    """What to do with a vehicle whose spaces are taken by its household's others."""

    GUARD = "guard"
    VISITOR = "visitor"
    ADMIT = "admit"


class RepeatEntry(StrEnum):
    """What to do with a plate that is inside already."""

    WARN = "warn"
    REFUSE = "refuse"


class Hours(StrEnum):
    """Who may be held to hours. Owners may not."""

    VISITOR = "visitor"
    LONG_RENT = "long_rent"
    STAFF = "staff"
    SERVICE = "service"
    UTILITY = "utility"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site has chosen. Confidences are of the least sure character, 0..1.

    visitor_capacity: visitors inside at once, None without limit; residents are never counted out.
    """

    open_confidence: float = 0.99
    min_frames: int = 2
    exit_confidence: float = 0.8
    emergency_confidence: float = 0.6
    colour_confidence: float = 0.8
    runner_up_margin: float = 0.5
    second_car: SecondCar = SecondCar.GUARD
    repeat_entry: RepeatEntry = RepeatEntry.WARN
    wrong_way: Verdict = Verdict.REFUSE
    grace: timedelta = timedelta(days=3)
    blocked_emergency: bool = True
    visitor_capacity: int | None = None
    hours: Mapping[Hours, Schedule] = field(default_factory=dict)
    zone: tzinfo = CHINA
