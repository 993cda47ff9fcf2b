"""The audit in words: whatever the program writes into it has a word in both languages."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gate
from gate.auth.users import LogInRefused
from gate.console.records.audit_texts import action_text
from gate.domain.entries import BarrierAction
from gate.i18n.texts import Language, Texts

pytestmark = pytest.mark.slow

ROOT = Path(gate.__file__).parent
# How the name of a call says where its action stands: place, and name where it is a keyword.
CALLS = {"Audited": 1, "ServiceNoted": 0, "removal": 2, "GuardActed": 2, "_audit_row": 5}
# Actions whose name is put together: the console's look-ups, and what a script may note by itself.
MADE = {"look_up_history", "look_up_person", "look_up_plate"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(parts), ast.parse(file.read_text(encoding="utf-8"))


def words(module: str, node: ast.expr) -> Iterator[str]:
    """The strings that an expression can be: written out, a choice of two, or a constant."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from words(module, body)
            yield from words(module, other)
        case ast.Name(id=name) if name.isupper():
            yield str(getattr(importlib.import_module(module), name))


def written() -> dict[str, str]:
    """Every action that the program can write, and where."""
    found = dict.fromkeys(MADE, "look_up")
    found |= dict.fromkeys((action.value for action in BarrierAction), "barrier")
    for module, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in CALLS:
                continue
            keyword = [k.value for k in node.keywords if k.arg in {"action", "what"}]
            place = CALLS[name]
            given = keyword or node.args[place : place + 1]
            for value in given:
                found |= dict.fromkeys(words(module, value), module)
    return found


def test_the_walk_finds_what_is_written() -> None:
    found = written()
    assert {"log_in", "log_in_refused", "raise", "lower", "started", "vehicle_removed"} <= set(
        found
    )
    assert {"presence_added", "maintenance_on", "spool_drained", "clock_confirmed"} <= set(found)
    assert len(found) > 60


@pytest.mark.parametrize("language", Language)
def test_every_action_has_a_word(language: Language) -> None:
    texts = Texts(language)
    raw = {
        action: where for action, where in written().items() if not texts.knows(f"audit.{action}")
    }
    assert raw == {}


@pytest.mark.parametrize("language", Language)
def test_why_a_log_in_was_refused_has_a_word(language: Language) -> None:
    texts = Texts(language)
    assert all(texts.knows(f"login.{one.value}") for one in LogInRefused)


def test_an_action_of_another_release_is_shown_without_its_underscores() -> None:
    assert action_text(Texts(Language.CHINESE), "not_known_yet") == "not known yet"
