"""What the decision tests share: one consensus, one register, one question, each easily varied."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from gate.access.decide import case_of, decide
from gate.domain.decision import Decision
from gate.domain.passage import Direction
from gate.domain.policy import Policy
from recognition.reading import Candidate, Colour, Consensus
from registry.rules.kinds import BlockReason, ListedKind, Occupant, PassKind, VehicleKind
from registry.rules.passes import Pass, PassId, ValidityPeriod
from registry.rules.plates import PlateColour
from registry.rules.snapshot import Inside, RegistrySnapshot
from registry.rules.standing import Blocking, Listing, PlateRecord, Registration, SpaceId, VehicleId

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday, 12:00 in China
DAY = timedelta(days=1)
NOW = ValidityPeriod(NOON - DAY, NOON + DAY)
CAR = "吉A12345"


def seen(text: str = CAR, **differing: Any) -> Consensus:
    """A vehicle read well enough to open: four frames, all agreeing, a blue plate."""
    sure = Consensus(
        text=text,
        confidence=0.995,
        frames=4,
        agreeing=4,
        colour=Colour.BLUE,
        colour_confidence=0.98,
        two_lines=False,
        runner_up=Candidate("吉A12346", 0.004),
        candidates=(Candidate(text, 0.995),),
    )
    return replace(sure, **differing)


def owner(
    plate: str = CAR,
    valid: ValidityPeriod | None = None,
    spaces: Sequence[int] = (),
    kind: VehicleKind = VehicleKind.OWNER,
    colour: PlateColour = PlateColour.UNKNOWN,
) -> PlateRecord:
    own = tuple(map(SpaceId, spaces))
    registration = Registration(
        VehicleId(1), kind, "3-2-501", colour, valid or ValidityPeriod(), own
    )
    return PlateRecord(plate, registration)


def visitor(plate: str = CAR, valid: ValidityPeriod = NOW, spent: int = 0) -> PlateRecord:
    given = Pass(PassId(9), plate, PassKind.ONCE, 1, spent, valid, "3-2-501")
    return PlateRecord(plate, passes=(given,))


def blocked(plate_record: PlateRecord) -> PlateRecord:
    return replace(
        plate_record, blocks=(Blocking(BlockReason.FORGED_PLATE, ValidityPeriod(NOON - DAY)),)
    )


def ambulance(plate: str = "吉A120V5") -> PlateRecord:
    return PlateRecord(plate, listing=Listing(ListedKind.EMERGENCY, "120", ValidityPeriod()))


def utility(plate: str = CAR) -> PlateRecord:
    return PlateRecord(plate, listing=Listing(ListedKind.UTILITY, "燃气", ValidityPeriod()))


def register(*plate_records: PlateRecord, inside: Sequence[str] = ()) -> RegistrySnapshot:
    known = RegistrySnapshot(
        MappingProxyType({plate_record.plate: plate_record for plate_record in plate_records})
    )
    for plate in inside:
        space = known.free_space(plate)
        known = known.entered(plate, Inside(NOON - DAY, Occupant.RESIDENT, space))
    return known


def ask(
    consensus: Consensus | None,
    known: RegistrySnapshot | None,
    direction: Direction = Direction.IN,
    policy: Policy | None = None,
    **differing: Any,
) -> Decision:
    """The decision at noon."""
    case = case_of(consensus, known, direction, NOON, **differing)
    return decide(case, policy or Policy())
