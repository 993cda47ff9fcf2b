"""The manager's charts: last week in one look. Asked aside, so that no page waits for a year."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import reason_text
from gate.console.records import chart_options
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.model import Bar, Charts, DwellBar
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts

DAYS: Final = {"today": 1, "week": 7, "month": 30, "year": 365}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/charts", "nav.charts", Permission.READ_CHARTS, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await ChartsPage(visit).draw("week")


class ChartsPage:
    """Figures and charts of a period."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head no-print"):
            widgets.heading(say("nav.charts")).classes("grow")
            with widgets.div("row-flex").props("role=group"):
                self._buttons = {
                    name: widgets.button(say(f"charts.{name}"), self._chooser(name), kind="small")
                    for name in DAYS
                }
        self._place = widgets.div()

    def _chooser(self, name: str) -> Callable[[], object]:
        return lambda: self.draw(name)

    async def draw(self, name: str) -> None:
        """Ask for a period and draw it."""
        if self._visit.act(Permission.READ_CHARTS) is None:
            return
        widgets.press(self._buttons, name)
        self._place.clear()
        with self._place:
            widgets.loading(self._visit.say("shell.loading"))
        period = period_of(self._visit, DAYS[name])
        reports = self._visit.services.reports
        answers = await ask(lambda: reports.charts(period))
        self._place.clear()
        with self._place:
            if answers is None:
                widgets.empty(self._visit.say("shell.record_away"), icon="cloud_off")
            elif not answers.shares.seen:
                widgets.empty(self._visit.say("charts.nothing"), icon="bar_chart")
            else:
                self._figures(answers)
                self._charts(answers)

    def _figures(self, answers: Charts) -> None:
        say, shares = self._visit.say, answers.shares
        peak = answers.peak
        with widgets.div("cards").style("margin-bottom:12px"):
            widgets.figure(say("charts.passages"), f"{shares.seen:,}")
            widgets.figure(
                say("charts.read"), percent(shares.read, shares.seen), say("charts.read_hint")
            )
            widgets.figure(
                say("charts.opened"),
                percent(shares.opened, shares.seen),
                say("charts.opened_hint"),
            )
            widgets.figure(
                say("charts.decided"),
                percent(shares.decided, shares.seen),
                say("charts.decided_hint"),
            )
            widgets.figure(
                say("charts.asked"),
                percent(shares.asked, shares.seen),
                say("charts.corrected", n=f"{shares.corrected:,}"),
            )
            widgets.figure(
                say("charts.by_hand"),
                f"{shares.by_hand:,}",
                say("charts.failed", n=f"{shares.failed:,}"),
            )
            widgets.figure(
                say("charts.unchecked"), f"{shares.unchecked:,}", say("charts.unchecked_hint")
            )
            hour = self._visit.local(peak.start).strftime("%m-%d %H:00") if peak else ""
            widgets.figure(say("charts.peak"), f"{peak.n:,}" if peak else "—", hour)

    def _charts(self, answers: Charts) -> None:
        visit, theme = self._visit, self._visit.preferences.theme
        ways = {"in": visit.say("lane.in"), "out": visit.say("lane.out")}
        days = visit.say("charts.weekdays").split("|")
        reasons = [Bar(reason_text(visit.texts, bar.label), bar.n) for bar in answers.reasons]
        with widgets.div("two"):
            self._chart("hours", chart_options.flow_by_hour(answers.hours, ways, theme))
            self._chart("days", chart_options.flow_by_day(answers.days, ways, theme))
            self._chart("weekly", chart_options.week(answers.week, days, theme))
            self._chart("inside", chart_options.bars(self._inside(answers.inside), theme))
            self._chart("reasons", chart_options.bars(reasons, theme))
            self._chart("buildings", chart_options.bars(self._buildings(answers), theme))
            self._chart("dwell", self._dwell(answers.dwell))
            self._chart("faults", chart_options.bars(self._faults(answers.faults), theme))

    def _chart(self, name: str, options: chart_options.Options) -> None:
        title = self._visit.say(f"charts.{name}")
        with widgets.div("card", tag="section"):
            widgets.heading(title, 3)
            if any(series["data"] for series in options["series"]):
                chart = ui.echart(options, renderer="svg").classes("chart")
                chart.props("role=img").props["aria-label"] = title
            else:
                widgets.empty(self._visit.say("charts.nothing"), icon="bar_chart")

    def _inside(self, counts: Counts) -> list[Bar]:
        texts = self._visit.texts
        bars = (Bar(texts.name_of("occupant", one), counts.inside(one)) for one in Occupant)
        return [bar for bar in bars if bar.n]

    def _buildings(self, answers: Charts) -> list[Bar]:
        say = self._visit.say
        return [
            Bar(
                say("charts.building", name=bar.label) if bar.label else say("charts.no_building"),
                bar.n,
            )
            for bar in answers.buildings
        ]

    def _dwell(self, items: tuple[DwellBar, ...]) -> chart_options.Options:
        visit = self._visit
        names = {i.standing: visit.texts.name_of("inside", i.standing) for i in items}
        labels = {i.below: self._length(i.below) for i in items}
        return chart_options.dwell(items, names, labels, visit.preferences.theme)

    def _length(self, below: int | None) -> str:
        if below is None:
            return self._visit.say("charts.longer")
        if below < 3600:
            return self._visit.say("charts.below_minutes", n=below // 60)
        if below < 48 * 3600:
            return self._visit.say("charts.below_hours", n=below // 3600)
        return self._visit.say("charts.below_days", n=below // 86_400)

    def _faults(self, bars: tuple[Bar, ...]) -> list[Bar]:
        return [Bar(self._fault(bar.label), bar.n) for bar in bars]

    def _fault(self, label: str) -> str:
        kind, _, value = label.partition(":")
        area = "alarm.kind" if kind == "alarm" else "opening"
        return self._visit.texts.name_of(area, value)


def period_of(visit: PageContext, days: int) -> ReportPeriod:
    """Return the last days of the site, today included."""
    today = visit.local(visit.now()).date()
    first = datetime.combine(today - timedelta(days=days - 1), time(), visit.services.zone)
    return ReportPeriod(
        first, datetime.combine(today + timedelta(days=1), time(), visit.services.zone)
    )


def percent(part: int, whole: int) -> str:
    """Return a share for the screen."""
    return f"{100 * part / whole:.1f}%" if whole else "—"
