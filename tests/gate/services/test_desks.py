"""What pages do to the register, on a real database: each deed once, on record, and taken back."""

import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from gate.auth.permissions import Role
from gate.auth.users import User
from gate.domain.ports import Written
from gate.reports.model import AuditFilter
from gate.services import imports, inside, lists, passes, registry_changes, units, visitors
from gate.services.presence import Undone
from gate.services.registry_changes import VehicleWanted
from gate.services.search import RegistrySearch
from gate.services.visitors import Home, VisitorStay, Wanted
from registry.rules.corrections import CorrectionRefusal, PutInside
from registry.rules.kinds import BlockReason, NameMatch, Occupant, VehicleKind
from registry.rules.plates import Plate, PlateColour, parse
from registry.rules.standing import Blocked, Registered, Visitor
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.whole import read
from registry.store.store import BlockRefusal, Duplicate
from registry.store.visits import GrantRefusal
from registry.tables.records import Block, Person, Vehicle, VisitorPass
from registry.views import blocks, household, vehicles
from registry.views import passes as pass_views
from registry.views.stays import Which
from tests.gate.console.sample_site import SampleSite, fill, sample_site

pytestmark = pytest.mark.slow

GUARD, MANAGER = User("guard", Role.GUARD), User("manager", Role.MANAGER)
SHEET = """楼栋,单元,房号,业主姓名,电话,车牌号
3,1,101,欧阳明,13900007777,吉A0K001
3,1,102,司马光,13900008888,吉AI1234
"""


@pytest.fixture(scope="module")
def site():
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), days=1, per_day=2)
        with sample_site(Path(folder)) as opened:
            yield opened


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def standing(site: SampleSite, text: str):
    return site.services.registry.standing(plate(text), site.services.clock.now().utc)


def actions(site: SampleSite, action: str) -> int:
    return len(site.services.reports.audit(AuditFilter(action=action)).rows)


def home(site: SampleSite, address: str = "3-1-101") -> Home:
    found = visitors.find_home(site.services, address)
    assert found is not None
    return found


def owner(site: SampleSite, of: Home) -> str:
    with site.journal.reading() as session:
        return session.exec(select(Person.name).where(Person.household_id == of.id)).first() or ""


def test_a_household_is_found_however_it_is_written(site):
    assert home(site, "3栋1单元101") == home(site, "3-1-101")
    assert visitors.find_home(site.services, "99-1-101") is None
    assert visitors.find_home(site.services, "3") is None


def test_a_visitor_with_the_right_name_gets_a_pass_that_the_lanes_know_at_once(site):
    services, there = site.services, home(site)
    checked = visitors.check_name(services, GUARD, there, owner(site, there), None)
    assert checked.outcome is NameMatch.MATCH
    wanted = Wanted(plate("粤B12345"), there, VisitorStay.ONCE_TODAY, checked.evidence)
    assert isinstance(visitors.register(services, GUARD, wanted), int)
    assert isinstance(standing(site, "粤B12345"), Visitor)
    assert actions(site, "visitor_registered") == 1


def test_without_the_name_there_is_no_pass(site):
    services, there = site.services, home(site)
    wanted = Wanted(plate("粤B54321"), there, VisitorStay.TODAY, None)
    assert visitors.register(services, GUARD, wanted) is GrantRefusal.NAME_NOT_CHECKED
    checked = visitors.check_name(services, GUARD, there, "诸葛孔明", None)
    wrong = Wanted(plate("粤B54321"), there, VisitorStay.TODAY, checked.evidence)
    assert visitors.register(services, GUARD, wrong) is GrantRefusal.NAME_DOES_NOT_MATCH
    assert not isinstance(standing(site, "粤B54321"), Visitor)


def test_a_pass_is_shown_extended_and_revoked(site):
    services, there = site.services, home(site)
    wanted = Wanted(plate("粤B77777"), there, VisitorStay.TODAY, None, confirmation="电话")
    number = visitors.register(services, GUARD, wanted)
    assert isinstance(number, int)
    now = services.clock.now().utc
    (line,) = units.read(services, lambda s: pass_views.passes(s, now, "B77777"))
    assert (line.id, line.household, line.confirmation) == (number, "3-1-101", "电话")
    until = line.until + timedelta(days=1)
    extended = units.change(services, GUARD, passes.extend(number, until))
    assert isinstance(extended, VisitorPass)
    units.change(services, GUARD, passes.revoke(number, ""))
    assert units.read(services, lambda s: pass_views.passes(s, now, "B77777")) == ()
    assert not isinstance(standing(site, "粤B77777"), Visitor)


def test_a_block_is_felt_at_once_and_lifted(site):
    services = site.services
    act = lists.block(plate("粤B66666"), BlockReason.STOLEN, "公函 12 号", None)
    assert isinstance(units.change(services, MANAGER, act), Block)
    assert isinstance(standing(site, "粤B66666"), Blocked)
    now = services.clock.now().utc
    (line,) = units.read(services, lambda s: blocks.blocks(s, now, "B66666"))
    units.change(services, MANAGER, lists.lift(line.id, "已找回"))
    assert not isinstance(standing(site, "粤B66666"), Blocked)
    assert actions(site, "block_lifted") == 1


