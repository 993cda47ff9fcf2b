"""Corrections of who is inside: felt at once, on record, taken back, never lost, never twice."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, col, create_engine, select

from gate.access.registry_cache import RegistryCache
from gate.domain.entries import Audited, Entry, PassageEnded
from gate.domain.passage import Direction
from gate.domain.ports import Written
from gate.journal.projections.corrections import correction_of, entry_of
from gate.journal.projections.dispatch import Projection
from gate.journal.projections.registry_effects import RegistryEffects
from gate.reports.lists import audit_row
from gate.services import presence
from gate.services.presence import PresenceRefusedError, Undone
from gate.storage import tables
from gate.storage.tables import audit
from registry.rules.corrections import (
    Correction,
    CorrectionRefusal,
    PutInside,
    Recounted,
    TakenOut,
    corrected,
    refusal_by,
)
from registry.rules.kinds import Occupant
from registry.rules.plates import Plate, PlateColour, parse
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import Registered, SpaceId, SpaceTaken
from registry.store import snapshot_loader
from registry.store.store import Actor
from registry.tables.records import Change, OccupancyCount, Presence, Visit
from tests.gate.journal.journal_cast import NOON, NORTH, SOUTH, Desk, desk, whole
from tests.gate.journal.projections.test_registry_effects import OWNER, SECOND, VISITOR, settle
from tests.gate.journal.test_journal import held

pytestmark = pytest.mark.slow

STRANGER = "吉A55555"
STANDINGS = {OWNER: "registered", SECOND: "registered", VISITOR: "visitor", STRANGER: "unknown"}
COUNTED = {"registered": Occupant.RESIDENT, "visitor": Occupant.VISITOR}


@pytest.fixture
def office(tmp_path: Path, where: str | None) -> Iterator[Desk]:
    with desk(tmp_path, where=where, effects=RegistryEffects()) as made:
        with made.journal.unit() as unit:
            settle(unit.session)
        yield made


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def passage(name: str, text: str, direction: Direction = Direction.IN) -> list[Entry]:
    """All entries of a vehicle that comes or goes; text "": nobody could read it."""
    lane = SOUTH if direction is Direction.IN else NORTH
    standing = STANDINGS.get(text, "unknown")
    visitor_pass = 1 if standing == "visitor" else None
    steps = whole(
        name, text, lane=lane, direction=direction, standing=standing, visitor_pass=visitor_pass
    )
    return [entry for step in steps for entry in step]


def passes(office: Desk, name: str, text: str, direction: Direction = Direction.IN) -> None:
    office.journal.append(*passage(name, text, direction))
    office.clock.pass_by(60)


def do(office: Desk, *corrections: Correction, why: str = "patrol") -> presence.Refusals:
    deed = presence.correct(corrections, why)
    with office.journal.unit() as unit:
        return deed(unit, Actor("wang", office.clock.utc))


def back(office: Desk, number: int, register: RegistrySnapshot) -> Undone | CorrectionRefusal:
    deed = presence.undo(number, "mistake", register)
    with office.journal.unit() as unit:
        return deed(unit, Actor("wang", office.clock.utc))


def newest(office: Desk) -> int:
    with office.journal.reading() as session:
        rows = session.connection().execute(audit.select().order_by(audit.c.seq.desc())).first()
    assert rows is not None
    return int(rows.seq)


def taken_out(known: RegistrySnapshot, key: str) -> TakenOut:
    stay = known.inside[key]
    return TakenOut(key, stay.since, stay.occupant, stay.space)


def put(known: RegistrySnapshot, text: str, now: datetime) -> PutInside:
    found = presence.came_in(known, plate(text), PlateColour.UNKNOWN, now)
    assert isinstance(found, PutInside)
    return found


# --- what a guard does ----------------------------------------------------------------------------


def test_a_space_is_free_at_once_for_the_households_next_vehicle(office: Desk) -> None:
    passes(office, "a", OWNER)
    register = RegistryCache(office.journal, office.clock)
    now = office.clock.utc
    assert isinstance(register.standing(plate(SECOND), now), SpaceTaken)
    assert register.snapshot.in_its_spaces(plate(SECOND)) == (OWNER,)
    assert register.snapshot.in_its_spaces(plate(OWNER)) == ()
    assert register.snapshot.in_its_spaces(plate(STRANGER)) == ()
    assert do(office, taken_out(register.snapshot, OWNER)) == (None,)
    register.refresh()
    assert isinstance(register.standing(plate(SECOND), now), Registered)


def test_a_correction_is_on_record_with_who_when_why_and_what_was_before(office: Desk) -> None:
    passes(office, "a", OWNER)
    register = RegistryCache(office.journal, office.clock)
    do(office, taken_out(register.snapshot, OWNER), why="patrol: 车位空着")
    with office.journal.reading() as session:
        line = session.connection().execute(audit.select().order_by(audit.c.seq.desc())).first()
        assert line is not None
        assert (line.actor, line.action, line.target) == ("wang", "presence_removed", OWNER)
        assert line.why == "patrol: 车位空着"
        change = session.exec(select(Change).where(Change.entity == "Presence")).one()
        assert change.before is not None
        assert (change.who, change.before["plate"], change.after) == ("wang", OWNER, None)


def test_of_two_guards_the_second_is_told(office: Desk) -> None:
    passes(office, "a", OWNER)
    seen = taken_out(RegistryCache(office.journal, office.clock).snapshot, OWNER)
    lines = audits(office)
    assert [do(office, seen), do(office, seen)] == [(None,), (CorrectionRefusal.NOT_INSIDE,)]
    assert audits(office) == lines + 1


def audits(office: Desk) -> int:
    with office.journal.reading() as session:
        return len(session.connection().execute(audit.select()).all())


def test_a_vehicle_that_came_again_meanwhile_stays(office: Desk) -> None:
    passes(office, "a", OWNER)
    old = taken_out(RegistryCache(office.journal, office.clock).snapshot, OWNER)
    passes(office, "b", OWNER, Direction.OUT)
    passes(office, "c", OWNER)
    assert do(office, old) == (CorrectionRefusal.OTHER_STAY,)
    office.journal.append(entry_of(old, "wang", "it waited in the spool"))
    assert list(state(office).inside) == [OWNER]


def test_a_count_that_changed_meanwhile_is_counted_again(office: Desk) -> None:
    wrong = Recounted(Occupant.RESIDENT, 0, 5)
    passes(office, "a", OWNER)
    assert do(office, wrong) == (CorrectionRefusal.COUNT_CHANGED,)
    assert do(office, Recounted(Occupant.RESIDENT, 1, 5)) == (None,)
    assert state(office).counts == {Occupant.RESIDENT: 5}
    for impossible in (-1, 100_000):
        assert do(office, Recounted(Occupant.RESIDENT, 5, impossible)) == (
            CorrectionRefusal.NO_COUNT,
        )


def test_a_visitor_is_put_inside_as_the_entrance_would_have(office: Desk) -> None:
    known = RegistryCache(office.journal, office.clock).snapshot
    stay = put(known, VISITOR, office.clock.utc)
    assert (stay.occupant, stay.visitor_pass, stay.household) == (Occupant.VISITOR, 1, "3-2-501")
    assert do(office, stay, stay) == (None, CorrectionRefusal.INSIDE_ALREADY)
    with office.journal.reading() as session:
        visit = session.exec(select(Visit)).one()
        assert (visit.pass_id, visit.passage_in, visit.checked_out_at) == (1, None, None)
    passes(office, "a", VISITOR, Direction.OUT)
    with office.journal.reading() as session:
        assert session.exec(select(Visit)).one().passage_out == "a"
    assert state(office).inside == {}


def test_a_visit_that_was_ended_by_mistake_goes_on(office: Desk) -> None:
    passes(office, "a", VISITOR)
    register = RegistryCache(office.journal, office.clock)
    do(office, taken_out(register.snapshot, VISITOR))
    with office.journal.reading() as session:
        assert session.exec(select(Visit)).one().checked_out_at is not None
    assert back(office, newest(office), register.snapshot) == Undone(VISITOR)
    with office.journal.reading() as session:
        visit = session.exec(select(Visit)).one()
        assert (visit.passage_in, visit.checked_out_at) == ("a", None)


def test_a_stay_that_is_put_back_is_the_stay_it_was(office: Desk) -> None:
    passes(office, "a", OWNER)
    before = state(office)
    register = RegistryCache(office.journal, office.clock)
    do(office, taken_out(register.snapshot, OWNER))
    office.clock.pass_by(600)
    assert back(office, newest(office), register.snapshot) == Undone(OWNER)
    assert state(office) == before
    assert back(office, newest(office), register.snapshot) == Undone(OWNER)
    assert state(office).inside == {}


def test_a_count_is_taken_back_and_what_came_since_still_counts(office: Desk) -> None:
    passes(office, "a", OWNER)
    register = RegistryCache(office.journal, office.clock)
    assert do(office, Recounted(Occupant.RESIDENT, 1, 7)) == (None,)
    counted = newest(office)
    passes(office, "b", SECOND)
    assert back(office, counted, register.snapshot) == Undone("resident")
    assert state(office).counts == {Occupant.RESIDENT: 2}
    assert back(office, counted, register.snapshot) is CorrectionRefusal.COUNT_CHANGED
    assert back(office, newest(office), register.snapshot) == Undone("resident")
    assert state(office).counts == {Occupant.RESIDENT: 8}


def test_a_count_is_not_taken_back_behind_a_newer_one_or_below_nothing(office: Desk) -> None:
    register = RegistryCache(office.journal, office.clock)
    do(office, Recounted(Occupant.RESIDENT, 0, 3))
    older = newest(office)
    assert _may_undo(office, older)
    do(office, Recounted(Occupant.VISITOR, 0, 1))
    assert _may_undo(office, older)
    do(office, Recounted(Occupant.RESIDENT, 3, 1))
    assert not _may_undo(office, older)
    assert back(office, older, register.snapshot) is CorrectionRefusal.COUNT_CHANGED
    visitors = newest(office) - 1
    passes(office, "a", VISITOR, Direction.OUT)
    assert not _may_undo(office, visitors)
    assert back(office, visitors, register.snapshot) is CorrectionRefusal.NO_COUNT


def _may_undo(office: Desk, number: int) -> bool:
    with office.journal.reading() as session:
        line = audit_row(session.connection(), number)
        assert line is not None
        return presence.may_undo(session, line)


def test_nothing_is_taken_back_once_the_vehicle_came_or_went(office: Desk) -> None:
    passes(office, "a", OWNER)
    register = RegistryCache(office.journal, office.clock)
    do(office, taken_out(register.snapshot, OWNER))
    first = newest(office)
    passes(office, "b", OWNER)
    passes(office, "c", OWNER, Direction.OUT)
    assert back(office, first, register.snapshot) is CorrectionRefusal.OTHER_STAY
    assert back(office, 1, register.snapshot) is CorrectionRefusal.OTHER_STAY  # No correction.
    assert back(office, 99_999, register.snapshot) is CorrectionRefusal.OTHER_STAY


def test_while_the_database_is_away_a_correction_is_felt_and_kept(tmp_path: Path) -> None:
    with desk(tmp_path, effects=RegistryEffects()) as office:
        with office.journal.unit() as unit:
            settle(unit.session)
        passes(office, "a", OWNER)
        register = RegistryCache(office.journal, office.clock)
        gone = taken_out(register.snapshot, OWNER)
        with held(office):
            assert office.journal.append(entry_of(gone, "wang", "patrol")) is Written.SPOOLED
            register.assume([gone])
            register.refresh()  # a locked database can be read: what it says is what was
            assert isinstance(register.standing(plate(SECOND), office.clock.utc), Registered)
            assert refusal_by(register.snapshot, gone) is CorrectionRefusal.NOT_INSIDE
        assert list(state(office).inside) == [OWNER]
        office.clock.pass_by(5)
        assert office.journal.catch_up()
        register.refresh()
        assert state(office).inside == {}
        assert register.snapshot == RegistryCache(office.journal, office.clock).snapshot
        passes(office, "b", OWNER)
        register.refresh()
        assert OWNER in register.snapshot.inside  # what was assumed is over


# --- whatever happens -----------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Who is inside, and the counts that are not zero."""

    inside: dict[str, object]
    counts: dict[Occupant, int]
    spaces: list[int]


