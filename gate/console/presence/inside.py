"""Vehicles inside: how many of each class, which, since when, in whose space; longest first."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.data_access import why_text
from gate.console.components.dates import span_text
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.presence import corrections
from gate.console.presence.inside_export import export_inside
from gate.console.presence.overstays import LongInside
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import inside
from gate.services.inside import Done, ShownVehicle
from registry.rules.corrections import Recounted
from registry.rules.kinds import Occupant
from registry.rules.names import mask
from registry.rules.occupancy import Counts
from registry.rules.plates import normalise
from registry.rules.snapshot import plate_of
from registry.views.stays import StayLine, StayPlace, Which

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
    pages.add("/inside", "nav.inside", Permission.SEE_INSIDE, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await InsidePage(visit).draw()


class InsidePage:
    """Counts above, a search, the vehicles below."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.inside")).classes("grow")
            wanted = visit.request.query_params.get("plate", "")
            self._part = widgets.text_field(say("log.plate"), wanted).classes(remove="field")
            self._part.props("debounce=300 clearable").on_value_change(self.draw)
            names = {_ALL: say("shell.all")}
            names |= {one.value: visit.texts.name_of("occupant", one.value) for one in Occupant}
            self._class = widgets.choice_field(say("stays.class"), names, _ALL)
            self._class.classes(remove="field").style("min-width:150px")
            self._class.on_value_change(self.draw)
            widgets.icon_button("refresh", say("stays.refresh"), self.draw)
            if visit.may(Permission.EXPORT):
                widgets.button(
                    say("export.title"),
                    lambda: export_inside(visit, self._which()),
                    icon="download",
                )
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(
                    say("stays.long"),
                    lambda: LongInside(visit, self.draw).open(),
                    icon="event_busy",
                )
            if visit.may(Permission.CORRECT_INSIDE):
                widgets.button(
                    say("stays.came"), lambda: corrections.came_in(visit, self.draw),
                    kind="main", icon="add",
                )  # fmt: skip
        widgets.words(say("stays.hint"), "small soft")
        self._counts = widgets.div("cards").style("margin:10px 0 12px")
        self._list = widgets.div("col-flex")
        self._done = widgets.div().style("margin-top:12px")

    async def draw(self) -> None:
        """Draw counts and the first page as they are now."""
        await self._show(None)

    def _which(self) -> Which:
        chosen = str(self._class.value or _ALL)
        part = normalise(str(self._part.value or ""))
        return Which(part, None if chosen == _ALL else Occupant(chosen))

    async def _show(self, after: StayPlace | None) -> None:
        services, which = self._visit.services, self._which()
        shown = await ask(lambda: inside.read(services, which, after, LENGTH))
        if which != self._which():
            return  # Typed on meanwhile: an older answer must not be drawn over a newer one.
        self._counts.clear()
        self._list.clear()
        self._done.clear()
        if shown is not None:
            with self._counts:
                self._figures(shown.counts)
            with self._done:
                self._corrected(shown.done)
        with self._list:
            self._lines(shown, which, after)

    def _figures(self, counts: Counts) -> None:
        visit, say = self._visit, self._visit.say
        for one in Occupant:
            n, of = counts.occupancy.inside(one), inside.capacity(visit.services, one)
            hint = "stays.short" if counts.is_short(one) else "stays.known"
            card = widgets.figure(
                visit.texts.name_of("occupant", one.value),
                f"{n:,}" if of is None else say("stays.of", n=f"{n:,}", of=f"{of:,}"),
                say(hint, n=f"{counts.known.get(one, 0):,}"),
            )
            if visit.may(Permission.CORRECT_INSIDE):
                with card:
                    label = f"{say('stays.count')}: {visit.texts.name_of('occupant', one.value)}"
                    widgets.button(
                        say("stays.count"), self._counter(one, counts), kind="small"
                    ).props["aria-label"] = label
        if counts.spaces:
            taken = say("stays.of", n=f"{counts.taken:,}", of=f"{counts.spaces:,}")
            widgets.figure(say("stays.spaces"), taken)

    def _counter(self, occupant: Occupant, counts: Counts) -> Callable[[], None]:
        return lambda: corrections.count(self._visit, occupant, counts, self.draw)

    def _lines(self, shown: ShownVehicle | None, which: Which, after: StayPlace | None) -> None:
        say = self._visit.say
        if shown is None:
            widgets.empty(say("shell.record_away"), icon="cloud_off")
            return
        if not shown.stays.lines:
            name = "nobody" if which == Which() else "none"
            with widgets.div("card"):
                widgets.empty(say(f"stays.{name}"), say(f"stays.{name}_hint"), "garage")
        if shown.recalled:
            with widgets.banner("ask", "cloud_off"):
                widgets.words(say("stays.recalled"), "grow")
        for line in shown.stays.lines:
            self._line(line)
        self._turning(shown.stays.next, after)

    def _line(self, line: StayLine) -> None:
        visit, facts = self._visit, facts_html(self._visit, line)
        with widgets.div("card candidate"):
            widgets.raw(plate_chip(line.plate, line.colour))
            widgets.raw(facts, "words")
            if visit.may(Permission.CORRECT_INSIDE):
                widgets.button(
                    visit.say("stays.left"),
                    lambda: corrections.left_unseen(visit, line, facts, self.draw),
                    kind="small",
                ).props["aria-label"] = f"{line.plate}: {visit.say('stays.left')}"

    def _corrected(self, done: Sequence[Done]) -> None:
        """The last corrections, each to be taken back while nothing is known since."""
        visit, say = self._visit, self._visit.say
        if not done:
            return
        with widgets.div("card col-flex"):
            widgets.heading(say("stays.corrected"), 3)
            for one in done:
                with widgets.div("row-flex"):
                    widgets.raw(_done_html(visit, one), "grow")
                    if one.may_undo and visit.may(Permission.CORRECT_INSIDE):
                        widgets.button(say("stays.undo"), self._taker_back(one), kind="small")

    def _taker_back(self, done: Done) -> Callable[[], None]:
        return lambda: corrections.take_back(self._visit, done, self.draw)

    def _turning(self, following: StayPlace | None, after: StayPlace | None) -> None:
        say = self._visit.say
        with widgets.div("row-flex"):
            if after is not None:
                widgets.button(say("stays.first"), self.draw, icon="first_page")
            if following is not None:
                widgets.button(
                    say("stays.more"), lambda: self._show(following), icon="chevron_right"
                )


