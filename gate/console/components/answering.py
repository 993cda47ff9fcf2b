"""Answering for a waiting vehicle: let it in, with a question where something speaks against it,
refuse it, take that back. What the pages of a guard share.

Rules of this file:
- The lane says whether it took the answer (gate.access.manual_admission is asked there again); a
  "no" is told.
- A question names all that speaks against the vehicle, and is answered with a reason.
- The second press of a doubled one is swallowed.
"""

from collections.abc import Callable
from html import escape
from typing import Final

from gate.access.manual_admission import reason_code
from gate.auth.permissions import Permission
from gate.console.components import visitor_instead
from gate.console.components.decision_texts import is_held_up
from gate.console.components.manual_control import by
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_choices import Choice, choice_of, typed
from gate.console.components.plate_field import PlatePad
from gate.console.components.standing_texts import standing_html
from gate.console.components.waiting_reason import percent
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.reason_dialog import REASONS, About, reasons_of, why_sheet
from gate.console.ui.still_waits import mark_when_gone
from gate.domain.decision import Objection
from gate.domain.passage import Direction, PassageId
from gate.domain.ports import LaneView
from registry.rules.standing import Visitor

REFUSALS: Final = ("household_said_no", "nobody_named", "soliciting", "told_to_wait", "other")
DEAF_S: Final = 0.7
"""Seconds for which a question about a doubtful plate hears no digit: the second of two quick
presses must not be the answer to what nobody has read yet."""


async def choose(visit: PageContext, view: LaneView, choice: Choice) -> None:
    """Admit a choice, after a question where something speaks against it."""
    now = choice_of(visit.services, view, choice.candidate)
    if now.against:
        ask_why(visit, view, now)
    else:
        await admit(visit, view, now, "candidate")


async def admit(visit: PageContext, view: LaneView, choice: Choice, remark: str) -> bool:
    """Admit the vehicle of this passage, and no other."""
    passage, lanes = view.passage, visit.services.lanes
    plate = choice.text if choice.text != view.plate else ""
    if passage is None:
        return False
    done = await _answer(
        visit, passage, lambda who: lanes.admit(passage, plate, who, remark, choice.against)
    )
    if done is None:
        return False
    if done:
        visit.tell("ask.admitted", plate=choice.text or visit.say("ask.no_plate"))
    else:
        _say_why_not(visit, view, choice)
    return done


async def _answer(
    visit: PageContext, passage: PassageId, act: Callable[[str], bool]
) -> bool | None:
    """Answer for a vehicle as who is logged in now; None where that is no press of its own."""
    monotonic = visit.services.clock.monotonic
    if not visit.answers.begin(passage, monotonic()):
        return None
    done = False
    try:
        done = await by(visit, act)
    finally:
        visit.answers.end(passage, monotonic(), done=done)
    return done


def _say_why_not(visit: PageContext, view: LaneView, choice: Choice) -> None:
    """The lane did not take it: something came up against it meanwhile, or it has gone."""
    now = choice_of(visit.services, view, choice.candidate)
    if now.against - choice.against:
        ask_why(visit, view, now)
    else:
        visit.warn("ask.gone")


def ask_why(
    visit: PageContext, view: LaneView, choice: Choice, then: Callable[[], None] | None = None
) -> None:
    """Name what speaks against this vehicle, ask why it is let in all the same, then admit it.

    then: called where it was admitted.
    """

    async def chosen(remark: str) -> None:
        checked = isinstance(choice.standing, Visitor) or view.direction is Direction.OUT
        if reason_code(remark) == "visitor" and not checked:
            visitor_instead.ask(visit, view, remark, act)
        else:
            await act(remark)

    async def act(remark: str) -> None:
        if await admit(visit, view, choice, remark) and then is not None:
            then()

    gravest = next((one for one in Objection if one in choice.against), Objection.NOT_IN_ORDER)
    doubtful = gravest is not Objection.NOT_IN_ORDER
    why_sheet(
        visit,
        visit.say(f"ask.against.{gravest.value}"),
        reasons_of(visit, REASONS),
        chosen,
        About(
            hint=visit.say("ask.anyway_text"),
            above=against_html(visit, view, choice),
            passage=view.passage,
            deaf_s=DEAF_S if doubtful else 0.0,
        ),
    )


