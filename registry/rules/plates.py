"""Chinese registration plates: their grammar, their classes, and which characters look alike. Pure.

Rules of this file:
- A plate is its whole text. The province character is part of the key; nothing here drops,
  folds or guesses a character, so 粤B12345 and 苏B12345 never meet.
- `parse` is the only way to make a `Plate` out of text; what it refuses, it explains.
- A form that the standard does not know is no reason to refuse: such plates are on the road. They
  are `unusual`: people are asked to check them once more, and they weigh less where a reading is
  in doubt. Refused is only what cannot be a plate.
- Looking alike is for showing candidates to a person. It never decides who enters.

Grammar: GA 36-2018 (in force 2018-05-01), clauses 5.9 and tables 3 and 4, for civil plates; GA/T
and ministry notices for police, consular, emergency-rescue, armed-police and military ones.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from registry.rules.invisible import visible

PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

_L: Final = "[A-HJ-NP-Z]"
_X: Final = "[0-9A-HJ-NP-Z]"
_P: Final = f"[{PROVINCES}]"
# GA 36-2018 table 4: a serial holds at most two letters.
_TWO_LETTERS: Final = "(?!(?:[0-9]*[A-Z]){3})"


class PlateClass(StrEnum):
    """What a plate's form says about it. Cars, motorcycles and lorries share the civil form."""

    CIVIL = "civil"
    OFFICE = "office"
    NEV_SMALL = "nev_small"
    NEV_LARGE = "nev_large"
    TRAILER = "trailer"
    COACH = "coach"
    POLICE = "police"
    HK_MACAO = "hk_macao"
    EMBASSY = "embassy"
    CONSULATE = "consulate"
    EMERGENCY = "emergency"
    EMERGENCY_MOTORCYCLE = "emergency_motorcycle"
    ARMED_POLICE = "armed_police"
    MILITARY = "military"
    AVIATION = "aviation"
    TEMPORARY = "temporary"
    TRACTOR = "tractor"
    OTHER = "other"


