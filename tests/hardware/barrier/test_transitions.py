"""The table of positions, and the page that is drawn from it."""

from pathlib import Path

from hardware.barrier.diagram import page
from hardware.barrier.model import Position
from hardware.barrier.transitions import MOVES, SURPRISES, TransitionTrigger, moved

ROOT = Path(__file__).parents[3]


def test_the_page_in_the_docs_is_the_one_the_code_draws():
    written = (ROOT / "gate" / "docs" / "barrier.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m hardware.barrier.diagram > gate/docs/barrier.md"


def test_only_a_person_ends_a_fault():
    assert [s for s in TransitionTrigger if moved(Position.FAULT, s) is not Position.FAULT] == [
        TransitionTrigger.FAULT_RESET
    ]


def test_every_position_can_be_reached_and_left():
    assert set(MOVES.values()) == set(Position)
    assert {source for source, _ in MOVES} == set(Position)


def test_every_step_moves_something():
    assert {step for _, step in MOVES} == set(TransitionTrigger)


def test_every_surprise_is_a_move():
    assert set(SURPRISES) <= set(MOVES)


def test_what_is_not_in_the_table_changes_nothing():
    assert moved(Position.CLOSED, TransitionTrigger.TRAVELLED) is Position.CLOSED