def against_html(visit: PageContext, view: LaneView, choice: Choice) -> str:
    """Return the plate with everything that speaks against letting this vehicle in as it."""
    chip = plate_chip(choice.text, view.colour, size="big", against=view.plate)
    said = [standing_html(visit.texts, choice.standing)] if choice.standing is not None else []
    if Objection.UNSUPPORTED in choice.against:
        words = unsupported_words(visit, view, choice)
        said.append(widgets.badge_html(words, "bad", "visibility_off"))
    return f'<div class="row-flex">{chip}{"".join(said)}</div>'


def unsupported_words(visit: PageContext, view: LaneView, choice: Choice) -> str:
    """Return that the pictures show another plate, and which."""
    seen = view.decision
    sure = seen.evidence.get("confidence") if seen else None
    if seen is None or not isinstance(sure, float | int) or choice.text == view.plate:
        return visit.say("ask.unsupported", percent=percent(choice.candidate.confidence))
    return visit.say("ask.unsupported_read", plate=view.plate, percent=percent(float(sure)))


def refuse_sheet(visit: PageContext, view: LaneView) -> None:
    """Leave the arm down: a reason if there is one, and none with the same key or Enter."""

    async def chosen(remark: str) -> None:
        await refuse(visit, view, remark)

    why_sheet(
        visit,
        visit.say("ask.refuse_title"),
        reasons_of(visit, REFUSALS),
        chosen,
        About(
            hint=visit.say("ask.held_open" if is_held_up(view) else "ask.refuse_text"),
            above=plate_chip(view.plate, view.colour, size="big"),
            passage=view.passage,
            without=visit.say("ask.refuse_bare"),
            without_key="r",
        ),
    )


async def refuse(visit: PageContext, view: LaneView, remark: str) -> None:
    """Leave the arm down. The vehicle may still be let in by hand while it stands there."""
    passage, lanes = view.passage, visit.services.lanes
    if passage is None:
        return
    done = await _answer(visit, passage, lambda who: lanes.refuse(passage, who, remark))
    if done is None:
        return
    if not done:
        visit.warn("ask.gone")
    elif is_held_up(_now(visit, view)):
        visit.warn("ask.refused_open")
    else:
        visit.tell("ask.refused")


def _now(visit: PageContext, view: LaneView) -> LaneView:
    return next((one for one in visit.services.lanes.views() if one.lane == view.lane), view)


async def take_back(visit: PageContext, view: LaneView) -> None:
    """Let a vehicle that was refused wait for a person again, while it stands there."""
    passage, lanes = view.passage, visit.services.lanes
    if passage is None:
        return
    if await by(visit, lambda who: lanes.take_back(passage, who)):
        # What is answered now is no second press of what was taken back.
        visit.answers.end(passage, visit.services.clock.monotonic(), done=False)
        visit.tell("ask.taken_back")
    else:
        visit.warn("ask.gone")


def to_visitor_form(visit: PageContext, view: LaneView) -> None:
    """Go to the visitor form with what is known of this vehicle."""
    visit.go(visitor_instead.form_of(view))


def cutout(visit: PageContext, view: LaneView) -> str:
    """Return the plate as the camera saw it."""
    if not view.picture.plate:
        return ""
    alt = escape(visit.say("lane.cutout"))
    return f'<img class="cutout" src="/console/picture/{view.picture.plate}.jpg" alt="{alt}">'


def correct_sheet(visit: PageContext, view: LaneView) -> None:
    """Let the guard type the right plate, then say what the register knows of it."""
    if visit.act(Permission.OPERATE) is None:
        return
    dialog, card = widgets.sheet(visit.say("ask.correct_title"), wide=True)
    once = OneShot()

    async def done() -> None:
        if not pad.plate:
            pad.complain()
            return
        if not still_waits():
            visit.warn("ask.gone")
            return
        if not once.take():
            return
        dialog.close()
        choice = typed(visit.services, view, pad.plate)
        if choice.against:
            ask_why(visit, view, choice)
        else:
            await admit(visit, view, choice, "corrected")

    still_waits = mark_when_gone(visit, dialog, card, view.passage)
    with card:
        widgets.raw(cutout(visit, view))
        pad = PlatePad(visit, view.plate, view.colour, done)
        with widgets.div("row-flex"):
            widgets.button(visit.say("ask.admit"), done, kind="good big", icon="check", key="⏎")
            widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog)
