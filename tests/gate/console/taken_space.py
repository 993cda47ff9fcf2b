"""A vehicle that waits because another one of its household is meant to stand in its space."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from sqlmodel import col, select

from gate.auth.permissions import Role
from gate.auth.users import User
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.passage import LaneId
from gate.services import inside
from registry.rules.corrections import PutInside, TakenOut
from registry.rules.kinds import Occupant
from registry.rules.plates import Plate, parse
from registry.rules.standing import SpaceId
from registry.tables.records import SpaceVehicle, Vehicle
from tests.gate.console.serving import Served


def two_in_one_space(pages: Served) -> tuple[int, str, str]:
    """A space and two of the vehicles that may stand in it."""
    with pages.site.journal.reading() as session:
        rows = session.exec(
            select(SpaceVehicle.space_id, Vehicle.plate)
            .join(Vehicle, col(Vehicle.id) == col(SpaceVehicle.vehicle_id))
            .order_by(col(SpaceVehicle.space_id), col(Vehicle.id))
        ).all()
    for (space, plate), (other, second) in pairwise(rows):
        if space == other:
            return space, plate, second
    raise AssertionError("the sample has no space with two vehicles")


@contextmanager
def space_taken(pages: Served) -> Iterator[str]:
    """Let one wait at the south gate while the other is inside; yield the plate of that one."""
    services = pages.site.services
    space, there, waiting = two_in_one_space(pages)
    stays = services.registry.snapshot.inside
    gone = [
        TakenOut(key, stays[key].since, stays[key].occupant)
        for key in (services.registry.snapshot.taken.get(SpaceId(space)), there, waiting)
        if key in stays
    ]
    came = PutInside(there, services.clock.now().utc, Occupant.RESIDENT, (SpaceId(space),))
    inside.correct(services, User("tests", Role.ADMIN), [*gone, came], "tests")
    parsed = parse(waiting)
    assert isinstance(parsed, Plate)
    assert services.registry.snapshot.in_its_spaces(parsed) == (there,)
    before = pages.site.lanes.lanes[LaneId("south")]
    decision = Decision(Verdict.ASK_GUARD, Reason.SPACE_TAKEN, plate=waiting)
    pages.site.lanes.change("south", state="asking", decision=decision, plate=waiting, colour="")
    try:
        yield there
    finally:
        pages.site.lanes.lanes[LaneId("south")] = before
