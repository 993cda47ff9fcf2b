"""The ask queue: every vehicle that needs a person, the one that waits longest first.

Rules of this file:
- Nothing is decided by a time-out, and nothing twice: the lane says whether it took the answer.
- One key admits a candidate that is registered. A plate that is not, or is blocked, is admitted
  only after a question that a person answers.
- The keys belong to the vehicle on top; it says so. Where another vehicle has just come to the top,
  they are deaf for a moment: what is pressed then was meant for the one before.
"""

import math
from collections.abc import Callable, Sequence
from html import escape

from nicegui import run

from gate.console import space_taken, widgets
from gate.console.by_hand import REASONS
from gate.console.lane_words import household_text, reason_aloud, reason_text
from gate.console.once import Once
from gate.console.pages import Pages
from gate.console.plate_chip import plate_chip
from gate.console.plate_pad import PlatePad
from gate.console.visit import Visit
from gate.console.why_sheet import reasons_of, why_sheet
from gate.events import CandidatePlate, Direction
from gate.people import Action
from gate.ports import LaneView

Do = Callable[[], object]
MOST_SHOWN, LEAST_SURE = 5, 0.01
FRESH_S = 1.0
"""Seconds for which keys are deaf: the way to the screen and back, and a hand that is under way."""


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/ask", "nav.ask", Action.OPERATE, build)


def build(visit: Visit) -> None:
    """Fill the page."""
    Queue(visit)


