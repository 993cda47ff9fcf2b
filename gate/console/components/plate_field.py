"""Typing a plate with cold fingers: a field, a province keypad, and what the register says of it.

A Chinese keyboard cannot type 吉 in one stroke, and a guard has one hand free: provinces and the
endings 警 学 挂 应急 are buttons, letters and digits come from the keyboard or the keypad. The
keypad is one stop of the Tab key; the arrow keys move within it (console.js).
"""

from collections.abc import Callable
from html import escape
from typing import Any, Final

from gate.access.manual_admission import is_in_order
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_colour import ColourField
from gate.console.components.standing_texts import standing_html
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from registry.rules.plates import PROVINCES, Malformed, Plate, PlateColour, normalise, parse

_FIRST: Final = "吉黑辽蒙京津冀鲁苏浙沪"
KEYS: Final = _FIRST + "".join(p for p in PROVINCES if p not in _FIRST)
ENDINGS: Final = ("警", "学", "挂", "应急", "港", "澳", "使", "领")


class PlatePad:
    """A plate that is being typed. on_enter: called on Enter; on_change: with a plate or None.

    compare: mark what differs from the plate that was there before. ask_colour: ask for the ground
    colour too, and propose this one: what the camera saw, UNKNOWN for nothing.
    """

    def __init__(
        self,
        visit: PageContext,
        plate: str,
        colour: str = "",
        on_enter: Callable[[], Any] | None = None,
        on_change: Callable[[Plate | None], None] | None = None,
        *,
        compare: bool = True,
        ask_colour: PlateColour | None = None,
    ) -> None:
        self._visit, self._seen, self._on_change = visit, colour, on_change
        self._before = normalise(plate) if compare else ""
        self.plate = ""
        self.found: Plate | None = None
        self.registered = False
        self.field = widgets.text_field(visit.say("plate.field"), normalise(plate))
        self.field.props("autofocus input-class=mono maxlength=12 clearable")
        self.field.on_value_change(lambda _: self.check())
        if on_enter is not None:
            self.field.on("keydown.enter", on_enter)
        self._answer = widgets.raw("", "row-flex").props("aria-live=polite")
        self._ground = None
        if ask_colour is not None:
            self._ground = ColourField(visit, ask_colour, self._draw)
        self._keypad()
        self.check()

    @property
    def colour(self) -> PlateColour:
        """The ground colour that was asked for; UNKNOWN where any holds or none was asked for."""
        return self._ground.colour if self._ground else PlateColour.UNKNOWN

    def check(self) -> None:
        """Read the field: a plate and what the register knows, or what is wrong with it."""
        text = str(self.field.value or "")
        found = parse(text)
        self.found = None if isinstance(found, Malformed) else found
        if self._ground is not None:
            self._ground.plate_typed(self.found)
        if isinstance(found, Malformed):
            self.plate, self.registered = "", False
            self._answer.set_content(self._wrong(found))
        else:
            self.plate = found.text
            self._draw()
        if self._on_change is not None:
            self._on_change(self.found)

    def complain(self) -> None:
        """Say what is wrong with what was typed, and lead back to the field."""
        found = parse(str(self.field.value or ""))
        if isinstance(found, Malformed) and found.text:
            fault = self._visit.texts.name_of("plate_fault", found.fault.value)
            self._visit.warn("plate.wrong", fault=fault)
        else:
            self._visit.warn("visitor.need_plate")
        self.field.run_method("focus")

    def _draw(self) -> None:
        if self.found is not None:
            self._answer.set_content(self._right(self.found))

    def _right(self, plate: Plate) -> str:
        standing = self._visit.services.registry.standing(plate, self._visit.now())
        self.registered = is_in_order(standing)
        ground = self._ground.colour.value if self._ground else self._seen
        chip = plate_chip(plate.text, ground, size="big", against=self._before)
        texts = self._visit.texts
        kind = widgets.badge_html(texts.name_of("plate_class", plate.plate_class.value))
        if plate.unusual:
            kind += f" {widgets.badge_html(texts.say('plate.unusual'), 'ask', 'warning')}"
        return f"{chip} {kind} {standing_html(texts, standing)}"

    def _wrong(self, found: Malformed) -> str:
        said = self._visit.texts.name_of("plate_fault", found.fault.value)
        return widgets.badge_html(said, "ask", "edit") if found.text else escape(said)

    def _keypad(self) -> None:
        with widgets.div("keypad").props(f'role=group aria-label="{self._visit.say("plate.pad")}"'):
            keys = [widgets.button(province, self._province(province)) for province in KEYS]
            keys += [widgets.button(ending, self._ending(ending)) for ending in ENDINGS]
            back = f'aria-label="{self._visit.say("plate.back")}"'
            keys.append(widgets.button("⌫", self._shorten).props(back))
        for key in keys[1:]:
            key.props("tabindex=-1")

    def _province(self, province: str) -> Callable[[], None]:
        def chosen() -> None:
            text = normalise(str(self.field.value or ""))
            rest = text[1:] if text[:1] in PROVINCES else text
            self._put(province + rest)

        return chosen

    def _ending(self, ending: str) -> Callable[[], None]:
        return lambda: self._put(normalise(str(self.field.value or "")) + ending)

    def _shorten(self) -> None:
        self._put(normalise(str(self.field.value or ""))[:-1])

    def _put(self, text: str) -> None:
        self.field.set_value(text)
        self.field.run_method("focus")
