"""What changed about a household: who, when, and each field before and after. Persons masked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.i18n.texts import Texts
from registry.views.household import ChangeLine

_UNTOLD: Final = frozenset(
    {"plate_class", "spent", "passage", "passage_in", "passage_out", "source", "state"}
)
"""Fields that tell a person nothing."""

_CATALOGUES: Final = {
    "colour": ("colour",),
    "kind": ("vehicle_kind", "pass_kind"),
    "role": ("person_role",),
    "reason": ("block_reason",),
    "purpose": ("visitor.purpose",),
    "occupant": ("occupant",),
    "outcome": ("visitors.fits",),
}


def history(visit: PageContext, lines: Sequence[ChangeLine]) -> None:
    """Place the history, newest first."""
    say = visit.say
    with widgets.div("card"):
        widgets.heading(say("registry.history"), 3)
        heads = [say("log.time"), say("log.actor"), say("lookups.action"), say("registry.what")]
        heads += [say("registry.was"), say("registry.now")]
        rows = ([*_head(visit, line), *_difference(visit, line)] for line in lines)
        widgets.table(heads, rows, caption=say("registry.history"))


def _head(visit: PageContext, line: ChangeLine) -> list[str]:
    entity = visit.texts.name_of("entity", line.entity.lower())
    return [
        f'<span class="mono">{visit.hour(line.at)}</span>',
        escape(line.who),
        escape(visit.texts.name_of("change", line.action)),
        escape(f"{entity} {line.what}".strip()),
    ]


def _difference(visit: PageContext, line: ChangeLine) -> tuple[str, str]:
    """The fields that differ, as they were and as they are."""
    before, after = line.before or {}, line.after or {}
    differing = [
        name
        for name in {**before, **after}
        if before.get(name) != after.get(name) and name not in _UNTOLD
    ]
    return _told(visit, before, differing), _told(visit, after, differing)


def _told(visit: PageContext, fields: Mapping[str, object], names: Sequence[str]) -> str:
    words = (_word(visit, name, fields[name]) for name in names if fields.get(name))
    return escape("; ".join(words))


def _word(visit: PageContext, name: str, value: object) -> str:
    """A value in words where it is one of few, a moment in the site's zone, else as it is."""
    return word(visit.texts, name, value, visit.time)


def word(texts: Texts, name: str, value: object, time: Callable[[datetime], str]) -> str:
    """Return the value of a field for a person. time: a moment as the page writes it."""
    if isinstance(value, bool):
        return texts.say("evidence.true" if value else "evidence.false")
    said = str(value)
    for area in _CATALOGUES.get(name, ()):
        if texts.knows(f"{area}.{said}"):
            return texts.say(f"{area}.{said}")
    moment = _moment(said)
    return said if moment is None else time(moment)


def _moment(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said) if "T" in said else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo is not None else None
