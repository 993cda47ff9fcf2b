"""The pages that a person may go to, in the order of the rail. Pure.

A page that is not listed here is not linked; a page that the role may not open is not drawn (and is
refused by the server anyway, see gate/console/ui/pages.py).
"""

from dataclasses import dataclass
from typing import Final

from gate.auth.permissions import Permission, Role, may


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A page of the rail. text: key in the `nav` catalogue. key: the letter after G."""

    path: str
    text: str
    icon: str
    action: Permission
    key: str


GUARD_PLACES: Final = (
    NavigationItem("/live", "live", "videocam", Permission.WATCH, "L"),
    NavigationItem("/ask", "ask", "contact_support", Permission.OPERATE, "A"),
    NavigationItem("/alarms", "alarms", "notifications", Permission.WATCH, "M"),
    NavigationItem("/visitors/new", "visitor_new", "person_add", Permission.REGISTER_VISITOR, "N"),
    NavigationItem("/visitors", "visitors", "badge", Permission.REGISTER_VISITOR, "V"),
    NavigationItem("/log", "log", "list_alt", Permission.READ_LOG_TODAY, "T"),
    NavigationItem("/inside", "inside", "garage", Permission.SEE_INSIDE, "W"),
    NavigationItem("/handover", "handover", "handshake", Permission.HAND_OVER, "H"),
)
MANAGER_PLACES: Final = (
    NavigationItem("/charts", "charts", "bar_chart", Permission.READ_CHARTS, "C"),
    NavigationItem("/reports", "reports", "summarize", Permission.READ_CHARTS, "D"),
    NavigationItem("/registry", "registry", "holiday_village", Permission.SEARCH_REGISTRY, "R"),
    NavigationItem("/spaces", "spaces", "local_parking", Permission.SEARCH_REGISTRY, "P"),
    NavigationItem("/blocks", "blocks", "block", Permission.SEARCH_REGISTRY, "B"),
    NavigationItem("/special", "special", "emergency", Permission.SEARCH_REGISTRY, "E"),
    NavigationItem("/import", "importing", "upload_file", Permission.CHANGE_REGISTRY, "I"),
    NavigationItem("/users", "users", "group", Permission.MANAGE_USERS, "U"),
    NavigationItem("/tokens", "tokens", "key", Permission.MANAGE_TOKENS, "K"),
    NavigationItem("/settings", "settings", "settings", Permission.CHANGE_SETTINGS, "S"),
    NavigationItem("/lookups", "lookups", "policy", Permission.READ_AUDIT, "O"),
    NavigationItem("/privacy", "privacy", "privacy_tip", Permission.READ_AUDIT, "Y"),
)


def places(role: Role) -> tuple[tuple[NavigationItem, ...], tuple[NavigationItem, ...]]:
    """Return the guard's and the manager's pages that this role may open."""
    return (
        tuple(place for place in GUARD_PLACES if may(role, place.action)),
        tuple(place for place in MANAGER_PLACES if may(role, place.action)),
    )
