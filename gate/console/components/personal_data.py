"""Names and phones on the screen: masked until shown with a reason, one line at a time."""

from html import escape

from gate.auth.permissions import Permission
from gate.console.components.data_access import with_reason
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from registry.rules.names import mask, mask_phone


def person(visit: PageContext, name: str, phone: str, target: str) -> None:
    """Place a masked name and phone, and what shows them; target: what the audit line names."""
    if not name and not phone:
        return
    with widgets.div("row-flex"):
        shown = widgets.raw(escape(f"{mask(name)} {mask_phone(phone)}".strip()), "mono", tag="span")

        def reveal() -> None:
            shown.set_content(escape(f"{name} {phone}".strip()))
            button.delete()

        if visit.may(Permission.REVEAL_PERSON):
            button = widgets.icon_button(
                "visibility",
                visit.say("look_up.show"),
                lambda: with_reason(visit, Permission.REVEAL_PERSON, "person", target, reveal),
                kind="small plain",
            )
