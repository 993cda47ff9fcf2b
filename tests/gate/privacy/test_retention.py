"""What is over goes, with a record; what is held stays; the chain stands; counts do not change."""

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from sqlmodel import select as pick

from gate.domain.entries import Audited, GuardActed
from gate.domain.passage import LaneId, PassageId
from gate.journal.latches import Latches, latches_of
from gate.journal.projections.daily_counts import ReportPeriod
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.verify import verify
from gate.privacy import disclosures, holds
from gate.privacy.retention import Limits, Purged, Retention, RetentionTooShortError
from gate.privacy.subject_access import ErasureResult, Subject, export_person, forget_person
from gate.reports.model import AuditFilter, PassageFilter, PassageRow
from gate.reports.reports import Reports
from gate.services import presence
from gate.storage.migrations import triggers
from gate.storage.pictures import Pictures
from gate.storage.tables import body, entry
from registry.rules.corrections import PutInside
from registry.rules.kinds import Occupant, PassKind, PassSource
from registry.rules.plates import Plate, parse
from registry.store import store
from registry.store.store import Actor, add
from registry.tables.records import (
    Building,
    Change,
    Household,
    Person,
    Presence,
    Unit,
    Visit,
    VisitorPass,
)
from tests.gate.journal.journal_cast import NOON, Desk, desk, file_keyring, started, whole

JPEG = b"\xff\xd8 a vehicle \xff\xd9"
DAY = 86_400.0
YEAR = ReportPeriod(NOON - timedelta(days=1), NOON + timedelta(days=500))


@pytest.fixture
def office(tmp_path: Path, where: str | None) -> Iterator[Desk]:
    with desk(tmp_path / "data", where=where) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Pictures]:
    kept = Pictures(tmp_path / "pictures", file_keyring())
    yield kept
    kept.close()


def reports(made: Desk) -> Reports:
    return Reports(made.database, made.keyring, UTC)


def row(made: Desk, name: str) -> PassageRow:
    detail = reports(made).passage(PassageId(name))
    assert detail is not None
    return detail.row


def purge(made: Desk, pictures: Pictures, limits: Limits | None = None) -> Purged:
    return Retention(made.journal, pictures, limits or Limits(), made.clock).run()


def pass_days(made: Desk, days: float) -> None:
    made.clock.pass_by(days * DAY)


def drive(made: Desk, name: str, plate: str, **changes: object) -> None:
    for entries in whole(name, plate, **changes):  # type: ignore[arg-type]  # a test's shorthand
        made.journal.append(*entries)


def sound(made: Desk) -> bool:
    return verify(made.database, made.keyring, made.folder / "journal.witness").sound


def test_an_old_passage_loses_plate_and_person_and_stays_counted(
    office: Desk, pictures: Pictures
) -> None:
    drive(office, "old", "吉A12345")
    before = reports(office).shares(YEAR)
    pass_days(office, 181)
    drive(office, "new", "吉A54321")
    done = purge(office, pictures)
    assert (done.passages, done.bodies) == (1, 6)
    old = row(office, "old")
    assert (old.plate, old.plate_read, old.household) == ("", "", "")
    assert (old.verdict, old.outcome, old.standing) == ("admit", "passed", "registered")
    assert old.forgotten is not None
    assert row(office, "new").plate == "吉A54321"
    after = reports(office).shares(YEAR)
    assert (after.seen, after.read, after.opened) == (before.seen + 1, before.read + 1, 2)
    detail = reports(office).passage(PassageId("old"))
    assert detail is not None
    assert [record.entry for record in detail.records] == [None] * 6
    assert reports(office).passages(PassageFilter(plate="吉A12345")).rows == ()
    assert sound(office)
    assert purge(office, pictures).passages == 0


