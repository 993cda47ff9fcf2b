"""The keys, shown by `?`: one sheet, the same words in every place."""

from html import escape
from typing import Final

from gate.console.ui import widgets
from gate.console.ui.navigation import places
from gate.console.ui.page import PageContext

LIVE: Final = (
    ("1 / 2", "raise"),
    ("Shift+1 / Shift+2", "emergency"),
    ("H 1 / H 2", "hold"),
    ("D 1 / D 2", "lower"),
    ("B 1 / B 2", "arm"),
    ("A", "ask"),
    ("K", "acknowledge"),
)
ASK: Final = (
    ("1 … 5", "admit"),
    ("0", "admit_anyway"),
    ("E", "correct"),
    ("V", "visitor"),
    ("S", "space"),
    ("R", "refuse"),
    ("Z", "take_back"),
)
ANYWHERE: Final = (("?", "keys"), ("Esc", "close"), ("Tab / Enter", "move"))


def show_keys(visit: PageContext) -> None:
    """Open the sheet of keys."""
    dialog, card = widgets.sheet(visit.say("help.title"), wide=True)
    with card:
        with widgets.div("two"):
            _group(visit, "live", LIVE)
            _group(visit, "ask", ASK)
            _group(visit, "anywhere", ANYWHERE)
            _places(visit)
        widgets.button(visit.say("shell.close"), dialog.close, kind="main").props("autofocus")
    visit.open_sheet(dialog)


def _group(visit: PageContext, name: str, keys: tuple[tuple[str, str], ...]) -> None:
    with widgets.div("col-flex"):
        widgets.heading(visit.say(f"help.{name}"), 3)
        widgets.facts((visit.say(f"help.do.{what}"), _key(key)) for key, what in keys)


def _places(visit: PageContext) -> None:
    guard, manager = places(visit.user.role)
    with widgets.div("col-flex"):
        widgets.heading(visit.say("help.pages"), 3)
        widgets.facts(
            (visit.say(f"nav.{place.text}"), _key("G") + _key(place.key))
            for place in (*guard, *manager)
        )


def _key(text: str) -> str:
    return f'<kbd class="key">{escape(text)}</kbd>'
