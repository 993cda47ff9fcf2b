"""Search as guards do it: whatever half of it they remember."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from registry.rules.addresses import Address
from registry.store import sample
from registry.store.store import Actor
from registry.views.search import Entry, Fit, Index, load_index
from tests.registry.conftest import NOON


def car(number: int, plate: str, *address: str) -> Entry:
    return Entry(number, Address(*address), vehicle_id=number, plate=plate)


def person(number: int, name: str, phone: str, *address: str) -> Entry:
    return Entry(number, Address(*address), person_id=number, name=name, phone=phone)


ENTRIES = [
    car(1, "吉A12345", "3", "2", "501"),
    car(2, "吉AD12345", "3", "2", "502"),
    car(3, "粤B12345", "3", "1", "501"),
    car(4, "吉A77777", "13", "2", "501"),
    person(1, "张三", "13900001234", "3", "2", "501"),
    person(2, "曾国藩", "13900005678", "3", "2", "502"),
    person(3, "张三丰", "84501234", "13", "2", "501"),
    Entry(None, None, "环卫公司", vehicle_id=9, plate="吉A99999"),
]
INDEX = Index(ENTRIES)


def found(typed: str) -> list[str]:
    return [hit.entry.plate or hit.entry.name for hit in INDEX.search(typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("吉A12345", "吉A12345"),
        ("吉a·12345", "吉A12345"),
        ("7777", "吉A77777"),
        ("D123", "吉AD12345"),
        ("吉A?2345", "吉A12345"),
        ("*9999", "吉A99999"),
        ("3栋2单元501", "吉A12345"),
        ("3-2-501", "吉A12345"),
        ("三栋2单元502", "吉AD12345"),
        ("张三丰", "张三丰"),
        ("zgf", "曾国藩"),
        ("CGF", "曾国藩"),
        ("国藩", "曾国藩"),
        ("5678", "曾国藩"),
        ("1390000 1234", "张三"),
    ],
)
def test_the_first_hit_is_the_one_that_was_meant(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_a_flat_shows_its_cars_and_then_its_people() -> None:
    assert found("3-2-501") == ["吉A12345", "张三"]
    assert found("13栋") == ["吉A77777", "张三丰"]


def test_a_building_and_unit_need_no_room() -> None:
    assert found("3栋2单元") == ["吉A12345", "吉AD12345", "张三", "曾国藩"]
    assert set(found("3-2")) == {"吉A12345", "吉AD12345", "张三", "曾国藩"}


def test_whole_comes_before_beginning_before_end() -> None:
    assert found("张三") == ["张三", "张三丰"]
    assert found("12345") == ["粤B12345", "吉A12345", "吉AD12345"]
    assert [hit.fit for hit in INDEX.search("张三")] == [Fit.WHOLE, Fit.BEGINNING]


def test_a_number_is_tried_as_plate_room_and_phone() -> None:
    assert set(found("1234")) >= {"张三", "张三丰", "吉A12345"}
    assert set(found("501")) >= {"吉A12345", "吉A77777", "张三"}


@pytest.mark.parametrize("typed", ["", "   ", "?", "*", "不存在", "zzzz", "99-9-999"])
def test_what_is_not_there_is_not_found(typed: str) -> None:
    assert found(typed) == []


def test_no_more_than_asked_for() -> None:
    assert len(INDEX.search("吉A", limit=2)) == 2


@given(st.text(max_size=12))
def test_nothing_that_can_be_typed_breaks_it(typed: str) -> None:
    assert len(INDEX.search(typed)) <= 20


@given(st.sampled_from([e.plate for e in ENTRIES if e.plate]), st.data())
def test_every_part_of_a_plate_finds_it(plate: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(plate) - 2))
    end = data.draw(st.integers(start + 2, len(plate)))
    assert plate in found(plate[start:end])


def test_the_index_holds_what_is_registered(session: Session, wang: Actor) -> None:
    size = sample.Size(households=60, residents=90, vehicles=50, passes=0)
    made = sample.generate(5, NOON, size)
    sample.fill(session, made, wang)
    index = load_index(session)
    _, vehicle = made.vehicles[7]
    assert index.search(vehicle.plate)[0].entry.plate == vehicle.plate
    home, owner = made.people[11]
    _, household = made.households[home]
    assert owner.name in [hit.entry.name for hit in index.search(owner.phone[-6:])]
    assert household.id in [hit.entry.household_id for hit in index.search(owner.name)]
