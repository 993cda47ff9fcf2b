"""By hand: raise, hold, lower, emergency release, reset after fire. Who, why, and never by itself.

Rules of this file:
- Each handler asks the doorkeeper anew and passes the name of who acts.
- A sheet acts once: a doubled click or key finds it closed.
- What the lane answers is said; a "no" says that nothing moved.
"""

from collections.abc import Callable
from typing import Any, Final

from nicegui import run

from gate.console import widgets
from gate.console.confirming import confirm
from gate.console.once import Once
from gate.console.visit import Visit
from gate.entries import Audited
from gate.errors import JournalAway
from gate.events import LaneId
from gate.people import Action
from gate.ports import LaneView

REASONS: Final = ("visitor", "delivery", "moving", "taxi", "misread", "emergency", "other")
HOLD_MINUTES: Final = (5, 15, 30, 60, 120, 240)


def raise_sheet(visit: Visit, view: LaneView) -> None:
    """Ask for the reason and raise the arm with it: two presses in all."""
    if visit.act(Action.OPERATE) is None:
        return
    dialog, card = widgets.sheet(visit.say("by_hand.raise_title", lane=view.name))
    once = Once()

    async def chosen(reason: str) -> None:
        user = visit.act(Action.OPERATE)
        if user is None or not once.take():
            return
        dialog.close()
        remark = f"{reason}: {note.value.strip()}" if note.value.strip() else reason
        done = await run.io_bound(
            visit.services.lanes.raise_by_hand, view.lane, user.name, remark, False
        )
        _answer(visit, bool(done), "by_hand.raised", view.name)

    with card:
        widgets.words(visit.say("by_hand.why"), "soft")
        with widgets.div("choices"):
            for number, reason in enumerate(REASONS, start=1):
                widgets.button(
                    visit.say(f"by_hand.reason.{reason}"),
                    _later(chosen, reason),
                    kind="big",
                    key=str(number),
                )
        note = widgets.text_field(visit.say("by_hand.remark"))
        widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    digits = {str(n): _later(chosen, reason) for n, reason in enumerate(REASONS, start=1)}
    visit.open_sheet(dialog, digits)


async def emergency(visit: Visit, view: LaneView) -> None:
    """Raise at once for an ambulance or fire engine; the remark comes afterwards."""
    user = visit.act(Action.OPERATE)
    if user is None:
        return
    done = await run.io_bound(
        visit.services.lanes.raise_by_hand, view.lane, user.name, "emergency", True
    )
    _answer(visit, bool(done), "by_hand.released", view.name)
    _remark_sheet(visit, view.lane, view.name)


def _remark_sheet(visit: Visit, lane: LaneId, name: str) -> None:
    dialog, card = widgets.sheet(visit.say("by_hand.remark_title", lane=name))

    async def keep() -> None:
        user = visit.act(Action.OPERATE)
        if user is None or not note.value.strip():
            return
        entry = Audited(user.name, "emergency_remark", target=lane, why=note.value.strip())
        try:
            await run.io_bound(visit.services.journal.append, entry)
        except JournalAway:
            visit.warn("shell.not_kept")
            return
        dialog.close()
        visit.tell("by_hand.remark_kept")

    with card:
        widgets.words(visit.say("by_hand.remark_hint"), "soft")
        note = widgets.text_field(visit.say("by_hand.remark"), area=True).props("autofocus")
        with widgets.div("row-flex"):
            widgets.button(visit.say("shell.keep"), keep, kind="main")
            widgets.button(visit.say("by_hand.later"), dialog.close)
    visit.open_sheet(dialog)


def hold_sheet(visit: Visit, view: LaneView) -> None:
    """Ask how long the arm is to stay up, and why; the site's cap bounds the choice."""
    if visit.act(Action.OPERATE) is None:
        return
    dialog, card = widgets.sheet(visit.say("by_hand.hold_title", lane=view.name))
    once = Once()
    cap = visit.services.hold_cap.total_seconds() / 60

    async def chosen(minutes: int) -> None:
        user = visit.act(Action.OPERATE)
        if user is None or not once.take():
            return
        dialog.close()
        remark = f"{reason.value}: {note.value.strip()}" if note.value.strip() else reason.value
        done = await run.io_bound(
            visit.services.lanes.hold, view.lane, user.name, str(remark), minutes * 60.0
        )
        _answer(visit, bool(done), "by_hand.held", view.name)

    with card:
        names = {code: visit.say(f"by_hand.reason.{code}") for code in REASONS}
        reason = widgets.choice_field(visit.say("by_hand.why"), names, "moving")
        note = widgets.text_field(visit.say("by_hand.remark"))
        widgets.words(visit.say("by_hand.hold_hint", cap=int(cap)), "soft")
        with widgets.div("choices"):
            for minutes in (m for m in HOLD_MINUTES if m <= cap):
                label = visit.say("by_hand.minutes", n=minutes)
                widgets.button(label, _later(chosen, minutes), kind="big")
        widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog)


async def release_hold(visit: Visit, view: LaneView) -> None:
    """End the hold; the arm's own rules decide when it comes down."""
    user = visit.act(Action.OPERATE)
    if user is None:
        return
    done = await run.io_bound(visit.services.lanes.release_hold, view.lane, user.name, "")
    _answer(visit, bool(done), "by_hand.hold_ended", view.name)


async def lower(visit: Visit, view: LaneView) -> None:
    """Ask for the arm to come down; the barrier refuses while anything may be under it."""
    user = visit.act(Action.OPERATE)
    if user is None:
        return
    done = await run.io_bound(visit.services.lanes.lower, view.lane, user.name, "")
    if done:
        visit.tell("by_hand.lowering", lane=view.name)
    else:
        visit.warn("by_hand.not_lowered", lane=view.name)


def reset_fire(visit: Visit, view: LaneView) -> None:
    """State that the fire is over: a person says so, after a question."""

    async def agreed() -> None:
        user = visit.act(Action.RESET_FIRE)
        if user is None:
            return
        done = await run.io_bound(visit.services.lanes.reset_fire, view.lane, user.name, "")
        _answer(visit, bool(done), "by_hand.fire_reset", view.name)

    confirm(
        visit,
        visit.say("by_hand.fire_title"),
        visit.say("by_hand.fire_text", lane=view.name),
        visit.say("by_hand.fire_yes"),
        agreed,
    )


def _later(action: Callable[[Any], Any], value: object) -> Callable[[], Any]:
    return lambda: action(value)


def _answer(visit: Visit, done: bool, key: str, lane: str) -> None:
    if done:
        visit.tell(key, lane=lane)
    else:
        visit.warn("by_hand.refused", lane=lane)
