"""No page proposes a reason: what is kept as why somebody did something was chosen by a person."""

import ast
from pathlib import Path

import pytest

import gate

CONSOLE = sorted((Path(gate.__file__).parent / "console").glob("*.py"))
WHY = {"shell.reason", "by_hand.why", "visitor.purpose"}


def proposed(tree: ast.Module) -> list[int]:
    """Lines where a field that asks why is made with an answer in it."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "choice_field":
            continue
        said = {one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
        answered = len(node.args) > 2 or any(one.arg == "value" for one in node.keywords)
        if said & WHY and answered:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", CONSOLE, ids=lambda path: path.name)
def test_no_field_that_asks_why_has_an_answer_in_it(path: Path) -> None:
    assert proposed(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_walk_sees_a_proposal() -> None:
    spoilt = 'reason = widgets.choice_field(say("shell.reason"), names, "check")'
    assert proposed(ast.parse(spoilt)) == [1]
