"""The pages that a person may go to, in the order of the rail. Pure.

A page that is not listed here is not linked; a page that the role may not open is not drawn (and is
refused by the server anyway, see gate/console/ui/pages.py).
"""

from dataclasses import dataclass
from typing import Final

from gate.auth.permissions import Action, Role, may


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the rail. text: key in the `nav` catalogue. key: the letter after G."""

    path: str
    text: str
    icon: str
    action: Action
    key: str


GUARD_PLACES: Final = (
    Place("/live", "live", "videocam", Action.WATCH, "L"),
    Place("/ask", "ask", "contact_support", Action.OPERATE, "A"),
    Place("/alarms", "alarms", "notifications", Action.WATCH, "M"),
    Place("/visitors/new", "visitor_new", "person_add", Action.REGISTER_VISITOR, "N"),
    Place("/visitors", "visitors", "badge", Action.REGISTER_VISITOR, "V"),
    Place("/log", "log", "list_alt", Action.READ_LOG_TODAY, "T"),
    Place("/inside", "inside", "garage", Action.SEE_INSIDE, "W"),
    Place("/handover", "handover", "handshake", Action.HAND_OVER, "H"),
)
MANAGER_PLACES: Final = (
    Place("/charts", "charts", "bar_chart", Action.READ_CHARTS, "C"),
    Place("/reports", "reports", "summarize", Action.READ_CHARTS, "D"),
    Place("/registry", "registry", "holiday_village", Action.SEARCH_REGISTRY, "R"),
    Place("/spaces", "spaces", "local_parking", Action.SEARCH_REGISTRY, "P"),
    Place("/blocks", "blocks", "block", Action.SEARCH_REGISTRY, "B"),
    Place("/special", "special", "emergency", Action.SEARCH_REGISTRY, "E"),
    Place("/import", "importing", "upload_file", Action.CHANGE_REGISTRY, "I"),
    Place("/users", "users", "group", Action.MANAGE_USERS, "U"),
    Place("/tokens", "tokens", "key", Action.MANAGE_TOKENS, "K"),
    Place("/settings", "settings", "settings", Action.CHANGE_SETTINGS, "S"),
    Place("/lookups", "lookups", "policy", Action.READ_AUDIT, "O"),
    Place("/privacy", "privacy", "privacy_tip", Action.READ_AUDIT, "Y"),
)


def places(role: Role) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return the guard's and the manager's pages that this role may open."""
    return (
        tuple(place for place in GUARD_PLACES if may(role, place.action)),
        tuple(place for place in MANAGER_PLACES if may(role, place.action)),
    )
