"""A small drawn gate: the arm turns, a car stands on the loop. Pure.

The drawing is sent once; its state is two classes on the element around it (`arm-…`,
`presence-…`), so that theme.css can let the arm move. The words stand beside it, for the drawing
is never the only sign.
"""

from typing import Final

DRAWING: Final = """
<svg viewBox="0 0 116 74" class="gate-drawing" aria-hidden="true" focusable="false">
<line class="ground" x1="4" y1="70" x2="112" y2="70"/>
<rect class="loop" x="48" y="60" width="46" height="7" rx="2"/>
<path class="car" d="M46 58 q2 -9 10 -10 l6 -9 q1 -2 4 -2 h16 q3 0 5 3 l5 8 q8 1 8 10 z"/>
<rect class="post" x="14" y="40" width="13" height="30" rx="2"/>
<g class="arm"><rect class="bar" x="20" y="43" width="86" height="6" rx="2"/>
<rect class="stripe" x="34" y="43.4" width="12" height="5.2"/>
<rect class="stripe" x="58" y="43.4" width="12" height="5.2"/>
<rect class="stripe" x="82" y="43.4" width="12" height="5.2"/></g>
<text class="doubt" x="60" y="34">?</text></svg>
"""


def state_classes(arm: str, presence: str) -> str:
    """Return the classes that put the drawing into a lane's state."""
    return f"arm-{_word(arm)} presence-{_word(presence)}"


def _word(value: str) -> str:
    """Keep class names to letters and underscores, whatever a device reports."""
    return "".join(character for character in value if character.isalpha() or character == "_")
