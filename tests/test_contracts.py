"""Every file is known to the contracts, and what is called pure is pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts import PACKAGES, listed, on_disk

IMPURE = frozenset(
    (
        *("asyncio", "cryptography", "fastapi", "http", "io", "logging", "multiprocessing"),
        *("nicegui", "onnxruntime", "openpyxl", "os", "pathlib", "queue", "random", "requests"),
        *("secrets", "select", "serial", "shutil", "signal", "socket", "sqlalchemy", "sqlite3"),
        *("sqlmodel", "ssl", "subprocess", "sys", "tempfile", "termios", "threading", "time"),
        *("torch", "urllib", "uvicorn", "xlsxwriter", "yaml"),
    )
)
CLOCKS = frozenset({"now", "utcnow", "today", "time", "monotonic", "perf_counter", "sleep"})
PURE = sorted(module for module, kind in listed().items() if kind == "pure")


def test_every_file_is_listed_once_and_exists() -> None:
    missing = sorted(on_disk().keys() - listed().keys())
    gone = sorted(listed().keys() - on_disk().keys())
    assert not missing, f"run python -m tests.contracts, then decide what is pure: {missing}"
    assert not gone, f"listed but not there: {gone}"


def test_what_decides_is_pure() -> None:
    for module in (
        "gate.access.decide",
        "gate.lanes.machine",
        "hardware.barrier.machine",
        "hardware.barrier.inputs",
        "recognition.voting",
        "registry.rules.passes",
        "registry.rules.plates",
        "registry.rules.standing",
    ):
        assert module in PURE


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", PURE)
def test_pure_files_import_nothing_that_acts(module: str) -> None:
    known, kinds = on_disk(), listed()
    for name in imports(known[module]):
        top = name.split(".")[0]
        assert top not in IMPURE, f"{module} imports {name}"
        if top in PACKAGES and name in known and known[name].name != "__init__.py":
            assert kinds[name] == "pure", f"{module} imports {name}, which acts"


@pytest.mark.parametrize("module", PURE)
def test_pure_files_read_no_clock(module: str) -> None:
    tree = ast.parse(on_disk()[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            named = isinstance(receiver, ast.Name) and receiver.id in {"datetime", "date", "time"}
            assert not (named and node.func.attr in CLOCKS), f"{module}: {ast.unparse(node)}"
