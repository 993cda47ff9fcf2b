"""The ask queue: every vehicle that needs a person, the one that waits longest first.

Rules of this file:
- Nothing is decided by a time-out, and nothing twice: the lane says whether it took the answer.
- One key admits a plate with nothing against it (gate.console.components.plate_choices); any other
  is asked about.
- The keys belong to the vehicle on top; it says so. Where another vehicle has just come to the top,
  they are deaf for a moment: what is pressed then was meant for the one before.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from html import escape

from gate.auth.permissions import Permission
from gate.console.components import answering
from gate.console.components.decision_texts import (
    held_up_html,
    household_text,
    reason_aloud,
    waiting_html,
)
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_choices import Choice, choices_of, hotkeys, is_a_list, typed
from gate.console.components.standing_texts import standing_html
from gate.console.components.waiting_reason import percent, why_words
from gate.console.live import space_taken
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.domain.decision import Objection
from gate.domain.passage import Direction
from gate.domain.ports import LaneView

Do = Callable[[], object]
FRESH_S = 1.0
"""Seconds for which keys are deaf: the way to the screen and back, and a hand that is under way."""
TAKE_BACK_KEY = "z"


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/ask", "nav.ask", Permission.OPERATE, build)


def build(visit: PageContext) -> None:
    """Fill the page."""
    Queue(visit)


class Queue:
    """The waiting vehicles, drawn anew when one comes or goes."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        widgets.hidden_heading(visit.say("nav.ask"))
        self._place = widgets.div()
        self._drawn: tuple[tuple[LaneView, ...], tuple[LaneView, ...]] | None = None
        self._fresh_until = -math.inf
        self._lift: Do = lambda: None
        self._draw()
        visit.listen(lambda kind, _: self._draw() if kind == "lane" else None)

    def _draw(self) -> None:
        lanes = self._visit.services.lanes
        waiting = tuple(sorted(lanes.asking(), key=lambda view: view.since))
        refused = tuple(view for view in lanes.views() if view.may_take_back)
        if (waiting, refused) == self._drawn:
            return
        before = self._drawn[0] if self._drawn else ()
        if before and waiting and before[0].passage != waiting[0].passage:
            self._fresh_until = self._visit.services.clock.monotonic() + FRESH_S
        self._drawn = (waiting, refused)
        self._lift()
        self._place.clear()
        with self._place:
            for place, view in enumerate(waiting):
                Panel(self._visit, view, first=place == 0)
            for place, view in enumerate(refused):
                _refused(self._visit, view, first=place == 0)
            if not waiting and not refused:
                self._nothing()
        keys = panel_keys(self._visit, waiting) | refused_keys(self._visit, refused)
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


def panel_keys(visit: PageContext, waiting: Sequence[LaneView]) -> dict[str, Do]:
    """Return the keys of the vehicle that waits longest."""
    if not waiting:
        return {}
    view = waiting[0]
    choices = choices_of(visit.services, view)
    keys: dict[str, Do] = {
        "e": lambda: answering.correct_sheet(visit, view),
        "r": lambda: answering.refuse_sheet(visit, view),
        space_taken.KEY: lambda: space_taken.look(visit, view),
    }
    if view.direction is Direction.IN:
        keys["v"] = lambda: answering.to_visitor_form(visit, view)
    if not choices:
        keys["0"] = lambda: answering.ask_why(visit, view, typed(visit.services, view, ""))
    for digit, choice in hotkeys(choices):
        keys[digit] = partial(answering.choose, visit, view, choice)
    return keys


def refused_keys(visit: PageContext, refused: Sequence[LaneView]) -> dict[str, Do]:
    """Return the key that takes the refusal of the first of these back."""
    if not refused:
        return {}
    return {TAKE_BACK_KEY: partial(answering.take_back, visit, refused[0])}


def _refused(visit: PageContext, view: LaneView, *, first: bool) -> None:
    """A vehicle that a person refused and that still stands there."""
    with widgets.banner("ask", "undo"):
        widgets.raw(plate_chip(view.plate, view.colour))
        words = escape(visit.say("ask.still_there", lane=view.name))
        widgets.raw(f"{words} {waiting_html(view)}", "grow")
        widgets.button(
            visit.say("ask.take_back"),
            partial(answering.take_back, visit, view),
            icon="undo",
            key=TAKE_BACK_KEY.upper() if first else "",
        )


