"""The history of a household speaks of spaces and plates, never of numbers of rows."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.auth.permissions import Role
from gate.auth.users import User
from gate.console.registry.household_history import _UNTOLD, word
from gate.i18n.texts import Language, Texts
from gate.services import visitors
from gate.services.visitors import VisitorStay, Wanted
from registry.rules.plates import Plate, parse
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import Space
from registry.views import household
from tests.gate.console.sample_site import SampleSite, fill, sample_site

MANAGER = User("manager", Role.MANAGER)
CAR = "吉A0K0H1"
MACHINE = (re.compile(r"[a-z]+_[a-z_]+"), re.compile(r"\d{4}-\d\d-\d\dT"), re.compile("True|False"))


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), days=1, per_day=2)
        with sample_site(Path(folder)) as opened:
            yield opened


def lived(site: SampleSite) -> int:
    """A household with a car that got a space, a visitor and a block; returns its number."""
    services = site.services
    home = visitors.find_home(services, "3-1-101")
    plate = parse("吉A0K0H1")
    assert home is not None
    assert isinstance(plate, Plate)
    by = Actor("manager", services.clock.now().utc)
    with services.journal.unit() as unit:
        session = unit.session
        car = store.register_vehicle(session, plate, by, household_id=home.id)
        space = store.add(session, Space(name="Z-0009", household_id=home.id), by)
        store.give_space(session, space, car, by)
    wish = Wanted(plate, home, VisitorStay.WEEK, None, confirmation="电话", purpose="delivery")
    visitors.register(services, MANAGER, wish)
    return home.id


@pytest.fixture(scope="module")
def number(site: SampleSite) -> int:
    return lived(site)


@pytest.mark.parametrize("language", Language)
def test_nothing_of_the_history_is_the_number_of_a_row(
    site: SampleSite, number: int, language: Language
) -> None:
    texts = Texts(language)
    with site.journal.reading() as session:
        view = household.household(session, number)
    assert view is not None
    told: list[tuple[str, object, str]] = []
    for line in view.history:
        for side in (line.before or {}, line.after or {}):
            told += [
                (name, value, word(texts, name, value, lambda at: at.strftime("%Y-%m-%d %H:%M")))
                for name, value in side.items()
                if value and name not in _UNTOLD
            ]
    names = {name for name, _, _ in told}
    assert {name for name in names if name == "id" or name.endswith("_id")} == set()
    assert ("space", "Z-0009", "Z-0009") in told
    for name, _, said in told:
        for machine in MACHINE:
            assert not machine.search(said), (name, said)
