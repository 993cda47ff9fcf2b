"""How a lane's doings become journal entries. Pure: values in, entries out."""

from collections.abc import Sequence

from gate.cameras.messages import PlateDetection
from gate.domain import entries
from gate.domain.decision import Decision, Reason
from gate.domain.passage import Direction, LaneId, OrderId, PassageId, Picture
from gate.lanes.events import OpenBarrier
from hardware.station.events import ArmState, OrderOutcome
from recognition.reading import Consensus
from recognition.tracking import spot_of


def read(
    passage: PassageId,
    lane: LaneId,
    consensus: Consensus,
    sightings: Sequence[PlateDetection],
    picture: Picture,
) -> entries.PassageRead:
    """Return the entry of what the votes came to."""
    x, y, width = spot_of(sightings[-1].reading.box) if sightings else (0.0, 0.0, 0.0)
    return entries.PassageRead(
        passage=passage,
        lane=lane,
        text=consensus.text,
        confidence=consensus.confidence,
        frames=consensus.frames,
        agreeing=consensus.agreeing,
        colour=consensus.colour.value,
        candidates=tuple((one.text, one.confidence) for one in consensus.candidates),
        votes=tuple((one.reading.text, one.reading.confidence, one.number) for one in sightings),
        picture=picture,
        width=round(width, 1),
        x=round(x, 1),
        y=round(y, 1),
    )


def ordered(order: OpenBarrier, lane: LaneId, direction: Direction) -> entries.OpeningOrdered:
    """Return the entry that must be on disk before the arm moves."""
    return entries.OpeningOrdered(
        order=order.order,
        passage=order.passage,
        lane=lane,
        direction=direction,
        by=order.by,
        reason=order.decision.reason.value,
        plate=order.decision.plate,
        visitor_pass=order.decision.visitor_pass,
        remark=order.remark,
        emergency=order.decision.reason is Reason.EMERGENCY,
    )


def corrected_from(consensus: Consensus | None, decision: Decision, by: str) -> str:
    """Return the machine's text where a person decided on another one, else ""."""
    was = consensus.text if consensus else ""
    return was if by != "auto" and decision.plate not in {"", was} else ""


def opening_ended(
    passage: PassageId, lane: LaneId, outcome: OrderOutcome, millis: dict[str, float]
) -> entries.OpeningEnded:
    """Return the entry of what became of an order."""
    return entries.OpeningEnded(
        order=OrderId(outcome.order_id),
        passage=passage,
        lane=lane,
        outcome=outcome.outcome.value,
        why=outcome.why.value,
        sent=outcome.sent_hex,
        received=outcome.received_hex,
        millis=millis,
    )


def arm(lane: LaneId, state: ArmState) -> entries.ArmChanged:
    """Return the entry of an arm that moved, or whose mode or link changed."""
    return entries.ArmChanged(
        lane=lane,
        position=state.position.value,
        mode=state.mode.value,
        link=state.link.value,
        presence=state.presence.value,
    )
