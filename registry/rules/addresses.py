"""Addresses as people write them: 3栋2单元501, 3号楼2-501, 3-2-501, 三栋五〇一室. Pure.

A part is kept as its shortest form: digits without leading zeros, letters in upper case, without
栋, 单元, 室. 三栋 and 3栋 are one building, or a register would soon have both.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from registry.rules.invisible import visible

_NUMERALS: Final = {character: str(n) for n, character in enumerate("零一二三四五六七八九")}
_NUMERALS["〇"] = "0"
_BUILDING: Final = r"(?:号楼|号院|栋|幢|座|楼|#)"
_UNIT: Final = r"(?:单元|门)"
_ROOM: Final = r"(?:室|号房|号|房)"
_NUMBERS: Final = {
    _BUILDING: re.compile(r"[A-Z]?[0-9]{1,3}[A-Z]?"),
    _UNIT: re.compile(r"[A-Z]?[0-9]{1,2}[A-Z]?"),
    _ROOM: re.compile(r"[A-Z]?[0-9]{1,5}[A-Z]?"),
}
_NAMED: Final = re.compile(r"[A-Z]|[\u4e00-\u9fff]{1,8}[0-9]{0,3}")
_WRITTEN: Final = re.compile(
    rf"(?P<building>[^-栋幢座楼单门#号]+?){_BUILDING}-?"
    rf"(?:(?P<unit>[^-单门]+?){_UNIT}-?)?(?:(?P<room>[^-室]+?){_ROOM}?)?"
)
_HALF_WRITTEN: Final = re.compile(
    rf"(?P<building>[^-栋幢座楼单门#号]+?){_BUILDING}-?(?P<unit>[A-Z0-9]+)-(?P<room>[A-Z0-9]+){_ROOM}?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a household is; parts that were not written are ""."""

    building: str
    unit: str = ""
    room: str = ""

    def __str__(self) -> str:
        """The short form, 3-2-501."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part)


def building(text: str) -> str | None:
    """A building's name, or None if this is none: 3号楼 -> 3."""
    return _part(text, _BUILDING, named=True)


def unit(text: str) -> str | None:
    """A unit's name, "" where there is none, None if this is no unit: 2单元 -> 2."""
    return _part(text, _UNIT, named=True) if text.strip() else ""


def room(text: str) -> str | None:
    """A room's number, or None if this is none: 0501室 -> 501."""
    return _part(text, _ROOM, named=False)


def parse(text: str) -> Address | None:
    """A whole address, or its beginning, in any of the usual ways of writing; None if it is none.

    Two parts joined by a dash are building and room unless 栋 or 单元 says otherwise.
    """
    folded = re.sub(r"[\s,，]", "", _fold(text)).replace("—", "-").replace("–", "-")
    if found := _HALF_WRITTEN.fullmatch(folded) or _WRITTEN.fullmatch(folded):
        return _address(found["building"], found["unit"] or "", found["room"] or "")
    parts = folded.split("-")
    if len(parts) == 2:
        parts.insert(1, "")
    return _address(*parts) if len(parts) == 3 else None


def _address(first: str, second: str, third: str) -> Address | None:
    house, stair = building(first), unit(second)
    flat = room(third) if third else ""
    return None if house is None or stair is None or flat is None else Address(house, stair, flat)


def _part(text: str, suffix: str, *, named: bool) -> str | None:
    plain = re.sub(rf"{suffix}$", "", re.sub(r"\s", "", _fold(text)))
    plain = "".join(_numeral(plain))
    if _NUMBERS[suffix].fullmatch(plain):
        return re.sub(r"^([A-Z]?)0+(?=[0-9])", r"\1", plain)
    return plain if named and _NAMED.fullmatch(plain) else None


def _numeral(text: str) -> str:
    """Chinese numerals up to 99, or digit by digit, as digits; other text as it is."""
    if not re.fullmatch(r"[零〇一二三四五六七八九十]+", text):
        return text
    tens = re.fullmatch(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)", text)
    if tens:
        return _NUMERALS.get(tens[1], "1") + _NUMERALS.get(tens[2], "0")
    return "".join(_NUMERALS.get(character, "") for character in text)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", visible(text)).upper().strip()


def sort_key(part: str) -> tuple[int, str]:
    """For sorting buildings, units and rooms by number where they have one."""
    digits = re.search(r"[0-9]+", part)
    return (int(digits[0]) if digits else 0, part)
