"""Who may log in, with what, and until when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from pwdlib import PasswordHash

from gate.auth import totp
from gate.auth.permissions import Role
from gate.auth.users import FAILURES_BEFORE_WAIT, WAIT, LogInRefused, User, UserError, Users
from tests.gate.journal.journal_cast import NOON, Desk, desk

pytestmark = pytest.mark.slow

PASSWORD = "quite a long one"
SECRET = totp.new_secret()
TOTP = pyotp.TOTP(SECRET)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, start=False) as one:
        yield one


@pytest.fixture
def people(made: Desk) -> Users:
    known = Users(made.journal)
    known.add("chief", Role.ADMIN, PASSWORD, by="test")
    return known


def test_a_right_password_lets_in_and_a_wrong_one_says_nothing_more(people: Users) -> None:
    assert people.log_in("chief", PASSWORD, NOON) == User("chief", Role.ADMIN)
    assert people.log_in("chief", "wrong", NOON) is LogInRefused.WRONG
    assert people.log_in("nobody", "wrong", NOON) is LogInRefused.WRONG


def test_wrong_passwords_keep_nobody_out_by_the_name_alone(people: Users) -> None:
    for _ in range(4 * FAILURES_BEFORE_WAIT):
        assert people.log_in("chief", "wrong", NOON) is LogInRefused.WRONG
    assert isinstance(people.log_in("chief", PASSWORD, NOON), User)


def test_an_unknown_name_takes_the_same_work_and_making_people_takes_none(
    people: Users, made: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command opens the store: a hash made beforehand cost each a third of a second."""
    worked: list[str] = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHash, name)

        def count(self: PasswordHash, *more: str, name: str = name, real=real) -> object:
            worked.append(name)
            return real(self, *more)

        monkeypatch.setattr(PasswordHash, name, count)
    Users(made.journal)
    assert worked == []
    assert people.log_in("nobody", "wrong", NOON) is LogInRefused.WRONG
    assert people.log_in("chief", "wrong", NOON) is LogInRefused.WRONG
    with pytest.raises(UserError, match="old password"):
        people.change_own_password("nobody", "wrong", PASSWORD, NOON)
    assert worked == ["verify", "verify", "verify"]


def test_the_hash_is_argon2id(people: Users) -> None:
    assert people.all()[0].password.startswith("$argon2id$")


def turned_on(people: Users) -> tuple[str, ...]:
    return people.turn_on_second_factor("chief", SECRET, TOTP.at(NOON), NOON, by="chief")


def test_with_a_second_factor_the_password_is_not_enough(people: Users) -> None:
    turned_on(people)
    later = NOON + timedelta(minutes=5)
    assert people.log_in("chief", PASSWORD, later) is LogInRefused.CODE_NEEDED
    assert people.log_in("chief", PASSWORD, later, "000000") is LogInRefused.CODE_WRONG
    assert isinstance(people.log_in("chief", PASSWORD, later, TOTP.at(later)), User)
    assert people.log_in("chief", PASSWORD, later, TOTP.at(later)) is LogInRefused.CODE_WRONG


def test_a_second_factor_needs_a_code_to_begin(people: Users) -> None:
    with pytest.raises(UserError, match="code is wrong"):
        people.turn_on_second_factor("chief", SECRET, "123456", NOON + WAIT, by="chief")
    assert isinstance(people.log_in("chief", PASSWORD, NOON), User)


def test_wrong_codes_are_throttled_too(people: Users) -> None:
    turned_on(people)
    for _ in range(FAILURES_BEFORE_WAIT):
        people.log_in("chief", PASSWORD, NOON, "000000")
    assert people.log_in("chief", PASSWORD, NOON, "000000") is LogInRefused.WAIT
    assert people.log_in("chief", "wrong", NOON) is LogInRefused.WRONG
    assert people.log_in("chief", PASSWORD, NOON + WAIT) is LogInRefused.CODE_NEEDED


def test_a_recovery_code_lets_in_once(people: Users) -> None:
    codes = turned_on(people)
    assert isinstance(people.log_in("chief", PASSWORD, NOON, codes[0]), User)
    assert people.log_in("chief", PASSWORD, NOON, codes[0]) is LogInRefused.CODE_WRONG
    assert isinstance(people.log_in("chief", PASSWORD, NOON, codes[1]), User)


def test_where_admins_need_a_second_factor_one_without_is_a_guard(made: Desk) -> None:
    people = Users(made.journal, factor_required=True)
    people.add("chief", Role.ADMIN, PASSWORD, by="test")
    people.add("guard", Role.GUARD, PASSWORD, by="test")
    assert people.get("chief") == User("chief", Role.GUARD, factor_missing=True)
    assert people.get("guard") == User("guard", Role.GUARD)
    turned_on(people)
    assert people.get("chief") == User("chief", Role.ADMIN, since=NOON)


def test_a_new_password_needs_the_old_one_and_ends_log_ins(people: Users) -> None:
    with pytest.raises(UserError, match="old password"):
        people.change_own_password("chief", "wrong", "another long one", NOON)
    with pytest.raises(UserError, match="8 characters"):
        people.change_own_password("chief", PASSWORD, "short", NOON)
    people.change_own_password("chief", PASSWORD, "another long one", NOON)
    assert people.log_in("chief", PASSWORD, NOON) is LogInRefused.WRONG
    user = people.get("chief")
    assert user is not None
    assert user.since == NOON


def test_log_ins_from_before_a_second_factor_are_over(people: Users) -> None:
    later = NOON + timedelta(days=3)
    turned_on(people)
    assert since(people) == NOON
    people.stop_second_factor("chief", "chief", later)
    assert since(people) == later


def test_who_is_let_in_again_has_to_log_in_again(people: Users) -> None:
    people.add("guard", Role.GUARD, PASSWORD, by="test")
    people.set_disabled("guard", True, "chief", NOON)
    assert people.get("guard") is None
    people.set_disabled("guard", False, "chief", NOON + timedelta(hours=1))
    assert since(people, "guard") == NOON + timedelta(hours=1)


def since(people: Users, name: str = "chief") -> datetime | None:
    user = people.get(name)
    assert user is not None
    return user.since


def test_the_last_admin_stays_one(people: Users) -> None:
    for change in (
        lambda: people.set_role("chief", Role.GUARD, "chief"),
        lambda: people.set_disabled("chief", True, "chief", NOON),
    ):
        with pytest.raises(UserError, match="last admin"):
            change()


def test_everything_about_users_is_on_record(made: Desk, people: Users) -> None:
    turned_on(people)
    people.end_log_ins("chief", "chief", NOON)
    people.stop_second_factor("chief", "chief", NOON)
    people.log_in("chief", "wrong", NOON)
    from sqlalchemy import select

    from gate.storage.tables import audit

    with made.database.reading() as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
    assert actions == [
        "user_added",
        "second_factor_on",
        "log_ins_ended",
        "second_factor_off",
        "log_in_refused",
    ]
