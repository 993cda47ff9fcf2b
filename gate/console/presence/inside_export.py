"""The list of vehicles inside as a file: whose, since when, where; names masked as on the page."""

from collections.abc import Iterator
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import household_text
from gate.console.components.export_dialog import export_sheet
from gate.console.ui.page import PageContext
from gate.reports.exports import Listed
from gate.services import inside
from registry.rules.names import mask
from registry.views.stays import StayLine, StayPlace, Which

PORTION: Final = 500
FIELDS: Final = ("plate", "class", "household", "since", "space", "due", "overstay", "passage")


def export_inside(visit: PageContext, which: Which) -> None:
    """Ask for file and reason, then export the vehicles inside that match."""
    if visit.act(Permission.SEE_INSIDE) is not None:
        export_sheet(visit, lambda: listed(visit, which))


def listed(visit: PageContext, which: Which) -> Listed:
    """The vehicles inside that match, longest inside first."""
    headings = tuple(visit.say(f"stays.column.{name}") for name in FIELDS)
    return Listed(f"inside {which}", headings, _lines(visit, which))


def _lines(visit: PageContext, which: Which) -> Iterator[list[str]]:
    after: StayPlace | None = None
    while True:
        page = inside.lines(visit.services, which, after, PORTION)
        for line in page.lines:
            yield list(_cells(visit, line))
        if (after := page.next) is None:
            return


def _cells(visit: PageContext, line: StayLine) -> tuple[str, ...]:
    """As FIELDS."""
    return (
        line.plate,
        visit.texts.name_of("occupant", line.occupant.value),
        household_text(visit.texts, line.home) or mask(line.holder),
        visit.time(line.since),
        line.space,
        visit.time(line.due),
        visit.say("stays.overstay") if line.overstays(visit.now()) else "",
        line.passage,
    )
