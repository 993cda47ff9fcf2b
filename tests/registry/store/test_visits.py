"""Visitors from the name check to the exit, and passes in the database as in the pure rules."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlmodel import Session, SQLModel, select

from registry.rules.kinds import BlockReason, NameMatch, PassKind, PassSource
from registry.rules.passes import Ledger, PassFault, ValidityPeriod, give_back, keep, spend
from registry.rules.plates import Plate, parse
from registry.store import store, visits
from registry.store.store import Actor
from registry.store.visits import GrantRefusal, PassRequest
from registry.tables.records import NameCheck, PassUse, Person, Visit, VisitorPass
from tests.registry.conftest import NOON, empty_register

HOUR = timedelta(hours=1)
GUEST = parse("吉A66666")
assert isinstance(GUEST, Plate)


@pytest.fixture
def home(session: Session, wang: Actor) -> int:
    household = store.household_at(session, "3", "2", "501", wang)
    number = store.id_of(household)
    store.add(session, Person(household_id=number, name="张明华", phone="13900001234"), wang)
    return number


def request(home: int, **differing: object) -> PassRequest:
    fields: dict[str, object] = {
        "plate": GUEST,
        "household_id": home,
        "kind": PassKind.ONCE,
        "period": ValidityPeriod(NOON, NOON + 4 * HOUR),
        "source": PassSource.HOUSEHOLD,
    }
    return PassRequest(**{**fields, **differing})


def granted(session: Session, home: int, by: Actor, **differing: object) -> VisitorPass:
    made = visits.grant(session, request(home, **differing), by)
    assert isinstance(made, VisitorPass)
    return made


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("张明华", NameMatch.MATCH), ("章明华", NameMatch.NEAR), ("李四", NameMatch.NONE)],
)
def test_a_name_check_is_kept_as_evidence_without_the_owners_name(
    session: Session, home: int, said: str, outcome: NameMatch
) -> None:
    row = visits.check_name(session, home, said, GUEST, Actor("guard", NOON))
    assert row.outcome is outcome
    kept = session.exec(select(NameCheck)).one().model_dump(mode="json")
    assert (kept["said"], kept["asked_by"], kept["plate"]) == (said, "guard", "吉A66666")
    assert said == "张明华" or "张明华" not in str(kept)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("张明华", None),
        ("章明华", None),
        ("李四", GrantRefusal.NAME_DOES_NOT_MATCH),
        (None, GrantRefusal.NAME_NOT_CHECKED),
    ],
)
def test_a_guard_grants_a_pass_only_on_a_name_that_fits(
    session: Session, home: int, said: str | None, expected: GrantRefusal | None
) -> None:
    guard = Actor("guard", NOON)
    check = visits.check_name(session, home, said, GUEST, guard).id if said else None
    made = visits.grant(session, request(home, source=PassSource.GUARD, name_check=check), guard)
    assert isinstance(made, VisitorPass) if expected is None else made is expected


def test_the_households_own_word_overrides_a_name_that_does_not_fit(
    session: Session, home: int
) -> None:
    guard = Actor("guard", NOON)
    check = visits.check_name(session, home, "李四", GUEST, guard).id
    made = granted(
        session,
        home,
        guard,
        source=PassSource.GUARD,
        name_check=check,
        confirmation="501 业主电话确认",
    )
    assert made.confirmation == "501 业主电话确认"


def test_a_check_for_another_flat_or_another_car_counts_for_nothing(
    session: Session, home: int, wang: Actor
) -> None:
    other = store.id_of(store.household_at(session, "4", "1", "101", wang))
    check = visits.check_name(session, home, "张明华", GUEST, wang).id
    elsewhere = request(other, source=PassSource.GUARD, name_check=check)
    assert visits.grant(session, elsewhere, wang) is GrantRefusal.NAME_NOT_CHECKED
    other_car = request(home, source=PassSource.GUARD, name_check=check, plate=parse("吉A77777"))
    assert visits.grant(session, other_car, wang) is GrantRefusal.NAME_NOT_CHECKED


@pytest.mark.parametrize(
    ("differing", "refusal"),
    [
        ({"period": ValidityPeriod(NOON, None)}, GrantRefusal.PERIOD),
        ({"period": ValidityPeriod(NOON, NOON)}, GrantRefusal.PERIOD),
        ({"period": ValidityPeriod(NOON - 2 * HOUR, NOON - HOUR)}, GrantRefusal.PERIOD),
        ({"kind": PassKind.TIMES}, GrantRefusal.TIMES),
        ({"kind": PassKind.TIMES, "times": 0}, GrantRefusal.TIMES),
        ({"times": 3}, GrantRefusal.TIMES),
        ({"recurring": True, "source": PassSource.SERVICE}, GrantRefusal.CONSENT_MISSING),
        ({"recurring": True, "consent_person": 99}, GrantRefusal.CONSENT_MISSING),
        (
            {"kind": PassKind.PERIOD, "period": ValidityPeriod(NOON, NOON + 800 * HOUR)},
            GrantRefusal.TOO_LONG,
        ),
    ],
)
def test_a_pass_that_makes_no_sense_is_refused(
    session: Session, home: int, wang: Actor, differing: dict, refusal: GrantRefusal
) -> None:
    assert visits.grant(session, request(home, **differing), wang) is refusal
    assert session.exec(select(VisitorPass)).all() == []


def test_a_blocked_plate_gets_no_pass(session: Session, home: int, wang: Actor) -> None:
    store.block(session, GUEST, BlockReason.BANNED_VISITOR, "打人", ValidityPeriod(), wang)
    assert visits.grant(session, request(home), wang) is GrantRefusal.BLOCKED


def test_a_recurring_visitor_has_the_households_consent(
    session: Session, home: int, wang: Actor
) -> None:
    person = store.people_of(session, home)[0]
    made = granted(
        session, home, wang, kind=PassKind.PERIOD, recurring=True, consent_person=person.id
    )
    assert (made.consent_person_id, made.consent_at) == (person.id, NOON)


def test_a_visit_from_the_order_to_the_exit(session: Session, home: int, wang: Actor) -> None:
    made = granted(session, home, wang, visitor_name="李四", purpose="探亲")
    gate = Actor("gate", NOON + HOUR)
    assert isinstance(visits.spend(session, made.id, "p1", gate), PassUse)
    visits.keep(session, "p1", gate)
    visit = visits.check_in(session, "吉A66666", made.id, "p1", gate)
    assert visits.check_in(session, "吉A66666", made.id, "p1", gate) is visit
    assert (visit.visitor_name, visit.purpose, visit.household_id) == ("李四", "探亲", home)
    assert visits.spend(session, made.id, "p2", gate) is PassFault.SPENT
    later = NOON + 5 * HOUR
    assert visits.overstaying(session, later) == [visit]
    assert visits.check_out(session, "吉A66666", "p9", Actor("gate", later)) is visit
    assert visits.overstaying(session, later) == []
    assert visits.check_out(session, "吉A66666", "p10", Actor("gate", later)) is None


def test_a_failed_opening_gives_the_pass_back(session: Session, home: int, wang: Actor) -> None:
    made = granted(session, home, wang)
    visits.spend(session, made.id, "p1", wang)
    visits.give_back(session, "p1", wang)
    visits.give_back(session, "p1", wang)
    assert made.spent == 0
    assert isinstance(visits.spend(session, made.id, "p2", wang), PassUse)


def test_a_revoked_pass_opens_nothing(session: Session, home: int, wang: Actor) -> None:
    made = granted(session, home, wang)
    visits.revoke(session, made, wang)
    assert visits.spend(session, made.id, "p1", wang) is PassFault.EXPIRED
    assert visits.extend(session, made, NOON + 9 * HOUR, wang) is GrantRefusal.PERIOD


def test_a_pass_is_extended_forwards_only(session: Session, home: int, wang: Actor) -> None:
    made = granted(session, home, wang)
    assert visits.extend(session, made, NOON + 9 * HOUR, wang) is made
    assert visits.extend(session, made, NOON, wang) is GrantRefusal.PERIOD
    assert made.valid_until == NOON + 9 * HOUR


def test_two_sessions_cannot_both_have_the_last_use(tmp_path, wang: Actor) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'gate.db'}")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as first, Session(engine) as second:
        home = store.id_of(store.household_at(first, "3", "2", "501", wang))
        number = granted(first, home, wang).id
        first.commit()
        seen_by_second = store.get(second, VisitorPass, number)
        assert seen_by_second.spent == 0
        second.expunge(seen_by_second)
        second.commit()
        assert isinstance(visits.spend(first, number, "p1", wang), PassUse)
        first.commit()
        second.add(seen_by_second)  # the second lane still believes that one use is left
        assert visits.spend(second, number, "p2", wang) is PassFault.SPENT
    engine.dispose()


def test_an_unplanned_visit_is_logged_too(session: Session, wang: Actor) -> None:
    visit = visits.check_in(session, "吉A66666", None, "p1", wang)
    assert (visit.pass_id, visit.registered_by) == (None, "wang")
    assert session.exec(select(Visit)).all() == [visit]


steps = st.lists(
    st.tuples(st.sampled_from(["spend", "keep", "give_back"]), st.sampled_from("abc")), max_size=10
)


@settings(max_examples=25)
@given(st.integers(1, 2), steps)
def test_the_database_does_what_the_pure_rules_say(
    allowed: int, events: list[tuple[str, str]]
) -> None:
    by = Actor("gate", NOON)
    with empty_register() as session:
        home = store.id_of(store.household_at(session, "3", "2", "501", by))
        row = granted(session, home, by, kind=PassKind.TIMES, times=allowed)
        book = Ledger(visits.value_of(row, ""))
        for event, passage in events:
            match event:
                case "spend":
                    expected = spend(book, passage, NOON)
                    found = visits.spend(session, row.id, passage, by)
                    assert isinstance(found, PassFault) == isinstance(expected, PassFault)
                    book = expected if isinstance(expected, Ledger) else book
                case "keep":
                    book = keep(book, passage)
                    visits.keep(session, passage, by)
                case _:
                    book = give_back(book, passage)
                    visits.give_back(session, passage, by)
            session.flush()
            states = {use.passage: use.state for use in session.exec(select(PassUse))}
            assert states == dict(book.uses)
            assert row.spent == book.of.spent <= allowed
