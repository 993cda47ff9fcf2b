"""A pass is never spent twice, and what a failed opening spent is given back."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.rules.kinds import PassKind, UseState
from registry.rules.passes import (
    Ledger,
    Pass,
    PassFault,
    PassId,
    ValidityPeriod,
    give_back,
    keep,
    spend,
)
from tests.registry.conftest import NOON

DAY = timedelta(days=1)


def ledger(kind: PassKind = PassKind.ONCE, allowed: int | None = 1) -> Ledger:
    period = ValidityPeriod(NOON, NOON + DAY)
    return Ledger(Pass(PassId(1), "吉A12345", kind, allowed, 0, period, "3-2-501"))


def spent(book: Ledger, passage: str) -> Ledger:
    found = spend(book, passage, NOON)
    assert isinstance(found, Ledger)
    return found


def test_a_once_pass_opens_once() -> None:
    book = keep(spent(ledger(), "a"), "a")
    assert spend(book, "b", NOON) is PassFault.SPENT


def test_a_once_pass_spent_by_a_failed_opening_is_given_back() -> None:
    book = give_back(spent(ledger(), "a"), "a")
    assert book.of.spent == 0
    assert isinstance(spend(book, "b", NOON), Ledger)


def test_what_was_kept_is_not_given_back() -> None:
    book = keep(spent(ledger(), "a"), "a")
    assert give_back(book, "a") == book


def test_the_same_passage_spends_once_however_often_it_asks() -> None:
    book = spent(spent(ledger(PassKind.TIMES, 3), "a"), "a")
    assert book.of.spent == 1


def test_a_passage_that_gave_back_may_spend_again() -> None:
    book = spent(give_back(spent(ledger(), "a"), "a"), "a")
    assert book.uses["a"] is UseState.HELD


def test_a_period_pass_opens_within_its_period_only() -> None:
    book = ledger(PassKind.PERIOD, None)
    assert spend(book, "a", NOON - DAY) is PassFault.NOT_YET
    assert spend(book, "a", NOON + DAY) is PassFault.EXPIRED
    for passage in "abcdef":
        book = spent(book, passage)
    assert book.of.spent == 6


steps = st.lists(
    st.tuples(st.sampled_from(["spend", "keep", "give_back"]), st.sampled_from("abcd")), max_size=40
)


@given(st.integers(1, 3), steps)
def test_uses_never_exceed_what_the_pass_allows(
    allowed: int, events: list[tuple[str, str]]
) -> None:
    book = ledger(PassKind.TIMES, allowed)
    kept: set[str] = set()
    for event, passage in events:
        match event:
            case "spend":
                found = spend(book, passage, NOON)
                book = found if isinstance(found, Ledger) else book
            case "keep":
                book = keep(book, passage)
                if book.uses.get(passage) is UseState.SPENT:
                    kept.add(passage)
            case _:
                book = give_back(book, passage)
        taken = [p for p, state in book.uses.items() if state is not UseState.GIVEN_BACK]
        assert book.of.spent == len(taken) <= allowed
        assert all(book.uses[p] is UseState.SPENT for p in kept)
