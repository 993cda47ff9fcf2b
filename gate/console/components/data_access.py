"""Look-ups of somebody's data: a reason first, then a line in the audit, then the data.

If the line cannot be written, nothing is shown.
"""

from collections.abc import Callable
from typing import Any, Final

from nicegui import run

from gate.auth.permissions import Permission
from gate.auth.users import User
from gate.console.components.reason_choice import ReasonChoice
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError

REASONS: Final = ("gate_work", "resident_asks", "incident", "police", "check")


async def note(visit: PageContext, user: User, action: str, target: str, why: str) -> bool:
    """Write the look-up; return whether it is on record."""
    entry = Audited(user.name, f"look_up_{action}", target=target, why=why)
    try:
        await run.io_bound(visit.services.journal.append, entry)
    except JournalUnavailableError:
        visit.warn("shell.not_kept")
        return False
    return True


def with_reason(
    visit: PageContext, right: Permission, action: str, target: str, show: Callable[[], Any]
) -> None:
    """Ask for a reason, write it down, then call `show`."""
    if visit.act(right) is None:
        return
    say = visit.say
    dialog, card = widgets.sheet(say("look_up.title"))
    once = OneShot()

    async def chosen() -> None:
        user = visit.act(right)
        why = reason.remark(str(more.value or ""))
        if user is None or why is None or not once.take():
            return
        dialog.close()
        if await note(visit, user, action, target, why):
            result = show()
            if result is not None:
                await result

    with card:
        widgets.words(say("look_up.text", target=target), "soft")
        names = {one: say(f"look_up.reason.{one}") for one in REASONS}
        reason = ReasonChoice(visit, names)
        more = widgets.text_field(say("look_up.more"))
        more.on("keydown.enter", chosen)
        with widgets.div("row-flex"):
            widgets.button(say("look_up.show"), chosen, kind="main", key="⏎")
            widgets.button(say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog, {**reason.keys, "enter": chosen})


def why_text(visit: PageContext, why: str) -> str:
    """Return the reason of a look-up or correction, whose first word may be a code of a list."""
    code, _, rest = why.partition(":")
    keys = (f"{area}.reason.{code}" for area in ("look_up", "stays"))
    key = next(filter(visit.texts.knows, keys), None)
    if key is None:
        return why
    return f"{visit.say(key)}：{rest.strip()}" if rest.strip() else visit.say(key)
