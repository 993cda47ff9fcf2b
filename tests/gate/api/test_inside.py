"""Vehicles inside over REST: pages, counts, corrections that act once and are refused in words."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import select

from gate.auth.permissions import Role
from gate.auth.tokens import Scope
from gate.reports.model import AuditFilter
from gate.reports.reports import Reports
from registry.tables.records import Presence
from tests.gate.api.conftest import Api

PATH = "/api/v1/inside"
CORRECT = f"{PATH}/corrections"


def corrected(client: TestClient, **wish: object) -> tuple[int, dict[str, object]]:
    answer = client.post(CORRECT, json={"why": "patrol", **wish})
    return answer.status_code, answer.json()


def inside(client: TestClient, **asked: object) -> list[dict[str, object]]:
    return client.get(PATH, params=asked).json()["items"]  # type: ignore[no-any-return,arg-type]


def test_a_vehicle_is_put_inside_looked_at_and_taken_out(api: Api) -> None:
    client = api.token(Scope.INSIDE_READ, Scope.INSIDE_WRITE)
    code, made = corrected(client, kind="came", plate="吉A00501")
    assert (code, made["occupant"], made["plate"]) == (201, "resident", "吉A00501")
    (line,) = inside(client, plate="00501")
    assert (line["household"], line["since"]) == ("3-2-501", made["since"])
    assert corrected(client, kind="came", plate="吉A00501")[0] == 409
    early = corrected(client, kind="left", plate="吉A00501", since="2020-01-01T00:00:00Z")
    assert early[0] == 409
    assert "look again" in str(early[1]["detail"])
    assert corrected(client, kind="left", plate="吉A00501", since=line["since"])[0] == 201
    assert inside(client, plate="00501") == []
    assert corrected(client, kind="left", plate="吉A00501")[0] == 409
    back = corrected(client, kind="came", plate="吉A00501", since=line["since"])
    assert back[0] == 201
    assert inside(client, plate="00501") == [line]
    for never in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert corrected(client, kind="came", plate="吉A00777", since=never)[0] == 422
    later = (api.desk.clock.utc + timedelta(days=1)).isoformat()
    assert corrected(client, kind="came", plate="吉A00777", since=later)[0] == 422


def test_what_was_corrected_is_on_record_under_the_tokens_name(api: Api) -> None:
    client = api.token(Scope.INSIDE_WRITE)
    corrected(client, kind="came", plate="吉B00001", why="followed")
    reports = Reports(api.desk.database, api.desk.keyring, api.desk.clock.utc.tzinfo)  # type: ignore[arg-type]
    (row,) = reports.audit(AuditFilter(target="吉B00001")).rows
    assert (row.actor, row.action, row.why) == ("token:a program", "presence_added", "followed")


def test_the_same_key_corrects_once(api: Api) -> None:
    client = api.token(Scope.INSIDE_WRITE)
    key = {"Idempotency-Key": "one-key-for-this"}
    wish = {"kind": "came", "plate": "吉B00002", "why": "followed"}
    answers = [client.post(CORRECT, json=wish, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = client.post(CORRECT, json={**wish, "plate": "吉B00003"}, headers=key)
    assert other.status_code == 409


def test_a_count_fits_what_was_seen_or_is_refused(api: Api) -> None:
    client = api.token(Scope.INSIDE_READ, Scope.INSIDE_WRITE)
    counts = {one["occupant"]: one for one in client.get(PATH).json()["counts"]}
    before = counts["visitor"]["count"]
    wish = {"kind": "counted", "occupant": "visitor", "before": before, "counted": 9}
    assert corrected(client, **wish)[1]["count"] == 9
    assert corrected(client, **{**wish, "before": before - 1})[0] == 409
    assert corrected(client, **{**wish, "counted": -1})[0] == 422


def test_pages_follow_each_other_and_a_made_up_cursor_is_refused(api: Api) -> None:
    client = api.token(Scope.INSIDE_READ, Scope.INSIDE_WRITE)
    for number in range(5):
        corrected(client, kind="came", plate=f"吉C0000{number}")
    seen, after = [], ""
    while True:
        page = client.get(PATH, params={"limit": 2, "after": after, "plate": "C0000"}).json()
        seen += [item["plate"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == [f"吉C0000{number}" for number in range(5)]
    for odd in (
        "0001-01-01T00:00:00+14:00~吉",
        "9999-12-31T23:59:59-14:00~吉",
        "x",
        "2026-01-01~吉C",
        "~",
        "2026-01-01T00:00:00Z~",
        "2026-01-01T00:00:00Z~\0",
    ):
        assert client.get(PATH, params={"after": odd}).status_code == 422


def test_who_may_read_and_who_may_correct(api: Api) -> None:
    wish = {"kind": "counted", "occupant": "special", "before": 99, "counted": 0, "why": "x"}
    for role in Role:
        client = api.user(role)
        assert client.get(PATH).status_code == 200
        expected = 403 if role is Role.AUDITOR else 409
        assert client.post(CORRECT, json=wish).status_code == expected
    assert api.token(Scope.INSIDE_READ).post(CORRECT, json=wish).status_code == 403
    assert api.token(Scope.PASSES_WRITE, household="3-2-501").get(PATH).status_code == 403
    assert api.nobody().get(PATH).status_code == 401


def test_a_malformed_plate_corrects_nothing(api: Api) -> None:
    client = api.token(Scope.INSIDE_WRITE)
    assert corrected(client, kind="came", plate="吉A1")[0] == 422
    assert corrected(client, kind="gone", plate="吉A00501")[0] == 422
    with api.desk.journal.reading() as session:
        assert "吉A1" not in session.exec(select(Presence.plate)).all()
