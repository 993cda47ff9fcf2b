"""Vehicles inside: how many of each class, which, since when, in whose space; longest first."""

from html import escape
from typing import Final

from gate.console import inside_desk, widgets
from gate.console.asking_aside import ask
from gate.console.inside_desk import Shown
from gate.console.lane_words import household_text
from gate.console.log import span_text
from gate.console.pages import Pages
from gate.console.plate_chip import plate_chip
from gate.console.visit import Visit
from gate.people import Action
from registry.kinds import Occupant
from registry.names import mask
from registry.plates import normalise
from registry.stays import Counts, Place, StayLine, Which

LENGTH: Final = 40
_ALL: Final = "all"
_ICONS: Final = {
    Occupant.RESIDENT: "home",
    Occupant.VISITOR: "badge",
    Occupant.SPECIAL: "emergency",
    Occupant.UNKNOWN: "help_outline",
}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/inside", "nav.inside", Action.SEE_INSIDE, build)


async def build(visit: Visit) -> None:
    """Fill the page."""
    await InsidePage(visit).draw()


class InsidePage:
    """Counts above, a search, the vehicles below."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.inside")).classes("grow")
            self._part = widgets.text_field(say("log.plate")).classes(remove="field")
            self._part.props("debounce=300 clearable").on_value_change(self.draw)
            names = {_ALL: say("shell.all")}
            names |= {one.value: visit.texts.name_of("occupant", one.value) for one in Occupant}
            self._class = widgets.choice_field(say("stays.class"), names, _ALL)
            self._class.classes(remove="field").style("min-width:150px")
            self._class.on_value_change(self.draw)
            widgets.icon_button("refresh", say("stays.refresh"), self.draw)
        widgets.words(say("stays.hint"), "small soft")
        self._counts = widgets.div("cards").style("margin:10px 0 12px")
        self._list = widgets.div("col-flex")

    async def draw(self) -> None:
        """Draw counts and the first page as they are now."""
        await self._show(None)

    def _which(self) -> Which:
        chosen = str(self._class.value or _ALL)
        part = normalise(str(self._part.value or ""))
        return Which(part, None if chosen == _ALL else Occupant(chosen))

    async def _show(self, after: Place | None) -> None:
        services, which = self._visit.services, self._which()
        shown = await ask(lambda: inside_desk.read(services, which, after, LENGTH))
        self._counts.clear()
        self._list.clear()
        if shown is not None:
            with self._counts:
                self._figures(shown.counts)
        with self._list:
            self._lines(shown, which, after)

    def _figures(self, counts: Counts) -> None:
        visit, say = self._visit, self._visit.say
        for one in Occupant:
            n, of = counts.occupancy.inside(one), inside_desk.capacity(visit.services, one)
            hint = "stays.short" if counts.is_short(one) else "stays.known"
            widgets.figure(
                visit.texts.name_of("occupant", one.value),
                f"{n:,}" if of is None else say("stays.of", n=f"{n:,}", of=f"{of:,}"),
                say(hint, n=f"{counts.known.get(one, 0):,}"),
            )
        if counts.spaces:
            taken = say("stays.of", n=f"{counts.taken:,}", of=f"{counts.spaces:,}")
            widgets.figure(say("stays.spaces"), taken)

    def _lines(self, shown: Shown | None, which: Which, after: Place | None) -> None:
        say = self._visit.say
        if shown is None:
            widgets.empty(say("shell.record_away"), icon="cloud_off")
            return
        if not shown.stays.lines:
            name = "nobody" if which == Which() else "none"
            with widgets.div("card"):
                widgets.empty(say(f"stays.{name}"), say(f"stays.{name}_hint"), "garage")
        for line in shown.stays.lines:
            self._line(line)
        self._turning(shown.stays.next, after)

    def _line(self, line: StayLine) -> None:
        with widgets.div("card candidate"):
            widgets.raw(plate_chip(line.plate, line.colour))
            widgets.raw(facts_html(self._visit, line), "words")

    def _turning(self, following: Place | None, after: Place | None) -> None:
        say = self._visit.say
        with widgets.div("row-flex"):
            if after is not None:
                widgets.button(say("stays.first"), self.draw, icon="first_page")
            if following is not None:
                widgets.button(
                    say("stays.more"), lambda: self._show(following), icon="chevron_right"
                )


def facts_html(visit: Visit, line: StayLine) -> str:
    """Return what is known of a vehicle inside: whose, as what, since when, where."""
    say, now = visit.say, visit.now()
    whose = household_text(visit.texts, line.home) or mask(line.holder)
    kind = visit.texts.name_of("occupant", line.occupant.value)
    badges = [widgets.badge_html(kind, "", _ICONS[line.occupant])]
    if line.space:
        badges.append(widgets.badge_html(say("stays.space", name=line.space), "", "local_parking"))
    if line.overstays(now):
        badges.append(widgets.badge_html(say("stays.overstay"), "ask", "schedule"))
    span = span_text(visit, max(0, int((now - line.since).total_seconds())))
    said = [say("stays.since", since=visit.hour(line.since)), say("stays.for", span=span)]
    if line.due is not None:
        said.append(say("stays.due", due=visit.hour(line.due)))
    times = [escape(text) for text in said]
    if line.passage and may_see_entry(visit, line):
        link = f'<a href="/passages/{escape(line.passage)}">{escape(say("stays.entry"))}</a>'
        times.append(link)
    return (
        f'<div class="row-flex"><b>{escape(whose)}</b> {" ".join(badges)}</div>'
        f'<div class="small soft mono">{" · ".join(times)}</div>'
    )


def may_see_entry(visit: Visit, line: StayLine) -> bool:
    """Return whether the reader may open the passage by which the vehicle came in."""
    today = visit.local(visit.now()).date()
    day = visit.local(line.since).date()
    return visit.may(Action.READ_LOG) or (visit.may(Action.READ_LOG_TODAY) and day == today)