def test_the_plate_is_nowhere_in_the_file_any_more(tmp_path: Path, pictures: Pictures) -> None:
    with desk(tmp_path) as made:
        drive(made, "old", "吉A12345")
        held = (tmp_path / "gate.db").read_bytes() + (tmp_path / "gate.db-wal").read_bytes()
        assert "吉A12345".encode() in held
        pass_days(made, 181)
        purge(made, pictures)
        with made.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM presence")
    assert "吉A12345".encode() not in (tmp_path / "gate.db").read_bytes()


def test_a_purge_is_on_record(office: Desk, pictures: Pictures) -> None:
    drive(office, "old", "吉A12345")
    pass_days(office, 181)
    purge(office, pictures)
    told = reports(office).audit(AuditFilter(action="purge")).rows
    assert {str(one.detail["of"]) for one in told} == {"passages"}


def test_visitors_are_forgotten_sooner(office: Desk, pictures: Pictures) -> None:
    drive(office, "resident", "吉A00001")
    drive(office, "visitor", "吉A00002", standing="visitor")
    pass_days(office, 91)
    assert purge(office, pictures).passages == 1
    assert row(office, "visitor").plate == ""
    assert row(office, "resident").plate == "吉A00001"


@pytest.mark.parametrize("by_plate", [True, False])
def test_a_dispute_holds_a_passage_until_it_is_released(
    office: Desk, pictures: Pictures, *, by_plate: bool
) -> None:
    drive(office, "held", "吉A00001")
    drive(office, "other", "吉A00002")
    with office.journal.unit() as unit:
        number = holds.place_hold(
            unit,
            by="li",
            why="scratched car",
            now=office.clock.utc,
            plate="吉A00001" if by_plate else "",
            of=None if by_plate else PassageId("held"),
        )
    pass_days(office, 181)
    assert purge(office, pictures).passages == 1
    assert row(office, "held").plate == "吉A00001"
    with office.journal.reading() as session:
        assert [one.why for one in holds.holds(session.connection())] == ["scratched car"]
    with office.journal.unit() as unit:
        assert holds.release_hold(unit, number, by="li", why="settled", now=office.clock.utc)
        assert not holds.release_hold(unit, number, by="li", why="twice", now=office.clock.utc)
    assert purge(office, pictures).passages == 1
    assert sound(office)


def test_a_hold_says_what_and_why(office: Desk) -> None:
    with office.journal.unit() as unit:
        for why, of, plate in (
            ("", PassageId("a"), ""),
            ("x", None, ""),
            ("x", PassageId("a"), "p"),
        ):
            with pytest.raises(holds.HoldUnclearError):
                holds.place_hold(unit, by="li", why=why, now=office.clock.utc, of=of, plate=plate)


def aged(pictures: Pictures, name: str, at: datetime) -> None:
    pictures.settle()
    os.utime(pictures.path(name), (at.timestamp(), at.timestamp()))


def test_pictures_go_after_their_days_unless_held(office: Desk, pictures: Pictures) -> None:
    names = [pictures.put(JPEG + bytes([n])) for n in range(3)]
    for name in names:
        aged(pictures, name, office.clock.utc)
    for n, name in enumerate(names[:2]):
        entries = whole(f"p{n}", f"吉A0000{n}")
        read = entries[1][0]
        picture = type(read.picture)(name, "")  # type: ignore[union-attr]  # a PassageRead
        object.__setattr__(read, "picture", picture)
        for some in entries:
            office.journal.append(*some)
    with office.journal.unit() as unit:
        holds.place_hold(unit, by="li", why="dispute", now=office.clock.utc, of=PassageId("p1"))
    pass_days(office, 31)
    fresh = pictures.put(JPEG + b"fresh")
    aged(pictures, fresh, office.clock.utc)
    assert purge(office, pictures).pictures == 2
    assert [pictures.get(name) is not None for name in (*names, fresh)] == [
        False,
        True,
        False,
        True,
    ]
    assert row(office, "p0").picture_frame == ""
    assert row(office, "p1").picture_frame == names[1]


