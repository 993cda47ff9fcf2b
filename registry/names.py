"""Does the name that a visitor says fit the household? Answers how, never with the name. Pure.

- match: the same name, give or take spaces and a title (先生, 女士 …).
- near: it sounds the same (张伟/章伟), is written in traditional characters (張偉), or lacks the
  surname (伟 for 张伟, 明华 for 欧阳明华).
- none: anything else. A surname alone (张先生) is none: every second visitor could say it.

Near is for the guard to judge, usually with a call to the household.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final

import opencc
from pypinyin import Style, pinyin

from registry.kinds import NameMatch

_TITLES: Final = re.compile(
    r"(先生|女士|小姐|太太|师傅|老师|医生|大夫|阿姨|叔叔|大爷|大妈|大哥|大姐|经理|老板)$"
)
_LONG_SURNAMES: Final = re.compile(
    "爱新觉罗|欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|司空|夏侯|端木|南宫|独孤"
    "|呼延|百里|东郭|轩辕|钟离|申屠|澹台|淳于|单于|太史|公冶|赫连|完颜|拓跋|纳兰"
)
_MOST_SOUNDS: Final = 64


def check(said: str, known: Iterable[str]) -> NameMatch:
    """The best fit of what was said to any of the names."""
    outcomes = [_compare(said, name) for name in known]
    for outcome in (NameMatch.MATCH, NameMatch.NEAR):
        if outcome in outcomes:
            return outcome
    return NameMatch.NONE


def _compare(said: str, name: str) -> NameMatch:
    heard, written = _plain(said), _plain(name)
    if not heard or not written:
        return NameMatch.NONE
    if heard == written:
        return NameMatch.MATCH
    heard, written = _simplified(heard), _simplified(written)
    alike = heard == written or bool(_sounds(heard) & _sounds(written))
    return NameMatch.NEAR if alike or heard == given_name(written) else NameMatch.NONE


def _plain(name: str) -> str:
    """Half-width, no spaces or dots, no title; Latin letters in one case."""
    folded = re.sub(r"[\s·•・.,，。'’-]", "", unicodedata.normalize("NFKC", name)).casefold()
    return _TITLES.sub("", folded)


def given_name(name: str) -> str:
    """The name without its surname; "" where there is only one character or no Chinese name."""
    if not name or not all("\u4e00" <= character <= "\u9fff" for character in name):
        return ""
    surname = _LONG_SURNAMES.match(name)
    return name[surname.end() if surname else 1 :]


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(name: str) -> str:
    return str(_converter().convert(name))


@lru_cache(maxsize=4096)
def _sounds(name: str) -> frozenset[str]:
    """Ways to say a name, without tones; names with many readings are cut short."""
    syllables = pinyin(name, style=Style.NORMAL, heteronym=True)
    return frozenset("'".join(way) for way in islice(product(*syllables), _MOST_SOUNDS))


def initials(name: str) -> frozenset[str]:
    """The pinyin initials that one may type for a name: 张三 -> {"zs"}; 曾 gives z and c."""
    ways = map(_letters, _plain(name))
    return frozenset("".join(way) for way in islice(product(*ways), _MOST_SOUNDS))


@lru_cache(maxsize=32768)
def _letters(character: str) -> tuple[str, ...]:
    """The letters that the readings of one character begin with, the usual one first."""
    readings = pinyin(_simplified(character), style=Style.FIRST_LETTER, heteronym=True)
    return tuple(dict.fromkeys(readings[0])) if readings else (character,)


def mask(name: str) -> str:
    """A name for eyes that need not know it: 张**; Latin names keep their first letter."""
    name = name.strip()
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_phone(phone: str) -> str:
    """A phone number for eyes that need not know it: 138****1234; short ones are all stars."""
    digits = phone.strip()
    if len(digits) < 8:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"
