"""`gate registry import` and `export`: what is printed, what is stored, and the exit status."""

from pathlib import Path

import pytest
import yaml
from sqlmodel import select

from gate.app.store import open_store
from gate.cli.registry import export_file, import_file, template_file
from gate.settings.config import load
from registry.tables.records import Vehicle
from tests.gate.settings.test_config import GOOD
from tests.registry.spreadsheets.reading.packages import line, xlsx

pytestmark = pytest.mark.slow

HEAD = "楼栋,单元,房号,业主姓名,电话,车牌号,车位号,有效期至,备注\r\n"
GOOD_ROW = "3栋,2单元,501室,张三,13900001234,吉A12345、吉AD12345,B-1,2027-12-31,\r\n"
BAD_ROW = "3栋,2单元,502室,李四,13900001235,吉AI2345,B-2,,\r\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    raw = yaml.safe_load(GOOD) | {"data": str(tmp_path / "data")}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def sheet(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "cars.csv"
    path.write_bytes((HEAD + "".join(rows)).encode("gb18030"))
    return path


def plates(config: Path) -> set[str]:
    store = open_store(load(config))
    with store.journal.reading() as session:
        found = set(session.exec(select(Vehicle.plate)))
    store.close()
    return found


def test_every_row_in_is_status_0(config: Path, tmp_path: Path, capsys) -> None:
    assert import_file(config, sheet(tmp_path, GOOD_ROW), dry_run=False) == 0
    assert plates(config) == {"吉A12345", "吉AD12345"}
    said = capsys.readouterr().out
    assert "共 1 行：导入 1 行，拒绝 0 行" in said
    assert "车辆：新增 2，修改 0" in said


def test_some_rows_refused_is_status_1_and_each_is_named(
    config: Path, tmp_path: Path, capsys
) -> None:
    assert import_file(config, sheet(tmp_path, BAD_ROW, GOOD_ROW), dry_run=False) == 1
    assert plates(config) == {"吉A12345", "吉AD12345"}
    assert "第 2 行 F2：" in capsys.readouterr().out


def test_a_dry_run_changes_nothing(config: Path, tmp_path: Path, capsys) -> None:
    assert import_file(config, sheet(tmp_path, GOOD_ROW), dry_run=True) == 0
    assert plates(config) == set()
    assert "未写入" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\x89PNG\x00", "甲,乙\r\n1,2\r\n".encode()])
def test_nothing_that_can_be_read_is_status_2(
    config: Path, tmp_path: Path, capsys, content: bytes
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert import_file(config, path, dry_run=False) == 2
    assert str(path) in capsys.readouterr().err


def test_a_file_that_is_not_there_is_status_2(config: Path, tmp_path: Path) -> None:
    assert import_file(config, tmp_path / "gone.xlsx", dry_run=False) == 2


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_imports_again_and_changes_nothing(
    config: Path, tmp_path: Path, capsys, suffix: str
) -> None:
    import_file(config, sheet(tmp_path, GOOD_ROW), dry_run=False)
    out = tmp_path / f"out.{suffix}"
    assert export_file(config, out) == 0
    capsys.readouterr()
    assert import_file(config, out, dry_run=True) == 0
    said = capsys.readouterr().out
    assert "车辆：新增 0，修改 0" in said
    assert "人员：新增 0，修改 0" in said


def test_an_export_to_a_name_of_another_kind_is_status_2(config: Path, tmp_path: Path) -> None:
    assert export_file(config, tmp_path / "out.pdf") == 2


def book(tmp_path: Path, **sheets: str) -> Path:
    path = tmp_path / "cars.xlsx"
    states = {name: "hidden" for name in sheets if name.startswith("hidden")}
    path.write_bytes(xlsx(sheets, states=states))
    return path


HEADS = ["房号", "楼栋", "业主姓名", "车牌号"]


def test_every_visible_sheet_goes_in_and_the_others_are_named(
    config: Path, tmp_path: Path, capsys
) -> None:
    file = book(
        tmp_path,
        hidden=line(1, HEADS) + line(2, ["509", "3", "张三", "吉A99999"]),
        one=line(1, HEADS) + line(2, ["501", "1", "张三", "吉A12341"]),
        two=line(1, HEADS) + line(2, ["502", "2", "李四", "吉A12342"]),
    )
    assert import_file(config, file, dry_run=False) == 0
    assert plates(config) == {"吉A12341", "吉A12342"}
    said = capsys.readouterr().out
    assert "hidden" in said
    assert "隐藏" in said


def test_what_is_not_used_is_said_and_is_status_1(config: Path, tmp_path: Path, capsys) -> None:
    file = book(
        tmp_path,
        cars=line(1, [*HEADS, "品牌"]) + line(2, ["501", "1", "张三", "吉A12341", "大众"]),
        notes=line(1, ["请勿修改"]),
    )
    assert import_file(config, file, dry_run=False) == 1
    assert plates(config) == {"吉A12341"}
    said = capsys.readouterr().out
    assert "E1" in said
    assert "品牌" in said
    assert "notes" in said


def test_a_refused_row_of_several_sheets_names_its_own(
    config: Path, tmp_path: Path, capsys
) -> None:
    row = line(1, HEADS) + line(2, ["501", "1", "张三", "吉AI2341"])
    assert import_file(config, book(tmp_path, one=row, two=row), dry_run=True) == 1
    said = capsys.readouterr().out
    assert "one!D2" in said
    assert "two!D2" in said


def test_refused_rows_are_written_to_be_mended(config: Path, tmp_path: Path, capsys) -> None:
    back = tmp_path / "refused.xlsx"
    csv = sheet(tmp_path, BAD_ROW, GOOD_ROW)
    assert import_file(config, csv, dry_run=False, refused=back) == 1
    assert str(back) in capsys.readouterr().out
    assert import_file(config, back, dry_run=True) == 1
    assert "共 1 行：导入 0 行，拒绝 1 行" in capsys.readouterr().out
    nowhere = tmp_path / "no folder" / "refused.xlsx"
    assert import_file(config, csv, dry_run=True, refused=nowhere) == 1
    assert str(nowhere) in capsys.readouterr().err


def test_where_nothing_is_refused_no_file_is_written(config: Path, tmp_path: Path) -> None:
    back = tmp_path / "refused.xlsx"
    assert import_file(config, sheet(tmp_path, GOOD_ROW), dry_run=False, refused=back) == 0
    assert not back.exists()


def test_the_template_is_an_empty_sheet_to_import(config: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "template.xlsx"
    assert template_file(config, file) == 0
    assert str(file) in capsys.readouterr().out
    assert import_file(config, file, dry_run=True) == 0
    assert template_file(config, tmp_path / "template.csv") == 2
    assert template_file(config, tmp_path / "no folder" / "template.xlsx") == 2


def test_a_file_that_is_too_large_is_not_even_read(config: Path, tmp_path: Path, capsys) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as large:
        large.truncate(30_000_000_000)
    assert import_file(config, file, dry_run=False) == 2
    assert "20 MB" in capsys.readouterr().err


def test_a_file_whose_sheets_have_no_headings_names_them(
    config: Path, tmp_path: Path, capsys
) -> None:
    assert import_file(config, book(tmp_path, notes=line(1, ["请勿修改"])), dry_run=False) == 2
    assert "notes" in capsys.readouterr().err
