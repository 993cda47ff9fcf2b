"""The sheet of an arm: lock, work on it, take a fault or a fire back. What is done seldom.

None of it moves the arm: it only says what the arm may do. The sheet shows what can be done now.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components import manual_control
from gate.console.components.decision_texts import state_badges
from gate.console.ui import widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.page import PageContext
from gate.console.ui.reason_dialog import About, reasons_of, why_sheet
from gate.domain.entries import BarrierAction
from gate.domain.ports import Lanes, LaneView

LOCK_REASONS: Final = ("closed_lane", "security", "broken", "other")
WORK_REASONS: Final = ("broken", "service", "testing", "other")
FAULT_REASONS: Final = ("looked_at", "repaired", "other")
Ask = Callable[[Lanes, str, str], bool]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """Something that may be done to an arm. name: key in `arm_sheet`, with .title and .done."""

    name: str
    icon: str
    act: Callable[[PageContext, LaneView], None]
    kind: str = ""


def arm_sheet(visit: PageContext, view: LaneView) -> None:
    """Show how the arm is and what may be done about it."""
    if visit.act(Permission.OPERATE) is None:
        return
    dialog, card = widgets.sheet(visit.say("arm_sheet.title", lane=view.name))
    items = tuple(items_for(view))

    def opener(item: MenuItem) -> Callable[[], None]:
        def chosen() -> None:
            dialog.close()
            item.act(visit, view)

        return chosen

    with card:
        widgets.raw(state_badges(visit.texts, view), "lane-words")
        with widgets.div("col-flex"):
            for number, item in enumerate(items, start=1):
                with widgets.div("deed"):
                    label = visit.say(f"arm_sheet.{item.name}")
                    widgets.button(
                        label,
                        opener(item),
                        kind=f"big {item.kind}",
                        icon=item.icon,
                        key=f"{number}",
                    )
                    widgets.words(visit.say(f"arm_sheet.{item.name}_hint"), "soft small")
        widgets.button(visit.say("shell.close"), dialog.close, key="Esc")
    visit.open_sheet(dialog, {str(n): opener(item) for n, item in enumerate(items, start=1)})


def items_for(view: LaneView) -> Iterator[MenuItem]:
    """Return what may be done to an arm in this state."""
    if view.mode == "fire":
        yield MenuItem("reset_fire", "local_fire_department", reset_fire, "bad")
    if view.arm == "fault":
        yield MenuItem("reset_fault", "build_circle", reset_fault, "main")
    if view.maintenance:
        yield MenuItem("end_maintenance", "engineering", end_maintenance, "main")
    else:
        yield MenuItem("begin_maintenance", "engineering", begin_maintenance)
    if view.locked:
        yield MenuItem("unlock", "lock_open", unlock, "main")
    else:
        yield MenuItem("lock", "lock", lock)


def lock(visit: PageContext, view: LaneView) -> None:
    """Keep the arm from being raised, except by fire."""
    _with_why(
        visit,
        view,
        "lock",
        LOCK_REASONS,
        lambda lanes, who, why: lanes.command(view.lane, BarrierAction.LOCK, who, why),
    )


def begin_maintenance(visit: PageContext, view: LaneView) -> None:
    """Leave the arm alone while somebody works on it."""

    def begin(lanes: Lanes, who: str, why: str) -> bool:
        return lanes.command(view.lane, BarrierAction.MAINTENANCE_ON, who, why)

    _with_why(visit, view, "begin_maintenance", WORK_REASONS, begin)


def reset_fault(visit: PageContext, view: LaneView) -> None:
    """State that somebody has looked at the arm."""

    def reset(lanes: Lanes, who: str, why: str) -> bool:
        return lanes.command(view.lane, BarrierAction.RESET_FAULT, who, why)

    _with_why(visit, view, "reset_fault", FAULT_REASONS, reset)


def unlock(visit: PageContext, view: LaneView) -> None:
    """End a lock, after a question."""
    _after_question(
        visit,
        view,
        "unlock",
        lambda lanes, who, why: lanes.command(view.lane, BarrierAction.UNLOCK, who, why),
    )


def end_maintenance(visit: PageContext, view: LaneView) -> None:
    """Take the arm into service again, after the question whether anybody is still at it."""

    def end(lanes: Lanes, who: str, why: str) -> bool:
        return lanes.command(view.lane, BarrierAction.MAINTENANCE_OFF, who, why)

    _after_question(visit, view, "end_maintenance", end)


def reset_fire(visit: PageContext, view: LaneView) -> None:
    """State that the fire is over: a person says so, after a question."""

    def reset(lanes: Lanes, who: str, why: str) -> bool:
        return lanes.command(view.lane, BarrierAction.RESET_FIRE, who, why)

    _after_question(visit, view, "reset_fire", reset, Permission.RESET_FIRE)


def _with_why(
    visit: PageContext, view: LaneView, name: str, reasons: tuple[str, ...], act: Ask
) -> None:
    async def chosen(remark: str) -> None:
        lanes = visit.services.lanes
        done = await manual_control.by(visit, lambda actor: act(lanes, actor, remark))
        manual_control.answer(visit, done, f"arm_sheet.{name}_done", view.name)

    title = visit.say(f"arm_sheet.{name}_title", lane=view.name)
    hint = visit.say(f"arm_sheet.{name}_hint")
    why_sheet(visit, title, reasons_of(visit, reasons), chosen, About(hint))


def _after_question(
    visit: PageContext, view: LaneView, name: str, act: Ask, right: Permission = Permission.OPERATE
) -> None:
    async def agreed() -> None:
        lanes = visit.services.lanes
        done = await manual_control.by(visit, lambda actor: act(lanes, actor, ""), right)
        manual_control.answer(visit, done, f"arm_sheet.{name}_done", view.name)

    if visit.act(right) is None:
        return
    confirm(
        visit,
        visit.say(f"arm_sheet.{name}_title", lane=view.name),
        visit.say(f"arm_sheet.{name}_text", lane=view.name),
        visit.say(f"arm_sheet.{name}"),
        agreed,
        kind="main",
    )
