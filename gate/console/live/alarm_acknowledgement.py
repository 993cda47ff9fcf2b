"""Taking on alarms: all of a kind with one confirmation, as who is logged in now."""

from collections.abc import Callable

from nicegui import run

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.alarm_texts import group_html, severity_badge
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.queries import ask
from gate.domain.alarms import AlarmGroup


def acknowledge_sheet(visit: PageContext, group: AlarmGroup, then: Callable[[], object]) -> None:
    """Say what to do about it, and take on all of the kind that were raised by now."""
    if visit.act(Permission.OPERATE) is None:
        return
    name = visit.texts.name_of("alarm.kind", group.kind)
    dialog, card = widgets.sheet(name)
    once = OneShot()
    names = {str(view.lane): view.name for view in visit.services.lanes.views()}

    async def taken() -> None:
        user = visit.act(Permission.OPERATE)
        if user is None or not once.take():
            return
        dialog.close()
        if await _acknowledge(visit, group, user.name, str(note.value or "").strip()):
            visit.tell("alarm.acknowledged", n=group.n)
        else:
            visit.warn("shell.not_kept")
        then()

    with card:
        badge = severity_badge(visit.texts, group.severity)
        line = group_html(visit.texts, group, names, recovered=False)
        widgets.raw(f"{badge} {line}", "row-flex")
        hint = f"alarm.hint.{group.kind}"
        if visit.texts.knows(hint):
            widgets.words(visit.say(hint))
        note = widgets.text_field(visit.say("by_hand.remark")).props("autofocus")
        note.on("keydown.enter", taken)
        with widgets.div("row-flex"):
            label = visit.say("alarm.acknowledge_all", n=group.n)
            one = visit.say("alarm.acknowledge")
            widgets.button(label if group.n > 1 else one, taken, kind="main", key="⏎")
            widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog)


async def _acknowledge(visit: PageContext, group: AlarmGroup, by: str, remark: str) -> bool:
    """Those raised since the sheet was opened stay: nobody has seen them."""
    services = visit.services
    ids = await ask(lambda: services.reports.alarm_ids(group.kind, group.newest))
    if not ids:
        return ids is not None  # Somebody else took them on first.
    return bool(await run.io_bound(services.lanes.acknowledge, ids, by, remark))
