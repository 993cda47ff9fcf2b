"""A line of the audit in words: what was done, why, to what, with a link to it.

Whatever the program writes into the audit has a word here, in both languages; an action of another
release is shown with its underscores as spaces rather than not at all.
"""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import quote

from gate.console.components.data_access import why_text
from gate.console.components.decision_texts import household_text, reason_text, remark_text
from gate.console.ui.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.console.ui.page import PageContext
from gate.i18n.texts import Texts
from gate.reports.model import AuditRow
from registry.rules.plates import Malformed, parse

_PLACES: Final = {place.path: place.action for place in (*GUARD_PLACES, *MANAGER_PLACES)}
_WHERE: Final[Mapping[str, str]] = {
    "alarm": "/alarms",
    "user": "/users",
    "password": "/users",
    "role": "/users",
    "second": "/users",
    "token": "/tokens",
    "setting": "/settings",
    "hold_": "/privacy",
    "disclosed": "/privacy",
    "import": "/import",
    "block": "/blocks",
    "vehicle_listed": "/special",
    "vehicle_unlisted": "/special",
    "pattern": "/special",
    "visitor": "/visitors",
    "pass_": "/visitors",
    "name_checked": "/visitors",
    "presence": "/inside",
    "handover": "/handover",
    "vehicle": "/registry",
    "household": "/registry",
    "person_": "/registry",
    "space": "/spaces",
}
"""Where the object of an action is looked at, by how the action's name begins; first match."""


def action_text(texts: Texts, action: str) -> str:
    """Return what was done."""
    for area in ("audit", "entry.service"):
        if texts.knows(f"{area}.{action}"):
            return texts.say(f"{area}.{action}")
    return action.replace("_", " ")


def actor_text(texts: Texts, row: AuditRow) -> str:
    """Return who did it; the program and who typed no name have words of their own."""
    if row.actor == "service":
        return texts.say("lookups.service")
    return row.actor or texts.say("lookups.nobody")


def why_words(visit: PageContext, row: AuditRow) -> str:
    """Return the reason in words: of a look-up, of what was done to an arm, of a refused log-in."""
    texts, why = visit.texts, row.why
    if row.action == "log_in_refused":
        return texts.name_of("login", why)
    if row.action == "raise":
        return reason_text(texts, why)
    return remark_text(texts, why) if row.lane else why_text(visit, why)


def target_html(visit: PageContext, row: AuditRow) -> str:
    """Return what it was done to, in words, as a link where its page may be opened."""
    said = escape(_target(visit, row))
    address = _address(visit, row)
    return f'<a href="{escape(address)}">{said or "→"}</a>' if address else said


def _target(visit: PageContext, row: AuditRow) -> str:
    texts = visit.texts
    if row.action == "alarm_acknowledged":
        return texts.say("nav.alarms")
    if row.action.startswith("setting"):
        key = f"tunable.{row.target.rpartition('.')[2]}.name"
        return texts.say(key) if texts.knows(key) else row.target
    lanes = {str(view.lane): view.name for view in visit.services.lanes.views()}
    if row.target in lanes:
        return lanes[row.target]
    return household_text(texts, row.target)


def _address(visit: PageContext, row: AuditRow) -> str:
    """Return where the object is looked at; "" where it has no page, or not for this reader."""
    passage = str(row.detail.get("passage", ""))
    if passage:
        return f"/passages/{quote(passage)}"
    plate = parse(row.target) if row.target else None
    is_plate = plate is not None and not isinstance(plate, Malformed)
    if row.action.startswith("look_up") and is_plate:
        path, query = "/log", f"?plate={quote(row.target)}"
    else:
        path = next((at for start, at in _WHERE.items() if row.action.startswith(start)), "")
        query = f"?plate={quote(row.target)}" if path == "/inside" and is_plate else ""
    action = _PLACES.get(path)
    return f"{path}{query}" if action is not None and visit.may(action) else ""
