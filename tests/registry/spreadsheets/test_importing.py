"""Spreadsheets: what goes in comes out, what is bad is refused with its cell, all is undone."""

import io
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from sqlmodel import Session, SQLModel, func, select

from registry.rules.fields import RowFault
from registry.rules.kinds import BlockReason, PersonRole, VehicleKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, PlateColour, parse
from registry.spreadsheets import importing
from registry.spreadsheets.columns import Column, Table
from registry.spreadsheets.export import export
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.rows import RowWarning
from registry.spreadsheets.sheets import write_csv, write_xlsx
from registry.spreadsheets.undo import UndoneTwiceError, undo
from registry.store import sample, snapshot_loader, store
from registry.store.store import Actor
from registry.tables import records
from registry.tables.records import (
    Change,
    Household,
    ImportBatch,
    Person,
    Space,
    SpaceVehicle,
    Vehicle,
)
from tests.registry.conftest import NOON, empty_register
from tests.registry.spreadsheets.reading_files import table_of
from tests.registry.spreadsheets.sheet_rows import BAD, HEAD, good, line

ZONE = ZoneInfo("Asia/Shanghai")
REGISTERED = (Person, Vehicle, Space, SpaceVehicle, Household)


def table(*rows: list[str], head: list[str] | None = None) -> Table:
    found = table_of(write_csv([head or HEAD, *rows]))
    assert isinstance(found, Table)
    return found


def planned(session: Session, *rows: list[str], head: list[str] | None = None) -> ImportPlan:
    return importing.plan(session, [table(*rows, head=head)], ZONE, NOON)


def imported(
    session: Session, by: Actor, *rows: list[str], head: list[str] | None = None
) -> ImportPlan:
    done = planned(session, *rows, head=head)
    importing.apply(session, done, "test.csv", b"", by)
    return done


def row(number: int = 1, **differing: str) -> list[str]:
    return line({**good(number), **{Column(name): text for name, text in differing.items()}})


def faults(plan: ImportPlan) -> list[tuple[str, RowFault]]:
    return [(refused.cell, refused.fault) for refused in plan.refused]


def count(session: Session, of: type[SQLModel]) -> int:
    return session.exec(select(func.count()).select_from(of)).one()


def test_a_good_row_becomes_a_household_with_all_it_has(session: Session, wang: Actor) -> None:
    plan = imported(session, wang, row(1, plate="吉A12345、吉AD12345", colour="", note="白色轿车"))
    assert plan.refused == ()
    home = store.find_household(session, "2", "1", "101")
    assert home is not None
    person = session.exec(select(Person)).one()
    assert (person.name, person.phone, person.role) == ("张明华", "13900000001", PersonRole.OWNER)
    vehicles = session.exec(select(Vehicle).order_by(Vehicle.plate)).all()
    assert [v.plate for v in vehicles] == ["吉A12345", "吉AD12345"]
    assert all(v.household_id == home.id and v.note == "白色轿车" for v in vehicles)
    assert count(session, SpaceVehicle) == 2


def test_valid_until_a_day_means_until_the_end_of_that_day_in_the_sites_zone(
    session: Session, wang: Actor
) -> None:
    imported(session, wang, row(1, valid_until="2027年12月31日"))
    vehicle = session.exec(select(Vehicle)).one()
    assert vehicle.valid_until == datetime(2027, 12, 31, 16, 0, tzinfo=UTC)
    assert vehicle.valid_from == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        "吉A12345、吉B23456",
        "吉A12345,吉B23456",
        "吉A12345；吉B23456",
        "吉A12345\n吉B23456",
        "吉A·12345 吉B·23456",
        "吉a12345/吉b23456",
        "吉A12345和吉B23456",
        "吉A 12345、吉B 23456",
    ],
)
def test_several_plates_in_one_cell_are_split(session: Session, wang: Actor, cell: str) -> None:
    imported(session, wang, row(1, plate=cell))
    assert set(session.exec(select(Vehicle.plate))) == {"吉A12345", "吉B23456"}


