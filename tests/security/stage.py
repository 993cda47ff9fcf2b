"""Sets a sample site so that every button of every page has something to act on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from gate.auth.permissions import Role
from gate.auth.tokens import Scope, Tokens
from gate.auth.users import User
from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from gate.monitoring.health import Condition, ConditionKind
from gate.privacy import disclosures, holds
from gate.services import imports, lists, passes, presence, units
from registry.rules.corrections import PutInside
from registry.rules.kinds import BlockReason, Occupant, PassKind, PassSource
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, parse
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.whole import read
from registry.store import store
from registry.store.store import Actor
from registry.store.visits import PassRequest
from registry.tables.records import Household, Person, Vehicle, VisitorPass
from tests.gate.console.sample_site import PASSWORD, SampleSite
from tests.gate.console.serving import Served, ask_again

MANAGER = User("manager", Role.MANAGER)
TUNED = "policy.open_confidence"


@dataclass(frozen=True, slots=True)
class Scene:
    """A page to walk. page: as registered. path: one such page. before: what happens first."""

    page: str
    path: str
    before: Callable[[], None] = lambda: None


def scenes(pages: Served, number: int) -> Iterator[Scene]:
    """Give every page once, and the live page in each state that has buttons of its own.

    number: of a household that has vehicles and people.
    """
    for page in pages.app.state.page_rights:
        path = page.format(number=1 if "disclosures" in page else number, passage="sample-000007")
        yield Scene(page, path, lambda: ask_again(pages))
    lanes = pages.site.lanes
    yield Scene("/live", "/live", lambda: lanes.change("south", mode="held_open"))
    yield Scene("/live", "/live", lambda: lanes.change("south", mode="locked", locked=True))
    yield Scene(
        "/live", "/live", lambda: lanes.change("south", mode="maintenance", maintenance=True)
    )
    refused = {"state": "refused", "passage": "p-100", "may_take_back": True}
    for page in ("/live", "/ask"):
        yield Scene(page, page, lambda: lanes.change("south", mode="automatic", **refused))
    yield Scene("/live", "/live", lambda: lanes.change("south", mode="fire", may_take_back=False))
    yield Scene("/live", "/live", lambda: lanes.change("south", mode="automatic", arm="fault"))


def set_up(site: SampleSite) -> tuple[int, dict[str, str]]:
    """Write what pages need; return a household's number and what to type, by words of labels."""
    number, label, plate = _household(site)
    settings = site.services.settings
    site.conditions.append(Condition(ConditionKind.CLOCK_IN_DOUBT))
    settings.change(TUNED, 0.98, by="manager", why="tests")
    units.change(site.services, MANAGER, _deeds(site, number))
    site.journal.append(Audited("guard", "handover", "manager"))
    Tokens(site.journal).make(
        "a program",
        frozenset({Scope.DECIDE}),
        timedelta(days=9),
        by="admin",
        at=site.clock.now().utc,
    )
    typed = {"或通行编号": "", "旧密码": PASSWORD, "密码": PASSWORD, "用户名": "guard"}
    typed |= {
        "电话": "13900001234",
        "手机": "13900001234",
        "姓名": "张三",
        "只限一户": "",
        "住户": label,
    }
    typed |= {"实际数到": "3"}
    typed |= {"地址": "9-9-901", "户": label, "房": label, "车牌": plate}
    return number, typed


def _announce(text: str, home: int) -> Callable[[UnitOfWork, Actor], object]:
    """Announce a visitor for a day: whoever walks the list of visitors finds one, in any order."""

    def act(unit: UnitOfWork, by: Actor) -> object:
        plate, period = parse(text), ValidityPeriod(by.at, by.at + timedelta(days=1))
        assert isinstance(plate, Plate)
        wanted = PassRequest(plate, home, PassKind.ONCE, period, PassSource.HOUSEHOLD)
        made = passes.announce(wanted, lists.Giver(None, "sample"))(unit, by)
        assert isinstance(made, VisitorPass)
        return made

    return act


def _deeds(site: SampleSite, home: int) -> Callable[[UnitOfWork, Actor], None]:
    def act(unit: UnitOfWork, by: Actor) -> None:
        plate = parse("吉A66666")
        assert isinstance(plate, Plate)
        lists.block(plate, BlockReason.STOLEN, "报案回执", None)(unit, by)
        holds.place_hold(unit, by=by.who, why="纠纷", now=by.at, plate="吉A66666")
        said = {"authority": "派出所", "document": "1", "officer": "2", "scope": "3", "basis": "4"}
        disclosures.disclose(unit, by=by.who, now=by.at, **said)
        forgotten = PutInside("吉A66667", by.at - timedelta(days=9), Occupant.VISITOR)
        presence.correct([forgotten], "patrol")(unit, by)
        for visitor in ("吉A66661", "吉A66662", "吉A66663", "吉A66664"):
            _announce(visitor, home)(unit, by)
        content = "楼栋,单元,房号,业主姓名,车牌号\n3,2,502,李四,吉A27183\n".encode()
        book = read(content)
        assert not isinstance(book, SheetFault)
        upload = imports.opened("a.csv", content, book)
        imports.apply(site.services, upload, upload.guessed)(unit, by)

    return act


def _household(site: SampleSite) -> tuple[int, str, str]:
    """A household with a vehicle and a person."""
    with site.journal.reading() as session:
        at_home = select(Person.household_id)
        wanted = select(Vehicle).where(col(Vehicle.household_id).in_(at_home))
        vehicle = session.exec(wanted).first()
        assert vehicle is not None
        assert vehicle.household_id is not None
        home = session.get(Household, vehicle.household_id)
        assert home is not None
        return store.id_of(home), store.label_of(session, store.id_of(home)), vehicle.plate
