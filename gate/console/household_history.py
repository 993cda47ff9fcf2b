"""What changed about a household: who, when, and each field before and after. Persons masked."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from gate.console import widgets
from gate.console.household_desk import ChangeLine
from gate.console.visit import Visit

_UNTOLD: Final = frozenset({"id", "household_id", "unit_id", "plate_class", "spent"})
"""Fields that tell a person nothing."""


def history(visit: Visit, lines: Sequence[ChangeLine]) -> None:
    """Place the history, newest first."""
    say = visit.say
    with widgets.div("card"):
        widgets.heading(say("registry.history"), 3)
        heads = [say("log.time"), say("log.actor"), say("lookups.action"), say("registry.what")]
        heads += [say("registry.was"), say("registry.now")]
        rows = ([*_head(visit, line), *_difference(line)] for line in lines)
        widgets.table(heads, rows, caption=say("registry.history"))


def _head(visit: Visit, line: ChangeLine) -> list[str]:
    entity = visit.texts.name_of("entity", line.entity.lower())
    return [
        f'<span class="mono">{visit.hour(line.at)}</span>',
        escape(line.who),
        escape(visit.texts.name_of("change", line.action)),
        escape(f"{entity} {line.what}".strip()),
    ]


def _difference(line: ChangeLine) -> tuple[str, str]:
    """The fields that differ, as they were and as they are."""
    before, after = line.before or {}, line.after or {}
    differing = [
        name
        for name in {**before, **after}
        if before.get(name) != after.get(name) and name not in _UNTOLD
    ]
    return _told(before, differing), _told(after, differing)


def _told(fields: Mapping[str, object], names: Sequence[str]) -> str:
    return escape("; ".join(str(fields[name]) for name in names if fields.get(name)))
