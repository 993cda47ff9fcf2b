"""Correcting who is inside: each sheet says what it will do, asks why, and acts once."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Any, assert_never

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_field import PlatePad
from gate.console.components.reason_choice import ReasonChoice
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.page import PageContext
from gate.console.ui.reason_dialog import About, why_sheet
from gate.domain.ports import Written
from gate.services import inside, presence
from gate.services.inside import Corrected, Done
from gate.services.presence import Unclear
from registry.rules.corrections import (
    MAX_COUNTED,
    Correction,
    CorrectionRefusal,
    PutInside,
    Recounted,
    TakenOut,
)
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts
from registry.rules.plates import Plate, PlateColour
from registry.rules.snapshot import plate_of
from registry.views.stays import StayLine

Then = Callable[[], Awaitable[None]]
REASONS = ("patrol", "misread", "held_open", "followed", "told")


def reasons(visit: PageContext) -> dict[str, str]:
    """Return why a person corrects, by code."""
    return {code: visit.say(f"stays.reason.{code}") for code in REASONS}


async def correct(
    visit: PageContext, right: Permission, wanted: Sequence[Correction], why: str
) -> bool:
    """Correct, and say what became of it; return whether anything was tried at all."""
    services = visit.services
    made = await mutations.work(
        visit, right, lambda user: inside.correct(services, user, wanted, why)
    )
    if isinstance(made, Rejected):
        return False
    _say(visit, made)
    return True


def _say(visit: PageContext, made: Corrected) -> None:
    refused = [refusal for refusal in made.refusals if refusal is not None]
    done = len(made.refusals) - len(refused)
    if done and made.kept is Written.SPOOLED:
        visit.tell("stays.waits", n=done)
    elif done:
        visit.tell("stays.done", n=done)
    if len(refused) == 1:
        visit.warn(f"stays.refused.{refused[0].value}")
    elif refused:
        visit.warn("stays.refused_some", n=len(refused))


def left_unseen(visit: PageContext, line: StayLine, facts: str, then: Then) -> None:
    """Ask why a vehicle is no longer inside; one press ends its stay."""

    async def chosen(why: str) -> None:
        wanted = [inside.left_unseen(line)]
        if await correct(visit, Permission.CORRECT_INSIDE, wanted, why):
            await then()

    above = plate_chip(line.plate, line.colour, size="big") + facts
    about = About(visit.say("stays.left_hint"), above, Permission.CORRECT_INSIDE)
    why_sheet(visit, visit.say("stays.left"), reasons(visit), chosen, about)


def take_back(visit: PageContext, done: Done, then: Then) -> None:
    """Ask why a correction was wrong; one press takes it back."""
    services, number = visit.services, done.row.seq

    async def chosen(why: str) -> None:
        made = await mutations.work(
            visit,
            Permission.CORRECT_INSIDE,
            lambda user: inside.undo(services, user, number, why),
        )
        if isinstance(made, Rejected):
            return
        if isinstance(made, CorrectionRefusal):
            visit.warn(f"stays.refused.{made.value}")
        else:
            visit.tell("stays.done", n=1)
        await then()

    above, hint = _what_is_taken_back(visit, done)
    mistake = {"mistake": visit.say("stays.reason.mistake")}
    about = About(hint, above, Permission.CORRECT_INSIDE)
    why_sheet(visit, visit.say("stays.undo"), mistake, chosen, about)


def _what_is_taken_back(visit: PageContext, done: Done) -> tuple[str, str]:
    """What stands on the sheet: the plate, or the class and its counts; and what will be so."""
    match done.correction:
        case Recounted(occupant, before, after):
            kind = escape(visit.texts.name_of("occupant", occupant.value))
            counted = f'<strong class="mono">{kind} {before:,} → {after:,}</strong>'
            return counted, visit.say("stays.undo_count", n=f"{before - after:+,}")
        case TakenOut(key):
            return plate_chip(plate_of(key), size="big"), visit.say("stays.undo_left")
        case PutInside(key):
            return plate_chip(plate_of(key), size="big"), visit.say("stays.undo_came")
        case _:
            assert_never(done.correction)


def came_in(visit: PageContext, then: Then) -> None:
    """Ask which vehicle is inside that nobody saw come in."""
    say, services, right = visit.say, visit.services, Permission.CORRECT_INSIDE
    dialog, card = widgets.sheet(say("stays.came"), wide=True)

    async def kept() -> None:
        if pad.found is None:
            pad.complain()
            return
        stay = presence.came_in(services.registry.snapshot, pad.found, pad.colour, visit.now())
        if isinstance(stay, Unclear):
            visit.warn("stays.say_colour")
            return
        if (remark := why.remark()) is not None:
            await _once(button, dialog, lambda: correct(visit, right, [stay], remark), then)

    def shown(plate: Plate | None) -> None:
        said.set_content(escape(_will_be(visit, plate)))

    with card:
        widgets.words(say("stays.came_hint"), "soft")
        said = widgets.words("", "soft").props("aria-live=polite")
        pad = PlatePad(visit, "", compare=False, ask_colour=PlateColour.UNKNOWN, on_change=shown)
        why = ReasonFields(visit)
        button = _buttons(visit, dialog, say("stays.came"), kept)
    visit.open_sheet(dialog, why.keys)


def _will_be(visit: PageContext, plate: Plate | None) -> str:
    """What the vehicle will be counted as, and where it will stand."""
    if plate is None:
        return ""
    register = visit.services.registry.snapshot
    stay = presence.came_in(register, plate, PlateColour.UNKNOWN, visit.now())
    if isinstance(stay, Unclear):
        return visit.say("stays.say_colour")
    return visit.say("stays.will_be", kind=visit.texts.name_of("occupant", stay.occupant.value))


def count(visit: PageContext, occupant: Occupant, counts: Counts, then: Then) -> None:
    """Ask how many vehicles of a class were counted, and show what that changes."""
    say = visit.say
    before, known = counts.occupancy.balance.get(occupant, 0), counts.known.get(occupant, 0)
    kind = visit.texts.name_of("occupant", occupant.value)
    dialog, card = widgets.sheet(say("stays.count_title", kind=kind))
    right = Permission.CORRECT_INSIDE

    def typed() -> int | None:
        text = str(number.value or "").strip()
        return int(text) if text.isdecimal() and int(text) <= MAX_COUNTED else None

    def compared() -> None:
        after = typed()
        difference = "" if after is None else say("stays.difference", n=f"{after - before:+,}")
        fewer = after is not None and after < known
        warning = widgets.badge_html(say("stays.fewer", n=known), "ask", "warning") if fewer else ""
        answer.set_content(f"{escape(difference)} {warning}")

    async def kept() -> None:
        after = typed()
        if after is None:
            visit.warn("stays.refused.no_count")
            return
        wanted = [Recounted(occupant, before, after)]
        if (remark := why.remark()) is not None:
            await _once(button, dialog, lambda: correct(visit, right, wanted, remark), then)

    with card:
        widgets.words(say("stays.count_now", n=f"{before:,}", known=f"{known:,}"))
        number = widgets.text_field(say("stays.counted")).on_value_change(compared)
        number.props("autofocus input-class=mono inputmode=numeric maxlength=5")
        answer = widgets.raw("", "row-flex").props("aria-live=polite")
        why = ReasonFields(visit)
        button = _buttons(visit, dialog, say("shell.keep"), kept)
    visit.open_sheet(dialog, why.keys)


class ReasonFields:
    """A choice of reasons and a remark beside it."""

    def __init__(self, visit: PageContext) -> None:
        self._choice = ReasonChoice(visit, reasons(visit))
        self._note = widgets.text_field(visit.say("by_hand.remark"))
        self.keys = self._choice.keys

    def remark(self) -> str | None:
        """Return the reason that was chosen; None, and say so, where none is."""
        return self._choice.remark(str(self._note.value or ""))


def _buttons(visit: PageContext, dialog: ui.dialog, yes: str, kept: Callable[[], Any]) -> ui.button:
    with widgets.div("row-flex"):
        button = widgets.button(yes, kept, kind="main")
        widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    return button


async def _once(
    button: ui.button, dialog: ui.dialog, doing: Callable[[], Awaitable[bool]], then: Then
) -> None:
    """Do it, deaf to a second press; where nothing took it, what was typed stays to be kept."""
    if not button.enabled:
        return
    button.set_enabled(False)
    try:
        done = await doing()
    finally:
        button.set_enabled(True)
    if done:
        dialog.close()
        await then()
