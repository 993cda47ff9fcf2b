"""What the register says, in words; what is in order is exactly what speaks for letting in."""

from typing import get_args

import pytest

from gate.access.manual_admission import is_in_order
from gate.console.components.standing_texts import standing_html
from gate.i18n.texts import Language, Texts
from registry.rules.kinds import BlockReason, PassKind, VehicleKind
from registry.rules.passes import Pass, PassFault, PassId, ValidityPeriod
from registry.rules.plates import PlateColour
from registry.rules.standing import (
    Blocked,
    Blocking,
    Emergency,
    OutsidePeriod,
    PassRefused,
    Registered,
    Registration,
    SpaceTaken,
    SpecialBy,
    Standing,
    Unknown,
    Utility,
    VehicleId,
    Visitor,
)
from tests.gate.console.fakes import START

HOME = Registration(VehicleId(1), VehicleKind.OWNER, "3-2-501", PlateColour.BLUE, ValidityPeriod())
PASS = Pass(PassId(1), "吉A12345", PassKind.ONCE, 1, 0, ValidityPeriod(), "3-2-501")
BLOCK = Blocking(BlockReason.STOLEN, ValidityPeriod())
CASES = (
    (Registered(HOME, None), True),
    (Visitor(PASS, None), True),
    (Utility("gas", None), True),
    (Emergency(SpecialBy.FORM, "", None, None), True),
    (Emergency(SpecialBy.FORM, "", BLOCK, None), False),
    (Blocked(BLOCK, None), False),
    (SpaceTaken(HOME, None), False),
    (OutsidePeriod(HOME, START, None), False),
    *((PassRefused(PASS, fault, None), False) for fault in PassFault),
    (Unknown(None), False),
)


def test_every_standing_is_a_case():
    assert {type(standing) for standing, _ in CASES} == set(get_args(Standing))


@pytest.mark.parametrize(("standing", "wanted"), CASES)
def test_only_what_speaks_for_letting_in_is_in_order(standing, wanted):
    assert is_in_order(standing) is wanted


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("standing", "_"), CASES)
def test_every_standing_has_words(standing, _, language):
    assert "⟨" not in standing_html(Texts(language), standing)


def test_a_holder_with_angle_brackets_is_escaped():
    html = standing_html(Texts(Language.ENGLISH), Utility("<script>", None))
    assert "<script>" not in html
