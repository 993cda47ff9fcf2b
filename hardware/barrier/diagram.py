"""The arm's state diagram, drawn from the table that runs it: python -m hardware.barrier.diagram.

Prints the page that lies in gate/docs/barrier.md; a test compares the two.
"""

import sys
from collections import defaultdict

from hardware.barrier.machine import __doc__ as rules
from hardware.barrier.model import Position
from hardware.barrier.transitions import MOVES, SURPRISES, TransitionTrigger

__all__ = ["page"]

# Steps that lead to one place from nearly everywhere are drawn once, from outside.
_MANY = 5

_OPENING = """# The arm

This page is generated from the code: `python -m hardware.barrier.diagram > gate/docs/barrier.md`.

Position is one of four things that are known of an arm. The others are the mode (fire,
maintenance, held open, locked, automatic; the first that applies has the say), the link (up, down)
and the presence under the arm (clear, present, unknown; unknown is treated as present).

The software is never the only protection: the safety loop is wired to the barrier's own controller
as well, and whoever works on the arm switches it off first.
"""


def page() -> str:
    """Return the whole page as Markdown with a Mermaid diagram."""
    return f"{_OPENING}\n{_rules()}\n## Positions\n\n{_diagram()}\n{_surprises()}"


def _rules() -> str:
    text = (rules or "").split("The rules:\n", 1)[1].strip("\n")
    return f"## Rules\n\n{text}\n"


def _diagram() -> str:
    sources: dict[tuple[Position, TransitionTrigger], list[Position]] = defaultdict(list)
    for (source, step), to in MOVES.items():
        sources[(to, step)].append(source)
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR", "    [*] --> unknown: start"]
    anywhere = []
    for (to, step), froms in sources.items():
        if len(froms) >= _MANY:
            anywhere.append(f"- {step}: to **{to}** from every position but fault")
        else:
            lines += [f"    {source} --> {to}: {step}" for source in froms]
    return "\n".join([*lines, "```", "", "Not drawn:", "", *anywhere, ""])


def _surprises() -> str:
    lines = ["## Moves that nobody ordered", "", "Reported, never fought:", ""]
    lines += ["| position | what is seen | alarm |", "|---|---|---|"]
    rows = [(source, step, kind) for (source, step), kind in SURPRISES.items()]
    both = [row for row in rows if row[1] is TransitionTrigger.SWITCHES_DISAGREE]
    lines += [f"| {p} | {step} | {kind} |" for p, step, kind in rows if (p, step, kind) not in both]
    lines += [f"| any but fault | {both[0][1]} | {both[0][2]}, and fault |", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
