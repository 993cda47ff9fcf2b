"""What a log-in that is refused for now answers: the status, when to try again, and the words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from nicegui import run

from gate.console import login
from gate.console.preferences import PreferencesMiddleware
from gate.console.throttle import TRIES, WITHIN, Throttle
from gate.errors import JournalAway
from gate.people import WAIT, LogInRefused, User
from gate.texts import Language, Texts
from tests.gate.console.fakes import FakeClock


class Door:
    """A doorkeeper that gives the answer it was told."""

    answer: object = LogInRefused.WRONG

    def log_in(self, name: str, password: str, code: str = "") -> tuple[User, str] | LogInRefused:
        if isinstance(self.answer, Exception):
            raise self.answer
        assert isinstance(self.answer, LogInRefused)
        return self.answer


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    async def here(work, *args):
        return work(*args)

    monkeypatch.setattr(run, "io_bound", here)  # NiceGUI's pool of threads is not started here.
    return Door()


def client(door: Door, clock: FakeClock, language: Language) -> TestClient:
    app = FastAPI()
    services = SimpleNamespace(site="荷兰小镇", clock=clock)
    app.include_router(login.router(services, door))
    app.add_middleware(PreferencesMiddleware, first=Language.CHINESE)
    made = TestClient(app)
    made.cookies.set("gate_language", language.value)
    return made


FORM = {"name": "guard", "password": "x"}


@pytest.mark.parametrize("language", Language)
def test_too_many_tries_of_one_address_say_when_to_try_again(door, language):
    clock = FakeClock()
    browser = client(door, clock, language)
    for _ in range(TRIES):
        assert browser.post("/login", data=FORM).status_code == 401
        clock.forward(seconds=1)
    answer = browser.post("/login", data=FORM)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == WITHIN.total_seconds() - TRIES
    assert Texts(language).say("login.hurry") in answer.text
    assert 'value="guard"' in answer.text
    clock.forward(seconds=WITHIN.total_seconds() - TRIES)
    assert browser.post("/login", data=FORM).status_code == 401


@pytest.mark.parametrize("language", Language)
def test_too_many_wrong_passwords_of_one_name_say_it_too(door, language):
    door.answer = LogInRefused.WAIT
    answer = client(door, FakeClock(), language).post("/login", data=FORM)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(int(WAIT.total_seconds()))
    assert Texts(language).say("login.wait") in answer.text


@pytest.mark.parametrize("language", Language)
def test_a_database_that_is_away_is_said_and_tells_nothing_more(door, language):
    door.answer = JournalAway("unable to open gate.db in a folder")
    answer = client(door, FakeClock(), language).post("/login", data=FORM)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert Texts(language).say("login.away") in answer.text
    assert "gate.db" not in answer.text
    assert "gate_session" not in answer.headers.get("Set-Cookie", "")


def test_who_was_not_refused_need_not_wait():
    assert Throttle().wait("a", FakeClock().now().utc) == timedelta()
