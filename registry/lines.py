"""What one row of a spreadsheet asks for, or every reason why it is refused. Pure.

A row is taken whole or not at all: half of a row would be a household with the wrong car.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeVar

from registry import addresses, cells
from registry.addresses import Address
from registry.cells import RowFault
from registry.columns import Column, Table
from registry.grid import Row, cell_name
from registry.kinds import PersonRole, VehicleKind
from registry.plates import Plate, PlateColour, colour_fits

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Refused:
    """One reason why a row is refused. cell: as the spreadsheet names it, e.g. "F12"."""

    row: int
    cell: str
    fault: RowFault
    value: str


class RowWarning(StrEnum):
    """What a person should look at in a row that is taken."""

    LOOKS_LIKE_ANOTHER = "looks_like_another"
    PLATE_REPEATED = "plate_repeated"
    PLATE_UNUSUAL = "plate_unusual"
    ALREADY_OVER = "already_over"
    VALIDITY_WITHOUT_VEHICLE = "validity_without_vehicle"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to look at. value: what it is about, e.g. "吉A1234S ~ 吉A12345"."""

    row: int
    cell: str
    warning: RowWarning
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a row asks for. address: None for a vehicle of a firm or of staff, which has a holder.

    Fields are None where the spreadsheet says nothing, so that nothing is changed. until: the end
    of the vehicles' validity if `has_until`, where None means without end.
    """

    row: int
    address: Address | None
    holder: str = ""
    name: str = ""
    phone: str = ""
    role: PersonRole | None = None
    plates: tuple[Plate, ...] = ()
    spaces: tuple[str, ...] = ()
    kind: VehicleKind | None = None
    colour: PlateColour | None = None
    start: datetime | None = None
    until: datetime | None = None
    has_until: bool = False
    note: str = ""
    cells: Mapping[Column, str] = field(default_factory=dict, repr=False)


class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, row: Row, table: Table) -> None:
        self.row = row
        self.table = table
        self.faults: list[Refused] = []

    def text(self, column: Column) -> str:
        place = self.table.columns.get(column)
        return self.row.cells[place] if place is not None and place < len(self.row.cells) else ""

    def cell(self, column: Column) -> str:
        place = self.table.columns.get(column)
        return cell_name(self.row.number, place) if place is not None else ""

    def refuse(self, column: Column, fault: RowFault) -> None:
        self.faults.append(
            Refused(self.row.number, self.cell(column), fault, self.text(column)[:80])
        )

    def read(
        self, column: Column, meaning: Callable[[str], Value | RowFault], nothing: Value
    ) -> Value:
        """The cell's value; `nothing` if it is empty or refused."""
        text = self.text(column)
        if not text:
            return nothing
        value = meaning(text)
        if isinstance(value, RowFault):
            self.refuse(column, value)
            return nothing
        return value


def read_line(row: Row, table: Table, zone: tzinfo) -> Line | tuple[Refused, ...]:
    """What a row asks for, or every reason why it is refused. zone: of dates in the cells."""
    reader = _Reader(row, table)
    reader.faults += _broken_cells(row, table)
    if reader.faults:
        return tuple(reader.faults)
    address = _address(reader)
    line = Line(
        row=row.number,
        address=address,
        holder=reader.text(Column.HOLDER),
        name=reader.read(Column.NAME, cells.name, ""),
        phone=reader.read(Column.PHONE, cells.phone, ""),
        role=reader.read(Column.ROLE, cells.role, None),
        plates=reader.read(Column.PLATE, cells.plates, ()),
        spaces=reader.read(Column.SPACE, cells.spaces, ()),
        kind=reader.read(Column.KIND, cells.kind, None),
        colour=reader.read(Column.COLOUR, cells.colour, None),
        start=reader.read(Column.VALID_FROM, lambda text: cells.starts(text, zone), None),
        until=reader.read(Column.VALID_UNTIL, lambda text: cells.ends(text, zone), None),
        has_until=bool(reader.text(Column.VALID_UNTIL)),
        note=reader.text(Column.NOTE),
        cells={column: reader.cell(column) for column in table.columns},
    )
    _contradictions(reader, line)
    return tuple(reader.faults) or line


def _broken_cells(row: Row, table: Table) -> Iterator[Refused]:
    for place, text in enumerate(row.cells):
        fault = cells.any_fault(text)
        if fault is None and text and place >= table.width:
            fault = RowFault.SLIPPED
        if fault is not None:
            yield Refused(row.number, cell_name(row.number, place), fault, text[:80])


def _address(reader: _Reader) -> Address | None:
    """The address from its columns; a whole address in the first one will do too."""
    house, stair, flat = (
        reader.text(column) for column in (Column.BUILDING, Column.UNIT, Column.ROOM)
    )
    if not (house or stair or flat) and reader.text(Column.HOLDER):
        return None
    if house and not (stair or flat):
        whole = addresses.parse(house)
        if whole and whole.room:
            return whole
    parts = (
        _part(reader, Column.BUILDING, addresses.building, RowFault.BUILDING_FORM),
        _part(reader, Column.UNIT, addresses.unit, RowFault.UNIT_FORM),
        _part(reader, Column.ROOM, addresses.room, RowFault.ROOM_FORM),
    )
    if not house:
        reader.refuse(Column.BUILDING, RowFault.BUILDING_MISSING)
    if not flat:
        reader.refuse(Column.ROOM, RowFault.ROOM_MISSING)
    return Address(*parts)


def _part(
    reader: _Reader, column: Column, meaning: Callable[[str], str | None], fault: RowFault
) -> str:
    return reader.read(column, lambda text: fault if (v := meaning(text)) is None else v, "")


def _contradictions(reader: _Reader, line: Line) -> None:
    """What each cell alone cannot show."""
    if line.holder and line.address is not None:
        reader.refuse(Column.HOLDER, RowFault.HOLDER_AND_HOUSEHOLD)
    if line.holder and not (line.plates or reader.text(Column.PLATE)):
        reader.refuse(Column.PLATE, RowFault.NOTHING_TO_REGISTER)
    if line.start and line.until and line.until <= line.start:
        reader.refuse(Column.VALID_UNTIL, RowFault.DATES_REVERSED)
    if line.phone and not reader.text(Column.NAME):
        reader.refuse(Column.NAME, RowFault.NAME_MISSING)
    if line.colour and not all(colour_fits(plate, line.colour) for plate in line.plates):
        reader.refuse(Column.COLOUR, RowFault.COLOUR_CONTRADICTS)


def warnings_of(line: Line, plate_cell: str, at: datetime) -> Iterator[Warned]:
    """What to look at in a row, as far as the row alone tells. plate_cell: as it was written."""
    if cells.repeated_plate(plate_cell):
        yield warned(line, Column.PLATE, RowWarning.PLATE_REPEATED, plate_cell)
    for plate in line.plates:
        if plate.unusual:
            yield warned(line, Column.PLATE, RowWarning.PLATE_UNUSUAL, plate.text)
    if line.has_until and not line.plates:
        yield warned(line, Column.VALID_UNTIL, RowWarning.VALIDITY_WITHOUT_VEHICLE, "")
    if line.plates and line.until and line.until <= at:
        yield warned(line, Column.VALID_UNTIL, RowWarning.ALREADY_OVER, line.until.isoformat())


def warned(line: Line, column: Column, warning: RowWarning, value: str) -> Warned:
    """A warning at the cell of this column."""
    return Warned(line.row, line.cells.get(column, ""), warning, value)
