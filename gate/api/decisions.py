"""What would happen, and why: nothing moves and nothing is written."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from gate.api.auth import Decides
from gate.api.dependencies import ApiModel, Services, example, whole_plate
from gate.domain.passage import Direction
from gate.i18n.texts import Language, Texts
from registry.rules.plates import PlateColour

router = APIRouter(tags=["decisions"])


class Question(ApiModel):
    """A plate as a camera would have read it, perfectly, several times.

    colour: of the plate, where it is known: two vehicles may share a number in two colours.
    """

    model_config = example(plate="吉A12345", direction="in", colour="blue")

    plate: Annotated[str, Field(min_length=1, max_length=16)]
    direction: Direction = Direction.IN
    colour: PlateColour = PlateColour.UNKNOWN


class DecisionOut(ApiModel):
    """The decision and its reason, in words. unusual: the plate has no form of the standard."""

    model_config = example(
        plate="吉A12345",
        unusual=False,
        verdict="admit",
        reason="resident",
        text="业主车辆",
        standing="registered",
        vehicle_kind="owner",
        registered=True,
    )

    plate: str
    unusual: bool
    verdict: str
    reason: str
    text: str
    standing: str
    vehicle_kind: str
    registered: bool


@router.post("/decide", summary="What would happen with this plate, and why")
def decide(question: Question, caller: Decides, to: Services) -> DecisionOut:
    """DecisionOut as the lane would for a clean reading; 422 if it cannot be a plate."""
    del caller
    plate = whole_plate(question.plate)
    decision = to.decider.for_clean_reading(
        plate, question.direction, to.clock.now(), question.colour
    )
    return DecisionOut(
        plate=plate.text,
        unusual=plate.unusual,
        verdict=decision.verdict,
        reason=decision.reason,
        text=Texts(Language.CHINESE).say(f"reasons.{decision.reason}.text"),
        standing=decision.standing,
        vehicle_kind=decision.vehicle_kind,
        registered=decision.standing in {"registered", "space_taken", "outside_period"},
    )
