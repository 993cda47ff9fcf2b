"""Which vehicle stands in the space of one that waits (一位多车), and the way to put that right.

A missed exit keeps a space taken: the guard sees which vehicle is meant to stand there, looks, and
corrects it on the page of those inside.
"""

from html import escape
from typing import Final
from urllib.parse import quote

from gate.auth.permissions import Permission
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.decision import Reason
from gate.domain.ports import LaneView
from registry.rules.plates import Malformed, PlateColour, parse
from registry.rules.snapshot import plate_of

KEY: Final = "s"


def in_the_way(visit: PageContext, view: LaneView) -> tuple[str, ...] | None:
    """Return what stands in the vehicle's spaces; None where it waits for another reason."""
    if view.decision is None or view.decision.reason is not Reason.SPACE_TAKEN:
        return None
    plate = parse(view.plate)
    if isinstance(plate, Malformed) or not visit.may(Permission.SEE_INSIDE):
        return None
    seen = next((one for one in PlateColour if one.value == view.colour), PlateColour.UNKNOWN)
    return visit.services.registry.snapshot.in_its_spaces(plate, seen)


def strip(visit: PageContext, view: LaneView, *, first: bool) -> None:
    """Place the vehicles in the way, each with a link to where its stay is corrected."""
    keys = in_the_way(visit, view)
    if keys is None:
        return
    if not keys:
        widgets.badge(visit.say("ask.space_free"), "good", "local_parking")
        return
    inside = visit.services.registry.snapshot.inside
    label = escape(visit.say("ask.look_inside"))
    with widgets.div("candidate"), widgets.div("words col-flex"):
        widgets.words(visit.say("ask.in_space"), "small soft")
        for number, key in enumerate(keys):
            since = visit.say("stays.since", since=visit.hour(inside[key].since))
            hint = ' <kbd class="key">S</kbd>' if first and number == 0 else ""
            widgets.raw(
                f"{plate_chip(plate_of(key))}"
                f'<span class="small soft mono">{escape(since)}</span>'
                f'<a class="plain-btn" href="{_page(key)}">{label}{hint}</a>',
                "row-flex",
            )


def look(visit: PageContext, view: LaneView) -> None:
    """Go to the first vehicle in the way, among those inside."""
    if keys := in_the_way(visit, view):
        visit.go(_page(keys[0]))


def _page(key: str) -> str:
    return f"/inside?plate={quote(plate_of(key))}"
