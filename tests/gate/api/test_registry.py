"""Households, people, spaces, blocks, special vehicles and the history, as programs use them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from gate.auth.permissions import Role
from gate.auth.tokens import Scope, TokenError
from tests.gate.api.conftest import Api

REGISTRY = "/api/v1/registry"
SOON = "2026-03-03T12:00:00+08:00"


@pytest.fixture(scope="module")
def client(api: Api) -> TestClient:
    return api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE)


def made(client: TestClient, path: str, **wish: object) -> Any:
    answer = client.post(f"{REGISTRY}/{path}", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_household_is_made_noted_and_taken_off(client: TestClient) -> None:
    home = made(client, "households", household="7栋1单元0301室", note="新")
    assert (home["household"], home["note"]) == ("7-1-301", "新")
    again = client.post(f"{REGISTRY}/households", json={"household": "7-1-301"})
    assert again.status_code == 409
    noted = client.patch(f"{REGISTRY}/households/7-1-301", json={"note": "出租中"})
    assert noted.json()["note"] == "出租中"
    assert client.get(f"{REGISTRY}/households/7-1-301").json() == noted.json()
    assert client.delete(f"{REGISTRY}/households/7-1-301").status_code == 200
    assert client.get(f"{REGISTRY}/households/7-1-301").status_code == 404


@pytest.mark.parametrize("address", ["7", "7栋", "nonsense", "7-1-2-3"])
def test_half_an_address_makes_no_household(client: TestClient, address: str) -> None:
    answer = client.post(f"{REGISTRY}/households", json={"household": address})
    assert answer.status_code == 422


def test_a_household_with_a_vehicle_stays(client: TestClient) -> None:
    answer = client.delete(f"{REGISTRY}/households/3-2-501")
    assert answer.status_code == 409
    assert "vehicles" in answer.json()["detail"]


def test_households_come_by_cursor_and_building(client: TestClient) -> None:
    for room in ("101", "102", "103"):
        made(client, "households", household=f"8-1-{room}")
    seen, after = [], 0
    while after is not None:
        params = {"building": "8栋", "limit": 2, "after": after}
        page = client.get(f"{REGISTRY}/households", params=params).json()
        seen += [item["household"] for item in page["items"]]
        after = page["next"]
    assert seen == ["8-1-101", "8-1-102", "8-1-103"]


def test_people_are_masked_but_for_a_reason_that_goes_on_record(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE)
    person = {"name": "欧阳明华", "phone": "139 0000 1234", "role": "owner"}
    path = f"{REGISTRY}/households/3-2-502/people"
    shown = client.post(path, json=person).json()
    assert (shown["name"], shown["phone"]) == ("欧***", "139****1234")
    assert client.post(path, json=person).status_code == 409
    home = client.get(f"{REGISTRY}/households/3-2-502")
    assert "明华" not in home.text
    assert client.get(path, params={"why": "回访"}).status_code == 403
    reader = api.token(Scope.PEOPLE_READ)
    assert reader.get(path).status_code == 400
    before = api.desk.heard.count("Audited")
    whole = reader.get(path, params={"why": "回访"}).json()
    assert [(one["name"], one["phone"]) for one in whole] == [("欧阳明华", "13900001234")]
    assert api.desk.heard.count("Audited") == before + 1


def test_a_person_is_corrected_and_taken_off(client: TestClient) -> None:
    path = f"{REGISTRY}/households/3-2-501/people"
    number = client.post(path, json={"name": "司马光"}).json()["number"]
    other = client.post(path, json={"name": "司马迁"}).json()["number"]
    tenant = {"name": "司马光光", "phone": "13900005555", "role": "tenant"}
    changed = client.put(f"{REGISTRY}/people/{number}", json=tenant)
    assert (changed.json()["role"], changed.json()["phone"]) == ("tenant", "139****5555")
    same = client.put(f"{REGISTRY}/people/{number}", json={"name": "司马迁"})
    assert same.status_code == 409
    assert client.delete(f"{REGISTRY}/people/{other}").status_code == 200
    assert client.delete(f"{REGISTRY}/people/{other}").status_code == 404


@pytest.mark.parametrize("person", [{"name": "张3"}, {"name": "张三", "phone": "12345"}])
def test_a_name_or_phone_that_is_none_is_refused(client: TestClient, person: object) -> None:
    path = f"{REGISTRY}/households/3-2-501/people"
    assert client.post(path, json=person).status_code == 422


def test_who_consented_to_a_pass_in_force_stays(api: Api) -> None:
    client = api.token(Scope.REGISTRY_WRITE, Scope.PASSES_WRITE)
    path = f"{REGISTRY}/households/3-2-501/people"
    person = client.post(path, json={"name": "诸葛亮"}).json()["number"]
    wish = {
        "plate": "吉A31415",
        "household": "3-2-501",
        "kind": "period",
        "valid_until": "2026-06-01T00:00:00+08:00",
        "recurring": True,
    }
    refused = client.post("/api/v1/passes", json=wish)
    assert (refused.status_code, "consent" in refused.text) == (422, True)
    carer = client.post("/api/v1/passes", json={**wish, "consent": person}).json()
    assert client.delete(f"{REGISTRY}/people/{person}").status_code == 409
    client.delete(f"/api/v1/passes/{carer['number']}")
    assert client.delete(f"{REGISTRY}/people/{person}").status_code == 200


def test_a_space_is_shared_and_given_up(client: TestClient) -> None:
    for plate in ("吉A70001", "吉A70002"):
        made(client, "vehicles", plate=plate, household="3-2-501")
    space = made(client, "spaces", name="b-77", household="3-2-501", vehicles=["吉A70001"])
    assert (space["name"], space["vehicles"], space["taken_by"]) == ("B-77", ["吉A70001"], "")
    assert client.post(f"{REGISTRY}/spaces", json={"name": "B-77"}).status_code == 409
    wish = {"household": "3-2-501", "vehicles": ["吉A70001", "吉A70002"], "note": "地下"}
    changed = client.put(f"{REGISTRY}/spaces/B-77", json=wish).json()
    assert changed["vehicles"] == ["吉A70001", "吉A70002"]
    wish["vehicles"] = ["吉A70002"]
    client.put(f"{REGISTRY}/spaces/B-77", json=wish)
    assert client.get(f"{REGISTRY}/spaces/B-77").json()["vehicles"] == ["吉A70002"]
    stranger = client.put(f"{REGISTRY}/spaces/B-77", json={"vehicles": ["吉A99990"]})
    assert stranger.status_code == 404
    assert client.delete(f"{REGISTRY}/spaces/B-77").status_code == 200
    assert client.get(f"{REGISTRY}/spaces/B-77").status_code == 404


def test_a_block_is_felt_at_once_and_lifted_with_a_reason(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE, Scope.DECIDE)
    wish = {"plate": "吉A40404", "reason": "danger", "detail": "撞坏道闸后逃离"}
    number = made(client, "blocks", **wish)["number"]
    answer = client.post("/api/v1/decide", json={"plate": "吉A40404"}).json()
    assert (answer["verdict"], answer["reason"]) == ("refuse", "blocked")
    assert client.delete(f"{REGISTRY}/blocks/{number}").status_code == 422
    lifted = client.delete(f"{REGISTRY}/blocks/{number}", params={"why": "已赔偿"}).json()
    assert lifted["lifted_at"]
    listed = client.get(f"{REGISTRY}/blocks").json()["items"]
    assert number not in [item["number"] for item in listed]
    ended = client.get(f"{REGISTRY}/blocks", params={"ended": True}).json()["items"]
    assert number in [item["number"] for item in ended]


def test_a_residents_own_car_is_not_blocked_for_being_unwelcome(client: TestClient) -> None:
    wish = {"plate": "吉A00501", "reason": "banned_visitor", "detail": "欠费"}
    answer = client.post(f"{REGISTRY}/blocks", json=wish)
    assert answer.status_code == 409
    assert client.post(f"{REGISTRY}/blocks", json={**wish, "reason": "arrears"}).status_code == 422


def test_no_pass_is_announced_for_a_blocked_plate(api: Api) -> None:
    client = api.token(Scope.REGISTRY_WRITE, Scope.PASSES_WRITE)
    made(client, "blocks", plate="吉A50505", reason="banned_visitor", detail="打人")
    wish = {"plate": "吉A50505", "household": "3-2-501", "valid_until": SOON}
    answer = client.post("/api/v1/passes", json=wish)
    assert (answer.status_code, "blocked" in answer.text) == (422, True)


def test_an_ambulance_is_listed_and_passes_until_it_is_taken_off(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE, Scope.DECIDE)
    wish = {"plate": "吉A120V5", "kind": "emergency", "organisation": "市急救中心"}
    number = made(client, "listed", **wish)["number"]
    assert client.post(f"{REGISTRY}/listed", json=wish).status_code == 409
    question = {"plate": "吉A120V5"}
    assert client.post("/api/v1/decide", json=question).json()["reason"] == "emergency"
    assert client.get(f"{REGISTRY}/listed").json()["items"][-1]["number"] == number
    assert client.delete(f"{REGISTRY}/listed/{number}").status_code == 200
    assert client.post("/api/v1/decide", json=question).json()["reason"] == "unknown_plate"


def test_a_form_of_plates_is_listed_but_not_one_of_everybody(client: TestClient) -> None:
    form = made(client, "patterns", pattern="吉O????警", kind="emergency")
    wide = client.post(f"{REGISTRY}/patterns", json={"pattern": "吉A*", "kind": "utility"})
    assert (wide.status_code, "too_wide" in wide.text) == (422, True)
    assert client.delete(f"{REGISTRY}/patterns/{form['number']}").status_code == 200


def test_a_vehicle_is_changed_and_two_may_share_a_number(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE, Scope.DECIDE)
    vehicles = f"{REGISTRY}/vehicles"
    made(client, "vehicles", plate="吉A60606", household="3-2-501")
    lorry = {"plate": "吉A60606", "household": "3-2-502", "colour": "yellow"}
    assert client.post(vehicles, json=lorry).status_code == 409  # of what colour is the first?
    blue = client.put(f"{vehicles}/吉A60606", json={"colour": "blue", "note": "轿车"}).json()
    assert (blue["colour"], blue["note"]) == ("blue", "轿车")
    assert client.post(vehicles, json=lorry).status_code == 201
    assert client.get(f"{vehicles}/吉A60606").status_code == 409
    yellow = client.get(f"{vehicles}/吉A60606", params={"colour": "yellow"}).json()
    assert yellow["household"] == "3-2-502"
    answers = {
        colour: client.post("/api/v1/decide", json={"plate": "吉A60606", "colour": colour}).json()
        for colour in ("blue", "yellow", "unknown")
    }
    assert {c: a["reason"] for c, a in answers.items()} == {
        "blue": "resident",
        "yellow": "resident",
        "unknown": "same_number",
    }
    turned = client.put(
        f"{vehicles}/吉A60606", params={"colour": "yellow"}, json={"colour": "blue"}
    )
    assert turned.status_code == 409
    assert client.delete(f"{vehicles}/吉A60606").status_code == 409
    assert client.delete(f"{vehicles}/吉A60606", params={"colour": "blue"}).status_code == 200
    assert client.get(f"{vehicles}/吉A60606").json()["colour"] == "yellow"


def test_the_history_tells_what_was_before_and_masks_persons(api: Api) -> None:
    client = api.token(Scope.REGISTRY_WRITE)
    path = f"{REGISTRY}/households/3-2-502/people"
    number = client.post(path, json={"name": "夏侯惇", "phone": "13900009999"}).json()["number"]
    client.put(f"{REGISTRY}/people/{number}", json={"name": "夏侯渊", "phone": "13900009999"})
    reader = api.token(Scope.HISTORY_READ)
    params: dict[str, object] = {"entity": "Person", "limit": 500}
    items = reader.get(f"{REGISTRY}/changes", params=params).json()["items"]
    mine = [item for item in items if item["entity_id"] == str(number)][-2:]
    assert [item["action"] for item in mine] == ["created", "updated"]
    assert mine[1]["before"]["name"] == mine[1]["after"]["name"] == "夏**"
    assert mine[1]["after"]["phone"] == "139****9999"
    assert mine[1]["who"] == "token:a program"
    assert "夏侯" not in str(items)
    first = reader.get(f"{REGISTRY}/changes", params={"limit": 1}).json()
    rest = reader.get(f"{REGISTRY}/changes", params={"limit": 1, "after": first["next"]}).json()
    assert rest["items"][0]["number"] > first["items"][0]["number"]


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("households", {"household": "9-1-901"}),
        ("households/3-2-501/people", {"name": "令狐冲"}),
        ("spaces", {"name": "K-1"}),
        ("vehicles", {"plate": "吉A12321", "household": "3-2-501"}),
        ("listed", {"plate": "吉A12323", "kind": "utility", "organisation": "燃气"}),
        ("patterns", {"pattern": "吉A999?应急", "kind": "emergency"}),
    ],
)
def test_a_key_makes_it_once(client: TestClient, path: str, wish: dict[str, object]) -> None:
    key = {"Idempotency-Key": f"once-{path}"}
    first = client.post(f"{REGISTRY}/{path}", json=wish, headers=key)
    second = client.post(f"{REGISTRY}/{path}", json=wish, headers=key)
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert first.json() == second.json()
    assert client.post(f"{REGISTRY}/{path}", json=wish).status_code == 409


def test_two_programs_whose_tokens_have_one_name_share_no_keys(api: Api) -> None:
    scope, key = Scope.REGISTRY_WRITE, {"Idempotency-Key": "one-two-three"}
    one, other = api.token(scope), api.token(scope)  # both are called "a program"
    first = one.post(f"{REGISTRY}/spaces", json={"name": "N-1"}, headers=key)
    second = other.post(f"{REGISTRY}/spaces", json={"name": "N-2"}, headers=key)
    assert (first.json()["name"], second.json()["name"]) == ("N-1", "N-2"), second.text
    again = other.post(f"{REGISTRY}/spaces", json={"name": "N-2"}, headers=key)
    assert again.json() == second.json()


def test_a_new_household_does_not_inherit_the_history_of_one_that_is_gone(api: Api) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE)
    gone = made(client, "households", household="7-9-901")["number"]
    assert client.delete(f"{REGISTRY}/households/7-9-901").status_code == 200
    new = made(client, "households", household="7-9-902")["number"]
    params: dict[str, object] = {"entity": "Household", "limit": 500}
    changes = api.token(Scope.HISTORY_READ).get(f"{REGISTRY}/changes", params=params).json()
    assert [c["action"] for c in changes["items"] if c["entity_id"] == str(new)] == ["created"]
    assert new > gone


def test_every_body_in_the_openapi_shows_an_example_that_works(api: Api) -> None:
    schema = api.nobody().get("/api/v1/openapi.json").json()
    client = api.user(Role.ADMIN)
    bodies = schema["components"]["schemas"]
    tried = 0
    for path, ways in schema["paths"].items():
        for method, way in ways.items():
            body = way.get("requestBody", {}).get("content", {}).get("application/json", {})
            whole = body.get("schema", {})
            for one in whole.get("oneOf", [whole]):
                name = one.get("$ref", "").rpartition("/")[2]
                if not name or "/lanes/" in path:
                    continue
                shown = bodies[name]["examples"][0]
                filled = path.format(household="3-2-501", number=1, name="B-0017", plate="吉A00501")
                if path.endswith("/passes"):  # the vehicle of the other examples is blocked by now
                    shown = {**shown, "plate": "吉A54321"}
                answer = client.request(method, filled, json=shown)
                assert answer.status_code not in (400, 422), (path, shown, answer.text)
                tried += 1
    assert tried >= 15


def test_a_households_token_knows_of_nothing_but_its_own_visitors(api: Api) -> None:
    with pytest.raises(TokenError, match="may not hold registry:read"):
        api.token(Scope.PASSES_WRITE, Scope.REGISTRY_READ, household="3-2-501")
    with pytest.raises(TokenError, match="no household"):
        api.token(Scope.PASSES_WRITE, household="99-9-999")
    client = api.token(Scope.PASSES_WRITE, household="3栋2单元501")
    wish = {"plate": "吉A27182", "household": "三栋2单元501室", "valid_until": SOON}
    assert client.post("/api/v1/passes", json=wish).json()["household"] == "3-2-501"
    long = {**wish, "kind": "period", "valid_until": "2027-01-01T00:00:00+08:00"}
    assert "too_long" in client.post("/api/v1/passes", json=long).text
    carer = client.post("/api/v1/passes", json={**long, "recurring": True})
    assert carer.json()["recurring"] is True


@pytest.mark.parametrize("plate", ["吉AKQJ12", "粤E1F23警", "WJG12345", "琼01A2345", "使12345"])
def test_a_plate_of_an_unusual_form_is_registered_and_found_and_called_unusual(
    api: Api, plate: str
) -> None:
    client = api.token(Scope.REGISTRY_READ, Scope.REGISTRY_WRITE, Scope.DECIDE)
    shown = made(client, "vehicles", plate=plate, holder="某公司")
    assert (shown["plate"], shown["unusual"]) == (plate, True)
    assert client.get(f"{REGISTRY}/vehicles/{plate}").json() == shown
    answer = client.post("/api/v1/decide", json={"plate": plate}).json()
    assert answer["unusual"] is True
    assert answer["reason"] != "malformed"


@pytest.mark.parametrize("plate", ["吉AI2345", "吉A1234", "A12345", "吉A12?45"])
def test_what_can_be_no_plate_is_refused(client: TestClient, plate: str) -> None:
    answer = client.post(f"{REGISTRY}/vehicles", json={"plate": plate, "holder": "某公司"})
    assert answer.status_code == 422
