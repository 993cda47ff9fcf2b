"""The catalogues: the same keys and names in both languages, and nothing said outside of them."""

import ast
import json
import re
import string
from pathlib import Path

import pytest

import gate
from gate.i18n.texts import Language, Texts, catalogue

ROOT = Path(gate.__file__).parent
CONSOLE = sorted((ROOT / "console").rglob("*.py"))
CJK = re.compile(r"[\u4e00-\u9fff]")
# Characters that stand on plates are data, not words of a page.
PLATE_FILES = {"plate_field.py", "plate_chip.py"}
SAYING = {"words", "heading", "button", "text_field", "choice_field", "sheet", "empty", "figure"}


def common(language: Language) -> dict[str, str]:
    """All texts but what the keys of config.yaml are for: in English the model says that itself."""
    return {key: t for key, t in catalogue(language).items() if not key.startswith("config.")}


def test_both_languages_have_the_same_keys():
    assert common(Language.CHINESE).keys() == common(Language.ENGLISH).keys()


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_fill_in_the_same_names():
    english = catalogue(Language.ENGLISH)
    for key, text in common(Language.CHINESE).items():
        assert names(text) == names(english[key]), key


def test_no_area_is_in_two_catalogues():
    for language in Language:
        folder = ROOT / "i18n" / "locale" / language.value
        areas = [area for file in folder.glob("*.json") for area in json.loads(file.read_bytes())]
        assert len(areas) == len(set(areas)) > 50


def test_no_text_is_empty():
    for language in Language:
        assert all(text.strip() for text in catalogue(language).values())


def test_english_is_english():
    # What must stand in a cell is quoted as it must stand there.
    cells = ("plate_province", "plate_authority", "building_form", "unit_form", "date_form")
    allowed = {"shell.other_language", *(f"row_fault.{cell}" for cell in cells)}
    wrong = [k for k, t in catalogue(Language.ENGLISH).items() if CJK.search(t)]
    assert set(wrong) <= allowed


def literals(path: Path) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("path", CONSOLE, ids=lambda path: path.name)
def test_no_page_speaks_chinese_by_itself(path):
    if path.name in PLATE_FILES:
        return
    assert not [found for found in literals(path) if CJK.search(found[1])]


@pytest.mark.parametrize("path", CONSOLE, ids=lambda path: path.name)
def test_no_page_says_a_literal(path):
    """What widgets show comes from `say`: their first argument is never a written-out sentence."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = [
        (node.lineno, first.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SAYING
        and node.args
        for first in [node.args[0]]
        if isinstance(first, ast.Constant) and re.search(r"[A-Za-z]", str(first.value))
    ]
    assert not said


def test_every_key_that_a_page_says_exists():
    known = catalogue(Language.CHINESE).keys()
    missing = []
    for path in CONSOLE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute | ast.Name)
                and getattr(node.func, "attr", getattr(node.func, "id", ""))
                in {"say", "tell", "warn", "_answer", "_counts"}
            ):
                missing += [
                    (path.name, arg.value)
                    for arg in node.args
                    if isinstance(arg, ast.Constant)
                    and isinstance(arg.value, str)
                    and re.fullmatch(r"[a-z_]+\.[a-z_.]+", arg.value)
                    and arg.value not in known
                ]
    assert not missing


def test_a_missing_key_is_shown_and_breaks_nothing(caplog):
    assert Texts(Language.ENGLISH).say("no.such_key") == "⟨no.such_key⟩"
    assert "no.such_key" in caplog.text


def test_english_falls_back_on_nothing_and_names_fall_back_on_the_word():
    assert Texts(Language.ENGLISH).name_of("arm", "a new word") == "a new word"
