"""Asks before harm is done: what will happen, a way back first, and one press to agree."""

from collections.abc import Awaitable, Callable

from gate.auth.permissions import Permission
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.services.registry_changes import Deed


def confirm(
    visit: PageContext,
    title: str,
    text: str,
    yes: str,
    agreed: Callable[[], Awaitable[None]],
    *,
    kind: str = "bad",
) -> None:
    """Ask; call `agreed` once if the person says yes."""
    dialog, card = widgets.sheet(title)
    once = OneShot()

    async def said_yes() -> None:
        if once.take():
            dialog.close()
            with visit.client:  # On a slow machine the question is gone before the deed is done.
                await agreed()

    with card:
        widgets.words(text)
        with widgets.div("row-flex"):
            widgets.button(visit.say("shell.cancel"), dialog.close).props("autofocus")
            widgets.button(yes, said_yes, kind=kind)
    visit.open_sheet(dialog)


def confirm_deed(
    visit: PageContext,
    right: Permission,
    title: str,
    text: str,
    deed: Deed[object],
    then: Callable[[], Awaitable[None]],
) -> None:
    """Ask; change the register if the person agrees, say so, and go on with `then`."""

    async def agreed() -> None:
        done = await mutations.make(visit, right, deed)
        if not isinstance(done, Rejected):
            visit.tell("users.done")
            await then()

    confirm(visit, title, text, title, agreed)
