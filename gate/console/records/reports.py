"""The daily and the monthly report, made for print: the browser's own print makes the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import actor_text, reason_text, remark_text
from gate.console.components.export_dialog import export_passages
from gate.console.records.charts import percent
from gate.console.records.log import HEADS, passage_cells
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.decision import Reason
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.model import Charts, PassageFilter, PassageRow, Shares

BY_PEOPLE = (
    Reason.BY_HAND.value,
    Reason.GUARD_ADMITTED.value,
    Reason.VISITOR_UNCHECKED.value,
    Reason.EMERGENCY.value,
)
SHOWN = 60


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/reports", "nav.reports", Permission.READ_CHARTS, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await ReportsPage(visit).draw()


@dataclass(frozen=True, slots=True)
class ReportAnswers:
    """What a report shows."""

    counts: Charts
    by_hand: tuple[PassageRow, ...]


class ReportsPage:
    """A day or a month."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._day = visit.local(visit.now()).date()
        say = visit.say
        with widgets.div("page-head no-print"):
            widgets.heading(say("nav.reports")).classes("grow")
            kinds = {"day": say("reports.day"), "month": say("reports.month")}
            self._kind = widgets.choice_field(say("reports.kind"), kinds, "day")
            self._kind.classes(remove="field").style("width:130px")
            self._date = widgets.text_field(say("reports.date"), self._day.isoformat())
            self._date.classes(remove="field").props("type=date stack-label")
            self._kind.on_value_change(self.draw)
            self._date.on_value_change(self.draw)
            widgets.button(say("shell.print"), lambda: ui.run_javascript("print()"), icon="print")
            if visit.may(Permission.EXPORT):
                widgets.button(say("export.title"), self._export, kind="main", icon="download")
        self._place = widgets.div("report")

    def _period(self) -> ReportPeriod:
        try:
            day = date.fromisoformat(str(self._date.value))
        except ValueError:
            day = self._day
        zone = self._visit.services.zone
        if self._kind.value == "month":
            first = day.replace(day=1)
            last = (first + timedelta(days=32)).replace(day=1)
        else:
            first, last = day, day + timedelta(days=1)
        return ReportPeriod(
            datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)
        )

    def _export(self) -> None:
        period = self._period()
        export_passages(self._visit, PassageFilter(since=period.since, until=period.until))

    async def draw(self) -> None:
        """Draw the report of what is chosen."""
        if self._visit.act(Permission.READ_CHARTS) is None:
            return
        period = self._period()
        answers = await ask(lambda: self._ask(period))
        self._place.clear()
        with self._place:
            if answers is None:
                widgets.empty(self._visit.say("shell.record_away"), icon="cloud_off")
            else:
                self._draw(period, answers)

    def _ask(self, period: ReportPeriod) -> ReportAnswers:
        reports = self._visit.services.reports
        wanted = PassageFilter(since=period.since, until=period.until, reasons=BY_PEOPLE)
        return ReportAnswers(reports.charts(period), reports.passages(wanted, None, SHOWN).rows)

    def _draw(self, period: ReportPeriod, answers: ReportAnswers) -> None:
        visit, say = self._visit, self._visit.say
        monthly = self._kind.value == "month"
        shape = "%Y-%m" if monthly else "%Y-%m-%d"
        title = say("reports.title_month" if monthly else "reports.title_day")
        with widgets.div("card"):
            widgets.heading(f"{visit.services.site} · {title} · {period.since:{shape}}", 2)
            made = say("reports.made", by=visit.user.name, at=visit.time(visit.now()))
            widgets.words(made, "small soft")
        self._figures(answers.counts.shares)
        with widgets.div("two").style("margin-top:12px"):
            self._counts("reports.flow", self._flow(answers, monthly=monthly), ("in", "out"))
            reasons = [(reason_text(visit.texts, b.label), (b.n,)) for b in answers.counts.reasons]
            self._counts("charts.reasons", reasons, ("n",))
            people = [(self._person(bar.label), (bar.n,)) for bar in answers.counts.people]
            self._counts("reports.people", people, ("n",))
            faults = [(self._fault(bar.label), (bar.n,)) for bar in answers.counts.faults]
            self._counts("charts.faults", faults, ("n",))
        self._by_hand(answers.by_hand)

    def _figures(self, shares: Shares) -> None:
        say = self._visit.say
        with widgets.div("cards").style("margin-top:12px"):
            widgets.figure(say("charts.passages"), f"{shares.seen:,}")
            widgets.figure(say("charts.read"), percent(shares.read, shares.seen))
            widgets.figure(say("charts.decided"), percent(shares.decided, shares.seen))
            widgets.figure(say("charts.asked"), f"{shares.asked:,}")
            widgets.figure(say("charts.by_hand"), f"{shares.by_hand:,}")
            widgets.figure(say("charts.unchecked"), f"{shares.unchecked:,}")
            widgets.figure(say("reports.failed"), f"{shares.failed:,}")

    def _flow(self, answers: ReportAnswers, *, monthly: bool) -> list[tuple[str, tuple[int, ...]]]:
        if monthly:
            return [(f"{d.day:%m-%d}", (d.came_in, d.went_out)) for d in answers.counts.days]
        counts: dict[int, dict[str, int]] = {}
        for hour in answers.counts.hours:
            ways = counts.setdefault(hour.start.hour, {"in": 0, "out": 0})
            ways[hour.direction] = ways.get(hour.direction, 0) + hour.n
        return [(f"{h:02d}:00", (counts[h]["in"], counts[h]["out"])) for h in sorted(counts)]

    def _counts(
        self, title: str, rows: Sequence[tuple[str, tuple[int, ...]]], heads: tuple[str, ...]
    ) -> None:
        say = self._visit.say
        with widgets.div("card"):
            widgets.heading(say(title), 3)
            if not rows:
                widgets.words(say("charts.nothing"), "soft")
                return
            cells = (
                [escape(name), *(f'<span class="mono">{n:,}</span>' for n in numbers)]
                for name, numbers in rows
            )
            widgets.table(["", *(say(f"reports.{h}") for h in heads)], cells, caption=say(title))

    def _person(self, actor: str) -> str:
        return actor_text(self._visit.texts, actor) or "—"

    def _fault(self, label: str) -> str:
        kind, _, value = label.partition(":")
        area = "alarm.kind" if kind == "alarm" else "opening"
        return self._visit.texts.name_of(area, value)

    def _by_hand(self, rows: tuple[PassageRow, ...]) -> None:
        """List what people let in apart from what the rules let in."""
        visit, say = self._visit, self._visit.say
        with widgets.div("card").style("margin-top:12px"):
            widgets.heading(say("reports.by_hand"), 3)
            if not rows:
                widgets.words(say("charts.nothing"), "soft")
                return
            remarks = [escape(remark_text(visit.texts, row.remark)) for row in rows]
            cells = [
                [*line[:-1], remark]
                for line, remark in zip(passage_cells(visit, rows), remarks, strict=True)
            ]
            heads = [say(f"log.{name}") for name in HEADS[:-1]] + [say("passage.remark")]
            widgets.table(heads, cells, caption=say("reports.by_hand"))
