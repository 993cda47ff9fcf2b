"""What the routes answer, and that a request sent twice acts once."""

from gate.auth.permissions import Role
from gate.auth.tokens import Scope
from tests.gate.api.conftest import Api
from tests.gate.journal.journal_cast import whole

END = "2026-03-03T12:00:00+08:00"


def test_a_vehicle_is_registered_found_and_taken_off(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE)
    made = client.post(
        "/api/v1/registry/vehicles", json={"plate": "吉a·77777", "household": "3-2-501"}
    )
    assert made.status_code == 201
    assert made.json()["plate"] == "吉A77777"
    assert client.get("/api/v1/registry/vehicles/吉A77777").json()["household"] == "3-2-501"
    again = client.post(
        "/api/v1/registry/vehicles", json={"plate": "吉A77777", "household": "3-2-502"}
    )
    assert again.status_code == 409
    assert "3-2-501" in again.json()["detail"]
    assert client.delete("/api/v1/registry/vehicles/吉A77777").status_code == 200
    assert client.get("/api/v1/registry/vehicles/吉A77777").status_code == 404


def test_deciding_knows_a_change_at_once(api: Api) -> None:
    client = api.token(Scope.REGISTRY_WRITE, Scope.DECIDE)
    question = {"plate": "吉A88888"}
    assert client.post("/api/v1/decide", json=question).json()["verdict"] == "ask_guard"
    client.post("/api/v1/registry/vehicles", json={"plate": "吉A88888", "household": "3-2-501"})
    answer = client.post("/api/v1/decide", json=question).json()
    assert (answer["verdict"], answer["reason"]) == ("admit", "resident")
    assert "⟨" not in answer["text"]


def test_a_plate_that_is_none_is_explained(api: Api) -> None:
    answer = api.token(Scope.DECIDE).post("/api/v1/decide", json={"plate": "吉A1234"})
    assert answer.status_code == 422
    assert "length" in answer.json()["detail"]


def test_the_same_key_acts_once(api: Api) -> None:
    client = api.token(Scope.PASSES_WRITE, Scope.PASSES_READ)
    wish = {"plate": "吉A66666", "household": "3-2-501", "valid_until": END}
    key = {"Idempotency-Key": "12345678"}
    first = client.post("/api/v1/passes", json=wish, headers=key)
    second = client.post("/api/v1/passes", json=wish, headers=key)
    assert (first.status_code, first.json()) == (201, second.json())
    other = client.post("/api/v1/passes", json={**wish, "plate": "吉A66667"}, headers=key)
    assert other.status_code == 409
    items = client.get("/api/v1/passes").json()["items"]
    assert [item["plate"] for item in items].count("吉A66666") == 1


def test_a_households_token_speaks_for_that_household_only(api: Api) -> None:
    client = api.token(Scope.PASSES_WRITE, Scope.PASSES_READ, household="3-2-502")
    wish = {"plate": "吉A55555", "household": "3-2-501", "valid_until": END}
    assert client.post("/api/v1/passes", json=wish).status_code == 403
    made = client.post("/api/v1/passes", json={**wish, "household": "3-2-502"}).json()
    assert {item["household"] for item in client.get("/api/v1/passes").json()["items"]} == {
        "3-2-502"
    }
    stranger = api.token(Scope.PASSES_WRITE, household="3-2-501")
    assert stranger.delete(f"/api/v1/passes/{made['number']}").status_code == 404
    assert client.delete(f"/api/v1/passes/{made['number']}").json()["revoked_at"]


def test_a_time_without_a_zone_is_refused(api: Api) -> None:
    client = api.token(Scope.PASSES_WRITE)
    wish = {"plate": "吉A1111D", "household": "3-2-501", "valid_until": "2026-03-03T12:00:00"}
    answer = client.post("/api/v1/passes", json=wish)
    assert answer.status_code == 422


def test_passages_come_newest_first_by_cursor(api: Api) -> None:
    for number in range(5):
        for entries in whole(f"passage-{number}", f"吉A0000{number}"):
            api.desk.journal.append(*entries)
    client = api.user(Role.MANAGER)
    page = client.get("/api/v1/passages", params={"limit": 3}).json()
    assert [item["plate"] for item in page["items"]] == ["吉A00004", "吉A00003", "吉A00002"]
    rest = client.get("/api/v1/passages", params={"limit": 3, "before": page["next"]}).json()
    assert [item["plate"] for item in rest["items"]] == ["吉A00001", "吉A00000"]
    assert client.get("/api/v1/passages/passage-3").json()["opening"] == "raised"


def test_a_vehicles_history_needs_a_reason_and_is_logged(api: Api) -> None:
    client = api.user(Role.MANAGER)
    params = {"plate": "吉A00001"}
    assert client.get("/api/v1/passages", params=params).status_code == 400
    before = api.desk.heard.count("Audited")
    answer = client.get("/api/v1/passages", params={**params, "why": "查找丢失的行李"})
    assert answer.status_code == 200
    assert api.desk.heard.count("Audited") == before + 1


def test_a_token_is_shown_once(api: Api) -> None:
    client = api.user(Role.ADMIN)
    made = client.post("/api/v1/tokens", json={"name": "doorbell", "scopes": ["passes:write"]})
    secret = made.json()["secret"]
    assert secret.startswith("gate_")
    assert secret not in client.get("/api/v1/tokens").text
    forbidden = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["tokens"]})
    assert forbidden.status_code == 422


def test_the_openapi_has_examples_and_every_route_a_summary(api: Api) -> None:
    schema = api.nobody().get("/api/v1/openapi.json").json()
    assert "吉A12345" in str(schema)
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