def state(office: Desk) -> State:
    with office.journal.reading() as session:
        return _state(session)


def _state(session: Session) -> State:
    rows = session.exec(select(Presence).order_by(col(Presence.plate))).all()
    counts = session.exec(select(OccupancyCount).order_by(col(OccupancyCount.occupant)))
    return State(
        {row.plate: row.since for row in rows},
        {row.occupant: row.count for row in counts if row.count},
        [row.space_id for row in rows if row.space_id is not None],
    )


@dataclass
class Model:
    """What must be so, kept in the simplest way."""

    inside: dict[str, Occupant] = field(default_factory=dict)
    counts: dict[Occupant, int] = field(default_factory=lambda: dict.fromkeys(Occupant, 0))

    def enter(self, text: str, occupant: Occupant) -> None:
        if text in self.inside:
            self.counts[self.inside[text]] -= 1
        self.counts[occupant] += 1
        if text:
            self.inside[text] = occupant

    def leave(self, text: str, occupant: Occupant) -> None:
        self.counts[self.inside.pop(text, occupant)] -= 1


moves = st.lists(
    st.tuples(
        st.sampled_from(
            ["in", "out", "unread in", "unread out", "take out", "put", "undo", "recount", "again"]
        ),
        st.sampled_from([OWNER, SECOND, VISITOR, STRANGER]),
    ),
    max_size=9,
)