def facts_html(visit: PageContext, line: StayLine) -> str:
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
    named = f"<b>{escape(whose)}</b> " if whose else ""
    return (
        f'<div class="row-flex">{named}{" ".join(badges)}</div>'
        f'<div class="small soft mono">{" · ".join(times)}</div>'
    )


def _done_html(visit: PageContext, done: Done) -> str:
    """Return one correction: what, of which vehicle or class, by whom, when, why."""
    row, said = done.row, done.correction
    what = escape(visit.texts.name_of("audit", row.action))
    if isinstance(said, Recounted):
        kind = visit.texts.name_of("occupant", said.occupant.value)
        of = escape(f"{kind} {said.before:,} → {said.after:,}")
    else:
        of = plate_chip(plate_of(said.key), size="small")
    when = f"{visit.hour(row.at)} · {row.actor} · {why_text(visit, row.why)}"
    return f'{of} <b>{what}</b> <span class="small soft">{escape(when)}</span>'


def may_see_entry(visit: PageContext, line: StayLine) -> bool:
    """Return whether the reader may open the passage by which the vehicle came in."""
    today = visit.local(visit.now()).date()
    day = visit.local(line.since).date()
    return visit.may(Permission.READ_LOG) or (visit.may(Permission.READ_LOG_TODAY) and day == today)