def test_the_audit_goes_after_its_days(office: Desk, pictures: Pictures) -> None:
    office.journal.append(Audited("wang", "look_up_plate", "吉A12345", "complaint"))
    office.journal.append(GuardActed(LaneId("south"), "wang", "hold", "removal van"))
    pass_days(office, 366)
    office.journal.append(Audited("li", "log_in"))
    done = purge(office, pictures)
    assert done.audit_entries == 2
    assert reports(office).audit(AuditFilter(actor="wang")).rows == ()
    assert len(reports(office).audit(AuditFilter(actor="li")).rows) == 1
    assert sound(office)


def test_a_lock_outlives_the_audit_until_somebody_lifts_it(
    office: Desk, pictures: Pictures
) -> None:
    def now(lane: str = "south") -> Latches:
        with office.database.reading() as connection:
            return latches_of(connection, lane)

    office.journal.append(GuardActed(LaneId("south"), "wang", "unlock"))
    office.journal.append(GuardActed(LaneId("north"), "wang", "lock", "closed at night"))
    office.journal.append(GuardActed(LaneId("south"), "wang", "lock", "the arm is bent"))
    office.journal.append(GuardActed(LaneId("south"), "wang", "maintenance_on", "the arm is bent"))
    office.journal.append(GuardActed(LaneId("north"), "wang", "unlock"))
    pass_days(office, 400)
    office.journal.append(Audited("li", "log_in"))
    assert purge(office, pictures).audit_entries == 3
    assert now() == Latches(locked=True, maintenance=True)
    assert now("north") == Latches(locked=False, maintenance=False)
    kept = reports(office).audit(AuditFilter(action="lock")).rows
    assert [(row.actor, row.why) for row in kept] == [("wang", "the arm is bent")]

    office.journal.append(GuardActed(LaneId("south"), "li", "unlock"))
    assert purge(office, pictures).audit_entries == 1
    assert now() == Latches(locked=False, maintenance=True)
    pass_days(office, 400)
    office.journal.append(Audited("li", "log_in"))
    purge(office, pictures)
    assert now() == Latches(locked=False, maintenance=True)
    assert sound(office)


def test_a_clock_that_jumped_purges_nothing_until_confirmed(
    office: Desk, pictures: Pictures
) -> None:
    drive(office, "a", "吉A12345")
    office.clock.utc += timedelta(days=3650)
    office.journal.append(started("b"))
    assert purge(office, pictures) == Purged(0, 0, 0, 0, 0, in_doubt=True)
    assert row(office, "a").plate == "吉A12345"
    with office.journal.unit() as unit:
        unit.append(Audited("admin", "clock_confirmed"))
    assert purge(office, pictures).passages == 1


@pytest.mark.parametrize(
    "short", [{"audit": 179}, {"passages": 29}, {"visitors": 29}, {"pictures": 0}]
)
def test_floors_are_kept(short: dict[str, int]) -> None:
    with pytest.raises(RetentionTooShortError):
        Limits(**short)


def test_nobody_removes_a_body_without_a_record(office: Desk) -> None:
    drive(office, "a", "吉A12345")
    for statement in (
        "UPDATE body SET sealed = NULL, salt = NULL WHERE seq = 2",
        "UPDATE body SET sealed = NULL, salt = NULL, purged_by = 3 WHERE seq = 2",
        "UPDATE body SET sealed = salt WHERE seq = 2",
        "DELETE FROM body WHERE seq = 2",
        "UPDATE entry SET lane = 'north'",
        "DELETE FROM entry WHERE seq = 2",
    ):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            office.database.writing() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_a_body_emptied_under_somebody_elses_record_is_found(office: Desk) -> None:
    drive(office, "a", "吉A12345")
    with office.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE body SET sealed = NULL, salt = NULL, purged_by = 1 WHERE seq = 3"
        )
    found = verify(office.database, office.keyring, office.folder / "journal.witness").findings
    assert [(one.seq, one.flaw.value) for one in found] == [(1, "purge_unproven")]


