"""What an import hands out can be filled in, mended and imported as it is."""

import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from sqlmodel import Session

from gate.i18n.texts import Language, Texts
from gate.services import import_texts
from registry.spreadsheets import importing
from registry.spreadsheets.columns import Column
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.reading.whole import read
from registry.spreadsheets.unused import Understood, understand
from tests.registry.conftest import NOON, empty_register
from tests.registry.spreadsheets.reading.packages import line, text, xlsx
from tests.registry.spreadsheets.reading_files import understood
from tests.registry.spreadsheets.test_importing import ZONE

HEAD = ["楼栋", "房号", "业主姓名", "电话", "车牌号", "品牌"]
GOOD = ["3", "501", "张三", "13900001234", "吉A12345", "大众"]
BAD = ["3", "502", "李四", "1390000123", "吉AI2345", "=1+1"]
TEXTS = [Texts(language) for language in Language]


def planned(session: Session, content: bytes) -> tuple[Understood, ImportPlan]:
    found = understood(content)
    return found, importing.plan(session, found.tables, ZONE, NOON)


@pytest.fixture
def session() -> Iterator[Session]:
    with empty_register() as opened:
        yield opened


@pytest.mark.parametrize("texts", TEXTS, ids=list(Language))
def test_the_template_has_every_heading_as_text_and_no_row(texts: Texts) -> None:
    content = import_texts.empty_file(texts)
    found = understood(content)
    (table,) = found.tables
    assert table.columns == {column: (place,) for place, column in enumerate(Column)}
    assert (table.rows, found.unused) == ((), ())
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    widths = list(sheet.column_dimensions.values())
    assert {one.number_format for one in widths} == {"@"}
    assert sum(one.max - one.min + 1 for one in widths) == len(Column)
    rules = sheet.data_validations.dataValidation
    assert len(rules) == len(Column)
    assert all(rule.prompt and rule.promptTitle for rule in rules)
    assert sum(rule.type == "list" for rule in rules) == 3


@pytest.mark.parametrize("texts", TEXTS, ids=list(Language))
def test_what_the_templates_lists_offer_is_understood(session: Session, texts: Texts) -> None:
    sheet = load_workbook(io.BytesIO(import_texts.empty_file(texts))).worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list":
            place = ord(str(rule.sqref)[0]) - ord("A")
            for word in str(rule.formula1).strip('"').split(","):
                row = ["" for _ in heads]
                row[:4] = ["3", "2", "501", "张三"]
                row[place] = word
                _, plan = planned(session, xlsx({"a": line(1, heads) + line(2, row)}))
                assert (plan.refused, plan.taken) == ((), 1), word


@pytest.mark.parametrize("texts", TEXTS, ids=list(Language))
def test_refused_rows_come_back_with_their_reasons_and_go_in_once_mended(
    session: Session, texts: Texts
) -> None:
    rows = line(1, HEAD) + line(2, GOOD) + line(3, BAD)
    found, plan = planned(session, xlsx({"1栋": rows, "2栋": rows.replace("502", "503")}))
    assert plan.rows_refused == 2
    back = import_texts.mendable(texts, found.tables, plan)
    again = understood(back)
    assert [table.sheet for table in again.tables] == ["1栋", "2栋"]
    first = again.tables[0].rows[0].cells
    assert first[1:] == tuple(BAD)
    assert "D3" in first[0]
    assert "E3" in first[0]
    assert {one.what for one in again.unused} == {"品牌"}
    _, unmended = planned(session, back)
    assert (unmended.rows, unmended.rows_refused) == (2, 2)
    mended = [*BAD[:3], "13900001235", "吉A72345", ""]
    head = list(again.tables[0].headings)
    _, taken = planned(session, xlsx({"a": line(1, head) + line(2, ["", *mended])}))
    assert (taken.refused, taken.taken) == ((), 1)


def test_a_row_that_slipped_comes_back_as_it_was(session: Session) -> None:
    slipped = line(2, [*GOOD, "x"])
    found, plan = planned(session, xlsx({"a": line(1, HEAD) + slipped}))
    back = import_texts.mendable(TEXTS[0], found.tables, plan)
    assert understood(back).tables[0].rows[0].cells[1:] == (*GOOD, "x")


def test_names_that_no_sheet_may_have_are_changed_and_stay_apart(session: Session) -> None:
    bad = line(1, HEAD) + line(2, BAD)
    names = ["x" * 40, "x" * 41, "X" * 39, "1栋/A"]
    found, plan = planned(session, xlsx(dict.fromkeys(names, bad)))
    book = read(import_texts.mendable(TEXTS[0], found.tables, plan))
    assert not isinstance(book, str)
    assert len({sheet.name.casefold() for sheet in book}) == 4
    assert len(understand(book).tables) == 4


def test_a_workbook_runs_nothing_that_a_row_says(session: Session) -> None:
    row = f'<row r="2">{text("A2", "=1")}</row>'
    found, plan = planned(session, xlsx({"a": line(1, HEAD) + row}))
    back = load_workbook(io.BytesIO(import_texts.mendable(TEXTS[0], found.tables, plan)))
    cells = [cell for line in back.worksheets[0].iter_rows() for cell in line if cell.value]
    assert "=1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}
