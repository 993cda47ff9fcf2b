"""The grammar of plates: every class read, nothing mended, no two keys ever folded into one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.plates import (
    EXPECTED_COLOURS,
    LOOKALIKES,
    PROVINCES,
    Malformed,
    Plate,
    PlateClass,
    PlateColour,
    PlateFault,
    colour_fits,
    dropped_or_doubled,
    is_usual,
    mask,
    neighbours,
    one_apart,
    parse,
)
from registry.rules.standing import SPECIAL_FORMS
from tests.registry import strategies

KNOWN = {
    "吉A12345": PlateClass.CIVIL,
    "吉AB1234": PlateClass.CIVIL,
    "吉A1234B": PlateClass.CIVIL,
    "吉AAB123": PlateClass.CIVIL,
    "粤B12345": PlateClass.CIVIL,
    "新Z9Z9Z9": PlateClass.CIVIL,
    "吉O12345": PlateClass.OFFICE,
    "吉AD12345": PlateClass.NEV_SMALL,
    "吉ADA1234": PlateClass.NEV_SMALL,
    "吉AF12345": PlateClass.NEV_SMALL,
    "吉AK12345": PlateClass.NEV_SMALL,
    "吉A12345D": PlateClass.NEV_LARGE,
    "吉A12345K": PlateClass.NEV_LARGE,
    "吉A1234挂": PlateClass.TRAILER,
    "沪A0762学": PlateClass.COACH,
    "吉A1234警": PlateClass.POLICE,
    "吉AA123警": PlateClass.POLICE,
    "吉O1234警": PlateClass.POLICE,
    "粤Z1234港": PlateClass.HK_MACAO,
    "粤Z9065澳": PlateClass.HK_MACAO,
    "224578使": PlateClass.EMBASSY,
    "使224578": PlateClass.EMBASSY,
    "沪22478领": PlateClass.CONSULATE,
    "沪A1707领": PlateClass.CONSULATE,
    "吉X1234应急": PlateClass.EMERGENCY,
    "吉S1234应急": PlateClass.EMERGENCY,
    "京12345应急": PlateClass.EMERGENCY,
    "应急吉123X": PlateClass.EMERGENCY_MOTORCYCLE,
    "WJ12345": PlateClass.ARMED_POLICE,
    "WJ1234J": PlateClass.ARMED_POLICE,
    "WJ吉12345": PlateClass.ARMED_POLICE,
    "WJ粤8888X": PlateClass.ARMED_POLICE,
    "VA12345": PlateClass.MILITARY,
    "民航A1234": PlateClass.AVIATION,
    "吉A12345临": PlateClass.TEMPORARY,
    "吉0112345": PlateClass.TRACTOR,
}


@pytest.mark.parametrize(("text", "plate_class"), KNOWN.items())
def test_every_class_of_plate_is_known_by_its_form(text: str, plate_class: PlateClass) -> None:
    assert parse(text) == Plate(text, plate_class)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", PlateFault.EMPTY),
        ("  ·  ", PlateFault.EMPTY),
        ("危险品", PlateFault.NOT_A_REGISTRATION),
        ("吉A12?45", PlateFault.FOREIGN_CHARACTER),
        ("吉АB1234", PlateFault.FOREIGN_CHARACTER),  # the second letter is Cyrillic
        ("A12345", PlateFault.PROVINCE),
        ("12345AB", PlateFault.PROVINCE),
        ("吉I12345", PlateFault.LETTER_I),
        ("吉AI2345", PlateFault.LETTER_I),
        ("粤EI123警", PlateFault.LETTER_I),
        ("吉A1234", PlateFault.LENGTH),
        ("吉A1234567", PlateFault.LENGTH),
        ("吉A1234警警", PlateFault.FORM),
        ("吉A1警345", PlateFault.FORM),
    ],
)
def test_what_can_be_no_plate_says_why(text: str, fault: PlateFault) -> None:
    found = parse(text)
    assert isinstance(found, Malformed)
    assert found.fault is fault


SEEN = {
    "吉AABC12": PlateClass.CIVIL,
    "云B1CD2E": PlateClass.CIVIL,
    "川CABCDE": PlateClass.CIVIL,
    "桂DABC1学": PlateClass.COACH,
    "粤E1F23警": PlateClass.POLICE,
    "粤O12G3警": PlateClass.POLICE,
    "WJG12345": PlateClass.ARMED_POLICE,
    "使12345": PlateClass.EMBASSY,
    "沪AB123领": PlateClass.CONSULATE,
    "琼01A2345": PlateClass.TRACTOR,
    "吉ABCD12临": PlateClass.TEMPORARY,
}


@pytest.mark.parametrize(("text", "plate_class"), SEEN.items())
def test_a_form_that_was_seen_on_a_vehicle_is_a_plate_of_its_class(
    text: str, plate_class: PlateClass
) -> None:
    assert parse(text) == Plate(text, plate_class, unusual=True)


@pytest.mark.parametrize("text", ["吉A1O345", "吉112345", "吉A123456", "沪AD1234学", "WJAB123C"])
def test_a_form_that_nobody_has_seen_is_unusual_and_no_fault(text: str) -> None:
    assert parse(text) == Plate(text, PlateClass.OTHER, unusual=True)


@given(strategies.unusual)
def test_what_has_a_plates_length_and_characters_is_a_plate(text: str) -> None:
    found = parse(text)
    assert isinstance(found, Plate)
    assert found.text == text


@given(strategies.unusual)
def test_an_unusual_form_alone_gives_way_only_as_police(text: str) -> None:
    found = parse(text)
    assert isinstance(found, Plate)
    if found.unusual and found.plate_class in SPECIAL_FORMS:
        assert text.endswith("警") or text.startswith("WJ")


@given(strategies.plates)
def test_no_standard_form_is_called_unusual(text: str) -> None:
    assert is_usual(text)


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u202d", "\u2060", "\ufeff", "\u3164"])
def test_a_mark_that_nobody_sees_is_no_part_of_a_plate(mark: str) -> None:
    assert parse(f"{mark}吉A{mark}12345{mark}") == Plate("吉A12345", PlateClass.CIVIL)


@pytest.mark.parametrize(
    "typed",
    [
        "吉A·12345",
        "吉A•12345",
        "吉a 12345",
        "吉Ａ-１２３４５",
        "\u3000吉A・12345\ufeff",
        "吉A.12345",
    ],
)
def test_dots_width_and_case_make_no_difference(typed: str) -> None:
    assert parse(typed) == Plate("吉A12345", PlateClass.CIVIL)


def test_traditional_province_is_the_same_plate() -> None:
    assert parse("粵B12345") == parse("粤B12345")


def test_plates_of_two_provinces_never_meet() -> None:
    assert parse("粤B12345") != parse("苏B12345")


@given(strategies.plates)
def test_a_plate_is_read_back_from_its_key_and_from_its_print(text: str) -> None:
    plate = parse(text)
    assert isinstance(plate, Plate)
    assert plate.text == text
    assert parse(plate.text) == plate == parse(str(plate))


@given(st.text() | st.text("吉AIOD01234567警学挂应急·- ", max_size=10))
def test_no_text_breaks_parsing_and_no_character_is_invented(text: str) -> None:
    found = parse(text)
    if isinstance(found, Plate):
        assert parse(found.text) == found
        left = iter(unicodedata.normalize("NFKC", text).upper())
        assert all(character in left for character in found.text if character.isascii())


@given(strategies.plates, strategies.plates)
def test_two_texts_have_one_key_only_if_they_are_the_same_text(a: str, b: str) -> None:
    assert (parse(a) == parse(b)) == (a == b)


@given(strategies.plates, strategies.plates)
def test_being_one_apart_is_mutual_and_never_reflexive(a: str, b: str) -> None:
    assert one_apart(a, b) == one_apart(b, a)
    assert not one_apart(a, a)


@given(strategies.plates)
def test_neighbours_are_exactly_the_keys_one_apart(text: str) -> None:
    near = set(neighbours(text))
    assert all(one_apart(text, other) for other in near)
    assert text not in near


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("粤B12345", "苏B12345", True),
        ("吉AD1234", "吉A01234", True),
        ("吉A8B123", "吉A88123", True),
        ("吉A12345", "吉A12346", False),
        ("吉A12345", "吉A123456", False),
        ("吉A88888", "吉ABB888", False),
    ],
)
def test_one_apart_means_one_look_alike_character(a: str, b: str, near: bool) -> None:
    assert one_apart(a, b) is near


def test_a_lost_repeated_or_last_character_is_among_what_may_be_meant() -> None:
    assert "京AA66666" in set(dropped_or_doubled("京AA6666"))
    assert "吉AD12345" in set(dropped_or_doubled("吉AD1234"))


def test_look_alikes_are_mutual() -> None:
    assert all(a in LOOKALIKES[b] for a, others in LOOKALIKES.items() for b in others)
    assert set(LOOKALIKES["吉"]) == set(PROVINCES) - {"吉"}


@pytest.mark.parametrize(
    ("text", "colour", "fits"),
    [
        ("吉A12345", PlateColour.BLUE, True),
        ("吉A12345", PlateColour.YELLOW, True),
        ("吉A12345", PlateColour.GREEN, False),
        ("吉AD12345", PlateColour.BLUE, False),
        ("吉A12345D", PlateColour.GREEN, True),
        ("吉A1234警", PlateColour.BLUE, False),
        ("吉A1234警", PlateColour.UNKNOWN, True),
    ],
)
def test_colours_fit_their_classes(text: str, colour: PlateColour, fits: bool) -> None:
    plate = parse(text)
    assert isinstance(plate, Plate)
    assert colour_fits(plate, colour) is fits


def test_every_class_has_colours() -> None:
    assert set(EXPECTED_COLOURS) == set(PlateClass)


@given(strategies.plates)
def test_a_masked_plate_hides_its_middle(text: str) -> None:
    plate = parse(text)
    assert isinstance(plate, Plate)
    shown = mask(plate)
    assert len(shown) == len(text)
    assert set(shown[2:-2]) == {"*"}