def test_what_was_done_behind_the_programs_back_is_named(office: Desk) -> None:
    for n in range(4):
        drive(office, f"p{n}", "吉A12345")
    with office.database.writing() as connection:
        triggers.drop(connection)
        connection.exec_driver_sql("UPDATE entry SET lane = 'north' WHERE seq = 4")
        connection.exec_driver_sql(
            "UPDATE body SET sealed = (SELECT sealed FROM body WHERE seq = 7) WHERE seq = 6"
        )
        connection.exec_driver_sql("DELETE FROM body WHERE seq IN (8, 9)")
        connection.exec_driver_sql("DELETE FROM entry WHERE seq = 9")
        connection.exec_driver_sql("DELETE FROM body WHERE seq > 20")
        connection.exec_driver_sql("DELETE FROM entry WHERE seq > 20")
    found = verify(office.database, office.keyring, office.folder / "journal.witness").findings
    assert [(one.seq, one.flaw.value) for one in found] == [
        (4, "changed"),
        (6, "body_changed"),
        (8, "body_removed"),
        (9, "removed"),
        (25, "cut_off"),
    ]


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def visitor(session: Session, at: datetime, text: str) -> None:
    by = Actor("wang", at)
    building = add(session, Building(name="3"), by)
    stair = add(session, Unit(building_id=building.id or 0, name="2"), by)
    home = add(session, Household(unit_id=stair.id or 0, room="501"), by)
    made = VisitorPass(
        plate=text,
        household_id=home.id,
        kind=PassKind.ONCE,
        allowed=1,
        valid_from=at,
        valid_until=at + timedelta(hours=4),
        visitor_name="张三",
        visitor_phone="13812345678",
        source=PassSource.GUARD,
        created_by="wang",
        created_at=at,
    )
    add(session, made, by)
    stay = Visit(plate=text, checked_in_at=at, checked_out_at=at, visitor_name="张三")
    add(session, stay, by)


def test_visitor_data_of_the_register_is_forgotten(office: Desk, pictures: Pictures) -> None:
    with office.journal.unit() as unit:
        visitor(unit.session, office.clock.utc, "吉A00002")
    pass_days(office, 89)
    assert purge(office, pictures).visitor_rows == 0
    pass_days(office, 2)
    assert purge(office, pictures).visitor_rows == 2
    with office.journal.reading() as session:
        kept = session.exec(pick(VisitorPass)).one()
        assert (kept.visitor_name, kept.visitor_phone, kept.plate) == ("", "", "")
        stay = session.exec(pick(Visit)).one()
        assert (stay.visitor_name, stay.plate) == ("", "")
        told = [one.after for one in session.exec(pick(Change)) if "Visit" in one.entity]
        assert told == [None, None]
    assert purge(office, pictures).visitor_rows == 0


def test_what_was_corrected_about_who_is_inside_is_forgotten_as_visits_are(
    tmp_path: Path, pictures: Pictures, where: str | None
) -> None:
    with desk(tmp_path / "data", where=where, effects=RegistryEffects()) as office:
        stay = PutInside("吉A00002/blue", office.clock.utc, Occupant.VISITOR)
        with office.journal.unit() as unit:
            presence.correct([stay], "patrol")(unit, Actor("wang", office.clock.utc))
        pass_days(office, 91)
        purge(office, pictures)
        with office.journal.reading() as session:
            (line,) = session.exec(pick(Change).where(Change.entity == "Presence")).all()
            assert (line.entity_id, line.plate, line.after, line.who) == ("", None, None, "wang")
            assert session.exec(pick(Presence.plate)).all() == ["吉A00002/blue"]


MINE = Subject(("吉A12345",))


def live_at_501(office: Desk) -> None:
    """A resident with a visitor who came and went, and a neighbour of the same name."""
    by = Actor("wang", office.clock.utc)
    earlier = office.clock.utc - timedelta(days=2)
    with office.journal.unit() as unit:
        home = store.id_of(store.household_at(unit.session, "3", "2", "501", by))
        for phone in ("13812345678", "13987654321"):
            store.add(unit.session, Person(household_id=home, name="张三", phone=phone), by)
        stay = Visit(
            plate="吉A12345", visitor_name="李四", checked_in_at=earlier, checked_out_at=earlier
        )
        store.add(unit.session, stay, by)