class Books:
    """Journal, lists and register in memory, without files: what entries come to, and fast."""

    def __init__(self, session: Session) -> None:
        self.session, self.now, self.entries = session, NOON, list[tuple[datetime, Entry]]()
        self._projection = Projection(RegistryEffects())
        settle(session)
        session.flush()
        self.known = snapshot_loader.load(session, NOON)

    def append(self, *entries: Entry) -> None:
        self.session.flush()
        for entry in entries:
            self.entries.append((self.now, entry))
            number = len(self.entries)
            self._projection.apply(self.session.connection(), number, self.now, entry)

    def follow(self) -> None:
        self.now += timedelta(seconds=60)
        self.known = snapshot_loader.follow(self.session, self.known, self.now)

    def do(self, correction: Correction) -> CorrectionRefusal | None:
        return presence.correct([correction], "patrol")(self, Actor("wang", self.now))[0]

    def undo(self, number: int) -> Undone | CorrectionRefusal:
        return presence.undo(number, "mistake", self.known)(self, Actor("wang", self.now))

    def newest(self) -> tuple[int, Audited] | None:
        """The newest correction and its number."""
        for number in range(len(self.entries), 0, -1):
            entry = self.entries[number - 1][1]
            if isinstance(entry, Audited):
                return number, entry
        return None


