"""Asks before a visitor is registered twice: extend the pass that stands, or register once more.

Whether one stands is the register's to say, in the transaction that would make the second
(registry.store.visits.grant): two tabs, or a press that came twice, make one pass.
"""

from collections.abc import Awaitable, Callable

from gate.auth.permissions import Permission
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.services import passes
from gate.services.visitors import Already
from registry.store.visits import GrantRefusal

Then = Callable[[], Awaitable[None]]


def ask_again(visit: PageContext, already: Already, plate: str, keep: Then, again: Then) -> None:
    """Open the question. keep: goes on with the pass that stands; again: registers once more."""
    say = visit.say
    dialog, card = widgets.sheet(say("visitor.already", plate=plate))
    once = OneShot()

    def chosen(then: Then) -> Callable[[], Awaitable[None]]:
        async def pressed() -> None:
            if once.take():
                dialog.close()
                with visit.client:
                    await then()

        return pressed

    async def extend() -> None:
        if already.wanted <= already.until or await _extended(visit, already):
            await keep()

    with card:
        until = visit.time(already.until)
        uses = f"{already.spent} / {already.allowed}" if already.allowed else ""
        widgets.words(say("visitor.already_until", until=until))
        if uses:
            widgets.words(say("visitor.already_uses", uses=uses), "soft")
        longer = already.wanted > already.until
        first = (
            say("visitor.already_extend", until=visit.time(already.wanted))
            if longer
            else say("visitor.already_keep")
        )
        with widgets.div("row-flex"):
            widgets.button(first, chosen(extend), kind="main", key="1")
            widgets.button(say("visitor.already_again"), chosen(again), key="2")
            widgets.button(say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog, {"1": chosen(extend), "2": chosen(again)})


async def _extended(visit: PageContext, already: Already) -> bool:
    """Move the end of the pass that stands; say why not."""
    deed = passes.extend(already.id, already.wanted)
    made = await mutations.make(visit, Permission.REGISTER_VISITOR, deed)
    if isinstance(made, GrantRefusal):
        visit.warn(f"visitor.refused.{made.value}")
    return not isinstance(made, GrantRefusal | Rejected)
