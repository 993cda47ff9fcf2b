"""The fields of a vehicle: kind, colour, period and note."""

from datetime import timedelta

from gate.console.components.dates import end_of_day, start_of_day
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.services.registry_changes import VehicleWanted
from registry.rules.kinds import VehicleKind
from registry.rules.plates import PlateColour
from registry.views.vehicles import VehicleLine


class VehicleFields:
    """Kind, colour, first and last day, and note of a vehicle."""

    def __init__(self, visit: PageContext, line: VehicleLine | None) -> None:
        self._visit = visit
        say, texts = visit.say, visit.texts
        kinds = {one.value: texts.name_of("vehicle_kind", one.value) for one in VehicleKind}
        colours = {one.value: texts.name_of("colour", one.value) for one in PlateColour}
        since = visit.local(line.since).date().isoformat() if line and line.since else ""
        until = (
            visit.local(line.until - timedelta(microseconds=1)).date().isoformat()
            if line and line.until
            else ""
        )
        with widgets.div("filters"):
            self._kind = widgets.choice_field(
                say("registry.kind"), kinds, (line.kind if line else VehicleKind.OWNER).value
            )
            self._colour = widgets.choice_field(
                say("registry.colour"), colours, line.colour if line else "unknown"
            )
            self._since = widgets.text_field(say("registry.since"), since)
            self._since.props("type=date stack-label")
            self._until = widgets.text_field(say("blocks.until"), until)
            self._until.props("type=date stack-label")
        self._note = widgets.text_field(say("by_hand.remark"), line.note if line else "")

    def wanted(self) -> VehicleWanted:
        """Return what was typed."""
        return VehicleWanted(
            VehicleKind(str(self._kind.value)),
            PlateColour(str(self._colour.value)),
            end_of_day(self._visit, str(self._until.value or "")),
            str(self._note.value or "").strip(),
            since=start_of_day(self._visit, str(self._since.value or "")),
        )