class Panel:
    """One waiting vehicle."""

    def __init__(self, visit: PageContext, view: LaneView, *, first: bool) -> None:
        self._visit, self._view, self._first = visit, view, first
        self._choices = choices_of(visit.services, view)
        self._listed = is_a_list(self._choices, view.plate)
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
        keys = visit.say("ask.keys_here") if self._first else ""
        with widgets.div("ask-head"):
            widgets.raw(plate_chip(view.plate, view.colour, size="big"))
            widgets.raw(answering.cutout(visit, view))
            hint = f'<span class="small soft">{escape(keys)}</span>'
            widgets.raw(f"<h2>{escape(view.name)} {waiting_html(view)}</h2>{hint}")
        widgets.raw(held_up_html(visit.texts, view))
        if view.decision is not None:
            with widgets.banner("ask", "contact_support"):
                said = escape(why_words(visit.texts, view.decision, visit.local, visit.now()))
                aloud = escape(reason_aloud(visit.texts, view.decision.reason.value))
                widgets.raw(f"<strong>{said}</strong><br>“{aloud}”", "grow")

    def _candidates(self) -> None:
        if self._listed:
            widgets.heading(self._visit.say("ask.candidates"), 3)
        keys = {id(choice): digit for digit, choice in hotkeys(self._choices)}
        for choice in self._choices:
            self._candidate(choice, keys.get(id(choice), "") if self._first else "")

    def _candidate(self, choice: Choice, key: str) -> None:
        visit, view = self._visit, self._view
        blocked = "candidate-blocked" if Objection.BLOCKED in choice.against else ""
        with widgets.div(f"candidate {blocked}"):
            widgets.raw(plate_chip(choice.text, view.colour, against=view.plate))
            with widgets.div("words"):
                widgets.raw(known_html(visit, choice), "row-flex")
                widgets.raw(self._sure(choice))
            widgets.button(
                visit.say("ask.admit_asks" if choice.against else "ask.admit"),
                partial(answering.choose, visit, view, choice),
                kind="" if choice.against else "good",
                icon="help" if choice.against else "check",
                key=key,
            )

    def _sure(self, choice: Choice) -> str:
        sure = percent(choice.candidate.confidence)
        if Objection.UNSUPPORTED in choice.against:
            words = answering.unsupported_words(self._visit, self._view, choice)
            return widgets.badge_html(words, "bad", "visibility_off")
        said = escape(self._visit.say("ask.sure", percent=sure))
        return f'<span class="small soft">{said}</span>'

    def _buttons(self) -> None:
        visit, view, first = self._visit, self._view, self._first
        say = visit.say
        with widgets.div("ask-buttons"):
            widgets.button(
                say("ask.correct"),
                lambda: answering.correct_sheet(visit, view),
                icon="edit",
                key="E" if first else "",
            )
            if view.direction is Direction.IN:
                widgets.button(
                    say("ask.visitor"),
                    lambda: answering.to_visitor_form(visit, view),
                    kind="main",
                    icon="person_add",
                    key="V" if first else "",
                )
            if not self._choices:
                widgets.button(
                    say("ask.admit_anyway"),
                    lambda: answering.ask_why(visit, view, typed(visit.services, view, "")),
                    icon="door_front",
                    key="0" if first else "",
                )
            widgets.button(
                say("ask.refuse"),
                lambda: answering.refuse_sheet(visit, view),
                kind="bad",
                icon="block",
                key="R" if first else "",
            )


def known_html(visit: PageContext, choice: Choice) -> str:
    """Return what the register says of a choice now."""
    if choice.standing is not None:
        return standing_html(visit.texts, choice.standing)
    badge = widgets.badge_html(visit.say("ask.not_registered"), "ask", "help")
    label = choice.candidate.label
    return f"{badge} {escape(household_text(visit.texts, label))}" if label else badge
