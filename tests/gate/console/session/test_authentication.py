"""Who stands behind a token: asked anew, also while the database is away."""

from datetime import timedelta

from gate.auth.permissions import Role
from gate.auth.users import LogInRefused, User
from gate.console.session.authentication import FETCH, FRESH, Authentication
from gate.console.session.guesses import FAILURES
from gate.console.session.sessions import Sessions
from gate.domain.errors import JournalUnavailableError
from tests.gate.console.fakes import FakeClock

GUARD = User("guard", Role.GUARD)


class FakePeople:
    """One guard; may be demoted, removed, or unreachable."""

    def __init__(self) -> None:
        self.user: User | None = GUARD
        self.away = False

    def log_in(self, name, password, at, code=""):
        return self.user if password == "right" else LogInRefused.WRONG

    def get(self, name):
        if self.away:
            raise JournalUnavailableError("the disk is gone")
        return self.user


def door() -> tuple[Authentication, FakePeople, FakeClock, str]:
    people, clock = FakePeople(), FakeClock()
    sessions = Sessions(b"s" * 32, idle=timedelta(hours=12))
    maintenance = Authentication(people, sessions, clock)
    entered = maintenance.log_in("guard", "right")
    assert isinstance(entered, tuple)
    return maintenance, people, clock, entered[1]


def test_a_wrong_password_gives_no_token():
    maintenance, *_ = door()
    assert maintenance.log_in("guard", "wrong") is LogInRefused.WRONG


def test_a_token_gives_the_user_and_no_token_nobody():
    maintenance, _, _, token = door()
    assert maintenance.who(token) == GUARD
    assert maintenance.who(None) is None
    assert maintenance.who("nonsense") is None


def test_a_new_role_is_felt_within_seconds():
    maintenance, people, clock, token = door()
    people.user = User("guard", Role.AUDITOR)
    clock.at += FRESH
    user = maintenance.who(token)
    assert user is not None
    assert user.role is Role.AUDITOR


def test_a_user_who_is_locked_out_is_out():
    maintenance, people, clock, token = door()
    people.user = None
    clock.at += FRESH
    assert maintenance.who(token) is None


def test_while_the_database_is_away_a_guard_keeps_the_last_known_rights():
    maintenance, people, clock, token = door()
    people.away = True
    clock.at += timedelta(hours=1)
    assert maintenance.who(token) == GUARD


def test_nobody_unknown_gets_in_while_the_database_is_away():
    _, people, clock, token = door()
    people.away = True
    fresh = Authentication(people, Sessions(b"s" * 32, idle=timedelta(hours=12)), clock)
    assert fresh.who(token) is None


def test_log_ins_from_before_a_change_are_over_but_for_the_one_that_made_it():
    maintenance, people, clock, mine = door()
    entered = maintenance.log_in("guard", "right")
    assert isinstance(entered, tuple)
    clock.at += timedelta(hours=1)
    people.user = User("guard", Role.GUARD, since=clock.now().utc.replace(microsecond=0))
    maintenance.spare(mine, clock.now().utc)
    maintenance.forget()
    assert maintenance.who(mine) == people.user
    assert maintenance.who(entered[1]) is None
    clock.at += timedelta(hours=1)
    people.user = User("guard", Role.GUARD, since=clock.now().utc.replace(microsecond=0))
    maintenance.forget()
    assert maintenance.who(mine) is None


def test_who_is_logged_in_guesses_no_more_passwords_than_a_stranger():
    maintenance, *_ = door()
    assert [maintenance.may_type(GUARD, "manager") for _ in range(FAILURES + 1)] == [
        *[True] * FAILURES,
        False,
    ]
    assert maintenance.may_type(GUARD, "guard")
    assert maintenance.may_type(User("other", Role.GUARD), "manager")
    maintenance.typed_right(GUARD, "manager")
    assert maintenance.may_type(GUARD, "manager")


def test_log_out_ends_the_token():
    maintenance, _, _, token = door()
    maintenance.log_out(token)
    assert maintenance.who(token) is None


def test_a_log_in_that_is_handed_over_is_over_and_its_browser_fetches_the_next_once():
    maintenance, _, _, token = door()
    entered = maintenance.log_in("li", "right")
    assert isinstance(entered, tuple)
    maintenance.hand_over(token, entered[1])
    assert maintenance.who(token) is None
    assert maintenance.fetch(None) is None
    assert maintenance.fetch(entered[1]) is None
    assert maintenance.fetch(token) == entered[1]
    assert maintenance.fetch(token) is None
    assert maintenance.who(entered[1]) is not None


def test_a_log_in_that_nobody_fetches_in_time_is_given_to_nobody():
    maintenance, _, clock, token = door()
    entered = maintenance.log_in("li", "right")
    assert isinstance(entered, tuple)
    maintenance.hand_over(token, entered[1])
    clock.at += FETCH + timedelta(seconds=1)
    assert maintenance.fetch(token) is None
