"""Addresses in all the ways people write them, and the names of cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import addresses
from registry.rules.addresses import Address
from registry.spreadsheets.grid import cell_name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3栋2单元501", "3-2-501"),
        ("3栋2单元501室", "3-2-501"),
        ("3号楼2-501", "3-2-501"),
        ("3-2-501", "3-2-501"),
        ("３栋２单元５０１室", "3-2-501"),
        ("三栋二单元五〇一室", "3-2-501"),
        ("十二栋1单元0101室", "12-1-101"),
        ("3#1-101", "3-1-101"),
        ("A座1201", "A-1201"),
        ("3楼2门501", "3-2-501"),
        ("3栋501", "3-501"),
        ("3-501", "3-501"),
        ("3栋", "3"),
        ("3栋2单元", "3-2"),
        ("荷花苑3-501", "荷花苑3-501"),
    ],
)
def test_an_address_in_words(written: str, meant: str) -> None:
    assert str(addresses.parse(written)) == meant


@pytest.mark.parametrize("text", ["", "foo", "2026-03-02", "3", "吉A12345", "--", "3-2-501-7"])
def test_what_is_no_address(text: str) -> None:
    assert addresses.parse(text) is None


@given(st.integers(1, 999), st.integers(1, 99), st.integers(101, 9999))
def test_the_short_form_reads_back(house: int, stair: int, flat: int) -> None:
    address = Address(str(house), str(stair), str(flat))
    assert addresses.parse(str(address)) == address
    assert addresses.parse(f"{house}栋{stair}单元{flat}室") == address


@given(st.text(max_size=16))
def test_nothing_that_can_be_typed_breaks_it(text: str) -> None:
    found = addresses.parse(text)
    assert found is None or found.building


def test_numbers_sort_as_numbers() -> None:
    assert sorted(["10", "9", "1", "A2"], key=addresses.sort_key) == ["1", "A2", "9", "10"]


@pytest.mark.parametrize(
    ("row", "column", "name"), [(1, 0, "A1"), (12, 5, "F12"), (2, 25, "Z2"), (3, 26, "AA3")]
)
def test_cells_have_their_names(row: int, column: int, name: str) -> None:
    assert cell_name(row, column) == name