def test_english_headings_and_a_title_above_them_are_understood(
    session: Session, wang: Actor
) -> None:
    head = ["Building", "Unit", "Room", "Name", "Phone", "Plate Number", "Parking Space"]
    content = write_csv([["Cars 2026"], head, ["3", "2", "501", "Ann Lee", "", "吉A12345", "B-1"]])
    found = table_of(content)
    assert isinstance(found, Table)
    plan = importing.plan(session, [found], ZONE, NOON)
    importing.apply(session, plan, "cars.csv", content, wang)
    assert store.find_household(session, "3", "2", "501") is not None


def test_a_whole_address_in_the_first_column_will_do(session: Session, wang: Actor) -> None:
    imported(session, wang, ["3栋2单元501", "张三"], head=["楼栋", "姓名", "房号"])
    assert store.find_household(session, "3", "2", "501") is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_usual_encoding(encoding: str) -> None:
    text = "楼栋,房号,业主姓名,车牌号\r\n3,501,张三,吉A12345\r\n"
    found = table_of(text.encode(encoding))
    assert isinstance(found, Table)
    assert found.rows[0].cells == ("3", "501", "张三", "吉A12345")


def test_xlsx_with_numbers_dates_and_merged_cells() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["楼栋", "房号", "业主姓名", "电话", "车牌号", "有效期至"])
    sheet.append([3, 501.0, "张三", 13900001234, "吉A12345", datetime(2027, 12, 31)])
    sheet.append([None, None, None, None, "吉B23456", None])
    for column in "ABCD":
        sheet.merge_cells(f"{column}2:{column}3")
    content = io.BytesIO()
    book.save(content)
    found = table_of(content.getvalue())
    assert isinstance(found, Table)
    assert found.rows[0].cells == ("3", "501", "张三", "13900001234", "吉A12345", "2027-12-31")
    assert found.rows[1].cells[:5] == ("3", "501", "张三", "13900001234", "吉B23456")


def test_a_formula_that_nobody_has_calculated_is_an_error_and_no_empty_cell(
    session: Session,
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["楼栋", "房号", "业主姓名", "车牌号"])
    sheet.append([3, "=500+1", "张三", "吉A12345"])
    content = io.BytesIO()
    book.save(content)
    found = table_of(content.getvalue())
    assert isinstance(found, Table)
    plan = importing.plan(session, [found], ZONE, NOON)
    assert faults(plan) == [("B2", RowFault.SPREADSHEET_ERROR)]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", SheetFault.EMPTY),
        (b"\xd0\xcf\x11\xe0 half of an old Excel file", SheetFault.DAMAGED),
        (
            b"\xd0\xcf\x11\xe0" + "Root Entry\0EncryptedPackage".encode("utf-16-le"),
            SheetFault.ENCRYPTED,
        ),
        (b"PK\x03\x04 no zip", SheetFault.DAMAGED),
        (b"\x81\x00\xff", SheetFault.ENCODING),
        (b"\x89PNG\r\n\x1a\n\x00\x00", SheetFault.NO_SPREADSHEET),
        ("没有标题,的文件\r\n1,2\r\n".encode(), SheetFault.NO_HEADINGS),
        ("姓名,电话\r\n张三,13900001234\r\n".encode(), SheetFault.NO_HEADINGS),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, fault: SheetFault) -> None:
    assert table_of(content) is fault


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_row_is_refused_for_its_reason(session: Session, kind: str) -> None:
    fault, spoil = BAD[kind]
    for seed in range(6):
        cells = good(1)
        spoil(cells, random.Random(seed))
        plan = planned(session, line(cells), row(2))
        assert fault in [refused.fault for refused in plan.refused], cells
        assert {refused.row for refused in plan.refused} == {2}
        assert plan.taken == 1


@pytest.mark.parametrize(
    "text", ["吉AKQJ12", "粤E1F23警", "粤O1A45警", "WJG12345", "琼01A2345", "使12345", "吉A1O345"]
)
def test_a_plate_of_an_unusual_form_goes_in_and_is_to_be_checked(
    session: Session, wang: Actor, text: str
) -> None:
    plan = imported(session, wang, row(1, plate=text, colour=""))
    assert plan.refused == ()
    assert [(w.cell, w.warning, w.value) for w in plan.warned] == [
        ("F2", RowWarning.PLATE_UNUSUAL, text)
    ]
    assert session.exec(select(Vehicle.plate)).all() == [text]


