"""Every page of the console, by name: what screenshots are made of and every check looks at."""

from nicegui import Client

from gate.console.ui.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.reports.model import PassageFilter
from tests.gate.console.serving import Served

LOOKED_UP = 20
BEYOND_THE_RAIL = {
    "household": "/registry/1",
    "visitor_log": "/visitors/log",
    "account": "/account",
    "holds": "/privacy/holds",
    "disclosures": "/privacy/disclosures",
    "disclosure_form": "/privacy/disclosures/form",
    "disclosure_filled": "/privacy/disclosures/form/1",
    "person": "/privacy/person",
    "sign": "/privacy/sign",
}


def every_page(pages: Served) -> dict[str, str]:
    """Name -> path: the rail's, then those behind it; of the passages one with pictures."""
    newest = pages.site.services.reports.passages(PassageFilter(), None, LOOKED_UP).rows
    pictured = next((row for row in newest if row.picture_frame), newest[0])
    rail = {place.text: place.path for place in (*GUARD_PLACES, *MANAGER_PLACES)}
    return rail | {"passage": f"/passages/{pictured.passage}"} | BEYOND_THE_RAIL


def forms() -> set[str]:
    """The paths that are served, as they were registered."""
    return set(Client.page_routes.values())
