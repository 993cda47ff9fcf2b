"""The pages about the tree say what is so: links lead somewhere, the names on the map exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for place in (
        "*",
        "examples/*",
        "gate/**/*",
        "hardware/**/*",
        "recognition/**/*",
        "registry/**/*",
    )
    for page in ROOT.glob(f"{place}.md")
)
MAP = ROOT / "gate" / "docs" / "architecture.md"
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)[^)\s]*\)")
_NAMED = re.compile(r"\]\(([^)#\s]+\.py)\)\s+((?:`\w+`(?:,\s+|\s+and\s+)?)+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [link for link in _LINK.findall(text) if not (page.parent / link).exists()] == []


@cache
def defined_in(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
    return found


def named() -> list[tuple[str, str]]:
    return [
        (link, name)
        for link, names in _NAMED.findall(MAP.read_text(encoding="utf-8"))
        for name in re.findall(r"`(\w+)`", names)
    ]


def test_every_name_on_the_map_is_in_the_file_before_it() -> None:
    found = named()
    assert len(found) > 20
    assert [one for one in found if one[1] not in defined_in((MAP.parent / one[0]).resolve())] == []


def test_every_room_of_gate_is_on_the_map() -> None:
    text = MAP.read_text(encoding="utf-8")
    rooms = {file.parent.name for file in (ROOT / "gate").glob("*/__init__.py")}
    assert sorted(room for room in rooms if f"](../{room}/)" not in text) == []
