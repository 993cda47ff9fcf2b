"""A share of the fuzz with the ordinary tests: the same cases each time. The rest: `make fuzz`."""

import pytest

from tests.fuzz import api
from tests.fuzz.cases import run
from tests.fuzz.targets import TARGETS, Target

CASES = 150


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.timeout(300)
def test_a_share_of_the_cases_keeps_every_promise(target: Target) -> None:
    assert run(target, CASES // 3 if target.slow else CASES) > 0


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")  # Schemathesis warns of what it cannot know of our headers.
def test_the_whole_api_answers_a_share_of_the_cases() -> None:
    assert api.fuzz(CASES) >= CASES
