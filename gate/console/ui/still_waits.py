"""A sheet about a vehicle that waits: it says so when the vehicle has gone, or was answered for.

Without it, what is typed for one vehicle would be pressed while another one stands there.
"""

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.passage import PassageId

WAITING = frozenset({"asking", "refused"})


def waits(visit: PageContext, passage: PassageId | None) -> bool:
    """Whether this vehicle still waits for a person."""
    views = visit.services.lanes.views()
    return any(view.passage == passage and view.state in WAITING for view in views)


def mark_when_gone(
    visit: PageContext, dialog: ui.dialog, card: Element, passage: PassageId | None
) -> Callable[[], bool]:
    """Put a strip into the sheet when its vehicle has gone; return what tells if it still waits."""
    with card:
        strip = widgets.banner("bad", "block")
        with strip:
            widgets.words(visit.say("ask.gone_sheet"), "grow")
    strip.set_visibility(False)

    def still() -> bool:
        here = waits(visit, passage)
        strip.set_visibility(not here)
        return here

    def changed(kind: str, _: object) -> None:
        if kind == "lane" and not card.is_deleted:
            still()

    leave = visit.listen(changed)
    dialog.on("hide", leave)
    return still
