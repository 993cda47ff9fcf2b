"""What the register says of a plate, in words for a guard: sign, word and household.

Pure but for the catalogues.
"""

from html import escape
from typing import Final, assert_never

from gate.access.explain import blocking_of
from gate.console.components.decision_texts import household_text
from gate.console.ui.widgets import badge_html
from gate.i18n.texts import Texts
from registry.rules.standing import (
    Blocked,
    Emergency,
    OutsidePeriod,
    PassRefused,
    Registered,
    SpaceTaken,
    Standing,
    Unknown,
    Utility,
    Visitor,
)


def standing_html(texts: Texts, standing: Standing) -> str:
    """Return the standing as a badge and whom it concerns."""
    kind, icon, word, who = _words(texts, standing)
    badge = badge_html(word, kind, icon)
    name = f" <b>{escape(household_text(texts, who))}</b>" if who else ""
    inside = (
        badge_html(texts.say("standing.inside"), "ask", "home") if standing.inside_since else ""
    )
    return f"{badge}{name} {inside}"


def _words(texts: Texts, standing: Standing) -> tuple[str, str, str, str]:
    """Return kind, icon, word and whom it concerns."""
    name = _NAMES[type(standing)]
    match standing:
        case Registered(registration) | SpaceTaken(registration) | OutsidePeriod(registration):
            who = registration.household
        case Visitor(visitor_pass) | PassRefused(visitor_pass):
            who = visitor_pass.household
        case Utility(organisation) | Emergency(_, organisation):
            who = organisation
        case Blocked() | Unknown():
            who = ""
        case _:
            assert_never(standing)
    blocked = blocking_of(standing) is not None
    kind, icon = _LOOKS["blocked"] if blocked else _LOOKS.get(name, ("ask", "help"))
    return kind, icon, _word(texts, standing, name), who


def _word(texts: Texts, standing: Standing, name: str) -> str:
    if (blocking := blocking_of(standing)) is not None:
        why = texts.name_of("block_reason", blocking.reason.value)
        return f"{texts.say('standing.blocked')} · {why}"
    if isinstance(standing, PassRefused):
        return texts.say(f"standing.pass_{standing.fault.value}")
    return texts.say(f"standing.{name}")


_NAMES: Final = {
    Registered: "registered",
    Visitor: "visitor",
    Utility: "utility",
    Emergency: "emergency",
    Blocked: "blocked",
    SpaceTaken: "space_taken",
    OutsidePeriod: "outside_period",
    PassRefused: "pass_refused",
    Unknown: "unknown",
}
_LOOKS: Final = {
    "registered": ("good", "check_circle"),
    "visitor": ("good", "badge"),
    "utility": ("good", "build"),
    "emergency": ("good", "emergency"),
    "blocked": ("bad", "block"),
    "space_taken": ("ask", "local_parking"),
    "outside_period": ("ask", "event_busy"),
    "pass_refused": ("ask", "event_busy"),
}
