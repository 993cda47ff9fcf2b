"""Plates drawn as plates: ground colour, dot, gradient, two lines where the class has two. Pure.

The chip is HTML with a text alternative; theme.css gives it its looks. Where a plate is compared
with another one, the differing characters are marked by a frame and a sign, not by colour alone.
"""

from html import escape
from itertools import zip_longest
from typing import Final

from registry.rules.plates import (
    EXPECTED_COLOURS,
    PROVINCES,
    Malformed,
    PlateClass,
    PlateColour,
    normalise,
    parse,
)

_USUAL: Final = {
    PlateClass.CIVIL: PlateColour.BLUE,
    PlateClass.OFFICE: PlateColour.WHITE,
    PlateClass.TEMPORARY: PlateColour.BLUE,
    PlateClass.NEV_LARGE: PlateColour.YELLOW_GREEN,
}
MISSING: Final = "▯"
_TWO_LINES: Final = frozenset({PlateClass.TRAILER, PlateClass.TRACTOR})


def colour_of(text: str, seen: str = "") -> PlateColour:
    """Return the ground to draw: what the camera saw where the form allows it, else the usual."""
    plate = parse(text)
    colour = PlateColour(seen) if seen in set(PlateColour) else PlateColour.UNKNOWN
    if isinstance(plate, Malformed):
        return colour
    expected = EXPECTED_COLOURS[plate.plate_class]
    if plate.plate_class is PlateClass.NEV_LARGE or colour not in expected:
        return _USUAL.get(plate.plate_class, min(expected))
    return colour


def plate_chip(
    text: str, colour: str = "", *, size: str = "", against: str = "", two_lines: bool = False
) -> str:
    """Return the HTML of one plate.

    colour: as the reader or the registry names it, "" where unknown. size: "", "big" or "small".
    against: mark the characters that differ from this plate. two_lines: the rear plate of a lorry.
    """
    key = normalise(text)
    if not key:
        return '<span class="plate plate-none" aria-hidden="true">— — —</span>'
    plate = parse(key)
    stacked = two_lines or (not isinstance(plate, Malformed) and plate.plate_class in _TWO_LINES)
    classes = ["plate", f"plate-{colour_of(key, colour).value}"]
    classes += [f"plate-{size}"] if size else []
    classes += ["plate-stacked"] if stacked else []
    body = _characters(key, normalise(against))
    spoken = escape(" ".join(key))
    return f'<span class="{" ".join(classes)}" role="img" aria-label="{spoken}">{body}</span>'


def _characters(key: str, against: str) -> str:
    marked = [
        _character(place, mine or MISSING, differs=bool(against) and mine != other)
        for place, (mine, other) in enumerate(zip_longest(key, against, fillvalue=""))
    ]
    if key[0] in PROVINCES and not key.endswith("应急"):
        marked.insert(2, '<i class="plate-dot" aria-hidden="true"></i>')
    return f'<span class="plate-face" aria-hidden="true">{"".join(marked)}</span>'


def _character(place: int, character: str, *, differs: bool) -> str:
    classes = [f"pc{place}"] if place < 2 else []
    classes += ["plate-red"] if character in "警应急使领" else []
    classes += ["plate-differs"] if differs else []
    return f'<b class="{" ".join(classes)}">{escape(character)}</b>'
