"""`python -m gate registry import` and `export` as an office runs them: exit status and words."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from gate.__main__ import main
from registry.spreadsheets.sheets import write_xlsx
from tests.gate.settings.test_config import GOOD

HEAD = ("楼栋", "单元", "房号", "业主姓名", "电话", "车牌号", "车位号", "有效期至", "备注")
WELL = (
    "3栋",
    "2单元",
    "501室",
    "张三",
    "13900001234",
    "吉A12345、吉AD12345",
    "B-1",
    "2027-12-31",
    "",
)
BAD = ("3栋", "2单元", "502室", "李四", "13900001235", "吉AI2345", "B-2", "", "")
ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")


pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(300),
]  # each run opens a new store, on a machine that may be busy


@pytest.fixture(params=["zh_CN", "en"])
def config(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    raw = yaml.safe_load(GOOD) | {"data": str(tmp_path / "data")}
    raw |= {"site": {"language": request.param}}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of the program came to."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def gate(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program's own `main`, without the second that a process takes to begin."""

    def run(*words: str | Path) -> Done:
        status = main(["registry", *map(str, words), "--config", str(config)])
        return Done(status, *capsys.readouterr())

    return run


def chinese(config: Path) -> bool:
    return "zh_CN" in config.read_text(encoding="utf-8")


def test_what_comes_in_comes_out_and_in_again(gate: Run, config: Path, tmp_path: Path) -> None:
    office = tmp_path / "office.xlsx"
    office.write_bytes(write_xlsx([HEAD, WELL]))
    trial = gate("import", office, "--dry-run")
    assert trial.returncode == 0, trial.stderr
    first, again = tmp_path / "first.csv", tmp_path / "again.csv"
    assert gate("export", first).returncode == 0
    assert "501" not in first.read_text(encoding="utf-8-sig")  # the trial changed nothing

    assert gate("import", office).returncode == 0
    assert gate("export", first).returncode == 0
    as_office = tmp_path / "gb18030.csv"
    as_office.write_bytes(first.read_text(encoding="utf-8-sig").encode("gb18030"))
    back = gate("import", as_office)
    assert back.returncode == 0
    unchanged = "车辆：新增 0，修改 0" if chinese(config) else "vehicles: 0 new, 0 changed"
    assert unchanged in back.stdout
    assert gate("export", again).returncode == 0
    assert again.read_bytes() == first.read_bytes()


def test_a_refused_row_is_status_1_with_cell_and_remedy(
    gate: Run, config: Path, tmp_path: Path
) -> None:
    office = tmp_path / "office.xlsx"
    office.write_bytes(write_xlsx([HEAD, BAD, WELL]))
    done = gate("import", office)
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if "F2" in line)
    remedy = "请改成数字 1" if chinese(config) else "write the digit 1"
    assert remedy in line
    assert "吉AI2345" in line


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, ("请检查文件名", "check its name")),
        (b"", ("文件是空的", "The file is empty")),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ("另存为 xlsx", "as xlsx")),
        (ENCRYPTED, ("请取消密码", "remove it")),
        ("甲,乙\r\n1,2\r\n".encode(), ("车牌号", "Plate")),
    ],
    ids=["missing", "empty", "picture", "encrypted", "headings"],
)
def test_nothing_that_can_be_read_is_status_2_with_a_remedy(
    gate: Run, config: Path, tmp_path: Path, content: bytes | None, why: tuple[str, str]
) -> None:
    office = tmp_path / "office.xlsx"
    if content is not None:
        office.write_bytes(content)
    done = gate("import", office)
    assert done.returncode == 2
    assert done.stdout == ""
    assert str(office) in done.stderr
    assert why[0 if chinese(config) else 1] in done.stderr


def test_the_status_is_that_of_the_process(config: Path, tmp_path: Path) -> None:
    if not chinese(config):
        return  # a status has no language
    office = tmp_path / "office.xlsx"
    for rows, expected in (([HEAD, WELL], 0), ([HEAD, WELL, BAD], 1), ([WELL], 2)):
        office.write_bytes(write_xlsx(rows))
        said = [sys.executable, "-m", "gate", "registry", "import", office, "--config", config]
        done = subprocess.run(
            said, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False
        )
        assert done.returncode == expected, done.stderr.decode()
