"""The check of the owner's name at the door of programs: the same rule as on the page."""

import pytest
from sqlmodel import select

from gate.auth.permissions import Role
from gate.auth.tokens import Scope
from gate.services.lists import Giver
from registry.rules.kinds import PassSource
from registry.tables.records import VisitorPass
from tests.gate.api.conftest import Api

END = "2026-03-03T12:00:00+08:00"


def wish(plate: str, **more: str) -> dict[str, str]:
    return {"plate": plate, "household": "3-2-501", "valid_until": END, **more}


def test_a_guards_session_makes_no_pass_without_the_name_check(api: Api) -> None:
    client = api.user(Role.GUARD)
    refused = client.post("/api/v1/passes", json=wish("吉A71001"))
    assert refused.status_code == 422
    assert "name_not_checked" in refused.json()["detail"]
    assert "confirmation" in refused.json()["detail"]
    blank = client.post("/api/v1/passes", json=wish("吉A71001", confirmation="  "))
    assert blank.status_code == 422
    with api.desk.journal.reading() as session:
        made = select(VisitorPass).where(VisitorPass.plate == "吉A71001")
        assert session.exec(made).all() == []


def test_how_the_household_confirmed_is_kept_with_a_guards_pass(api: Api) -> None:
    client = api.user(Role.GUARD)
    said = wish("吉A71002", confirmation="电话 139…0202，女主人")
    assert client.post("/api/v1/passes", json=said).status_code == 201
    with api.desk.journal.reading() as session:
        made = session.exec(select(VisitorPass).where(VisitorPass.plate == "吉A71002")).one()
    assert (made.source, made.confirmation) == (PassSource.GUARD, said["confirmation"])


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_a_manager_gives_the_offices_word(api: Api, role: Role) -> None:
    made = api.user(role).post("/api/v1/passes", json=wish(f"吉A7200{len(role)}"))
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("giver", "source"),
    [
        (Giver(Role.GUARD), PassSource.GUARD),
        (Giver(Role.MANAGER), PassSource.MANAGER),
        (Giver(None), PassSource.SERVICE),
        (Giver(None, "3-2-501"), PassSource.HOUSEHOLD),
    ],
)
def test_what_a_pass_rests_on_follows_from_who_gives_it(giver: Giver, source: PassSource) -> None:
    assert giver.source is source


def test_a_program_with_a_token_gives_the_households_word(api: Api) -> None:
    client = api.token(Scope.PASSES_WRITE)
    assert client.post("/api/v1/passes", json=wish("吉A71003")).status_code == 201
