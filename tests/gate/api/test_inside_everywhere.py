"""How many vehicles are inside is one figure: pages, charts, handover, REST, metrics and the rule.

Each step below changes who is inside in another way; after each, everybody is asked.
"""

from collections.abc import Callable
from datetime import UTC, timedelta

from gate.access.registry_cache import RegistryCache
from gate.auth.tokens import Scope
from gate.console.live.handover_sheet import inside_of
from gate.domain.passage import Direction
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.reports import Reports
from gate.services import presence as inside_deeds
from registry.rules.corrections import PutInside, Recounted, TakenOut
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts
from registry.rules.snapshot import Inside
from registry.store import presence
from registry.store.store import Actor
from registry.views import stays
from tests.gate.api.conftest import Api
from tests.gate.journal.journal_cast import NORTH, ended, ordered, raised, started, whole

Step = Callable[[Api], None]


def told(api: Api) -> dict[str, dict[Occupant, int]]:
    """What each of those who tell how many are inside says, by class."""
    now, client = api.desk.clock.utc, api.token(Scope.INSIDE_READ)
    reports = Reports(api.desk.database, api.desk.keyring, UTC)
    charts = reports.charts(ReportPeriod(now - timedelta(days=1), now))
    shift = reports.shift(now - timedelta(hours=8), now)
    with api.desk.journal.reading() as session:
        page = stays.counts(session)
    rest = client.get("/api/v1/inside").json()["counts"]
    rule = RegistryCache(api.desk.journal, api.desk.clock).snapshot.occupancy
    sheet = {Occupant(one["occupant"]): one["n"] for one in inside_of(shift.inside)}
    return {
        "page": by_class(page),
        "charts": by_class(charts.inside),
        "handover": by_class(shift.inside),
        "sheet kept": sheet,  # type: ignore[dict-item]  # numbers, as JSON has them
        "REST": {Occupant(one["occupant"]): max(0, one["count"]) for one in rest},
        "rule and metrics": {one: rule.inside(one) for one in Occupant},
    }


def by_class(counts: Counts) -> dict[Occupant, int]:
    return {one: counts.inside(one) for one in Occupant}


def settled(api: Api) -> None:
    """Vehicles that stand inside since before the first passage, as the demo has them."""
    by = Actor("test", api.desk.clock.utc)
    with api.desk.journal.unit() as unit:
        for number in range(5):
            stay = Inside(by.at, Occupant.RESIDENT, None)
            presence.enter(unit.session, f"吉A9000{number}", stay)


def came(api: Api) -> None:
    for entries in whole("came", "吉A00501"):
        api.desk.journal.append(*entries)


def went(api: Api) -> None:
    for entries in whole("went", "吉A00501", lane=NORTH, direction=Direction.OUT):
        api.desk.journal.append(*entries)


def unread(api: Api) -> None:
    """A vehicle without a plate."""
    api.desk.journal.append(started("unread"), ordered("unread", "", by="wang"))
    api.desk.journal.append(raised("unread"), ended("unread"))


def correct(api: Api, correction: PutInside | TakenOut | Recounted) -> None:
    with api.desk.journal.unit() as unit:
        by = Actor("wang", api.desk.clock.utc)
        assert inside_deeds.correct([correction], "patrol")(unit, by) == (None,)


def put(api: Api) -> None:
    correct(api, PutInside("吉A00777", api.desk.clock.utc, Occupant.VISITOR))


def taken(api: Api) -> None:
    with api.desk.journal.reading() as session:
        line = stays.line(session, "吉A90001")
    assert line is not None
    correct(api, TakenOut(line.key, line.since, line.occupant))


def recounted(api: Api) -> None:
    with api.desk.journal.reading() as session:
        before = presence.balance(session, Occupant.RESIDENT)
    correct(api, Recounted(Occupant.RESIDENT, before, 12))


STEPS: tuple[Step, ...] = (settled, came, unread, put, taken, recounted, went)


def test_everybody_tells_one_figure_after_every_step(api: Api) -> None:
    for step in STEPS:
        step(api)
        api.desk.clock.pass_by(60)
        figures = told(api)
        expected = figures["page"]
        assert {who: one for who, one in figures.items() if one != expected} == {}, step.__name__
    assert expected == {
        Occupant.RESIDENT: 11,
        Occupant.VISITOR: 1,
        Occupant.SPECIAL: 0,
        Occupant.UNKNOWN: 1,
    }
