"""What is appended is durable, chained and projected; trouble with the database loses nothing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from sqlmodel import select as pick

from gate.domain.decision import Reason, Verdict
from gate.domain.entries import AlarmAcknowledged, AlarmRaised, Audited, PassageDecided
from gate.domain.errors import JournalUnavailableError, OpeningRefusedError
from gate.domain.passage import Direction, LaneId, PassageEnd, PassageId
from gate.domain.ports import Journal as JournalPort
from gate.domain.ports import Written
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.store import walk
from gate.journal.verify import verify
from gate.reports.model import AuditFilter, PassageFilter, PassageRow
from gate.reports.reports import Reports
from gate.storage import tables
from gate.storage.account_tables import UserRow
from gate.storage.instance_lock import FolderInUseError
from tests.gate.journal.journal_cast import (
    NOON,
    NORTH,
    Desk,
    decision,
    desk,
    ended,
    ordered,
    raised,
    started,
    whole,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path, where: str | None) -> Iterator[Desk]:
    """A journal, on either engine."""
    with desk(tmp_path, where=where, effects=RegistryEffects()) as made:
        yield made


@pytest.fixture
def file_office(tmp_path: Path) -> Iterator[Desk]:
    """A journal on SQLite, for what concerns its file."""
    with desk(tmp_path) as made:
        yield made


def row(made: Desk, name: str) -> PassageRow:
    detail = Reports(made.database, made.keyring, UTC).passage(PassageId(name))
    assert detail is not None
    return detail.row


def kinds(made: Desk) -> list[str]:
    with made.database.reading() as connection:
        return [kept.link.header.kind for kept in walk(connection)]


@contextmanager
def held(made: Desk) -> Iterator[None]:
    """Another program holds the write lock meanwhile."""
    if made.database.path is not None:
        with closing(sqlite3.connect(made.database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    engine = create_engine(made.database.writer.url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE entry IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


def test_it_is_the_journal_that_lanes_and_pages_know(office: Desk) -> None:
    port: JournalPort = office.journal
    assert port.append(started("a")) is Written.COMMITTED


def test_a_passage_is_projected_with_everything_a_page_shows(office: Desk) -> None:
    for entries in whole("a", "吉A12345"):
        office.clock.pass_by(1)
        assert office.journal.append(*entries) is Written.COMMITTED
    seen = row(office, "a")
    assert (seen.plate, seen.verdict, seen.reason) == ("吉A12345", "admit", "resident")
    assert (seen.opening, seen.outcome, seen.actor) == ("raised", "passed", "auto")
    assert (seen.household, seen.standing, seen.frames) == ("3-2-501", "registered", 5)
    assert seen.started < (seen.decided or NOON) < (seen.opened or NOON) < (seen.ended or NOON)
    assert verify(office.database, office.keyring, office.folder / "journal.witness").sound


def test_an_entry_and_an_exit_of_one_plate_are_one_visit(office: Desk) -> None:
    for entries in whole("in", "吉A12345"):
        office.journal.append(*entries)
    office.clock.pass_by(3600)
    for entries in whole("out", "吉A12345", lane=NORTH, direction=Direction.OUT):
        office.journal.append(*entries)
    came, went = row(office, "in"), row(office, "out")
    assert (came.paired, went.paired) == (went.number, came.number)
    assert came.dwell == went.dwell == 3600


def test_asking_and_correcting_stay_on_record(office: Desk) -> None:
    asked = decision("吉A1234S", verdict=Verdict.ASK_GUARD, reason=Reason.NEAR_MATCH)
    admitted = decision("吉A12345", reason=Reason.GUARD_ADMITTED)
    lane, name = LaneId("south"), PassageId("a")
    office.journal.append(started("a"))
    office.journal.append(PassageDecided(name, lane, asked, "auto"))
    office.journal.append(
        PassageDecided(name, lane, admitted, "wang", corrected_from="吉A1234S"),
        ordered("a", "吉A12345", by="wang"),
    )
    seen = row(office, "a")
    assert (seen.asked, seen.corrected_from, seen.actor) == (True, "吉A1234S", "wang")
    reports = Reports(office.database, office.keyring, UTC)
    assert len(reports.passages(PassageFilter(corrected=True, asked=True, actor="wang")).rows) == 1


def test_the_rules_open_once_for_a_passage(office: Desk) -> None:
    office.journal.append(started("a"), ordered("a", "吉A12345"))
    with pytest.raises(OpeningRefusedError):
        office.journal.append(ordered("a", "吉A12345", order="again"))
    assert kinds(office).count("OpeningOrdered") == 1
    office.journal.append(ordered("a", "吉A12345", by="wang", order="by hand"))
    assert kinds(office).count("OpeningOrdered") == 2


def test_the_rules_open_once_even_after_a_restart(tmp_path: Path, where: str | None) -> None:
    with desk(tmp_path, where=where) as first:
        first.journal.append(started("a"), ordered("a", "吉A12345"))
    with desk(tmp_path, where=where) as second, pytest.raises(OpeningRefusedError):
        second.journal.append(ordered("a", "吉A12345", order="again"))


def test_after_a_crash_an_order_is_indeterminate_and_a_passage_interrupted(
    tmp_path: Path, where: str | None
) -> None:
    with desk(tmp_path, where=where) as first:
        for entries in whole("done", "吉A00001"):
            first.journal.append(*entries)
        first.journal.append(started("a"), ordered("a", "吉A12345"))
        first.journal.append(started("b", NORTH))
    with desk(tmp_path, where=where) as second:
        assert row(second, "a").opening == "indeterminate"
        assert row(second, "a").outcome == PassageEnd.INTERRUPTED
        assert row(second, "b").outcome == PassageEnd.INTERRUPTED
        assert row(second, "done").outcome == PassageEnd.PASSED
        assert kinds(second).count("OpeningOrdered") == 2


def test_units_commit_changes_and_entries_together(office: Desk) -> None:
    with office.journal.unit() as unit:
        unit.session.add(UserRow(name="wang", role="guard", password="hash"))
        unit.append(Audited("admin", "user_added", "wang"))
    with office.journal.reading() as session:
        assert session.exec(pick(UserRow.name)).all() == ["wang"]
    assert office.heard[-1] == "Audited"


def test_a_unit_that_fails_leaves_nothing(office: Desk) -> None:
    before = len(kinds(office))

    def fail() -> None:
        with office.journal.unit() as unit:
            unit.session.add(UserRow(name="wang", role="guard", password="hash"))
            unit.append(Audited("admin", "user_added", "wang"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with office.journal.reading() as session:
        assert session.exec(pick(UserRow.name)).all() == []
    assert len(kinds(office)) == before
    assert "Audited" not in office.heard


def test_a_conflict_in_a_unit_is_told_as_such(office: Desk) -> None:
    with office.journal.unit() as unit:
        unit.session.add(UserRow(name="wang", role="guard", password="hash"))
    with pytest.raises(IntegrityError), office.journal.unit() as unit:
        unit.session.add(UserRow(name="wang", role="guard", password="hash"))
    assert office.journal.append(started("a")) is Written.COMMITTED


def test_reading_cannot_write(office: Desk) -> None:
    with pytest.raises(JournalUnavailableError), office.journal.reading() as session:
        session.connection().execute(insert(tables.state).values(name="x", value="y"))


def test_a_locked_database_spools_and_is_caught_up_in_order(office: Desk) -> None:
    appends = [entries for n in range(3) for entries in whole(f"p{n}", f"吉A0000{n}")]
    office.journal.append(*appends[0])
    with held(office):
        for entries in appends[1:]:
            assert office.journal.append(*entries) is Written.SPOOLED
        assert office.journal.health().away_since is not None
        with pytest.raises(JournalUnavailableError), office.journal.unit():
            pass
    office.clock.pass_by(5)
    assert office.journal.catch_up()
    assert office.journal.append(started("last")) is Written.COMMITTED
    assert office.journal.health().away_since is None
    assert office.journal.health().spooled == 0
    passages = [kind for kind in kinds(office) if kind.startswith(("Passage", "Opening"))]
    expected = [type(entry).__name__ for entries in appends for entry in entries]
    assert passages == [*expected, "PassageStarted"]
    assert [row(office, f"p{n}").outcome for n in range(3)] == ["passed"] * 3
    assert verify(office.database, office.keyring, office.folder / "journal.witness").sound


def test_what_is_spooled_survives_a_crash_and_is_taken_over_once(
    tmp_path: Path, where: str | None
) -> None:
    with desk(tmp_path, where=where) as first:
        first.journal.append(started("a"))
        with held(first):
            first.journal.append(ordered("a", "吉A12345"))
            assert first.journal.append(raised("a"), ended("a")) is Written.SPOOLED
            first.database.dispose()
            kept = (tmp_path / "journal.spool").read_bytes()
    (tmp_path / "journal.spool").write_bytes(kept)  # As if the catching up at the end were lost.
    with desk(tmp_path, where=where) as second:
        assert kinds(second).count("OpeningOrdered") == 1
        assert row(second, "a").outcome == "passed"
    with desk(tmp_path, where=where) as third:
        assert kinds(third).count("OpeningOrdered") == 1


def test_while_the_database_is_away_nothing_opens_twice(office: Desk) -> None:
    office.journal.append(started("a"))
    with held(office):
        office.journal.append(ordered("a", "吉A12345", visitor_pass=None))
        with pytest.raises(OpeningRefusedError):
            office.journal.append(ordered("a", "吉A12345", order="again"))


def test_while_the_database_is_away_a_visitor_pass_opens_once(office: Desk) -> None:
    with held(office):
        office.journal.append(ordered("a", "吉A12345", visitor_pass=7))
        with pytest.raises(OpeningRefusedError, match="ask the guard"):
            office.journal.append(ordered("b", "吉A12345", visitor_pass=7))


def test_neither_database_nor_spool_is_told(office: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with held(office), monkeypatch.context() as patch:
        patch.setattr("gate.journal.spool_file._write_whole", refuse)
        with pytest.raises(JournalUnavailableError, match="No space left"):
            office.journal.append(started("a"))
    office.clock.pass_by(5)
    assert office.journal.catch_up()
    assert office.journal.append(started("b")) is Written.COMMITTED


def test_a_damaged_file_is_survived_by_the_spool(file_office: Desk) -> None:
    office = file_office
    office.journal.append(started("a"))
    office.database.dispose()
    path = office.folder / "gate.db"
    sound = path.read_bytes()
    path.write_bytes(b"noise" * 1000)
    assert office.journal.append(ordered("a", "吉A12345")) is Written.SPOOLED
    assert office.journal.health().why
    office.database.dispose()
    path.write_bytes(sound)
    office.clock.pass_by(5)
    assert office.journal.catch_up()
    assert office.journal.append(raised("a")) is Written.COMMITTED
    assert row(office, "a").opening == "raised"


def test_a_page_that_holds_the_journal_does_not_hold_a_lane(office: Desk) -> None:
    answers: list[Written] = []
    with office.journal.unit():
        lane = threading.Thread(target=lambda: answers.append(office.journal.append(started("a"))))
        lane.start()
        lane.join(10)
        assert answers == [Written.SPOOLED]
    office.journal.append(started("b"))
    assert [row(office, name).passage for name in "ab"] == ["a", "b"]


def test_lanes_write_at_once_and_the_chain_holds(office: Desk) -> None:
    def drive(lane: int) -> None:
        for n in range(5):
            for entries in whole(f"{lane}-{n}", f"吉A{lane}{n:04d}"):
                office.journal.append(*entries)

    lanes = [threading.Thread(target=drive, args=(n,)) for n in range(4)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join(30)
    office.journal.append(started("last"))
    with office.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.passage)).scalar() == 21
    assert verify(office.database, office.keyring, office.folder / "journal.witness").sound


def test_a_listener_that_fails_is_no_failed_write(office: Desk) -> None:
    office.journal.subscribe(lambda record: 1 // 0)  # type: ignore[arg-type,return-value]  # a bug
    end = office.journal.subscribe(lambda record: office.heard.append(f"also {record.seq > 0}"))
    assert office.journal.append(started("a")) is Written.COMMITTED
    assert office.heard[-1] == "also True"
    end()
    office.journal.append(started("b"))
    assert office.heard[-1] == "PassageStarted"


def test_alarms_stand_until_a_person_saw_them(office: Desk) -> None:
    reports = Reports(office.database, office.keyring, UTC)
    office.journal.append(AlarmRaised("x", LaneId("south"), "tailgating", {"n": 2}))
    assert [one.kind for one in reports.alarms()] == ["tailgating"]
    office.journal.append(AlarmAcknowledged("x", "wang", "seen"))
    office.journal.append(AlarmAcknowledged("x", "li", "also seen"))
    assert reports.alarms() == ()
    assert [one.actor for one in reports.alarms(standing=False)] == ["wang"]


def test_odd_data_is_kept_and_named(office: Desk) -> None:
    office.journal.append(AlarmRaised("x", None, "link", {}))
    office.journal.append(AlarmRaised("x", None, "link", {"again": True}))
    assert kinds(office)[-2:] == ["AlarmRaised", "ServiceNoted"]
    remark = "half an emoji \ud83d and a nul \0"
    office.journal.append(Audited("wang", "remark", "a\0b", remark))
    assert verify(office.database, office.keyring, office.folder / "journal.witness").sound


def test_a_clock_that_jumps_is_noted_and_the_order_stays(office: Desk) -> None:
    office.journal.append(started("a"))
    office.clock.utc = NOON.replace(year=2020)
    office.journal.append(started("b"))
    assert kinds(office)[-2:] == ["ServiceNoted", "PassageStarted"]
    assert row(office, "b").number > row(office, "a").number
    reports = Reports(office.database, office.keyring, UTC)
    assert [one.passage for one in reports.passages(PassageFilter()).rows] == ["b", "a"]
    assert reports.audit(AuditFilter(action="clock_jump")).rows[0].detail["same_run"] is True


def test_a_clock_that_comes_up_behind_the_record_is_noted(
    tmp_path: Path, where: str | None
) -> None:
    with desk(tmp_path, where=where) as first:
        first.journal.append(started("a"))
        clock = first.clock
    clock.utc, clock.seconds = NOON.replace(year=1971), 5.0
    with desk(tmp_path, where=where, clock=clock, boot="boot-2") as second:
        jumps = Reports(second.database, second.keyring, UTC).audit(
            AuditFilter(action="clock_jump")
        )
        assert [one.detail["same_run"] for one in jumps.rows] == [False]


def test_slow_drift_is_no_jump(office: Desk) -> None:
    for n in range(20):
        office.clock.pass_by(60)
        office.clock.utc = office.clock.utc.replace(microsecond=n * 1000)
        office.journal.append(started(f"p{n}"))
    assert kinds(office).count("ServiceNoted") == 1


def test_a_command_beside_the_service_extends_the_same_chain(
    office: Desk, where: str | None
) -> None:
    office.journal.append(started("a"))
    with desk(office.folder, start=False, where=where) as command, command.journal.unit() as unit:
        unit.append(Audited("admin", "import"))
    office.journal.append(started("b"))
    assert verify(office.database, office.keyring, office.folder / "journal.witness").sound
    assert kinds(office)[-3:] == ["PassageStarted", "Audited", "PassageStarted"]


def test_sessions_of_readers_see_one_moment(office: Desk) -> None:
    with office.journal.reading() as session:
        assert isinstance(session, Session)
        before = session.connection().execute(select(func.count()).select_from(tables.entry))
        n = before.scalar_one()
        office.journal.append(started("a"))
        again = session.connection().execute(select(func.count()).select_from(tables.entry))
        assert again.scalar_one() == n


def test_one_gate_per_folder(office: Desk, where: str | None) -> None:
    with pytest.raises(FolderInUseError), desk(office.folder, where=where):
        pass