class PlateColour(StrEnum):
    """Ground colour of a plate (GA 36-2018 table 1); the values are those the reader uses."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow_green"
    WHITE = "white"
    BLACK = "black"
    UNKNOWN = "unknown"


class PlateFault(StrEnum):
    """Why a text can be no plate."""

    EMPTY = "empty"
    NOT_A_REGISTRATION = "not_a_registration"
    FOREIGN_CHARACTER = "foreign_character"
    LETTER_I = "letter_i"
    PROVINCE = "province"
    LENGTH = "length"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Plate:
    """One registration plate. text: the whole key, no dot or space, e.g. "吉A12345".

    unusual: the form is none of the standard's. Such plates exist, and so do slips of the pen.
    """

    text: str
    plate_class: PlateClass
    unusual: bool = False

    def __str__(self) -> str:
        """The plate as it is printed, with its dot where the class has one: 吉A·12345."""
        dotless = self.plate_class is PlateClass.EMERGENCY
        if self.text[0] in PROVINCES and self.text[1].isalpha() and not dotless:
            return f"{self.text[:2]}·{self.text[2:]}"
        return self.text


@dataclass(frozen=True, slots=True)
class Malformed:
    """A text that is no plate. text: what was left of it after normalising."""

    text: str
    fault: PlateFault


# The forms of the standards. Order matters where they overlap: WJ12345 would also fit the military.
_FORMS: Final = tuple(
    (plate_class, re.compile(form))
    for plate_class, form in (
        (PlateClass.CIVIL, rf"{_P}{_L}{_TWO_LETTERS}{_X}{{5}}"),
        (PlateClass.NEV_SMALL, rf"{_P}{_L}[A-HJK]{_X}[0-9]{{4}}"),
        (PlateClass.NEV_LARGE, rf"{_P}{_L}[0-9]{{5}}[A-HJK]"),
        (PlateClass.OFFICE, rf"{_P}O{_TWO_LETTERS}{_X}{{5}}"),
        (PlateClass.TRAILER, rf"{_P}{_L}{_TWO_LETTERS}{_X}{{4}}挂"),
        (PlateClass.COACH, rf"{_P}{_L}{_TWO_LETTERS}{_X}{{4}}学"),
        (PlateClass.POLICE, rf"{_P}[A-HJ-Z]{_X}[0-9]{{3}}警"),
        (PlateClass.HK_MACAO, rf"粤Z{_TWO_LETTERS}{_X}{{4}}[港澳]"),
        (PlateClass.EMBASSY, r"[0-9]{6}使|使[0-9]{6}"),
        # The second form is the one before 2018, 沪A1707领, of which some are still on the road.
        (PlateClass.CONSULATE, rf"{_P}[0-9]{{5}}领|{_P}{_L}[0-9]{{4}}领"),
        (PlateClass.EMERGENCY, rf"{_P}(?:[XS][0-9]{{4}}|[0-9]{{5}})应急"),
        (PlateClass.EMERGENCY_MOTORCYCLE, rf"应急{_P}[0-9]{{3}}[XS]"),
        (PlateClass.ARMED_POLICE, rf"WJ{_P}?[0-9]{{4}}[0-9A-HJ-NP-Z]"),
        (PlateClass.MILITARY, rf"{_L}{{2}}[0-9]{{5}}"),
        (PlateClass.AVIATION, rf"民航{_X}[0-9]{{4}}"),
        (PlateClass.TEMPORARY, rf"{_P}{_L}{_TWO_LETTERS}{_X}{{5}}[临试超]"),
        (PlateClass.TRACTOR, rf"{_P}[0-9]{{7}}"),
    )
)

# Forms on plates that were seen on real vehicles: numbers given out before 2014 with three to five
# letters, a letter inside a police number or in the province's place, plates of motorcycles.
_SEEN: Final = tuple(
    (plate_class, re.compile(form))
    for plate_class, form in (
        (PlateClass.CIVIL, rf"{_P}{_L}{_X}{{5}}"),
        (PlateClass.OFFICE, rf"{_P}O{_X}{{5}}"),
        (PlateClass.TRAILER, rf"{_P}{_L}{_X}{{4}}挂"),
        (PlateClass.COACH, rf"{_P}{_L}{_X}{{4}}学"),
        (PlateClass.POLICE, rf"{_P}[A-HJ-Z]{_X}{{4}}警"),
        (PlateClass.HK_MACAO, rf"粤Z{_X}{{4}}[港澳]"),
        (PlateClass.EMBASSY, r"[0-9]{5}使|使[0-9]{5}"),
        (PlateClass.CONSULATE, rf"{_P}{_L}{_X}{{4}}领"),
        (PlateClass.ARMED_POLICE, rf"WJ{_L}[0-9]{{5}}"),
        (PlateClass.TEMPORARY, rf"{_P}{_L}{_X}{{5,6}}[临试超]"),
        (PlateClass.TRACTOR, rf"{_P}[0-9]{{2}}{_X}{{5}}"),
    )
)
# What a plate can be at all: its length, its characters, and a word of Chinese where one belongs.
_ANY: Final = "[0-9A-HJ-Z]"
_CONCEIVABLE: Final = re.compile(
    rf"{_P}{_ANY}{{6,7}}|{_P}{_ANY}{{5,6}}[挂学警港澳领临试超]|{_P}{_ANY}{{5}}应急|应急{_P}{_ANY}{{4}}"
    rf"|WJ{_P}?{_ANY}{{5}}|WJ{_ANY}{{6}}|{_ANY}{{5,6}}使|使{_ANY}{{5,6}}|民航{_ANY}{{5}}"
)

_C: Final = PlateColour
EXPECTED_COLOURS: Final[Mapping[PlateClass, frozenset[PlateColour]]] = {
    PlateClass.CIVIL: frozenset({_C.BLUE, _C.YELLOW, _C.BLACK}),
    PlateClass.OFFICE: frozenset({_C.BLUE, _C.YELLOW, _C.BLACK, _C.WHITE}),
    PlateClass.NEV_SMALL: frozenset({_C.GREEN}),
    # Two yellow characters before six green ones: a camera may well see only the green.
    PlateClass.NEV_LARGE: frozenset({_C.YELLOW_GREEN, _C.GREEN}),
    PlateClass.TRAILER: frozenset({_C.YELLOW}),
    PlateClass.COACH: frozenset({_C.YELLOW}),
    PlateClass.POLICE: frozenset({_C.WHITE}),
    PlateClass.HK_MACAO: frozenset({_C.BLACK}),
    PlateClass.EMBASSY: frozenset({_C.BLACK}),
    PlateClass.CONSULATE: frozenset({_C.BLACK}),
    PlateClass.EMERGENCY: frozenset({_C.WHITE}),
    PlateClass.EMERGENCY_MOTORCYCLE: frozenset({_C.WHITE}),
    PlateClass.ARMED_POLICE: frozenset({_C.WHITE}),
    PlateClass.MILITARY: frozenset({_C.WHITE}),
    PlateClass.AVIATION: frozenset({_C.GREEN}),
    PlateClass.TEMPORARY: frozenset({_C.BLUE, _C.YELLOW, _C.WHITE}),
    PlateClass.TRACTOR: frozenset({_C.GREEN}),
    PlateClass.OTHER: frozenset(PlateColour) - {_C.UNKNOWN},
}

_SEPARATORS: Final = dict.fromkeys(map(ord, "·•・‧∙⋅●.。-‐‑‒–—―_ "))
_TRADITIONAL: Final = str.maketrans(
    "晉遼滬蘇閩贛魯鄂粵瓊貴雲陝甯寧應學掛領臨試", "晋辽沪苏闽赣鲁鄂粤琼贵云陕宁宁应学挂领临试"
)
_ALPHABET: Final = frozenset(
    PROVINCES + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789挂学警港澳使领应急民航临试超"
)


def normalise(text: str) -> str:
    """The text as a key: half-width, upper case, mainland characters, no dot, dash or space."""
    folded = unicodedata.normalize("NFKC", visible(text)).upper().translate(_SEPARATORS)
    return "".join(folded.split()).translate(_TRADITIONAL)


def parse(text: str) -> Plate | Malformed:
    """The plate that a text spells, or why it can spell none. Never mends a character."""
    key = normalise(text)
    for forms, unusual in ((_FORMS, False), (_SEEN, True)):
        for plate_class, form in forms:
            if form.fullmatch(key):
                return Plate(key, plate_class, unusual)
    if _CONCEIVABLE.fullmatch(key):
        return Plate(key, PlateClass.OTHER, unusual=True)
    return Malformed(key, _fault(key))


def is_usual(text: str) -> bool:
    """Whether a text has a form of the standard: what a reader in doubt should sooner believe."""
    plate = parse(text)
    return isinstance(plate, Plate) and not plate.unusual


def _fault(key: str) -> PlateFault:
    """What to tell the person who typed this: the first rule that it breaks."""
    tests = (
        (not key, PlateFault.EMPTY),
        ("危险品" in key, PlateFault.NOT_A_REGISTRATION),
        (not _ALPHABET.issuperset(key), PlateFault.FOREIGN_CHARACTER),
        ("I" in key, PlateFault.LETTER_I),
        (key[:1] not in PROVINCES, PlateFault.PROVINCE),
        (len(key) not in (7, 8), PlateFault.LENGTH),
    )
    return next((fault for broken, fault in tests if broken), PlateFault.FORM)


def colour_fits(plate: Plate, colour: PlateColour) -> bool:
    """Whether a plate of this class may have this ground colour; an unknown one always may."""
    return colour is PlateColour.UNKNOWN or colour in EXPECTED_COLOURS[plate.plate_class]


_GREENS: Final = frozenset({_C.GREEN, _C.YELLOW_GREEN})


def same_ground(a: PlateColour, b: PlateColour) -> bool:
    """Whether two colours may be those of one plate; an unknown one may be any.

    A number on a blue and on a yellow plate is two vehicles. The two greens are one: a camera may
    see only the green part of a large new-energy plate.
    """
    return a is b or PlateColour.UNKNOWN in (a, b) or {a, b} == _GREENS


def presumed(plate_class: PlateClass, colour: PlateColour) -> PlateColour:
    """The colour of a registered vehicle where nobody wrote one: an ordinary plate is blue.

    Lists of owners' cars seldom name a colour. Were it any, a lorry with a car's number would be
    the car.
    """
    unsaid = colour is PlateColour.UNKNOWN and plate_class is PlateClass.CIVIL
    return PlateColour.BLUE if unsaid else colour


def mask(plate: Plate) -> str:
    """The plate for eyes that need not know it: first two and last two characters, 吉A***45."""
    return f"{plate.text[:2]}{'*' * (len(plate.text) - 4)}{plate.text[-2:]}"


# Pairs seen confused by public readers and named in papers; see ADR 0030.
_GROUPS: Final = (
    *("0ODQ", "1ILT7", "2Z", "5S", "8B", "6G", "UVY", "MNW", "CG", "KX", "HM"),
    *("38", "PR", "EF", "VW", "4A", "08", "68", "58", "39", "49", "6B"),
)


def _lookalikes() -> dict[str, str]:
    alike: dict[str, set[str]] = {}
    for group in (*_GROUPS, PROVINCES):
        for a, b in combinations(group, 2):
            alike.setdefault(a, set()).add(b)
            alike.setdefault(b, set()).add(a)
    return {character: "".join(sorted(others)) for character, others in alike.items()}


LOOKALIKES: Final[Mapping[str, str]] = _lookalikes()
"""For each character, those that readers take it for; for a province, every other province."""


def one_apart(a: str, b: str) -> bool:
    """Whether two keys differ in exactly one position, and there by characters that look alike."""
    if len(a) != len(b):
        return False
    differing = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(differing) == 1 and differing[0][1] in LOOKALIKES.get(differing[0][0], "")


def neighbours(text: str, first: int = 0) -> Iterator[str]:
    """Every key one look-alike away from this one (about 60); not all of them are plates.

    first: the place from which on characters are replaced.
    """
    for place in range(first, len(text)):
        before, after = text[:place], text[place + 1 :]
        for other in LOOKALIKES.get(text[place], ""):
            yield before + other + after


def dropped_or_doubled(text: str) -> Iterator[str]:
    """Keys that a reader which lost one repeated or final character could have meant, and back."""
    for place in range(1, len(text)):
        yield text[:place] + text[place - 1] + text[place:]
        if text[place] == text[place - 1]:
            yield text[:place] + text[place + 1 :]
    yield text[:-1]
    for last in _last_characters(text):
        yield text + last


def _last_characters(text: str) -> str:
    """What may have stood behind a text that lost its end: seven characters of a green plate."""
    if len(text) == 6:
        return "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ挂学警"
    if len(text) != 7:
        return ""
    if text[2:].isdigit():
        return "ABCDEFGHJK"
    return "0123456789" if text[2] in "ABCDEFGHJK" else ""
