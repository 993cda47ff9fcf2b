"""A visitor is registered, with the owner's name checked; in need let in past that, with words.

Whoever chooses "visitor" as the reason for an opening comes here first. What is let in past the
check is counted where managers see it (gate.access.manual_admission, `Reason.VISITOR_UNCHECKED`).
"""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from gate.access.manual_admission import VISITOR
from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.domain.ports import LaneView

Act = Callable[[str], Awaitable[None]]


def ask(visit: PageContext, view: LaneView, remark: str, act: Act) -> None:
    """Lead to the visitor form, or let in with words; act: is given the whole remark."""
    dialog, card = widgets.sheet(visit.say("by_hand.visitor_title"))
    once = OneShot()

    def to_form() -> None:
        dialog.close()
        visit.go(form_of(view))

    async def in_need() -> None:
        if visit.act(Permission.OPERATE) is None:
            return
        words = str(note.value or "").strip()
        if not words:
            visit.warn("by_hand.visitor_words")
            note.run_method("focus")
            return
        if not once.take():
            return
        dialog.close()
        await act(f"{VISITOR}: {words}")

    with card:
        widgets.words(visit.say("by_hand.visitor_text"), "soft")
        widgets.button(
            visit.say("by_hand.visitor_form"), to_form, kind="main big", icon="person_add", key="1"
        )
        note = widgets.text_field(
            visit.say("by_hand.visitor_need"), remark.partition(":")[2].strip()
        )
        note.on("keydown.enter", in_need)
        with widgets.div("row-flex"):
            widgets.button(visit.say("by_hand.visitor_anyway"), in_need, icon="door_front")
            widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog, {"1": to_form})


def form_of(view: LaneView) -> str:
    """Return the address of the visitor form for the vehicle before this arm, if there is one."""
    if view.passage is None:
        return "/visitors/new"
    return f"/visitors/new?plate={quote(view.plate)}&passage={quote(view.passage)}"