def test_a_copy_holds_the_line_of_the_register(office: Desk, pictures: Pictures) -> None:
    live_at_501(office)
    whose = Subject((), "张三", "13812345678")
    made = export_person(office.journal, pictures, whose, by="li", why="request 9")
    with zipfile.ZipFile(BytesIO(made)) as archive:
        data = json.loads(archive.read("data.json"))
    assert [one["phone"] for one in data["people"]] == ["13812345678"]


def test_a_resident_is_forgotten_with_history_and_visitors(office: Desk) -> None:
    live_at_501(office)
    whose = Subject(("吉A12345",), "张三", "13812345678")
    gone = forget_person(office.journal, whose, by="li", why="moved", now=office.clock.utc)
    assert (gone.passages, gone.rows) == (0, 2)
    with office.journal.reading() as session:
        assert [one.phone for one in session.exec(pick(Person))] == ["13987654321"]
        assert [one.visitor_name for one in session.exec(pick(Visit))] == [""]
        told = [str((one.before, one.after)) for one in session.exec(pick(Change))]
    assert not any("13812345678" in one or "李四" in one for one in told)
    assert any("13987654321" in one for one in told)


def test_what_a_dispute_is_about_is_not_forgotten(office: Desk) -> None:
    live_at_501(office)
    now = office.clock.utc
    with office.journal.unit() as unit:
        holds.place_hold(unit, by="li", why="dispute", now=now, plate="吉A12345")
    assert forget_person(office.journal, MINE, by="li", why="request", now=now).rows == 0


def test_a_person_may_have_a_copy(office: Desk, pictures: Pictures) -> None:
    drive(office, "mine", "吉A12345")
    drive(office, "other", "吉A99999")
    made = export_person(office.journal, pictures, Subject(("吉A12345",)), by="li", why="request 7")
    with zipfile.ZipFile(BytesIO(made)) as archive:
        data = json.loads(archive.read("data.json"))
    assert [one["passage"] for one in data["passages"]] == ["mine"]
    assert "吉A99999" not in json.dumps(data, ensure_ascii=False)
    assert [one["why"] for one in data["looked_up"]] == ["request 7"]


def test_a_person_is_forgotten_on_request(office: Desk, pictures: Pictures) -> None:
    drive(office, "mine", "吉A12345")
    drive(office, "held", "吉A12345")
    drive(office, "other", "吉A99999")
    now = office.clock.utc
    with office.journal.unit() as unit:
        holds.place_hold(unit, by="li", why="dispute", now=now, of=PassageId("held"))
    gone = forget_person(office.journal, MINE, by="li", why="request 8", now=now)
    assert gone == ErasureResult(1, 0, ())
    assert [row(office, name).plate for name in ("mine", "held", "other")] == [
        "",
        "吉A12345",
        "吉A99999",
    ]
    assert sound(office)
    with office.database.reading() as connection:
        emptied = connection.execute(
            select(entry.c.passage)
            .join(body, body.c.seq == entry.c.seq)
            .where(body.c.sealed.is_(None))
        )
        assert set(emptied.scalars()) == {"mine"}


def test_disclosures_are_registered(office: Desk) -> None:
    with office.journal.unit() as unit:
        number = disclosures.disclose(
            unit,
            by="li",
            now=office.clock.utc,
            authority="公安局",
            document="2026-12",
            officer="A 1234",
            scope="吉A12345, 2026-03-01",
            basis="刑事诉讼法 54",
        )
    with office.journal.reading() as session:
        listed = disclosures.disclosures(session.connection())
    assert [(one.id, one.document) for one in listed] == [(number, "2026-12")]
    assert len(reports(office).audit(AuditFilter(action="disclosed")).rows) == 1
