"""The pictures of a passage, and in words why there are none: never taken, lost, or deleted.

Rules of this file:
- A passage shows what its decision was made on; releases before this one kept the picture of a
  vehicle without a plate only in the journal, so the journal is asked where the row is silent.
- "Deleted" is said only where a picture was taken and its time is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.entries import PassageDecided, PassageRead, Record
from gate.domain.passage import Picture
from gate.domain.ports import Pictures
from gate.reports.model import PassageRow


class Missing(StrEnum):
    """Why there is no picture."""

    NONE_TAKEN = "none_taken"
    DELETED = "deleted"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """What is there to show, by name; missing: why nothing is, None where something is."""

    names: Picture
    missing: Missing | None


def shown(row: PassageRow, records: Iterable[Record], pictures: Pictures) -> ShownPicture:
    """Return what there is to show of a passage. Reads pictures: off the event loop."""
    kept = tuple(records)
    of_row, taken = Picture(row.picture_frame, row.picture_plate), _taken(kept)
    wanted = Picture(of_row.frame or taken.frame, of_row.plate or taken.plate)
    there = Picture(_there(pictures, wanted.frame), _there(pictures, wanted.plate))
    if there.frame or there.plate:
        return ShownPicture(there, None)
    if of_row.frame or of_row.plate:
        return ShownPicture(there, Missing.LOST)
    purged = row.forgotten is not None or any(one.entry is None for one in kept)
    if taken.frame or taken.plate or purged:
        return ShownPicture(there, Missing.DELETED)
    return ShownPicture(there, Missing.NONE_TAKEN)


def _taken(records: tuple[Record, ...]) -> Picture:
    """The newest pictures that the passage's entries name."""
    frame = plate = ""
    for record in records:
        if isinstance(record.entry, PassageRead | PassageDecided):
            frame = record.entry.picture.frame or frame
            plate = record.entry.picture.plate or plate
    return Picture(frame, plate)


def _there(pictures: Pictures, name: str) -> str:
    return name if name and pictures.get(name) is not None else ""


def draw(visit: PageContext, seen: ShownPicture, title: str) -> None:
    """Draw the card."""
    with widgets.div("card"):
        widgets.heading(title, 3)
        if seen.missing is not None:
            widgets.empty(visit.say(f"passage.{seen.missing.value}"), icon="no_photography")
            return
        for key, alt in ((seen.names.frame, "frame"), (seen.names.plate, "plate")):
            if key:
                said = escape(visit.say(f"passage.alt_{alt}"))
                style = "width:100%;border-radius:8px" if alt == "frame" else ""
                widgets.raw(
                    f'<img class="{"" if style else "cutout"}" style="{style}" '
                    f'src="/console/picture/{key}.jpg" alt="{said}">'
                ).style("margin-top:8px")
