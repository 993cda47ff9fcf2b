"""Pages for paper: a button that prints, which is not on the paper itself."""

from nicegui import ui

from gate.console.ui import widgets
from gate.console.ui.page import PageContext


def print_button(visit: PageContext) -> None:
    """Place the button."""
    with widgets.div("no-print"):
        label = visit.say("shell.print")
        widgets.button(label, lambda: ui.run_javascript("window.print()"), icon="print")
