"""What managers and guards ask of the record: pages, charts, lists. Reading only.

`Reports` is what pages and the API use; everything it takes and gives is in gate.reports.model.
Each call sees one moment of the database and may be made on any thread. Raises
JournalUnavailableError when the database cannot be read. Who may ask, and that looking into one
vehicle's history is put on record, is the caller's business (gate.auth.users,
gate.journal.journal).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from gate.domain.alarms import AlarmGroup
from gate.domain.errors import JournalUnavailableError
from gate.domain.passage import Direction, PassageId
from gate.journal.projections import daily_counts
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports import alarms as report_alarms
from gate.reports import charts as report_charts
from gate.reports import lists, passage_log
from gate.reports.alarms import AlarmFilter, AlarmPage
from gate.reports.model import (
    AlarmRow,
    AuditFilter,
    AuditPage,
    Bar,
    Charts,
    Count,
    Page,
    PassageDetail,
    PassageFilter,
    PassageRow,
    Shares,
    ShiftSummary,
)
from gate.storage.database import Database
from gate.storage.encryption import Keyring
from registry.rules.occupancy import Counts
from registry.views import stays
from registry.views.stays import StayLine


class Reports:
    """Answers from the database. zone: the site's, for days and hours of charts."""

    def __init__(self, database: Database, keyring: Keyring, zone: tzinfo) -> None:
        self._database = database
        self._vault = keyring
        self._zone = zone

    # --- the log ------------------------------------------------------------------------------

    def passages(self, wanted: PassageFilter, cursor: int | None = None, limit: int = 50) -> Page:
        """A page of the log, newest first; `cursor` is the one of the page before."""
        with self._reading() as connection:
            return passage_log.page(connection, wanted, cursor, limit)

    def count(self, wanted: PassageFilter, limit: int = 10_000) -> Count:
        """How many passages match, counted up to the limit."""
        with self._reading() as connection:
            return passage_log.count(connection, wanted, limit)

    def passage(self, of: PassageId) -> PassageDetail | None:
        """Everything that is known of a passage; None if there is no such."""
        with self._reading() as connection:
            return lists.detail(connection, of, self._vault)

    def running(self) -> tuple[PassageRow, ...]:
        """Passages that have not ended, newest first."""
        with self._reading() as connection:
            return passage_log.running(connection)

    # --- charts -------------------------------------------------------------------------------

    def charts(self, period: ReportPeriod) -> Charts:
        """Everything that the charts of a period show, each table read once."""
        with self._reading() as connection:
            covered = daily_counts.covered(connection, period)
            hourly = report_charts.hours(connection, covered, self._zone)
            sums = report_charts.cell_sums(connection, covered)
            return Charts(
                hours=hourly,
                days=report_charts.days(hourly),
                week=report_charts.week(hourly, period, self._zone),
                peak=report_charts.peak(hourly),
                shares=report_charts.shares(sums),
                reasons=report_charts.by_facet(sums, "reason"),
                people=report_charts.by_facet(sums, "actor"),
                inside=stays.counts(Session(connection)),
                buildings=report_charts.visitors(connection, covered),
                dwell=report_charts.dwells(connection, covered),
                faults=report_charts.faults(connection, period, sums),
            )

    def shares(self, period: ReportPeriod) -> Shares:
        """The recall meter (seen, read, decided) and what the gate did by itself."""
        with self._reading() as connection:
            covered = daily_counts.covered(connection, period)
            return report_charts.shares(report_charts.cell_sums(connection, covered))

    def by_facet(self, period: ReportPeriod, facet: str) -> tuple[Bar, ...]:
        """Passages by one of gate.storage.tables.FACETS, e.g. "reason", "actor", "plate_class"."""
        with self._reading() as connection:
            covered = daily_counts.covered(connection, period)
            return report_charts.by_facet(report_charts.cell_sums(connection, covered), facet)

    # --- lists --------------------------------------------------------------------------------

    def inside(self) -> Counts:
        """How many are inside now, by class."""
        with self._reading() as connection:
            return stays.counts(Session(connection))

    def overstays(self, now: datetime) -> tuple[StayLine, ...]:
        """Visitors who should have left, longest inside first."""
        with self._reading() as connection:
            return stays.overstays(Session(connection), now)

    def alarms(self, *, standing: bool = True, limit: int = 200) -> tuple[AlarmRow, ...]:
        """Alarms, newest first; only those nobody acknowledged unless told otherwise."""
        with self._reading() as connection:
            return lists.alarms(connection, standing=standing, limit=limit)

    def standing_alarms(self) -> tuple[AlarmGroup, ...]:
        """Alarms that nobody acknowledged, by kind: the gravest first, then the newest."""
        with self._reading() as connection:
            return report_alarms.standing(connection)

    def alarm_ids(self, kind: str, newest: int) -> tuple[str, ...]:
        """The standing alarms of a kind, up to a number of the journal."""
        with self._reading() as connection:
            return report_alarms.ids(connection, kind, newest)

    def alarm_page(
        self, wanted: AlarmFilter, cursor: int | None = None, limit: int = 60
    ) -> AlarmPage:
        """A page of the history of alarms, newest first."""
        with self._reading() as connection:
            return report_alarms.page(connection, wanted, cursor, limit)

    def alarm_kinds(self) -> tuple[str, ...]:
        """Every kind of alarm that was ever raised."""
        with self._reading() as connection:
            return report_alarms.kinds(connection)

    def audit(self, wanted: AuditFilter, cursor: int | None = None, limit: int = 100) -> AuditPage:
        """A page of who did what, newest first."""
        with self._reading() as connection:
            return lists.audit_page(connection, wanted, cursor, limit)

    def shift(self, since: datetime, until: datetime) -> ShiftSummary:
        """What a shift hands over: the passages that ended in it, and what stands now."""
        with self._reading() as connection:
            sums = report_charts.ended_sums(connection, since, until)
            through = [one for one in sums if report_charts.went_through(one)]
            came_in = [one for one in through if one.facets["direction"] == Direction.IN]
            return ShiftSummary(
                shares=report_charts.shares(sums),
                came_in=sum(one.n for one in came_in),
                went_out=sum(one.n for one in through) - sum(one.n for one in came_in),
                visitors=sum(one.n for one in came_in if one.facets["standing"] == "visitor"),
                by_reason=report_charts.by_facet(sums, "reason"),
                inside=stays.counts(Session(connection)),
                standing_alarms=lists.alarms(connection, standing=True, limit=200),
                running=passage_log.running(connection),
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.reading() as connection:
                yield connection
        except DBAPIError as error:
            raise JournalUnavailableError(f"the database cannot be read: {error.orig}") from error
