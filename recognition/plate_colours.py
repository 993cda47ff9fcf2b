"""Which ground colours a plate's text allows (GA 36-2018, table 1; see ../gate/docs/decisions).
Pure.

This is no grammar: a text that fits no line here allows every colour. It only says where picture
and text contradict each other, which is a sign of a misread or of a false plate.
"""

import re

from recognition.reading import Colour

_BY_FORM: tuple[tuple[re.Pattern[str], frozenset[Colour]], ...] = tuple(
    (re.compile(form), frozenset(colours))
    for form, colours in (
        (r".*警|.*应急|WJ.*|[A-Z]{2}\d{5}", {Colour.WHITE}),
        (r".*[港澳使领]|使.*", {Colour.BLACK}),
        (r".*[学挂]", {Colour.YELLOW}),
        (r"民航.*", {Colour.GREEN}),
        (r".[A-Z][A-HJK][A-Z\d]\d{4}", {Colour.GREEN}),
        (r".[A-Z]\d{5}[A-HJK]", {Colour.YELLOW_GREEN, Colour.GREEN}),
        (r".\d{7}", {Colour.GREEN}),
        (r".[A-Z][A-Z\d]{5}", {Colour.BLUE, Colour.YELLOW, Colour.BLACK}),
    )
)


def allowed_colours(text: str) -> frozenset[Colour]:
    """The ground colours on which the text can stand."""
    for form, colours in _BY_FORM:
        if form.fullmatch(text):
            return colours
    return frozenset(Colour)
