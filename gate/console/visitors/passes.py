"""Visitors: passes in force, who stayed too long; revoke, extend. Names masked until shown."""

from collections.abc import Callable
from datetime import timedelta
from html import escape

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components import personal_data
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm_deed
from gate.console.ui.mutations import Rejected
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import passes, units
from registry.rules.plates import normalise
from registry.store.visits import GrantRefusal
from registry.views import passes as pass_views
from registry.views.passes import PassLine
from registry.views.stays import StayLine


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/visitors", "nav.visitors", Permission.REGISTER_VISITOR, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await VisitorsPage(visit).draw()


class VisitorsPage:
    """Passes in force and visitors who should have left."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._new = visit.request.query_params.get("new", "")
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.visitors")).classes("grow")
            self._part = widgets.text_field(say("log.plate")).classes(remove="field")
            self._part.props("debounce=300").on_value_change(self.draw)
            widgets.button(
                say("nav.visitor_log"),
                lambda: ui.navigate.to("/visitors/log"),
                icon="history",
            )
            widgets.button(
                say("nav.visitor_new"),
                lambda: ui.navigate.to("/visitors/new"),
                kind="main",
                icon="person_add",
            )
        self._overstays = widgets.div()
        self._list = widgets.div("col-flex")

    async def draw(self) -> None:
        """Draw both lists as they are now."""
        visit, part = self._visit, self._typed()
        services, now = visit.services, visit.now()
        lines = await ask(lambda: units.read(services, lambda s: pass_views.passes(s, now, part)))
        late = await ask(lambda: services.reports.overstays(now))
        if part != self._typed():
            return  # Typed on meanwhile: an older answer must not be drawn over a newer one.
        self._overstays.clear()
        with self._overstays:
            for vehicle in (late or ())[:6]:
                self._late(vehicle)
        self._list.clear()
        with self._list:
            if lines is None:
                widgets.empty(visit.say("shell.record_away"), icon="cloud_off")
            elif not lines:
                with widgets.div("card"):
                    widgets.empty(
                        visit.say("visitors.none"), visit.say("visitors.none_hint"), "badge"
                    )
            # The one that was just registered stands on top, marked.
            for line in sorted(lines or (), key=lambda one: str(one.id) != self._new):
                self._line(line)

    def _typed(self) -> str:
        return normalise(str(self._part.value or ""))

    def _late(self, vehicle: StayLine) -> None:
        visit = self._visit
        with widgets.banner("ask", "schedule"):
            widgets.raw(plate_chip(vehicle.plate, size="small"))
            since = visit.say("visitors.late", since=visit.hour(vehicle.since))
            who = household_text(visit.texts, vehicle.home)
            widgets.words(f"{since} · {who}" if who else since, "grow")

    def _line(self, line: PassLine) -> None:
        visit, say = self._visit, self._visit.say
        new = str(line.id) == self._new
        with widgets.div("card candidate just-made" if new else "card candidate"):
            widgets.raw(plate_chip(line.plate, line.colour))
            with widgets.div("words"):
                if new:
                    widgets.badge(say("visitors.just_made"), "good", "check_circle")
                widgets.raw(self._facts(line))
                personal_data.person(visit, line.name, line.phone, f"pass {line.id}")
            with widgets.div("row-flex"):
                widgets.button(say("visitors.extend"), self._with(self._extend, line), kind="small")
                widgets.button(say("visitors.revoke"), self._with(self._revoke, line), kind="small")

    def _facts(self, line: PassLine) -> str:
        visit, say = self._visit, self._visit.say
        home = escape(household_text(visit.texts, line.household))
        uses = f"{line.spent} / {line.allowed}" if line.allowed else say("visitors.any_number")
        purpose = escape(visit.texts.name_of("visitor.purpose", line.purpose))
        fits = (
            widgets.badge_html(say(f"visitors.fits.{line.name_fits}"), "", "record_voice_over")
            if line.name_fits
            else ""
        )
        agreed = (
            widgets.badge_html(self._consent(line), "good", "task_alt") if line.recurring else ""
        )
        span = f"{visit.hour(line.since)} → {visit.time(line.until)}"
        return (
            f"<b>{home}</b> {purpose} {fits} {agreed}"
            f'<div class="small soft mono">{span} · {escape(uses)} · {escape(line.by)}'
            f"{' · ' + escape(line.confirmation) if line.confirmation else ''}</div>"
        )

    def _consent(self, line: PassLine) -> str:
        """Who of the household agreed, by role: the name is not for who does not know it."""
        visit = self._visit
        if not line.consent_role:
            return visit.say("visitors.recurring")
        who = visit.texts.name_of("person_role", line.consent_role)
        return visit.say("visitors.consent_by", who=who, at=visit.hour(line.consent_at))

    def _with(self, act: Callable[[PassLine], object], line: PassLine) -> Callable[[], object]:
        return lambda: act(line)

    async def _extend(self, line: PassLine) -> None:
        until = line.until + timedelta(days=1)
        act = passes.extend(line.id, until)
        made = await mutations.make(self._visit, Permission.REGISTER_VISITOR, act)
        if isinstance(made, Rejected):
            return
        if isinstance(made, GrantRefusal):
            self._visit.warn(f"visitor.refused.{made.value}")
            return
        self._visit.tell("visitors.extended", until=self._visit.time(until))
        await self.draw()

    def _revoke(self, line: PassLine) -> None:
        say = self._visit.say
        title, text = say("visitors.revoke"), say("visitors.revoke_text", plate=line.plate)
        deed = passes.revoke(line.id, "")
        confirm_deed(self._visit, Permission.REGISTER_VISITOR, title, text, deed, self.draw)
