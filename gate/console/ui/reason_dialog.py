"""Asks a person why, with one press: reasons as big buttons with digits, and room for a remark.

A sheet acts once: a doubled click or key finds it closed.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.still_waits import mark_when_gone
from gate.domain.passage import PassageId

Chosen = Callable[[str], Any]
REASONS: Final = ("visitor", "delivery", "moving", "taxi", "misread", "emergency", "other")
"""Why an arm is raised for a vehicle that the rules did not let in."""


@dataclass(frozen=True, slots=True)
class About:
    """What more a sheet is told.

    hint: a line below the title. above: HTML before all. right: what answering needs. passage: the
    vehicle that it is about; the sheet says so when that has gone, and does nothing then. deaf_s:
    seconds in which no key chooses. without: label of a button that gives no reason, with its key;
    Enter does the same.
    """

    hint: str = ""
    above: str = ""
    right: Permission = Permission.OPERATE
    passage: PassageId | None = None
    deaf_s: float = 0.0
    without: str = ""
    without_key: str = ""


def why_sheet(
    visit: PageContext,
    title: str,
    reasons: Mapping[str, str],
    chosen: Chosen,
    about: About = About(),
) -> None:
    """Ask; call `chosen` once with the remark, which begins with the reason's code.

    reasons: code -> words, at most nine.
    """
    if visit.act(about.right) is not None:
        _WhySheet(visit, title, reasons, chosen, about)


class _WhySheet:
    def __init__(
        self,
        visit: PageContext,
        title: str,
        reasons: Mapping[str, str],
        chosen: Chosen,
        about: About,
    ) -> None:
        self._visit, self._chosen, self._about = visit, chosen, about
        self._once = OneShot()
        self._heard_from = visit.services.clock.monotonic() + about.deaf_s
        self._dialog, card = widgets.sheet(title)
        self._still_waits: Callable[[], bool] = lambda: True
        if about.passage is not None:
            self._still_waits = mark_when_gone(visit, self._dialog, card, about.passage)
        with card:
            self._fill(reasons)
        keys = {str(n): self._key(code) for n, code in enumerate(reasons, start=1)}
        if about.without:
            keys |= {about.without_key: self._bare, "enter": self._bare}
        visit.open_sheet(self._dialog, keys)

    def _fill(self, reasons: Mapping[str, str]) -> None:
        about, say = self._about, self._visit.say
        if about.above:
            widgets.raw(about.above)
        widgets.words(about.hint or say("by_hand.why"), "soft")
        with widgets.div("choices"):
            for number, (code, label) in enumerate(reasons.items(), start=1):
                widgets.button(label, self._chooser(code), kind="big", key=str(number))
        self._note = widgets.text_field(say("by_hand.remark"))
        with widgets.div("row-flex"):
            if about.without:
                self._note.on("keydown.enter", self._bare)
                widgets.button(about.without, self._bare, kind="bad", key=about.without_key.upper())
            widgets.button(say("shell.cancel"), self._dialog.close, key="Esc")

    def _chooser(self, code: str) -> Callable[[], Awaitable[None]]:
        return lambda: self._give(remark_of(code, str(self._note.value or "")))

    def _key(self, code: str) -> Callable[[], Awaitable[None]]:
        async def pressed() -> None:
            if self._visit.services.clock.monotonic() < self._heard_from:
                self._visit.warn("ask.read_first")
            else:
                await self._chooser(code)()

        return pressed

    async def _bare(self) -> None:
        await self._give(str(self._note.value or "").strip())

    async def _give(self, remark: str) -> None:
        if self._visit.act(self._about.right) is None:
            return
        if not self._still_waits():
            self._visit.warn("ask.gone")
            return
        if not self._once.take():
            return
        self._dialog.close()
        result = self._chosen(remark)
        if result is not None:
            await result


def remark_of(code: str, note: str) -> str:
    """Return the remark that is kept: the code of the reason, and what was typed beside it."""
    typed = note.strip()
    return f"{code}: {typed}" if typed else code


def reasons_of(visit: PageContext, codes: tuple[str, ...]) -> dict[str, str]:
    """Return reasons of the catalogue by code."""
    return {code: visit.say(f"by_hand.reason.{code}") for code in codes}