@pytest.mark.parametrize("word", ["无", "暂无", "-", "/", "——"])
def test_a_word_for_nothing_is_an_empty_cell_in_every_column(
    session: Session, wang: Actor, word: str
) -> None:
    nothing = {column.value: word for column in (Column.UNIT, Column.PLATE, Column.SPACE)}
    rest = (Column.PHONE, Column.VALID_UNTIL, Column.VALID_FROM, Column.NOTE, Column.ROLE)
    more = (Column.KIND, Column.COLOUR, Column.HOLDER)
    nothing |= {column.value: word for column in (*rest, *more)}
    plan = imported(session, wang, row(1, **nothing), row(2, **nothing))
    assert (plan.refused, plan.taken) == ((), 2)
    assert (count(session, Person), count(session, Vehicle), count(session, Space)) == (2, 0, 0)
    assert [person.phone for person in session.exec(select(Person))] == ["", ""]


@pytest.mark.parametrize("word", ["空置", "未售", "无", "空房"])
def test_a_vacant_flat_is_a_household_and_no_person(
    session: Session, wang: Actor, word: str
) -> None:
    empty = dict.fromkeys(("phone", "plate", "space", "valid_until", "valid_from"), "")
    plan = imported(session, wang, row(1, name=word, role="", kind="", colour="", **empty))
    assert (plan.refused, plan.taken) == ((), 1)
    assert (count(session, Household), count(session, Person)) == (1, 0)


def test_a_flat_without_a_name_that_has_a_car_is_refused(session: Session) -> None:
    assert faults(planned(session, row(1, name="空置"))) == [
        ("D2", RowFault.NAME_MISSING),
    ]


def test_several_columns_of_plates_and_spaces_are_all_taken(session: Session, wang: Actor) -> None:
    head = ["楼栋", "房号", "姓名", "车牌号1", "车牌号2", "第三车牌", "车位1", "车位2"]
    imported(
        session, wang, ["3", "501", "张三", "吉A12345", "", "吉B23456、吉C34567", "B-1", "B-2"],
        head=head,
    )  # fmt: skip
    assert set(session.exec(select(Vehicle.plate))) == {"吉A12345", "吉B23456", "吉C34567"}
    assert set(session.exec(select(Space.name))) == {"B-1", "B-2"}
    assert count(session, SpaceVehicle) == 6


def test_what_is_wrong_in_a_second_column_is_named_by_its_own_cell(session: Session) -> None:
    head = ["楼栋", "房号", "姓名", "车牌号1", "车牌号2"]
    plan = planned(
        session,
        ["3", "501", "张三", "吉A12345", "吉AI2345"],
        ["3", "502", "李四", "", "吉AKQJ12"],
        head=head,
    )
    assert faults(plan) == [("E2", RowFault.PLATE_LETTER_I)]
    assert [(w.cell, w.warning) for w in plan.warned] == [("E3", RowWarning.PLATE_UNUSUAL)]


@pytest.mark.parametrize(
    ("first", "says"),
    [("有效期至", "2027-12-31"), ("颜色", "蓝"), ("类型", "业主车"), ("开始日期", "2026-01-01")],
)
def test_vehicles_of_one_row_cannot_differ(session: Session, first: str, says: str) -> None:
    head = ["楼栋", "房号", "姓名", "车牌号1", first, "车牌号2", f"{first}2"]
    same = ["3", "501", "张三", "吉A12345", says, "吉B12345", says]
    other = ["3", "502", "李四", "吉C12345", says, "吉D12345", "2028-12-31"]
    assert faults(planned(session, same, other, head=head)) == [("G3", RowFault.SECOND_VALUE)]


def test_a_row_names_its_sheet(session: Session) -> None:
    tables = [replace(table(row(n, plate="吉AI2345")), sheet=f"{n}栋") for n in (1, 2)]
    plan = importing.plan(session, tables, ZONE, NOON)
    assert [(no.sheet, no.row, no.cell) for no in plan.refused] == [
        ("1栋", 2, "F2"),
        ("2栋", 2, "F2"),
    ]
    assert plan.rows == 2


