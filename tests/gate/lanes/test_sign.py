"""What the sign tells: the plate at most, in both languages, whatever the decision."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.passage import Direction
from gate.i18n.texts import Language, Texts
from gate.lanes.sign import LaneSign, shown
from hardware.signs.sign import SignColour

DECISIONS = st.builds(
    Decision,
    verdict=st.sampled_from(Verdict),
    reason=st.sampled_from(Reason),
    plate=st.just("吉A12345"),
    household=st.just("3-2-501"),
    standing=st.just("registered"),
)


class Board:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def show(self, text: str) -> None:
        self.told.append(("show", text))

    def say(self, text: str) -> None:
        self.told.append(("say", text))

    def light(self, number: int, colour: SignColour) -> None:
        self.told.append(("light", colour))


def test_a_resident_is_welcomed_with_the_plate() -> None:
    decision = Decision(Verdict.ADMIT, Reason.RESIDENT, plate="吉A12345")
    texts = Texts(Language.CHINESE)
    assert shown(decision, Direction.IN, texts) == "欢迎光临 吉A12345"
    assert shown(decision, Direction.OUT, texts) == "一路顺风 吉A12345"


def test_without_a_plate_nothing_hangs_after_the_greeting() -> None:
    decision = Decision(Verdict.ADMIT, Reason.BY_HAND)
    assert shown(decision, Direction.IN, Texts(Language.CHINESE)) == "欢迎光临"


@given(DECISIONS, st.sampled_from(Direction), st.sampled_from(Language))
def test_never_a_household_nor_a_missing_text(
    decision: Decision, direction: Direction, language: Language
) -> None:
    board = Board()
    LaneSign(board, Texts(language)).announce(decision, direction)
    told = json.dumps([str(text) for _, text in board.told], ensure_ascii=False)
    assert len(board.told) == 3
    assert "3-2-501" not in told
    assert "⟨" not in told
    assert ("light", SignColour.GREEN) in board.told or decision.verdict is not Verdict.ADMIT
    assert ("light", SignColour.RED) in board.told or decision.verdict is Verdict.ADMIT
