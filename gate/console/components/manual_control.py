"""By hand: raise, hold, lower, emergency release. Who, why, with picture, and never by itself.

Rules of this file:
- Each handler asks the authentication anew and passes the name of who acts.
- A sheet acts once: a doubled click or key finds it closed.
- What the lane answers is said; a "no" says that nothing moved.
"""

from collections.abc import Callable
from typing import Any, Final

from nicegui import run

from gate.access.manual_admission import VISITOR, reason_code
from gate.auth.permissions import Permission
from gate.console.components import visitor_instead
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.reason_dialog import REASONS, About, reasons_of, why_sheet
from gate.domain.entries import Audited, BarrierAction
from gate.domain.errors import JournalUnavailableError
from gate.domain.passage import Direction, LaneId
from gate.domain.ports import LaneView

LOWER_REASONS: Final = ("passed_by", "left_up", "security", "other")
HOLD_MINUTES: Final = (5, 15, 30, 60, 120, 240)


def raise_sheet(visit: PageContext, view: LaneView) -> None:
    """Ask for the reason and raise the arm with it: two presses in all, but for a visitor."""

    async def act(remark: str) -> None:
        lanes = visit.services.lanes
        done = await by(visit, lambda actor: lanes.raise_by_hand(view.lane, actor, remark, False))
        answer(visit, done, "by_hand.raised", view.name)

    async def chosen(remark: str) -> None:
        if reason_code(remark) == VISITOR and view.direction is Direction.IN:
            visitor_instead.ask(visit, view, remark, act)
        else:
            await act(remark)

    title = visit.say("by_hand.raise_title", lane=view.name)
    why_sheet(visit, title, reasons_of(visit, REASONS), chosen)


async def emergency(visit: PageContext, view: LaneView) -> None:
    """Raise at once for an ambulance or fire engine; the remark comes afterwards."""
    lanes = visit.services.lanes
    if visit.act(Permission.OPERATE) is None:
        return
    done = await by(visit, lambda who: lanes.raise_by_hand(view.lane, who, "emergency", True))
    answer(visit, done, "by_hand.released", view.name)
    _remark_sheet(visit, view.lane, view.name)


def _remark_sheet(visit: PageContext, lane: LaneId, name: str) -> None:
    dialog, card = widgets.sheet(visit.say("by_hand.remark_title", lane=name))
    once = OneShot()

    async def keep() -> None:
        user = visit.act(Permission.OPERATE)
        if user is None:
            return
        if not note.value.strip():
            visit.warn("by_hand.remark_needed")
            return
        if not once.take():
            return
        entry = Audited(user.name, "emergency_remark", target=lane, why=note.value.strip())
        dialog.close()
        try:
            await run.io_bound(visit.services.journal.append, entry)
        except JournalUnavailableError:
            visit.warn("shell.not_kept")
            return
        visit.tell("by_hand.remark_kept")

    with card:
        widgets.words(visit.say("by_hand.remark_hint"), "soft")
        note = widgets.text_field(visit.say("by_hand.remark"), area=True).props("autofocus")
        with widgets.div("row-flex"):
            widgets.button(visit.say("shell.keep"), keep, kind="main")
            widgets.button(visit.say("by_hand.later"), dialog.close, key="Esc")
    visit.open_sheet(dialog)


def hold_sheet(visit: PageContext, view: LaneView) -> None:
    """Ask why the arm is to stay up, then how long: two digits."""

    def chosen(remark: str) -> None:
        _how_long(visit, view, remark)

    title = visit.say("by_hand.hold_title", lane=view.name)
    why_sheet(visit, title, reasons_of(visit, REASONS), chosen)


def _how_long(visit: PageContext, view: LaneView, remark: str) -> None:
    """Ask how long; the site's cap bounds the choice."""
    dialog, card = widgets.sheet(visit.say("by_hand.hold_title", lane=view.name))
    once, lanes = OneShot(), visit.services.lanes
    cap = visit.services.hold_cap.total_seconds() / 60
    offered = [minutes for minutes in HOLD_MINUTES if minutes <= cap] or [int(cap)]

    async def chosen(minutes: int) -> None:
        if visit.act(Permission.OPERATE) is None or not once.take():
            return
        dialog.close()
        done = await by(
            visit,
            lambda who: lanes.command(view.lane, BarrierAction.HOLD, who, remark, minutes * 60.0),
        )
        answer(visit, done, "by_hand.held", view.name)

    with card:
        widgets.words(visit.say("by_hand.hold_hint", cap=int(cap)), "soft")
        with widgets.div("choices"):
            for number, minutes in enumerate(offered, start=1):
                label = visit.say("by_hand.minutes", n=minutes)
                widgets.button(label, _later(chosen, minutes), kind="big", key=str(number))
        widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    digits = {str(n): _later(chosen, minutes) for n, minutes in enumerate(offered, start=1)}
    visit.open_sheet(dialog, digits)


async def release_hold(visit: PageContext, view: LaneView) -> None:
    """End the hold; the arm's own rules decide when it comes down."""
    if visit.act(Permission.OPERATE) is None:
        return
    lanes = visit.services.lanes
    done = await by(
        visit, lambda actor: lanes.command(view.lane, BarrierAction.RELEASE_HOLD, actor, "")
    )
    answer(visit, done, "by_hand.hold_ended", view.name)


def lower_sheet(visit: PageContext, view: LaneView) -> None:
    """Ask why, then for the arm to come down; the barrier refuses while anything may be under."""

    async def chosen(remark: str) -> None:
        lanes = visit.services.lanes
        if await by(
            visit, lambda actor: lanes.command(view.lane, BarrierAction.LOWER, actor, remark)
        ):
            visit.tell("by_hand.lowering", lane=view.name)
        else:
            visit.warn("by_hand.not_lowered", lane=view.name)

    title = visit.say("by_hand.lower_title", lane=view.name)
    hint = visit.say("by_hand.lower_hint")
    why_sheet(visit, title, reasons_of(visit, LOWER_REASONS), chosen, About(hint))


async def by(
    visit: PageContext, act: Callable[[str], bool], right: Permission = Permission.OPERATE
) -> bool:
    """Do something as who is logged in now, aside from the event loop; return what came of it."""
    user = visit.act(right)
    return user is not None and bool(await run.io_bound(act, user.name))


def answer(visit: PageContext, done: bool, key: str, lane: str) -> None:
    """Say what came of it."""
    if done:
        visit.tell(key, lane=lane)
    else:
        visit.warn("by_hand.refused", lane=lane)


def _later(action: Callable[[Any], Any], value: object) -> Callable[[], Any]:
    return lambda: action(value)