def test_a_residents_own_car_is_not_blocked_for_being_unwelcome(site):
    with site.journal.reading() as session:
        own = session.exec(select(Vehicle.plate).where(Vehicle.kind == VehicleKind.OWNER)).first()
    act = lists.block(plate(own or ""), BlockReason.BANNED_VISITOR, "争吵", None)
    assert units.change(site.services, MANAGER, act) is BlockRefusal.RESIDENTS_OWN


def test_a_vehicle_is_registered_once_changed_and_removed(site):
    services, there = site.services, home(site)
    wanted = VehicleWanted(VehicleKind.OWNER, PlateColour.BLUE, None, "")
    add = registry_changes.add_vehicle(there.id, plate("吉A0K777"), wanted)
    assert isinstance(units.change(services, MANAGER, add), Vehicle)
    assert isinstance(standing(site, "吉A0K777"), Registered)
    assert isinstance(units.change(services, MANAGER, add), Duplicate)
    view = units.read(services, lambda s: household.household(s, there.id))
    assert view is not None
    (line,) = [one for one in view.vehicles if one.plate == "吉A0K777"]
    note = VehicleWanted(VehicleKind.STAFF, PlateColour.BLUE, None, "夜班")
    units.change(services, MANAGER, registry_changes.change_vehicle(line.id, note))
    changed = units.read(services, lambda s: vehicles.vehicle(s, line.id))
    assert (changed.kind, changed.note) == (VehicleKind.STAFF, "夜班")
    units.change(services, MANAGER, registry_changes.remove_vehicle(line.id, "搬走"))
    assert not isinstance(standing(site, "吉A0K777"), Registered)


def test_a_plate_that_a_camera_could_confuse_is_named(site):
    services, there = site.services, home(site)
    wanted = VehicleWanted(VehicleKind.OWNER, PlateColour.BLUE, None, "")
    units.change(
        services, MANAGER, registry_changes.add_vehicle(there.id, plate("吉A0K888"), wanted)
    )
    near = units.read(services, lambda s: vehicles.lookalikes(s, plate("吉A0K88B")))
    assert near == ("吉A0K888",)


def test_the_search_follows_changes(site):
    finder, there = RegistrySearch(site.services), home(site)
    assert finder.search("吉A0K9") == ()
    wanted = VehicleWanted(VehicleKind.OWNER, PlateColour.BLUE, None, "")
    add = registry_changes.add_vehicle(there.id, plate("吉A0K999"), wanted)
    units.change(site.services, MANAGER, add)
    assert [hit.entry.plate for hit in finder.search("吉A0K9")] == ["吉A0K999"]


def opened(name: str, text: str) -> imports.Upload:
    content = text.encode("utf-8-sig")
    book = read(content)
    assert not isinstance(book, SheetFault)
    return imports.opened(name, content, book)


def test_a_sheet_is_tried_applied_and_taken_back(site):
    services = site.services
    sheet = opened("owners.csv", SHEET)
    planned = imports.plan(services, sheet, sheet.guessed)
    assert (planned.taken, planned.rows_refused) == (1, 1)
    assert not isinstance(standing(site, "吉A0K001"), Registered)
    number = units.change(services, MANAGER, imports.apply(services, sheet, sheet.guessed))
    assert isinstance(standing(site, "吉A0K001"), Registered)
    newest = units.read(services, imports.batches)[0]
    assert (newest.id, newest.rows, newest.refused) == (number, 2, 1)
    assert units.change(services, MANAGER, imports.take_back(number)) == ()
    assert not isinstance(standing(site, "吉A0K001"), Registered)
    assert units.change(services, MANAGER, imports.take_back(number)) is None


def test_a_title_above_the_headings_is_no_heading(site):
    titled = "荷兰小镇车辆表\n" + SHEET
    sheet = opened("titled.csv", titled)
    assert sheet.parts[0].heading.first == 1
    assert imports.plan(site.services, sheet, sheet.guessed).taken == 1


def test_who_is_inside_is_corrected_while_the_database_is_away_and_entered_later(site):
    services = site.services
    came = PutInside("粤B24688", services.clock.now().utc, Occupant.UNKNOWN)
    path = site.journal._database.path
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        made = inside.correct(services, GUARD, [came], "told")
        assert (made.refusals, made.kept) == ((None,), Written.SPOOLED)
        shown = inside.read(services, Which("24688"), None, 9)
        assert (shown.recalled, [line.key for line in shown.stays.lines]) == (True, ["粤B24688"])
        again = inside.correct(services, GUARD, [came], "told")
        assert again.refusals == (CorrectionRefusal.INSIDE_ALREADY,)
    assert site.journal.catch_up()
    shown = inside.read(services, Which("24688"), None, 9)
    assert (shown.recalled, [line.key for line in shown.stays.lines]) == (False, ["粤B24688"])
    (done,) = [one for one in shown.done if one.row.target == "粤B24688"]
    assert (done.row.actor, done.row.why, done.may_undo) == ("guard", "told", True)
    assert inside.undo(services, GUARD, done.row.seq, "mistake") == Undone("粤B24688")
    assert inside.read(services, Which("24688"), None, 9).stays.lines == ()
