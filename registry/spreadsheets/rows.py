"""What one row of a spreadsheet asks for, or every reason why it is refused. Pure.

A row is taken whole or not at all: half of a row would be a household with the wrong car.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from registry.rules import addresses
from registry.rules import fields as cells
from registry.rules.addresses import Address
from registry.rules.fields import RowFault
from registry.rules.kinds import PersonRole, VehicleKind
from registry.rules.plates import Plate, PlateColour, colour_fits
from registry.spreadsheets.columns import Column, Table
from registry.spreadsheets.grid import SheetRow, cell_name

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One reason why a row is refused. cell: as the spreadsheet names it, e.g. "F12".

    sheet: "" where the file has no sheets.
    """

    row: int
    cell: str
    fault: RowFault
    value: str
    sheet: str = ""


class RowWarning(StrEnum):
    """What a person should look at in a row that is taken."""

    LOOKS_LIKE_ANOTHER = "looks_like_another"
    PLATE_REPEATED = "plate_repeated"
    PLATE_UNUSUAL = "plate_unusual"
    ALREADY_OVER = "already_over"
    VALIDITY_WITHOUT_VEHICLE = "validity_without_vehicle"
    BLOCKED = "blocked"
    DATE_FROM_NUMBER = "date_from_number"


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to look at. value: what it is about, e.g. "吉A1234S ~ 吉A12345"."""

    row: int
    cell: str
    warning: RowWarning
    value: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What a row asks for. address: None for a vehicle of a firm or of staff, which has a holder.

    Fields are None where the spreadsheet says nothing, so that nothing is changed. until: the end
    of the vehicles' validity if `has_until`, where None means without end. vacant: the row says
    that nobody lives there. cells: where each meaning stands; plate_cells: where each plate does;
    dated: cells and days where a plain number was taken for a day.
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
    vacant: bool = False
    sheet: str = ""
    cells: Mapping[Column, str] = field(default_factory=dict, repr=False)
    plate_cells: Mapping[str, str] = field(default_factory=dict, repr=False)
    dated: tuple[tuple[str, str], ...] = ()

    def cell_of(self, column: Column, plate: str = "") -> str:
        """The name of the cell with this meaning; of several with plates, that of this plate."""
        own = self.plate_cells.get(plate) if column is Column.PLATE else None
        return own or self.cells.get(column, "")


_JOINTS: Final[Mapping[Column, str]] = {Column.NOTE: "；"}
_BY_VEHICLE: Final = (Column.VALID_UNTIL, Column.VALID_FROM, Column.KIND, Column.COLOUR)


class _Reader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, row: SheetRow, table: Table) -> None:
        self.row = row
        self.table = table
        self.faults: list[RefusedRow] = []
        self.dated: list[tuple[str, str]] = []
        self.plate_cells: dict[str, str] = {}

    def written(self, place: int, column: Column) -> str:
        """What a cell says; "" where it says that there is nothing."""
        text = self.row.cells[place] if place < len(self.row.cells) else ""
        return "" if cells.is_nothing(text, remark=column is Column.NOTE) else text

    def text(self, column: Column) -> str:
        """What the cells of a meaning say, several of them joined."""
        said = [self.written(place, column) for place in self.table.places(column)]
        return _JOINTS.get(column, "、").join(filter(None, said))

    def cell(self, column: Column) -> str:
        places = self.table.places(column)
        return cell_name(self.row.number, places[0]) if places else ""

    def is_number(self, column: Column) -> bool:
        return any(place in self.row.numbers for place in self.table.places(column))

    def refuse(self, column: Column, fault: RowFault, place: int | None = None) -> None:
        at = self.cell(column) if place is None else cell_name(self.row.number, place)
        value = self.text(column) if place is None else self.written(place, column)
        self.faults.append(RefusedRow(self.row.number, at, fault, value[:80], self.table.sheet))

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

    def plates(self) -> tuple[Plate, ...]:
        """The plates of all their columns, each once; what is wrong is named by its own cell."""
        found: dict[str, Plate] = {}
        for place in self.table.places(Column.PLATE):
            read = cells.plates(self.written(place, Column.PLATE))
            if isinstance(read, RowFault):
                self.refuse(Column.PLATE, read, place)
                continue
            for plate in read:
                found.setdefault(plate.text, plate)
                self.plate_cells.setdefault(plate.text, cell_name(self.row.number, place))
        return tuple(found.values())

    def day(
        self,
        column: Column,
        meaning: Callable[[str, tzinfo], datetime | RowFault | None],
        zone: tzinfo,
    ) -> datetime | None:
        """An instant, of a day as text or as the number that a spreadsheet keeps for it."""

        def read(text: str) -> datetime | RowFault | None:
            since_1904 = self.table.since_1904
            day = cells.day_of(text, since_1904=since_1904) if self.is_number(column) else None
            if day is not None:
                self.dated.append((self.cell(column), f"{text} = {day}"))
            return meaning(day or text, zone)

        return self.read(column, read, None)


def read_line(row: SheetRow, table: Table, zone: tzinfo) -> SheetLine | tuple[RefusedRow, ...]:
    """What a row asks for, or every reason why it is refused. zone: of dates in the cells."""
    reader = _Reader(row, table)
    reader.faults += _broken_cells(row, table)
    if reader.faults:
        return tuple(reader.faults)
    address = _address(reader)
    line = SheetLine(
        row=row.number,
        address=address,
        holder=reader.read(Column.HOLDER, cells.holder, ""),
        name=reader.read(Column.NAME, cells.name, ""),
        phone=reader.read(Column.PHONE, _phone(reader), ""),
        role=reader.read(Column.ROLE, cells.role, None),
        plates=reader.plates(),
        spaces=reader.read(Column.SPACE, cells.spaces, ()),
        kind=reader.read(Column.KIND, cells.kind, None),
        colour=reader.read(Column.COLOUR, cells.colour, None),
        start=reader.day(Column.VALID_FROM, cells.starts, zone),
        until=reader.day(Column.VALID_UNTIL, cells.ends, zone),
        has_until=bool(reader.text(Column.VALID_UNTIL)),
        note=reader.text(Column.NOTE),
        vacant=_is_vacant(reader),
        sheet=table.sheet,
        cells={column: reader.cell(column) for column in table.columns},
        plate_cells=reader.plate_cells,
        dated=tuple(reader.dated),
    )
    _contradictions(reader, line)
    return tuple(reader.faults) or line


def _phone(reader: _Reader) -> Callable[[str], str | RowFault]:
    is_number = reader.is_number(Column.PHONE)
    return lambda text: cells.phone(text, is_number=is_number)


def _is_vacant(reader: _Reader) -> bool:
    """Whether the row says in words that there is nobody (空置): an empty cell may be forgotten."""
    raw = [p for p in reader.table.places(Column.NAME) if p < len(reader.row.cells)]
    said = any(reader.row.cells[place] for place in raw) and not reader.text(Column.NAME)
    others = (Column.PLATE, Column.SPACE, Column.PHONE)
    return said and not any(reader.text(column) for column in others)


def _broken_cells(row: SheetRow, table: Table) -> Iterator[RefusedRow]:
    for place, text in enumerate(row.cells):
        fault = cells.any_fault(text)
        if fault is None and text and place >= table.width:
            fault = RowFault.SLIPPED
        if fault is not None:
            yield RefusedRow(
                row.number, cell_name(row.number, place), fault, text[:80], table.sheet
            )


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


def _contradictions(reader: _Reader, line: SheetLine) -> None:
    """What each cell alone cannot show."""
    if line.holder and line.address is not None:
        reader.refuse(Column.HOLDER, RowFault.HOLDER_AND_HOUSEHOLD)
    if line.holder and not (line.plates or reader.text(Column.PLATE)):
        reader.refuse(Column.PLATE, RowFault.NOTHING_TO_REGISTER)
    if line.start and line.until and line.until <= line.start:
        reader.refuse(Column.VALID_UNTIL, RowFault.DATES_REVERSED)
    if line.phone and not reader.text(Column.NAME):
        reader.refuse(Column.NAME, RowFault.NAME_MISSING)
    for place, column in reader.table.seconds:
        second = reader.written(place, column)
        if column in _BY_VEHICLE and second and second != reader.text(column):
            reader.refuse(column, RowFault.SECOND_VALUE, place)
    if line.colour and not all(colour_fits(plate, line.colour) for plate in line.plates):
        reader.refuse(Column.COLOUR, RowFault.COLOUR_CONTRADICTS)


def warnings_of(line: SheetLine, plate_cell: str, at: datetime) -> Iterator[Warned]:
    """What to look at in a row, as far as the row alone tells. plate_cell: as it was written."""
    if cells.repeated_plate(plate_cell):
        yield warned(line, Column.PLATE, RowWarning.PLATE_REPEATED, plate_cell)
    for plate in line.plates:
        if plate.unusual:
            yield warned(line, Column.PLATE, RowWarning.PLATE_UNUSUAL, plate.text)
    for cell, value in line.dated:
        yield Warned(line.row, cell, RowWarning.DATE_FROM_NUMBER, value, line.sheet)
    if line.has_until and not line.plates:
        yield warned(line, Column.VALID_UNTIL, RowWarning.VALIDITY_WITHOUT_VEHICLE, "")
    if line.plates and line.until and line.until <= at:
        yield warned(line, Column.VALID_UNTIL, RowWarning.ALREADY_OVER, line.until.isoformat())


def warned(
    line: SheetLine, column: Column, warning: RowWarning, value: str, plate: str = ""
) -> Warned:
    """A warning at the cell of this column; at the plate's own one, where it is about a plate."""
    return Warned(line.row, line.cell_of(column, plate or value), warning, value, line.sheet)


def plates_written(row: SheetRow, table: Table) -> str:
    """All that a row has in its columns of plates, as it was written."""
    return _Reader(row, table).text(Column.PLATE)
