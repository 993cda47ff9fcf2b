"""What a log-in that is refused for now answers: the status, when to try again, and the words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from nicegui import run

from gate.auth.permissions import Role
from gate.auth.users import WAIT, LogInRefused, User
from gate.console.session import login
from gate.console.session.devices import Devices
from gate.console.session.guesses import FAILURES
from gate.console.session.preferences import PreferencesMiddleware
from gate.console.session.throttle import TRIES, WITHIN, Throttle
from gate.domain.errors import JournalUnavailableError
from gate.i18n.texts import Language, Texts
from tests.gate.console.fakes import FakeClock


class Door:
    """A authentication that gives the answer it was told."""

    answer: object = LogInRefused.WRONG

    right = "right"

    def __init__(self) -> None:
        self.asked = 0

    def log_in(self, name: str, password: str, code: str = "") -> tuple[User, str] | LogInRefused:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        assert isinstance(self.answer, LogInRefused)
        if password == self.right and name == "guard":
            return User("guard", Role.GUARD), "token"
        return self.answer


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    async def here(work, *args):
        return work(*args)

    monkeypatch.setattr(run, "io_bound", here)  # NiceGUI's pool of threads is not started here.
    return Door()


def site(door: Door, clock: FakeClock) -> FastAPI:
    app = FastAPI()
    services = SimpleNamespace(site="荷兰小镇", clock=clock, secret=bytes(48))
    app.include_router(login.router(services, door))
    app.add_middleware(PreferencesMiddleware, first=Language.CHINESE)
    return app


def browser_at(app: FastAPI, address: str, language: Language = Language.ENGLISH) -> TestClient:
    made = TestClient(app, client=(address, 50_000), follow_redirects=False)
    made.cookies.set("gate_language", language.value)
    return made


def client(door: Door, clock: FakeClock, language: Language) -> TestClient:
    return browser_at(site(door, clock), "192.168.1.20", language)


FORM = {"name": "guard", "password": "x"}


@pytest.mark.parametrize("language", Language)
def test_too_many_tries_of_one_address_say_when_to_try_again(door, language):
    clock = FakeClock()
    browser = client(door, clock, language)
    for number in range(TRIES):
        assert browser.post("/login", data=FORM | {"name": f"n{number}"}).status_code == 401
        clock.forward(seconds=1)
    answer = browser.post("/login", data=FORM)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == WITHIN.total_seconds() - TRIES
    assert Texts(language).say("login.hurry") in answer.text
    assert 'value="guard"' in answer.text
    clock.forward(seconds=WITHIN.total_seconds() - TRIES)
    assert browser.post("/login", data=FORM).status_code == 401


@pytest.mark.parametrize("language", Language)
def test_too_many_wrong_codes_of_one_name_say_it_too(door, language):
    door.answer = LogInRefused.WAIT
    answer = client(door, FakeClock(), language).post("/login", data=FORM)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(int(WAIT.total_seconds()))
    assert Texts(language).say("login.wait") in answer.text


@pytest.mark.parametrize("language", Language)
def test_a_database_that_is_away_is_said_and_tells_nothing_more(door, language):
    door.answer = JournalUnavailableError("unable to open gate.db in a folder")
    answer = client(door, FakeClock(), language).post("/login", data=FORM)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert Texts(language).say("login.away") in answer.text
    assert "gate.db" not in answer.text
    assert "gate_session" not in answer.headers.get("Set-Cookie", "")


def attempt(browser: TestClient, name: str, password: str = "x") -> tuple[int, str, str]:
    """Return all that can be seen of an answer, without the name that it repeats."""
    answer = browser.post("/login", data={"name": name, "password": password})
    again = answer.headers.get("Retry-After", "")
    return answer.status_code, again, answer.text.replace(name, "")


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(door):
    clock = FakeClock()
    app = site(door, clock)
    somebody, nobody = browser_at(app, "10.0.0.1"), browser_at(app, "10.0.0.2")
    for _ in range(3 * FAILURES):
        assert attempt(somebody, "guard") == attempt(nobody, "nobody")
        clock.forward(seconds=7)
    assert attempt(somebody, "guard")[0] == 429


def test_wrong_passwords_from_elsewhere_keep_nobody_out(door):
    app = site(door, FakeClock())
    enemy, guard = browser_at(app, "10.0.0.66"), browser_at(app, "10.0.0.1")
    for _ in range(2 * FAILURES):
        attempt(enemy, "guard")
    assert attempt(enemy, "guard", Door.right)[0] == 429
    assert attempt(guard, "guard", Door.right)[0] == 303


def test_nor_do_they_from_the_same_address_where_one_was_logged_in_before(door):
    clock = FakeClock()
    app = site(door, clock)
    enemy, guard = browser_at(app, "10.0.0.1"), browser_at(app, "10.0.0.1")
    assert attempt(guard, "guard", Door.right)[0] == 303
    for _ in range(3 * TRIES):
        attempt(enemy, "guard")
    assert attempt(enemy, "guard", Door.right)[0] == 429
    assert attempt(guard, "guard", Door.right)[0] == 303


def test_a_browser_that_is_known_has_no_more_tries_than_others(door):
    app = site(door, FakeClock())
    guard = browser_at(app, "10.0.0.1")
    attempt(guard, "guard", Door.right)
    answers = [attempt(guard, "guard")[0] for _ in range(FAILURES + 2)]
    assert answers == [401] * FAILURES + [429] * 2


def test_the_cookie_of_a_browser_is_of_one_name_and_cannot_be_made(door):
    devices = Devices(bytes(48))
    made = devices.issue("guard")
    cookies = {devices.cookie("guard"): made}
    assert devices.known("guard", cookies)
    assert devices.known("manager", {devices.cookie("manager"): made}) == ""
    assert devices.known("guard", {devices.cookie("guard"): made[:-1] + "x"}) == ""
    assert Devices(b"x" * 48).known("guard", cookies) == ""
    assert devices.known("guard", {}) == ""


def test_a_wait_is_over_by_itself(door):
    clock = FakeClock()
    guard = client(door, clock, Language.ENGLISH)
    for _ in range(FAILURES):
        attempt(guard, "guard")
    status, again, _ = attempt(guard, "guard", Door.right)
    assert (status, int(again)) == (429, WAIT.total_seconds())
    asked = door.asked
    clock.forward(seconds=WAIT.total_seconds())
    assert attempt(guard, "guard", Door.right)[0] == 303
    assert door.asked == asked + 1


def test_who_was_not_refused_need_not_wait():
    assert Throttle().wait("a", FakeClock().now().utc) == timedelta()
