"""What import-linter cannot see: pure modules read no clock, rooms are small, gate has rooms only.

Who may import whom stands in pyproject.toml and is checked by lint-imports.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("gate", "hardware", "recognition", "registry")
CLOCKS = frozenset({"now", "utcnow", "today", "time", "monotonic", "perf_counter", "sleep"})
TIMES = frozenset({"datetime", "date", "time"})
DECIDES = (
    "gate.access.decide",
    "gate.lanes.machine",
    "hardware.barrier",
    "hardware.boards.codecs",
    "recognition.voting",
    "registry.rules",
)


def pure() -> list[str]:
    """The modules and packages that the contract calls pure."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (contract,) = (
        one for one in tools["importlinter"]["contracts"] if "reads no clock" in one["name"]
    )
    return list(contract["source_modules"])


def files_of(module: str) -> Iterator[Path]:
    path = ROOT.joinpath(*module.split("."))
    yield from sorted(path.rglob("*.py")) if path.is_dir() else (path.with_suffix(".py"),)


def test_what_decides_is_pure() -> None:
    assert set(DECIDES) <= set(pure())


@pytest.mark.parametrize("module", pure())
def test_pure_modules_read_no_clock(module: str) -> None:
    for file in files_of(module):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                receiver = node.func.value
                named = isinstance(receiver, ast.Name) and receiver.id in {
                    "datetime",
                    "date",
                    "time",
                }
                assert not (named and node.func.attr in CLOCKS), f"{file}: {ast.unparse(node)}"


def test_no_room_is_too_full() -> None:
    modules = (
        file.parent.relative_to(ROOT)
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if file.name != "__init__.py"
    )
    assert {str(room): n for room, n in Counter(modules).items() if n > 20} == {}


def test_gate_holds_rooms_only() -> None:
    assert {file.name for file in (ROOT / "gate").glob("*.py")} == {"__init__.py", "__main__.py"}
    assert {file.name for file in (ROOT / "gate" / "console").glob("*.py")} == {
        *("__init__.py", "app.py", "dependencies.py"),
    }
