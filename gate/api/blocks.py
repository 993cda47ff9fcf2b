"""The block list: look at, block, lift. Unpaid fees are no reason, and none can be given."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsRegistry, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example, whole_plate
from gate.domain.ports import UnitOfWork
from gate.services import lists
from registry.rules.kinds import BlockReason
from registry.rules.plates import PlateColour
from registry.store import store
from registry.store.store import Actor, BlockRefusal
from registry.views import blocks
from registry.views.blocks import BlockLine

router = APIRouter(prefix="/registry/blocks", tags=["registry"])

_WHY = {
    BlockRefusal.RESIDENTS_OWN.value: (
        "a resident's own vehicle may be blocked only for police_request, forged_plate or stolen"
    ),
    BlockRefusal.PERIOD.value: "it would end before it begins",
    BlockRefusal.NO_DETAIL.value: "say in `detail` what happened, or name the document",
}


class BlockIn(ApiModel):
    """A plate that must not be let in. colour: blocks only the vehicle of that colour."""

    model_config = example(
        plate="吉A12345",
        reason="stolen",
        detail="报案回执 2026-118",
        colour="unknown",
        valid_until="2027-12-31T23:59:59+08:00",
    )

    plate: Annotated[str, Field(min_length=1, max_length=16)]
    reason: BlockReason
    detail: Annotated[str, Field(min_length=1, max_length=256)]
    colour: PlateColour = PlateColour.UNKNOWN
    valid_until: lookup.Moment | None = None


class BlockOut(ApiModel):
    """A line of the block list."""

    model_config = example(
        number=3,
        plate="吉A12345",
        colour="unknown",
        reason="stolen",
        detail="报案回执 2026-118",
        valid_from="2026-11-22T04:00:00Z",
        valid_until=None,
        by="manager",
        lifted_by=None,
        lifted_at=None,
    )

    number: int
    plate: str
    colour: str
    reason: str
    detail: str
    valid_from: datetime
    valid_until: datetime | None
    by: str
    lifted_by: str | None
    lifted_at: datetime | None


class BlockPage(ApiModel):
    """Blocks by number; `next` is the cursor of the following ones."""

    items: list[BlockOut]
    next: int | None


@router.get("", summary="Blocked plates")
def every(
    caller: ReadsRegistry,
    to: Services,
    ended: Annotated[bool, Query(description="lifted and ended ones too")] = False,
    after: lookup.After = 0,
    limit: lookup.Limit = 100,
) -> BlockPage:
    """Return blocks in the order in which they were added."""
    del caller
    in_force_at = None if ended else to.clock.now().utc
    with to.journal.reading() as session:
        found = blocks.page(session, after, limit, in_force_at)
    return BlockPage(items=[_out(line) for line in found.lines], next=found.next)


@router.get("/{number}", summary="One block", responses={404: {"model": Problem}})
def one(number: lookup.Number, caller: ReadsRegistry, to: Services) -> BlockOut:
    """Return a block by its number."""
    del caller
    with to.journal.reading() as session, lookup.missing():
        return _out(blocks.block(session, number))


@router.post(
    "",
    summary="Block a plate",
    response_model=BlockOut,
    status_code=201,
    responses={409: {"model": Problem}},
)
def block(wish: BlockIn, caller: WritesRegistry, to: Services, key: Key = None) -> JSONResponse:
    """Block from now on; 409 if the law forbids it."""
    plate = whole_plate(wish.plate)

    def blocked(unit: UnitOfWork, by: Actor) -> BlockOut:
        deed = lists.block(plate, wish.reason, wish.detail, wish.valid_until, wish.colour)
        made = deed(unit, by)
        if isinstance(made, BlockRefusal):
            raise lookup.conflict(made, _WHY)
        return _out(blocks.block(unit.session, store.id_of(made)))

    return act(to, caller, key, wish, blocked)


@router.delete(
    "/{number}",
    summary="Lift a block",
    response_model=BlockOut,
    responses={404: {"model": Problem}},
)
def lift(
    number: lookup.Number,
    caller: WritesRegistry,
    to: Services,
    why: Annotated[str, Query(min_length=1, max_length=200, description="goes on record")],
) -> JSONResponse:
    """End a block now; repeating it changes nothing. The line is kept."""

    def lifted(unit: UnitOfWork, by: Actor) -> BlockOut:
        lists.lift(number, why)(unit, by)
        return _out(blocks.block(unit.session, number))

    return act(to, caller, None, f"{number}\0{why}", lifted, code=status.HTTP_200_OK)


def _out(line: BlockLine) -> BlockOut:
    return BlockOut(
        number=line.id,
        plate=line.plate,
        colour=line.colour,
        reason=line.reason,
        detail=line.detail,
        valid_from=line.since,
        valid_until=line.until,
        by=line.by,
        lifted_by=line.lifted_by,
        lifted_at=line.lifted_at,
    )
