"""No export holds a cell that a spreadsheet runs."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from gate.reports.exports import ExportWriter, Form, Listed, as_text, export
from registry.spreadsheets.sheets import write_csv
from tests.gate.journal.journal_cast import desk

RUN = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1", "＝1+1", "＋1", "－1", "＠x"]


def rows(file: Path) -> Sequence[Sequence[str]]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as text:
            return list(csv.reader(text))
    book = openpyxl.load_workbook(file)
    found = [[str(one.value) for one in row] for row in book.worksheets[0].iter_rows()]
    assert all(one.data_type != "f" for row in book.worksheets[0].iter_rows() for one in row)
    book.close()
    return found


@pytest.mark.parametrize("form", Form)
def test_no_cell_of_a_list_runs(tmp_path: Path, form: Form) -> None:
    """Headings and cells alike: OWASP's list, and the full-width signs that Excel takes too."""
    target = tmp_path / f"a.{form.value}"
    with desk(tmp_path / "data") as made:
        listed = Listed("a", tuple(RUN), iter([RUN, ["吉A12345"]]))
        assert export(made.journal, listed, ExportWriter("wang", "police", "=1"), target, form) == 2
    watermark, _, line, plain = rows(target)
    assert watermark[0] == ("'=1" if form is Form.CSV else "=1")  # written as text in a workbook
    assert [cell[:1] for cell in line] == ["'"] * len(RUN)
    assert plain[0] == "吉A12345"


def test_no_cell_of_a_small_list_or_of_the_registry_runs() -> None:
    small = as_text(RUN, [RUN])
    registry = write_csv([RUN, RUN]).decode("utf-8-sig")
    for text in (small, registry):
        for line in csv.reader(io.StringIO(text, newline="")):
            assert line == [f"'{cell}" for cell in RUN]
