"""Keys of a page: layers of handlers, the newest one first.

A sheet lays its own keys over those of the page and takes them away when it closes, so that a digit
means one thing at a time. Keys typed into a field never arrive here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import KeyEventArguments, handle_event

Handlers = Mapping[str, Callable[[], Any]]
SECOND_KEY_S = 2.0


class Keys:
    """The layers of one page. Key names: "a", "?", "1", "shift+1" (digits: also the keypad's)."""

    def __init__(self) -> None:
        self._layers: list[tuple[Handlers, bool]] = []

    def listen(self) -> None:
        """Begin to hear keys; call once, inside the page."""
        ui.keyboard(on_key=self._pressed, repeating=False, ignore=["input", "select", "textarea"])

    def lay(self, handlers: Handlers, *, alone: bool = False) -> Callable[[], None]:
        """Put a layer on top and return what takes it away. alone: nothing below is heard."""
        layer = (handlers, alone)
        self._layers.append(layer)

        def lift() -> None:
            self._layers[:] = [one for one in self._layers if one is not layer]

        return lift

    def leave(self) -> None:
        """Hear nothing more: another page was asked for, and what is typed now is meant for it.

        A digit of a plate would otherwise admit a vehicle on the page that is being left.
        """
        self.lay({}, alone=True)

    def then(self, handlers: Handlers) -> None:
        """Hear one more key, for two seconds: the second of two that are pressed in turn."""

        def heard(handler: Callable[[], Any]) -> Callable[[], Any]:
            def act() -> object:
                lift()
                return handler()

            return act

        lift = self.lay({key: heard(handler) for key, handler in handlers.items()}, alone=True)
        ui.timer(SECOND_KEY_S, lift, once=True)

    def find(self, name: str) -> Callable[[], Any] | None:
        """Return the handler of a key."""
        for handlers, alone in reversed(self._layers):
            if name in handlers:
                return handlers[name]
            if alone:
                return None
        return None

    def _pressed(self, event: KeyEventArguments) -> None:
        modifiers = event.modifiers
        if not event.action.keydown or modifiers.ctrl or modifiers.alt or modifiers.meta:
            return
        name = key_name(str(event.key.name), str(event.key.code), shift=modifiers.shift)
        if handler := self.find(name):
            with _slot_of(event.sender):
                handle_event(lambda _: handler(), event)


def _slot_of(element: Element) -> Element:
    parent = element.parent_slot
    return parent.parent if parent is not None else element


def key_name(name: str, code: str, *, shift: bool) -> str:
    """Return one name for a key wherever it is on the board: digits by their place."""
    for block in ("Digit", "Numpad"):
        digit = code.removeprefix(block)
        if code.startswith(block) and digit.isdigit():
            return f"shift+{digit}" if shift else digit
    return name.lower()
