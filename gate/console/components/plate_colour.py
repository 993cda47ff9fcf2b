"""The ground colour of a plate in a form: proposed, and the person's own once one is chosen.

One number on a blue and on a yellow plate is two vehicles (ADR 0030). No colour is an answer too:
it holds for every vehicle with the number.
"""

from collections.abc import Callable

from gate.console.components.colour_choice import offered, possible
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from registry.rules.plates import Plate, PlateColour


class ColourField:
    """A choice among the colours that the plate may have. seen: by the camera, UNKNOWN for none."""

    def __init__(
        self, visit: PageContext, seen: PlateColour, on_change: Callable[[], None]
    ) -> None:
        self._visit, self._seen, self._offered = visit, seen, seen
        label = visit.say("plate.colour")
        self._field = widgets.choice_field(label, self._options(None), seen.value)
        self._field.on_value_change(lambda _: on_change())

    @property
    def colour(self) -> PlateColour:
        """The colour as it stands in the form."""
        return PlateColour(str(self._field.value))

    def plate_typed(self, plate: Plate | None) -> None:
        """Propose anew for another plate, but leave what a person chose and the plate may have."""
        proposal, fits = offered(plate, self._seen), possible(plate)
        chosen = self.colour is not self._offered and self.colour in fits
        kept = self.colour if chosen else proposal
        self._offered = proposal
        self._field.set_options(self._options(plate), value=kept.value)

    def _options(self, plate: Plate | None) -> dict[str, str]:
        texts, any_colour = self._visit.texts, self._visit.say("plate.any_colour")
        return {
            one.value: any_colour
            if one is PlateColour.UNKNOWN
            else texts.name_of("colour", one.value)
            for one in possible(plate)
        }
