"""What a lane tells its driver, in words: on the LED board, by voice, with the traffic light.

Never a name, never a household, never a debt: the plate is all that is shown of anybody, and it is
on the car already.
"""

from gate.domain.decision import Decision, Verdict
from gate.domain.passage import Direction
from gate.i18n.texts import Texts
from hardware.signs.sign import SignColour, Signs

LIGHT = 1


class LaneSign:
    """Implements gate.lanes.messages.Sign over the lane's devices."""

    def __init__(self, signs: Signs, texts: Texts) -> None:
        self._signs, self._texts = signs, texts

    def speak(self, texts: Texts) -> None:
        """Use these texts from the next vehicle on. Any thread."""
        self._texts = texts

    def announce(self, decision: Decision, direction: Direction) -> None:
        """Show, say and light what the decision comes to; never blocks."""
        self._signs.show(shown(decision, direction, self._texts))
        self._signs.say(self._texts.say(f"reasons.{decision.reason.value}.say"))
        admitted = decision.verdict is Verdict.ADMIT
        self._signs.light(LIGHT, SignColour.GREEN if admitted else SignColour.RED)


def shown(decision: Decision, direction: Direction, texts: Texts) -> str:
    """Return the line for the LED board, e.g. 欢迎光临 吉A12345."""
    key = f"sign.{direction.value}.{decision.verdict.value}"
    return texts.say(key, plate=decision.plate).strip()