def test_a_household_of_two_sheets_is_one(session: Session, wang: Actor) -> None:
    tables = [
        replace(table(row(1)), sheet="1"),
        replace(table(row(1, plate="吉B12345", space="")), sheet="2"),
    ]
    importing.apply(session, importing.plan(session, tables, ZONE, NOON), "a.xlsx", b"", wang)
    assert (count(session, Household), count(session, Vehicle)) == (1, 2)


def test_a_number_in_a_column_of_days_is_its_day_and_is_to_be_checked(
    session: Session, wang: Actor
) -> None:
    read = table(row(1, valid_until="46752"))
    place = read.columns[Column.VALID_UNTIL][0]
    numbered = replace(read, rows=tuple(replace(r, numbers=frozenset({place})) for r in read.rows))
    plan = importing.plan(session, [numbered], ZONE, NOON)
    assert [(w.cell, w.warning, w.value) for w in plan.warned] == [
        ("H2", RowWarning.DATE_FROM_NUMBER, "46752 = 2027-12-31")
    ]
    importing.apply(session, plan, "a.xlsx", b"", wang)
    vehicle = session.exec(select(Vehicle)).one()
    assert vehicle.valid_until == datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


def test_a_thousand_bad_rows_stop_no_good_one_and_none_gets_in(
    session: Session, wang: Actor
) -> None:
    rng = random.Random(7)
    kinds = [*BAD] * (1000 // len(BAD) + 1)
    rows, expected = [], {}
    assert len(set(kinds)) >= 30
    assert len({BAD[kind][0] for kind in kinds}) >= 30
    for number, kind in enumerate(kinds[:1000]):
        cells = good(number)
        BAD[kind][1](cells, rng)
        rows += [line(cells), line(good(2000 + number))]
        expected[2 + 2 * number] = BAD[kind][0]
    plan = imported(session, wang, *rows)
    reasons: dict[int, set[RowFault]] = {}
    for refused in plan.refused:
        reasons.setdefault(refused.row, set()).add(refused.fault)
        assert refused.cell
    assert reasons.keys() == expected.keys()
    assert all(fault in reasons[number] for number, fault in expected.items())
    assert (plan.taken, plan.rows_refused) == (1000, 1000)
    wanted = {good(2000 + number)[Column.PLATE] for number in range(1000)}
    assert set(session.exec(select(Vehicle.plate))) == wanted
    assert count(session, Household) == count(session, Person) == 1000


def test_a_row_that_slipped_to_the_right_is_refused(session: Session) -> None:
    plan = planned(session, [*row(1), "x"])
    assert faults(plan) == [("O2", RowFault.SLIPPED)]


def test_a_plate_of_another_household_is_refused_and_not_moved(
    session: Session, wang: Actor
) -> None:
    imported(session, wang, row(1))
    plan = imported(session, wang, row(2, plate=good(1)[Column.PLATE], space="B-9"))
    assert faults(plan) == [("F2", RowFault.PLATE_ELSEWHERE)]
    assert session.exec(select(Vehicle)).one().household_id == 1


def test_two_households_of_a_file_cannot_have_one_plate_or_space(session: Session) -> None:
    same_plate = row(2, plate=good(1)[Column.PLATE])
    same_space = row(3, space=good(1)[Column.SPACE])
    plan = planned(session, row(1), same_plate, same_space)
    assert faults(plan) == [
        ("F3", RowFault.PLATE_TWICE_IN_FILE),
        ("G4", RowFault.SPACE_TWICE_IN_FILE),
    ]


def test_a_space_of_another_household_is_refused_and_not_moved(
    session: Session, wang: Actor
) -> None:
    imported(session, wang, row(1))
    plan = imported(session, wang, row(2, space=good(1)[Column.SPACE]))
    assert faults(plan) == [("G2", RowFault.SPACE_ELSEWHERE)]
    assert count(session, Household) == 1


def test_two_rows_that_say_different_things_of_one_car_are_not_both_taken(
    session: Session,
) -> None:
    plan = planned(session, row(1), row(1, name="李娜", valid_until="2029-12-31"))
    assert faults(plan) == [("F3", RowFault.PLATE_TWICE_IN_FILE)]
    plan = planned(session, row(1), row(1, phone="13911112222"))
    assert faults(plan) == [("E3", RowFault.PHONE_TWICE_IN_FILE)]


def test_two_people_of_a_household_may_both_name_the_car(session: Session, wang: Actor) -> None:
    imported(session, wang, row(1), row(1, name="李娜", role="家庭成员"))
    assert count(session, Vehicle) == 1
    assert count(session, Person) == 2


def test_an_empty_cell_changes_nothing_and_a_filled_one_does(session: Session, wang: Actor) -> None:
    imported(session, wang, row(1))
    emptied = row(1, phone="", valid_until="", valid_from="", kind="", colour="", role="")
    plan = imported(session, wang, emptied)
    assert [*plan.changes()] == []
    plan = imported(session, wang, row(1, valid_until="长期", kind="月租车"))
    (change,) = plan.changes()
    assert change.before == {
        "valid_until": datetime(2027, 12, 31, 16, 0, tzinfo=UTC),
        "kind": VehicleKind.OWNER,
    }
    assert change.after == {"valid_until": None, "kind": VehicleKind.LONG_RENT}
    assert session.exec(select(Vehicle)).one().valid_until is None


def test_what_a_person_should_look_at_is_said(session: Session, wang: Actor) -> None:
    imported(session, wang, row(1, plate="吉A8B123", colour=""))
    stranger = parse("吉A55555")
    assert isinstance(stranger, Plate)
    store.block(session, stranger, BlockReason.DANGER, "撞杆", ValidityPeriod(), wang)
    plan = planned(
        session,
        row(2, plate="吉A88123", valid_until="2026-02-01"),
        row(3, plate="吉A55555"),
        row(4, plate="吉A77777,吉A77777"),
        row(5, plate=""),
    )
    assert plan.refused == ()
    assert [(w.row, w.warning, w.value) for w in plan.warned][:2] == [
        (2, RowWarning.ALREADY_OVER, "2026-02-01T16:00:00+00:00"),
        (2, RowWarning.LOOKS_LIKE_ANOTHER, "吉A88123 ~ 吉A8B123"),
    ]
    assert (3, RowWarning.BLOCKED) in [(w.row, w.warning) for w in plan.warned]
    assert (4, RowWarning.PLATE_REPEATED) in [(w.row, w.warning) for w in plan.warned]
    assert (5, RowWarning.VALIDITY_WITHOUT_VEHICLE) in [(w.row, w.warning) for w in plan.warned]


def test_plates_of_two_provinces_are_two_cars_and_a_warning(session: Session, wang: Actor) -> None:
    plan = imported(session, wang, row(1, plate="粤B12345"), row(2, plate="苏B12345"))
    assert count(session, Vehicle) == 2
    assert {w.warning for w in plan.warned} == {RowWarning.LOOKS_LIKE_ANOTHER}


def test_vehicles_of_a_firm_have_a_holder_and_no_household(session: Session, wang: Actor) -> None:
    firm = {column.value: "" for column in Column} | {"plate": "吉A77777", "holder": "环卫公司"}
    imported(session, wang, row(1, **{**firm, "kind": "服务车"}))
    vehicle = session.exec(select(Vehicle)).one()
    assert (vehicle.holder, vehicle.household_id) == ("环卫公司", None)
    plan = planned(session, row(1, **{**firm, "plate": ""}))
    assert faults(plan) == [("F2", RowFault.NOTHING_TO_REGISTER)]


@pytest.fixture
def community(session: Session, wang: Actor) -> Session:
    size = sample.Size(households=150, residents=280, vehicles=140, passes=0)
    sample.fill(session, sample.generate(3, NOON, size), wang)
    vehicle = session.exec(select(Vehicle)).first()
    assert vehicle is not None
    vehicle.valid_until = NOON + timedelta(days=30, minutes=7)
    vehicle.note = '=1+1, "quoted"\nsecond line'
    person = session.exec(select(Person)).first()
    assert person is not None
    person.note, person.phone = "-note", "+8190123456"
    session.commit()
    return session


def as_gb18030(lines: list[tuple[str, ...]]) -> bytes:
    """As an office's spreadsheet program saves a csv again."""
    return write_csv(lines).decode("utf-8-sig").encode("gb18030")


@pytest.mark.parametrize("write", [write_csv, write_xlsx, as_gb18030])
def test_an_export_reads_back_as_the_same_rows(community: Session, write) -> None:
    lines = export(community, ZONE)
    found = table_of(write(lines))
    assert isinstance(found, Table)
    width = len(lines[0])
    read = [tuple([*row.cells, *[""] * width][:width]) for row in found.rows]
    assert [found.headings, *read] == [tuple(cells) for cells in lines]


@pytest.mark.parametrize("write", [write_csv, write_xlsx, as_gb18030])
def test_an_export_imports_again_without_a_change(community: Session, write) -> None:
    found = table_of(write(export(community, ZONE)))
    assert isinstance(found, Table)
    plan = importing.plan(community, [found], ZONE, NOON)
    assert plan.refused == ()
    assert [*plan.changes()] == []


def test_an_export_into_an_empty_register_exports_the_same(community: Session, wang: Actor) -> None:
    lines = export(community, ZONE)
    with empty_register() as empty:
        found = table_of(write_csv(lines))
        assert isinstance(found, Table)
        plan = importing.plan(empty, [found], ZONE, NOON)
        importing.apply(empty, plan, "export.csv", b"", wang)
        assert export(empty, ZONE) == lines


def contents(session: Session) -> dict[str, list[dict]]:
    return {
        table.__name__: [r.model_dump(mode="json") for r in session.exec(select(table))]
        for table in REGISTERED
    }


def test_an_import_is_undone_to_the_last_cell(community: Session, wang: Actor) -> None:
    before = contents(community)
    known = export(community, ZONE)
    changed = [*known[1]]
    changed[4] = "13911112222"
    batch = importing.apply(
        community,
        planned(community, changed, row(900), row(901, plate="吉A7K7K7", colour="")),
        "x.csv",
        b"x",
        wang,
    )
    assert contents(community) != before
    assert undo(community, batch, Actor("li", NOON)) == ()
    assert contents(community) == before
    assert batch.undone_by == "li"
    with pytest.raises(UndoneTwiceError):
        undo(community, batch, wang)


def test_an_import_that_somebody_built_on_is_not_undone(session: Session, wang: Actor) -> None:
    batch = importing.apply(session, planned(session, row(1)), "x.csv", b"", wang)
    home = store.find_household(session, "2", "1", "101")
    assert home is not None
    store.add(session, Person(household_id=store.id_of(home), name="租户"), wang)
    before = contents(session)
    (since,) = undo(session, batch, wang)
    assert (since.entity, since.entity_id) == ("Household", str(home.id))
    vehicle = session.exec(select(Vehicle)).one()
    store.update(session, vehicle, wang, note="新")
    assert {c.entity for c in undo(session, batch, wang)} == {"Household", "Vehicle"}
    assert contents(session)["Person"] == before["Person"]


def test_every_row_of_an_import_is_in_the_history_under_its_batch(
    session: Session, wang: Actor
) -> None:
    imported(session, wang, row(1))
    batch = session.exec(select(ImportBatch)).one()
    assert (batch.rows, batch.refused, batch.who) == (1, 0, "wang")
    history = session.exec(select(Change)).all()
    assert {change.batch_id for change in history} == {batch.id}
    names = {change.entity for change in history}
    assert names == {t.__name__ for t in (*REGISTERED, records.Building, records.Unit)}


def test_the_snapshot_follows_an_import_and_its_undoing(session: Session, wang: Actor) -> None:
    known = snapshot_loader.load(session, NOON)
    batch = importing.apply(session, planned(session, row(1)), "x.csv", b"", wang)
    known = snapshot_loader.follow(session, known, NOON)
    registration = known.plate_records[good(1)[Column.PLATE]].registration
    assert registration is not None
    assert (registration.colour, len(registration.spaces)) == (PlateColour.BLUE, 1)
    undo(session, batch, wang)
    assert snapshot_loader.follow(session, known, NOON).plate_records == {}