@cache
def empty() -> bytes:
    """The tables of journal and register, with nothing in them."""
    made = create_engine("sqlite://", poolclass=StaticPool)
    tables.metadata.create_all(made)
    SQLModel.metadata.create_all(made)
    with made.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        content = raw.serialize()
    made.dispose()
    return content


@contextmanager
def books() -> Iterator[Books]:
    raw = sqlite3.connect(":memory:", check_same_thread=False)
    raw.deserialize(empty())
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    with Session(engine) as session:
        yield Books(session)
    engine.dispose()


def _step(here: Books, model: Model, name: str, move: str, text: str) -> None:
    occupant = COUNTED.get(STANDINGS[text], Occupant.UNKNOWN)
    if move.startswith("unread"):
        text, occupant = "", Occupant.UNKNOWN
    match move:
        case "in" | "unread in":
            here.append(*passage(name, text))
            model.enter(text, occupant)
        case "out" | "unread out":
            here.append(*passage(name, text, Direction.OUT))
            model.leave(text, occupant)
        case "take out" | "again":
            _take_out(here, model, text, again=move == "again")
        case "put":
            expected = None if text not in model.inside else CorrectionRefusal.INSIDE_ALREADY
            stay = put(here.known, text, here.now)
            assert here.do(stay) == expected
            if expected is None:
                model.enter(text, stay.occupant)
        case "recount":
            before = here.known.occupancy.balance.get(occupant, 0)
            assert here.do(Recounted(occupant, before, 7)) is None
            model.counts[occupant] = 7
        case _:
            _undo(here, model)


def _take_out(here: Books, model: Model, text: str, *, again: bool) -> None:
    if text not in model.inside:
        return
    seen = taken_out(here.known, text)
    assert here.do(seen) is None
    if again:  # another guard, and a spool that is taken over late
        assert here.do(seen) is CorrectionRefusal.NOT_INSIDE
        here.append(entry_of(seen, "li", "patrol"))
    model.leave(text, Occupant.UNKNOWN)


