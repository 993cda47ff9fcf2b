"""Everything that pages may use, handed over once by the composition root."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate.auth.users import Users
from gate.domain.ports import Clock, Journal, Lanes, Pictures, SiteEvents
from gate.i18n.texts import FIRST, Language
from gate.monitoring.health import Condition
from gate.reports.reports import Reports
from gate.services.units import KnownVehicles
from gate.settings.runtime import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The site as pages see it.

    site: the community's name. zone: of the times on the screen. secret: 32 bytes or more from a
    file outside the tree; it signs log-ins. idle: a log-in ends after so long without a click.
    hold_cap: the longest time that an arm may be held up. conditions: what the service cannot do
    now. confirm_clock: note that this person says that the clock is right; False if it was not
    kept. config_file: where the settings that may not change at run time stand.
    """

    site: str
    zone: ZoneInfo
    secret: bytes
    clock: Clock
    lanes: Lanes
    events: SiteEvents
    people: Users
    pictures: Pictures
    journal: Journal
    reports: Reports
    registry: KnownVehicles
    settings: Settings
    language: Language = FIRST
    idle: timedelta = timedelta(hours=12)
    hold_cap: timedelta = timedelta(hours=2)
    conditions: Callable[[], Iterable[Condition]] = tuple
    confirm_clock: Callable[[str], bool] = bool
    config_file: Path | None = None
