"""One lane on the live page: picture, drawn gate, last plate and answer, buttons.

The card is built once and changed in place, so that the picture does not blink and the arm is seen
to move.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components import answering, manual_control
from gate.console.components.decision_texts import (
    answer_class,
    answer_html,
    household_text,
    state_badges,
)
from gate.console.components.waiting_reason import why_words
from gate.console.live import barrier_dialog
from gate.console.live.gate_drawing import DRAWING, state_classes
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.decision import Reason
from gate.domain.passage import Direction
from gate.domain.ports import LaneView


@dataclass(frozen=True, slots=True)
class LaneLooks:
    """A button of a lane and what it does. key: {n} is the lane's number."""

    act: Callable[[PageContext, LaneView], object]
    icon: str
    kind: str = ""
    key: str = ""
    wide: bool = False


def _to_ask(visit: PageContext, view: LaneView) -> None:
    ui.navigate.to("/ask")


BUTTONS: Final = {
    "ask": LaneLooks(_to_ask, "contact_support", "main big", "A", wide=True),
    "take_back": LaneLooks(answering.take_back, "undo", "main", wide=True),
    "fire": LaneLooks(barrier_dialog.reset_fire, "local_fire_department", "bad", wide=True),
    "fault": LaneLooks(barrier_dialog.reset_fault, "build_circle", "main", wide=True),
    "end_maintenance": LaneLooks(barrier_dialog.end_maintenance, "engineering", "main", wide=True),
    "unlock": LaneLooks(barrier_dialog.unlock, "lock_open", "main", wide=True),
    "raise": LaneLooks(manual_control.raise_sheet, "expand_less", "good big", "{n}"),
    "emergency": LaneLooks(manual_control.emergency, "emergency", "bad big", "⇧{n}"),
    "hold": LaneLooks(manual_control.hold_sheet, "hourglass_top", key="H{n}"),
    "end_hold": LaneLooks(manual_control.release_hold, "hourglass_disabled", "main", key="H{n}"),
    "lower": LaneLooks(manual_control.lower_sheet, "expand_more", key="D{n}"),
    "arm": LaneLooks(barrier_dialog.arm_sheet, "tune", "small plain", "B{n}"),
}


class LaneCard:
    """The elements of one lane. number: the key that raises its arm."""

    def __init__(self, visit: PageContext, view: LaneView, number: int) -> None:
        self.view = view
        self.number = number
        self._visit = visit
        with widgets.div("card lane", tag="section").props(f'aria-label="{escape(view.name)}"'):
            self._head()
            self._picture()
            with widgets.div("lane-state"):
                self._gate = widgets.raw(DRAWING)
                self._badges = widgets.raw("", "lane-words").props("aria-live=polite")
            self._answer = widgets.raw("").props("aria-live=polite")
            self._buttons = widgets.div("lane-buttons")
        self._drawn_buttons: tuple[str, ...] = ()
        self.show(view)

    def show(self, view: LaneView) -> None:
        """Bring the card up to date."""
        self.view = view
        texts = self._visit.texts
        self._gate.classes(replace=state_classes(view.arm, view.presence))
        self._badges.set_content(state_badges(texts, view))
        self._answer.classes(replace=answer_class(view))
        self._answer.set_content(answer_html(texts, view, self._why(view)))
        wanted = self._wanted_buttons()
        if wanted != self._drawn_buttons:
            self._draw_buttons(wanted)

    def _why(self, view: LaneView) -> str:
        """Why, with figures where they are short: the card has less room than the queue."""
        seen, visit = view.decision, self._visit
        if seen is None or seen.reason is Reason.NEAR_MATCH:
            return ""
        why = why_words(visit.texts, seen, visit.local, visit.now())
        who = household_text(visit.texts, seen.household) if seen.household else ""
        return f"{why} · {who}" if who else why

    def _head(self) -> None:
        view, say = self.view, self._visit.say
        icon = "login" if view.direction is Direction.IN else "logout"
        with widgets.div("lane-head"):
            ui.icon(icon).props("aria-hidden=true").style("font-size:1.4rem")
            widgets.heading(view.name, 2)
            widgets.words(say(f"lane.{view.direction.value}"), "soft grow", tag="span")
            if self._visit.may(Permission.OPERATE):
                self._button("arm")

    def _picture(self) -> None:
        say, lane = self._visit.say, escape(self.view.lane)
        alt = escape(say("lane.picture", lane=self.view.name))
        widgets.raw(
            f'<img data-live="/console/lane/{lane}.jpg" alt="{alt}">'
            f'<div class="no-picture">{escape(say("lane.no_picture"))}</div>',
            "lane-picture",
        )

    def _wanted_buttons(self) -> tuple[str, ...]:
        if not self._visit.may(Permission.OPERATE):
            return ()
        view = self.view
        first = {
            "ask": view.state == "asking",
            "take_back": view.may_take_back,
            "fire": view.mode == "fire",
            "fault": view.arm == "fault",
            "end_maintenance": view.maintenance,
            "unlock": view.locked,
        }
        urgent = [name for name, wanted in first.items() if wanted]
        return (*urgent, "raise", "emergency", self.hold_or_end, "lower")

    @property
    def hold_or_end(self) -> str:
        """Which of the two the arm's mode leaves."""
        return "end_hold" if self.view.mode == "held_open" else "hold"

    def press(self, name: str) -> object:
        """Do what a button does: for keys."""
        return BUTTONS[name].act(self._visit, self.view)

    def _draw_buttons(self, wanted: tuple[str, ...]) -> None:
        self._drawn_buttons = wanted
        self._buttons.clear()
        with self._buttons:
            for name in wanted:
                self._button(name)

    def _button(self, name: str) -> None:
        looks = BUTTONS[name]
        key = looks.key.format(n=self.number)
        made = widgets.button(
            self._visit.say(f"lane.do.{name}"),
            lambda: looks.act(self._visit, self.view),
            kind=looks.kind,
            icon=looks.icon,
            key=key,
        )
        if looks.wide:
            made.classes("wide")
