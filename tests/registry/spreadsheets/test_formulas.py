"""Cells that would run are written as text and read back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from registry.spreadsheets.formulas import harmless, restored
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.whole import read
from registry.spreadsheets.sheets import write_csv, write_xlsx

BEGINS = "=+-@\t\r\n＝＋－＠"
cells = st.text(st.sampled_from(BEGINS + "' a1张"), max_size=6) | st.text(max_size=6)


@given(cells)
def test_what_is_written_begins_as_no_formula_does_and_is_read_back(text: str) -> None:
    written = harmless(text)
    assert not written.lstrip(" ").startswith(tuple(BEGINS))
    assert restored(written) == text


@given(st.lists(st.text("=+-@'＝a1张三", min_size=1, max_size=6), min_size=1, max_size=4))
def test_files_of_both_kinds_are_read_back_as_they_were(line: list[str]) -> None:
    for write in (write_csv, write_xlsx):
        book = read(write([line]))
        assert not isinstance(book, SheetFault)
        assert book[0].rows[0].cells == tuple(line)
