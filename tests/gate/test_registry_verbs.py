"""`gate registry import` and `export`: what is printed, what is stored, and the exit status."""

from pathlib import Path

import pytest
import yaml
from sqlmodel import select

from gate.config import load
from gate.registry_verbs import export_file, import_file
from gate.wiring import open_store
from registry.records import Vehicle
from tests.gate.test_config import GOOD

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