class Queue:
    """The waiting vehicles, drawn anew when one comes or goes."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        widgets.hidden_heading(visit.say("nav.ask"))
        self._place = widgets.div()
        self._drawn: tuple[LaneView, ...] | None = None
        self._fresh_until = -math.inf
        self._lift: Do = lambda: None
        self._draw()
        visit.listen(lambda kind, _: self._draw() if kind == "lane" else None)

    def _draw(self) -> None:
        waiting = tuple(sorted(self._visit.services.lanes.asking(), key=lambda view: view.since))
        if waiting == self._drawn:
            return
        if self._drawn and waiting and self._drawn[0].passage != waiting[0].passage:
            self._fresh_until = self._visit.services.clock.monotonic() + FRESH_S
        self._drawn = waiting
        self._lift()
        self._place.clear()
        with self._place:
            for place, view in enumerate(waiting):
                Panel(self._visit, view, first=place == 0)
            if not waiting:
                self._nothing()
        keys = panel_keys(self._visit, waiting)
        self._lift = self._visit.keys.lay({key: self._seen(do) for key, do in keys.items()})

    def _seen(self, do: Do) -> Do:
        """Return what does it once the person can have seen which vehicle is on top."""

        def pressed() -> object:
            if self._visit.services.clock.monotonic() < self._fresh_until:
                self._visit.warn("ask.just_changed")
                return None
            return do()

        return pressed

    def _nothing(self) -> None:
        say = self._visit.say
        with widgets.div("card"):
            widgets.empty(say("ask.nobody"), say("ask.nobody_hint"), "done_all")


def worth_showing(view: LaneView) -> list[CandidatePlate]:
    """Return the candidates, best first: the registered, and whatever is likely at all."""
    candidates = view.decision.candidates if view.decision else ()
    likely = [one for one in candidates if one.registered or one.confidence >= LEAST_SURE]
    return likely[:MOST_SHOWN]


def panel_keys(visit: Visit, waiting: Sequence[LaneView]) -> dict[str, Do]:
    """Return the keys of the vehicle that waits longest."""
    if not waiting:
        return {}
    view = waiting[0]
    candidates = worth_showing(view)
    keys: dict[str, Do] = {
        "e": lambda: correct_sheet(visit, view),
        "r": lambda: refuse(visit, view),
        "0": lambda: admit_as_read(visit, view),
        space_taken.KEY: lambda: space_taken.look(visit, view),
    }
    if view.direction is Direction.IN:
        keys["v"] = lambda: to_visitor_form(visit, view)
    for number, candidate in enumerate(candidates, start=1):
        keys[str(number)] = _choose(visit, view, candidate)
    return keys


class Panel:
    """One waiting vehicle."""

    def __init__(self, visit: Visit, view: LaneView, *, first: bool) -> None:
        self._visit, self._view, self._first = visit, view, first
        with widgets.div("card ask", tag="section").props(f'aria-label="{escape(view.name)}"'):
            self._pictures()
            with widgets.div("ask-side"):
                self._head()
                space_taken.strip(self._visit, view, first=first)
                self._candidates()
                self._buttons()

    def _pictures(self) -> None:
        view, alt = self._view, escape(self._visit.say("lane.picture", lane=self._view.name))
        if view.picture.frame:
            source = f'src="/console/picture/{view.picture.frame}.jpg"'
        else:
            source = f'data-live="/console/lane/{escape(view.lane)}.jpg"'
        widgets.raw(f'<img class="ask-picture" {source} alt="{alt}">')

    def _head(self) -> None:
        visit, view = self._visit, self._view
        since = f'<span class="badge" data-since="{view.since.isoformat()}"></span>'
        keys = visit.say("ask.keys_here") if self._first else ""
        with widgets.div("ask-head"):
            widgets.raw(plate_chip(view.plate, view.colour, size="big"))
            widgets.raw(_cutout(visit, view))
            hint = f'<span class="small soft">{escape(keys)}</span>'
            widgets.raw(f"<h2>{escape(view.name)} {since}</h2>{hint}")
        if view.decision is not None:
            reason = view.decision.reason.value
            with widgets.banner("ask", "contact_support"):
                said = escape(reason_text(visit.texts, reason))
                aloud = escape(reason_aloud(visit.texts, reason))
                widgets.raw(f"<strong>{said}</strong><br>“{aloud}”", "grow")

    def _candidates(self) -> None:
        visit, view = self._visit, self._view
        candidates = worth_showing(view)
        if candidates:
            widgets.heading(visit.say("ask.candidates"), 3)
        for number, candidate in enumerate(candidates, start=1):
            self._candidate(number, candidate)

    def _candidate(self, number: int, candidate: CandidatePlate) -> None:
        visit, view = self._visit, self._view
        with widgets.div("candidate"):
            widgets.raw(plate_chip(candidate.text, view.colour, against=view.plate))
            with widgets.div("words"):
                widgets.raw(_registered(visit, candidate))
                sure = visit.say("ask.sure", percent=round(candidate.confidence * 100))
                widgets.words(sure, "small soft")
            widgets.button(
                visit.say("ask.admit"),
                _choose(visit, view, candidate),
                kind="good" if candidate.registered else "",
                icon="check",
                key=str(number) if self._first else "",
            )

    def _buttons(self) -> None:
        visit, view, first = self._visit, self._view, self._first
        say = visit.say
        with widgets.div("ask-buttons"):
            widgets.button(
                say("ask.correct"),
                lambda: correct_sheet(visit, view),
                icon="edit",
                key="E" if first else "",
            )
            if view.direction is Direction.IN:
                widgets.button(
                    say("ask.visitor"),
                    lambda: to_visitor_form(visit, view),
                    kind="main",
                    icon="person_add",
                    key="V" if first else "",
                )
            widgets.button(
                say("ask.admit_anyway"),
                lambda: admit_as_read(visit, view),
                icon="door_front",
                key="0" if first else "",
            )
            widgets.button(
                say("ask.refuse"),
                lambda: refuse(visit, view),
                kind="bad",
                icon="block",
                key="R" if first else "",
            )


def _cutout(visit: Visit, view: LaneView) -> str:
    if not view.picture.plate:
        return ""
    alt = escape(visit.say("lane.cutout"))
    return f'<img class="cutout" src="/console/picture/{view.picture.plate}.jpg" alt="{alt}">'


def _registered(visit: Visit, candidate: CandidatePlate) -> str:
    if not candidate.registered:
        return widgets.badge_html(visit.say("ask.not_registered"), "ask", "help")
    badge = widgets.badge_html(visit.say("ask.registered"), "good", "check_circle")
    return f"{badge} <b>{escape(household_text(visit.texts, candidate.label))}</b>"


def _choose(visit: Visit, view: LaneView, candidate: CandidatePlate) -> Do:
    """Return what admits a candidate; one that is not registered is asked about first."""
    if candidate.registered:
        return lambda: admit(visit, view, candidate.text, "candidate")
    return lambda: admit_after_question(visit, view, candidate.text)


def admit_as_read(visit: Visit, view: LaneView) -> None:
    """Let a vehicle in although nothing speaks for it: with a question and a reason."""
    admit_after_question(visit, view, view.plate)


def admit_after_question(visit: Visit, view: LaneView, plate: str) -> None:
    """Ask why this vehicle is let in, then admit it."""

    async def chosen(remark: str) -> None:
        await admit(visit, view, plate, remark)

    why_sheet(
        visit,
        visit.say("ask.anyway_title"),
        reasons_of(visit, REASONS),
        chosen,
        hint=visit.say("ask.anyway_text"),
        above=plate_chip(plate, view.colour, size="big"),
    )


async def admit(visit: Visit, view: LaneView, plate: str, remark: str) -> bool:
    """Admit the vehicle of this passage, and no other."""
    user = visit.act(Action.OPERATE)
    if user is None or view.passage is None:
        return False
    chosen = plate if plate != view.plate else ""
    done = await run.io_bound(visit.services.lanes.admit, view.passage, chosen, user.name, remark)
    if done:
        visit.tell("ask.admitted", plate=plate or visit.say("ask.no_plate"))
    else:
        visit.warn("ask.gone")
    return bool(done)


async def refuse(visit: Visit, view: LaneView) -> None:
    """Leave the arm down. The vehicle may still be let in by hand while it stands there."""
    user = visit.act(Action.OPERATE)
    if user is None or view.passage is None:
        return
    if await run.io_bound(visit.services.lanes.refuse, view.passage, user.name, ""):
        visit.tell("ask.refused")
    else:
        visit.warn("ask.gone")


def to_visitor_form(visit: Visit, view: LaneView) -> None:
    """Go to the visitor form with what is known of this vehicle."""
    visit.go(f"/visitors/new?plate={view.plate}&passage={view.passage or ''}")


def correct_sheet(visit: Visit, view: LaneView) -> None:
    """Let the guard type the right plate, then say what the register knows of it."""
    if visit.act(Action.OPERATE) is None:
        return
    dialog, card = widgets.sheet(visit.say("ask.correct_title"), wide=True)
    once = Once()

    async def done() -> None:
        if not pad.plate:
            visit.warn("visitor.need_plate")
            return
        if not once.take():
            return
        dialog.close()
        if pad.registered:
            await admit(visit, view, pad.plate, "corrected")
        else:
            admit_after_question(visit, view, pad.plate)

    with card:
        widgets.raw(_cutout(visit, view))
        pad = PlatePad(visit, view.plate, view.colour, done)
        with widgets.div("row-flex"):
            widgets.button(visit.say("ask.admit"), done, kind="good big", icon="check", key="⏎")
            widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog)
