"""The visitor log: who came to whom, when, and what the register said to the name that was named.

The evidence is whole: a check that led to no pass is in it too. Names are masked until shown.
"""

from datetime import timedelta
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import actor_text, household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services.units import read
from registry.rules.names import mask
from registry.rules.plates import normalise
from registry.views import visitor_log
from registry.views.visitor_log import CheckLine, VisitLine

_DAYS = ("1", "3", "7", "31")


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add(
        "/visitors/log", "nav.visitor_log", Permission.REGISTER_VISITOR, build, under="/visitors"
    )


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await VisitorLog(visit).draw()


class VisitorLog:
    """Visits, and below them the name checks."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.visitor_log")).classes("grow")
            self._part = widgets.text_field(say("log.plate")).classes(remove="field")
            self._part.props("debounce=300").on_value_change(self.draw)
            self._days = widgets.choice_field(say("visitors.days"), {d: d for d in _DAYS}, "3")
            self._days.classes(remove="field").style("min-width:150px")
            self._days.on_value_change(self.draw)
        widgets.words(say("visitors.log_hint"), "small soft")
        self._list = widgets.div("col-flex").style("margin-top:10px")

    def _asked(self) -> tuple[str, int]:
        return normalise(str(self._part.value or "")), int(str(self._days.value))

    async def draw(self) -> None:
        """Draw both lists as they are now."""
        services, say = self._visit.services, self._visit.say
        part, days = asked = self._asked()
        since = self._visit.now() - timedelta(days=days)
        found = await ask(
            lambda: read(
                services,
                lambda s: (
                    visitor_log.visits(s, since, part),
                    visitor_log.checks(s, since, part),
                ),
            )
        )
        if asked != self._asked():
            return  # Typed on meanwhile: an older answer must not be drawn over a newer one.
        self._list.clear()
        with self._list:
            if found is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
                return
            self._visits(found[0])
            self._checks(found[1])

    def _visits(self, lines: tuple[VisitLine, ...]) -> None:
        say = self._visit.say
        with widgets.div("card"):
            widgets.heading(say("visitors.log"), 3)
            if not lines:
                widgets.empty(say("visitors.log_none"), say("visitors.log_none_hint"), "badge")
                return
            heads = [say("log.plate"), say("log.household"), say("visitor.purpose")]
            heads += [say("visitors.in"), say("visitors.out"), say("visitors.due")]
            heads += [say("visitors.fit"), say("visitors.registered_by")]
            widgets.table(heads, map(self._visit_cells, lines), caption=say("visitors.log"))

    def _visit_cells(self, line: VisitLine) -> list[str]:
        visit = self._visit
        late = line.left is None and line.due is not None and line.due < visit.now()
        inside = visit.say("visitors.inside")
        left = visit.hour(line.left) if line.left else widgets.badge_html(inside, "", "home")
        due = visit.hour(line.due)
        return [
            plate_chip(line.plate, size="small"),
            escape(household_text(visit.texts, line.household)),
            escape(visit.texts.name_of("visitor.purpose", line.purpose) if line.purpose else ""),
            f'<span class="mono">{visit.hour(line.came)}</span>',
            f'<span class="mono">{left}</span>',
            widgets.badge_html(due, "ask", "schedule") if late else escape(due),
            self._fit(line.outcome),
            escape(actor_text(visit.texts, line.by)),
        ]

    def _checks(self, lines: tuple[CheckLine, ...]) -> None:
        say = self._visit.say
        with widgets.div("card"):
            widgets.heading(say("visitors.checks"), 3)
            if not lines:
                hint = say("visitors.checks_none_hint")
                widgets.empty(say("visitors.checks_none"), hint, "record_voice_over")
                return
            heads = [say("visitors.asked_at"), say("visitors.asked_by"), say("log.household")]
            heads += [say("log.plate"), say("visitors.said"), say("visitors.fit")]
            rows = (
                [
                    f'<span class="mono">{self._visit.hour(line.at)}</span>',
                    escape(line.by),
                    escape(household_text(self._visit.texts, line.household)),
                    plate_chip(line.plate, size="small") if line.plate else "",
                    escape(mask(line.said)),
                    self._badge(line.outcome, f"visitor.fits.{line.outcome}"),
                ]
                for line in lines
            )
            widgets.table(heads, rows, caption=say("visitors.checks"))

    def _fit(self, outcome: str) -> str:
        """How the name fitted for a pass that was made; "" where none was asked."""
        return self._badge(outcome, f"visitors.fits.{outcome}") if outcome else ""

    def _badge(self, outcome: str, key: str) -> str:
        kinds = {"match": "good", "near": "ask", "none": "bad"}
        return widgets.badge_html(self._visit.say(key), kinds[outcome], "record_voice_over")
