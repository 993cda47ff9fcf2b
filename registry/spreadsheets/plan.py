"""What importing a spreadsheet would do: computed on a picture of the register, changing nothing.

Pure. Rows are taken in their order; a row that contradicts the register or an earlier row is
refused whole, and every other row goes on as if it were not there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from registry.rules.addresses import Address
from registry.rules.fields import RowFault
from registry.rules.kinds import PersonRole, VehicleKind
from registry.rules.plates import Plate, PlateColour, neighbours
from registry.spreadsheets.columns import Column, Table
from registry.spreadsheets.drafts import Draft, Entity, Fields, ImportPreview
from registry.spreadsheets.rows import (
    RefusedRow,
    RowWarning,
    SheetLine,
    Warned,
    plates_written,
    read_line,
    warned,
    warnings_of,
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that would be made (before is empty) or changed. Values as they are stored."""

    row: int
    entity: Entity
    key: str
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. rows: how many the file has; taken: how many of them go in."""

    rows: int
    taken: int
    refused: tuple[RefusedRow, ...]
    warned: tuple[Warned, ...]
    world: ImportPreview

    @property
    def rows_refused(self) -> int:
        """How many rows are refused; one row may have several reasons."""
        return self.rows - self.taken

    def changes(self) -> Iterator[Planned]:
        """Everything that would be made or changed, for a page to show."""
        for address, number in self.world.households.items():
            if number is None:
                yield Planned(0, Entity.HOUSEHOLD, str(address), {}, {})
        for draft in self.drafts():
            if draft.is_new:
                yield Planned(draft.row, draft.entity, draft.key, {}, draft.after)
            elif changed := draft.changed:
                before = {name: draft.before.get(name) for name in changed}
                yield Planned(draft.row, draft.entity, draft.key, before, changed)
        for (space, plate), is_new in self.world.links.items():
            if is_new:
                yield Planned(0, Entity.LINK, f"{space} {plate}", {}, {})

    def drafts(self) -> Iterator[Draft]:
        """People, vehicles and spaces, whether they change or not."""
        yield from self.world.people.values()
        yield from self.world.vehicles.values()
        yield from self.world.spaces.values()


def make_plan(
    tables: Sequence[Table],
    world: ImportPreview,
    zone: tzinfo,
    at: datetime,
    on_row: Callable[[], object],
) -> ImportPlan:
    """Apply the tables' rows to the world. zone: of dates in cells; at: what counts as past.

    on_row: called after each row, for a progress bar.
    """
    refused: list[RefusedRow] = []
    lines: list[tuple[SheetLine, str]] = []
    for table in tables:
        for row in table.rows:
            line = read_line(row, table, zone)
            faults = line if isinstance(line, tuple) else tuple(_conflicts(line, world))
            if isinstance(line, SheetLine) and not faults:
                _apply(line, world)
                lines.append((line, plates_written(row, table)))
            refused += faults
            on_row()
    warnings = (w for line, written in lines for w in _warnings(line, written, world, at))
    rows = sum(len(table.rows) for table in tables)
    return ImportPlan(rows, len(lines), tuple(refused), tuple(warnings), world)


def _conflicts(line: SheetLine, world: ImportPreview) -> Iterator[RefusedRow]:
    """What of the register or of earlier rows a row contradicts."""
    home = line.address
    if home is not None and not (line.name or line.vacant) and home not in world.households:
        yield _refused(line, Column.NAME, RowFault.NAME_MISSING, "")
    if line.note and not (line.plates or line.name or line.spaces):
        yield _refused(line, Column.NOTE, RowFault.NOTHING_TO_REGISTER, line.note)
    for plate in line.plates:
        if line.colour is None and world.is_shared(plate.text):
            yield _refused(line, Column.COLOUR, RowFault.COLOUR_NEEDED, plate.text)
        key = world.vehicle_key(plate.text, line.colour)
        if (known := world.vehicles.get(key)) and (fault := _vehicle_fault(line, known)):
            yield _refused(line, Column.PLATE, fault, plate.text)
    for space in line.spaces:
        if (known := world.spaces.get(space)) and known.home not in (None, home):
            fault = RowFault.SPACE_TWICE_IN_FILE if known.is_new else RowFault.SPACE_ELSEWHERE
            yield _refused(line, Column.SPACE, fault, space)
    person = world.people.get((home, line.name)) if home and line.name else None
    if person and person.row and line.phone and person.differs({"phone": line.phone}):
        yield _refused(line, Column.PHONE, RowFault.PHONE_TWICE_IN_FILE, line.phone)


def _vehicle_fault(line: SheetLine, known: Draft) -> RowFault | None:
    if known.home != line.address or (known.after.get("holder") or "") != line.holder:
        return RowFault.PLATE_TWICE_IN_FILE if known.is_new else RowFault.PLATE_ELSEWHERE
    if known.row and known.differs(_vehicle_fields(line)):
        return RowFault.PLATE_TWICE_IN_FILE
    return None


def _refused(line: SheetLine, column: Column, fault: RowFault, value: str) -> RefusedRow:
    return RefusedRow(line.row, line.cell_of(column, value), fault, value, line.sheet)


def _apply(line: SheetLine, world: ImportPreview) -> None:
    home = line.address
    if home is not None:
        world.households.setdefault(home, None)
        if line.name:
            _person(line, home, world)
    for plate in line.plates:
        _vehicle(line, plate, world)
    for space in line.spaces:
        _space(line, space, world)
        for plate in line.plates:
            world.links.setdefault((space, world.vehicle_key(plate.text, line.colour)), True)


def _person(line: SheetLine, home: Address, world: ImportPreview) -> None:
    wanted: Fields = {}
    if line.phone:
        wanted["phone"] = line.phone
    if line.role:
        wanted["role"] = line.role
    if line.note and not line.plates:
        wanted["note"] = line.note
    fresh: Fields = {"name": line.name, "phone": "", "role": PersonRole.OWNER, "note": ""}
    draft = Draft(Entity.PERSON, line.name, home, None, {}, fresh)
    _take(world.people.setdefault((home, line.name), draft), wanted, line)


def _vehicle(line: SheetLine, plate: Plate, world: ImportPreview) -> None:
    fresh: Fields = {
        "plate": plate.text,
        "plate_class": plate.plate_class,
        "colour": PlateColour.UNKNOWN,
        "kind": VehicleKind.STAFF if line.holder else VehicleKind.OWNER,
        "holder": line.holder,
        "valid_from": None,
        "valid_until": None,
        "note": "",
    }
    key = world.vehicle_key(plate.text, line.colour)
    draft = Draft(Entity.VEHICLE, key, line.address, None, {}, fresh)
    _take(world.vehicles.setdefault(key, draft), _vehicle_fields(line), line)


def _vehicle_fields(line: SheetLine) -> Fields:
    """What a row says of its vehicles; what it leaves empty it does not say."""
    said: Fields = {"kind": line.kind, "colour": line.colour, "valid_from": line.start}
    wanted = {name: value for name, value in said.items() if value is not None}
    if line.has_until:
        wanted["valid_until"] = line.until
    if line.note:
        wanted["note"] = line.note
    return wanted


def _space(line: SheetLine, name: str, world: ImportPreview) -> None:
    fresh: Fields = {"name": name, "note": ""}
    draft = world.spaces.setdefault(name, Draft(Entity.SPACE, name, line.address, None, {}, fresh))
    draft.home = draft.home or line.address
    own_note = bool(line.note) and not line.plates and not line.name
    _take(draft, {"note": line.note} if own_note else {}, line)


def _take(draft: Draft, wanted: Mapping[str, object], line: SheetLine) -> None:
    draft.after.update(wanted)
    draft.row = line.row


def _warnings(
    line: SheetLine, written: str, world: ImportPreview, at: datetime
) -> Iterator[Warned]:
    yield from warnings_of(line, written, at)
    for plate in line.plates:
        if plate.text in world.blocked:
            yield warned(line, Column.PLATE, RowWarning.BLOCKED, plate.text)
        if not world.vehicles[world.vehicle_key(plate.text, line.colour)].is_new:
            continue
        for other in neighbours(plate.text):
            if other in world.vehicles:
                pair = f"{plate.text} ~ {other}"
                similar = RowWarning.LOOKS_LIKE_ANOTHER
                yield warned(line, Column.PLATE, similar, pair, plate.text)
