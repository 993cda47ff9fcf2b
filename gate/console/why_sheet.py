"""Asks a person why, with one press: reasons as big buttons with digits, and room for a remark.

A sheet acts once: a doubled click or key finds it closed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gate.console import widgets
from gate.console.once import Once
from gate.console.visit import Visit
from gate.people import Action

Chosen = Callable[[str], Any]


def why_sheet(
    visit: Visit,
    title: str,
    reasons: Mapping[str, str],
    chosen: Chosen,
    *,
    hint: str = "",
    above: str = "",
    right: Action = Action.OPERATE,
) -> None:
    """Ask; call `chosen` once with the remark, which begins with the reason's code.

    reasons: code -> words, at most nine. hint: a line below the title. above: HTML before all.
    """
    if visit.act(right) is None:
        return
    dialog, card = widgets.sheet(title)
    once = Once()

    async def choose(code: str) -> None:
        if visit.act(right) is None or not once.take():
            return
        dialog.close()
        result = chosen(remark_of(code, str(note.value or "")))
        if result is not None:
            await result

    def chooser(code: str) -> Callable[[], Any]:
        return lambda: choose(code)

    with card:
        if above:
            widgets.raw(above)
        widgets.words(hint or visit.say("by_hand.why"), "soft")
        with widgets.div("choices"):
            for number, (code, label) in enumerate(reasons.items(), start=1):
                widgets.button(label, chooser(code), kind="big", key=str(number))
        note = widgets.text_field(visit.say("by_hand.remark"))
        widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
    visit.open_sheet(dialog, {str(n): chooser(code) for n, code in enumerate(reasons, start=1)})


def remark_of(code: str, note: str) -> str:
    """Return the remark that is kept: the code of the reason, and what was typed beside it."""
    typed = note.strip()
    return f"{code}: {typed}" if typed else code


def reasons_of(visit: Visit, codes: tuple[str, ...]) -> dict[str, str]:
    """Return reasons of the catalogue by code."""
    return {code: visit.say(f"by_hand.reason.{code}") for code in codes}
