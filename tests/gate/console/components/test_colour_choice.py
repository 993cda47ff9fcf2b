"""A form proposes what was seen or what the class leaves, and never what a plate cannot be."""

from hypothesis import given
from hypothesis import strategies as st

from gate.console.components.colour_choice import offered, possible
from registry.rules.plates import Plate, PlateClass, PlateColour, colour_fits, parse

PLATES = st.builds(Plate, st.just("x"), st.sampled_from(PlateClass))
COLOURS = st.sampled_from(PlateColour)


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


@given(PLATES, COLOURS)
def test_what_is_offered_may_be_chosen_and_fits(of: Plate, seen: PlateColour) -> None:
    colour = offered(of, seen)
    assert colour in possible(of)
    assert colour_fits(of, colour)


@given(PLATES, COLOURS)
def test_what_was_seen_is_offered_where_the_plate_may_have_it(of: Plate, seen: PlateColour) -> None:
    if seen is not PlateColour.UNKNOWN and colour_fits(of, seen):
        assert offered(of, seen) is seen


def test_an_ordinary_number_is_of_any_colour_until_one_is_seen() -> None:
    assert offered(plate("吉A12345"), PlateColour.UNKNOWN) is PlateColour.UNKNOWN
    assert offered(plate("吉A12345"), PlateColour.YELLOW) is PlateColour.YELLOW


def test_a_class_with_one_colour_names_it() -> None:
    assert offered(plate("吉AD12345"), PlateColour.BLUE) is PlateColour.GREEN
    assert offered(plate("吉A12345D"), PlateColour.UNKNOWN) is PlateColour.YELLOW_GREEN
    assert offered(plate("吉A1234警"), PlateColour.UNKNOWN) is PlateColour.WHITE


def test_without_a_plate_every_colour_may_be_chosen() -> None:
    assert possible(None) == tuple(PlateColour)
    assert offered(None, PlateColour.BLUE) is PlateColour.BLUE
