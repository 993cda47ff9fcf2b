"""A second pass for one vehicle and household is made only on purpose, however it is asked for."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from gate.auth.permissions import Role
from gate.auth.users import User
from gate.services import passes as passes_
from gate.services import units, visitors
from gate.services.visitors import Already, VisitorStay, Wanted
from registry.rules.plates import Plate, PlateColour, parse
from registry.tables.records import VisitorPass
from tests.gate.console.sample_site import SampleSite, fill, sample_site

GUARD = User("guard", Role.GUARD)


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), days=1, per_day=2)
        with sample_site(Path(folder)) as opened:
            yield opened


def wanted(site: SampleSite, text: str, home: str = "3-1-101", **changes: object) -> Wanted:
    plate, there = parse(text), visitors.find_home(site.services, home)
    assert isinstance(plate, Plate)
    assert there is not None
    once = Wanted(plate, there, VisitorStay.ONCE_TODAY, None, confirmation="电话")
    return replace(once, **changes)  # type: ignore[arg-type]  # a test's shorthand


def passes(site: SampleSite, text: str) -> int:
    with site.journal.reading() as session:
        return len(session.exec(select(VisitorPass).where(VisitorPass.plate == text)).all())


@pytest.mark.timeout(60)
def test_of_many_tabs_at_once_one_makes_the_pass_and_the_others_are_asked(site: SampleSite) -> None:
    wish = wanted(site, "粤B11111")
    with ThreadPoolExecutor(8) as tabs:
        jobs = [tabs.submit(visitors.register, site.services, GUARD, wish) for _ in range(8)]
        made = [job.result() for job in jobs]
    numbers = [one for one in made if isinstance(one, int)]
    assert len(numbers) == passes(site, "粤B11111") == 1
    assert {one.id for one in made if isinstance(one, Already)} == set(numbers)
    assert len([one for one in made if isinstance(one, Already)]) == 7


def test_once_more_is_possible_on_purpose(site: SampleSite) -> None:
    wish = wanted(site, "粤B22222")
    assert isinstance(visitors.register(site.services, GUARD, wish), int)
    asked = visitors.register(site.services, GUARD, wish)
    assert isinstance(asked, Already)
    assert (asked.spent, asked.allowed) == (0, 1)
    again = visitors.register(site.services, GUARD, replace(wish, again=True))
    assert isinstance(again, int)
    assert passes(site, "粤B22222") == 2


def test_a_longer_one_is_told_until_when_the_standing_one_may_be_extended(site: SampleSite) -> None:
    made = visitors.register(site.services, GUARD, wanted(site, "粤B33333"))
    week = visitors.register(site.services, GUARD, wanted(site, "粤B33333", stay=VisitorStay.WEEK))
    assert isinstance(made, int)
    assert isinstance(week, Already)
    assert week.wanted - week.until == timedelta(days=6)
    units.change(site.services, GUARD, passes_.extend(week.id, week.wanted))
    after = visitors.register(site.services, GUARD, wanted(site, "粤B33333", stay=VisitorStay.WEEK))
    assert isinstance(after, Already)
    assert (after.id, after.until) == (made, week.wanted)


def test_another_household_or_a_pass_that_is_over_is_nothing_to_ask_about(site: SampleSite) -> None:
    first = visitors.register(site.services, GUARD, wanted(site, "粤B44444"))
    assert isinstance(first, int)
    other = wanted(site, "粤B44444", "3-1-102")
    assert isinstance(visitors.register(site.services, GUARD, other), int)
    units.change(site.services, GUARD, passes_.revoke(first, ""))
    assert isinstance(visitors.register(site.services, GUARD, wanted(site, "粤B44444")), int)


def test_a_lorry_with_the_number_of_a_car_is_another_vehicle(site: SampleSite) -> None:
    blue = wanted(site, "粤B55555", colour=PlateColour.BLUE)
    yellow = wanted(site, "粤B55555", colour=PlateColour.YELLOW)
    assert isinstance(visitors.register(site.services, GUARD, blue), int)
    assert isinstance(visitors.register(site.services, GUARD, yellow), int)
