"""What a decision rested on, in words: each figure with its name, moments in the site's zone.

Rules of this file:
- Nobody is shown a key, `True` or an instant as programs write it. A key that has no words here is
  of a newer release than the catalogues: it is shown with spaces for its underscores.
- What was not known (an empty text) has no line.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from gate.i18n.texts import Texts

_CATALOGUES: Final = {"colour": "colour", "direction": "lane", "travel": "evidence.travel"}
_MOMENTS: Final = frozenset({"inside_since", "valid_from", "valid_until"})
_SHARES: Final = frozenset(
    {
        "confidence",
        "runner_up_confidence",
        "colour_confidence",
        "needed_confidence",
        "needed_colour",
        "needed_margin",
        "threshold",
    }
)


def evidence_words(
    texts: Texts, evidence: Mapping[str, object], time: Callable[[datetime], str]
) -> Iterator[tuple[str, str]]:
    """Return name and value of each figure. time: a moment as the page writes it."""
    for key, value in evidence.items():
        said = _value(texts, key, value, time)
        if said:
            yield _name(texts, key), said


def _name(texts: Texts, key: str) -> str:
    said = texts.name_of("evidence", key)
    return said if said != key else key.replace("_", " ")


def _value(texts: Texts, key: str, value: object, time: Callable[[datetime], str]) -> str:
    if isinstance(value, bool):
        return texts.say("evidence.true" if value else "evidence.false")
    if isinstance(value, float) and key in _SHARES:
        return f"{value * 100:.1f}%" if key == "needed_margin" else _share(value)
    if isinstance(value, str):
        return _text(texts, key, value, time)
    return "" if value is None else str(value)


def _share(value: float) -> str:
    """A probability, never rounded up to a certainty."""
    return f"{int(value * 1000 + 1e-6) / 10:.1f}%"


def _text(texts: Texts, key: str, value: str, time: Callable[[datetime], str]) -> str:
    if key in _CATALOGUES:
        return texts.name_of(_CATALOGUES[key], value)
    moment = _moment(value) if key in _MOMENTS or "T" in value else None
    return value if moment is None else time(moment)


def _moment(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
