"""What changed about a household: who, when, and each field before and after. Persons masked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from gate.console import widgets
from gate.console.household_desk import ChangeLine
from gate.console.visit import Visit

_UNTOLD: Final = frozenset({"id", "household_id", "unit_id", "plate_class", "spent"})
"""Fields that tell a person nothing."""

_CATALOGUES: Final = {"colour": "colour", "kind": "vehicle_kind", "role": "person_role"}
_MOMENTS: Final = frozenset({"valid_from", "valid_until"})


def history(visit: Visit, lines: Sequence[ChangeLine]) -> None:
    """Place the history, newest first."""
    say = visit.say
    with widgets.div("card"):
        widgets.heading(say("registry.history"), 3)
        heads = [say("log.time"), say("log.actor"), say("lookups.action"), say("registry.what")]
        heads += [say("registry.was"), say("registry.now")]
        rows = ([*_head(visit, line), *_difference(visit, line)] for line in lines)
        widgets.table(heads, rows, caption=say("registry.history"))


def _head(visit: Visit, line: ChangeLine) -> list[str]:
    entity = visit.texts.name_of("entity", line.entity.lower())
    return [
        f'<span class="mono">{visit.hour(line.at)}</span>',
        escape(line.who),
        escape(visit.texts.name_of("change", line.action)),
        escape(f"{entity} {line.what}".strip()),
    ]


def _difference(visit: Visit, line: ChangeLine) -> tuple[str, str]:
    """The fields that differ, as they were and as they are."""
    before, after = line.before or {}, line.after or {}
    differing = [
        name
        for name in {**before, **after}
        if before.get(name) != after.get(name) and name not in _UNTOLD
    ]
    return _told(visit, before, differing), _told(visit, after, differing)


def _told(visit: Visit, fields: Mapping[str, object], names: Sequence[str]) -> str:
    words = (_word(visit, name, fields[name]) for name in names if fields.get(name))
    return escape("; ".join(words))


def _word(visit: Visit, name: str, value: object) -> str:
    """A value in words where it is one of few, a moment in the site's zone, else as it is."""
    if name in _CATALOGUES:
        return visit.texts.name_of(_CATALOGUES[name], str(value))
    if name in _MOMENTS:
        return visit.time(datetime.fromisoformat(str(value)))
    return str(value)