def _undo(here: Books, model: Model) -> None:
    newest = here.newest()
    if newest is None:
        return
    done = correction_of(newest[1])
    answer = here.undo(newest[0])
    if isinstance(done, TakenOut) and isinstance(answer, Undone):
        model.enter(done.key, done.occupant)
        assert presence_of(here, done.key) == done.since
    elif isinstance(done, PutInside) and isinstance(answer, Undone):
        model.leave(done.key, done.occupant)
    elif isinstance(done, Recounted):
        uncounted = model.counts[done.occupant] - (done.after - done.before)
        assert isinstance(answer, Undone) is (uncounted >= 0)
        if uncounted >= 0:
            model.counts[done.occupant] = uncounted


def presence_of(here: Books, key: str) -> datetime | None:
    row = here.session.get(Presence, key, populate_existing=True)
    return row.since if row else None


@pytest.mark.timeout(240)  # some hundred statements an example, on a machine that is shared
@settings(max_examples=15, deadline=None)
@given(moves)
def test_occupancy_is_entries_minus_exits_and_what_people_saw(
    sequence: list[tuple[str, str]],
) -> None:
    model = Model()
    with books() as here:
        for number, (move, text) in enumerate(sequence):
            remembered = here.known
            _step(here, model, f"p{number}", move, text)
            here.follow()
            agree(here, model, remembered)
        with books() as again:
            for at, entry in here.entries:
                again.now = at
                again.append(entry)
            assert _state(again.session) == _state(here.session)


def agree(here: Books, model: Model, remembered: RegistrySnapshot) -> None:
    """Both lists, the counts, and the register in memory say what the model says."""
    found = _state(here.session)
    assert set(found.inside) == set(model.inside)
    assert found.counts == {who: n for who, n in model.counts.items() if n}
    assert len(found.spaces) == len(set(found.spaces))
    fresh = snapshot_loader.load(here.session, here.now)
    for known in (here.known, snapshot_loader.follow(here.session, remembered, here.now)):
        assert (known.inside, known.taken, known.occupancy) == (
            fresh.inside,
            fresh.taken,
            fresh.occupancy,
        )


corrections = st.lists(
    st.one_of(
        st.builds(
            TakenOut,
            st.sampled_from([OWNER, SECOND]),
            st.sampled_from([NOON, NOON + timedelta(hours=1)]),
            st.sampled_from([Occupant.RESIDENT, Occupant.VISITOR]),
        ),
        st.builds(
            PutInside,
            st.sampled_from([OWNER, SECOND]),
            st.sampled_from([NOON, NOON + timedelta(hours=1)]),
            st.sampled_from([Occupant.RESIDENT, Occupant.VISITOR]),
            st.sampled_from([(), (SpaceId(1),)]),
        ),
        st.builds(Recounted, st.just(Occupant.RESIDENT), st.integers(0, 2), st.integers(0, 2)),
    ),
    max_size=8,
)


@pytest.mark.timeout(240)
@settings(max_examples=25, deadline=None)
@given(corrections)
def test_what_is_assumed_in_memory_is_what_the_database_will_say(
    waiting: list[Correction],
) -> None:
    with books() as here:
        assumed = reduce(corrected, waiting, here.known)
        for number, correction in enumerate(waiting):
            here.append(entry_of(correction, "wang", "patrol"))
            if number == 0:
                here.follow()
        here.follow()
        fresh = snapshot_loader.load(here.session, here.now)
        for known in (assumed, here.known):
            assert (known.inside, known.taken) == (fresh.inside, fresh.taken)
            for occupant in Occupant:
                balances = (known.occupancy.balance, fresh.occupancy.balance)
                assert len({one.get(occupant, 0) for one in balances}) == 1


def test_an_audit_line_that_makes_no_sense_corrects_nothing(office: Desk) -> None:
    passes(office, "a", OWNER)
    before = state(office)
    odd: list[Mapping[str, object]] = [{}, {"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}]
    for action in ("presence_removed", "presence_added", "presence_recounted"):
        for detail in odd:
            office.journal.append(Audited("wang", action, OWNER, "x", dict(detail)))
    assert state(office) == before
    assert office.heard.count(PassageEnded.__name__) == 1


def test_what_the_lists_did_not_take_is_not_said_to_be_done(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = audits(office)
    stay = put(RegistryCache(office.journal, office.clock).snapshot, OWNER, office.clock.utc)
    monkeypatch.setattr(RegistryEffects, "corrected", lambda *_: None)
    for correction in (stay, Recounted(Occupant.RESIDENT, 0, 4)):
        with pytest.raises(PresenceRefusedError):
            do(office, correction)
    assert audits(office) == lines
