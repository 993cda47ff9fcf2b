"""The whole program before plates that are not the vehicle's: one trial of each kind.

`python -m tests.system.wrong_plate_run --rounds 20` makes twenty of each.
"""

from pathlib import Path

import pytest

from tests.system.wrong_plate_run import wrong_plate_run

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def test_the_arm_rises_for_the_vehicles_own_plate_and_for_no_other(tmp_path: Path) -> None:
    kinds = ("drives_up", "clock_64", "parked_hidden")
    outcomes = list(wrong_plate_run(tmp_path, kinds, rounds=1))
    assert [one.raised for one in outcomes] == [True, False, False], outcomes
    assert {one.reason for one in outcomes[1:]} == {"plate_was_there"}
    assert [one.alarms for one in outcomes] == [(), ("frozen",), ()]
