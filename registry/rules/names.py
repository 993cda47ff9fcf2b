"""Does the name that a visitor says fit the household? Answers how, never with the name. Pure.

- match: the same name, give or take spaces, dots and a title (先生, 女士 …).
- near: what a guard who types by ear may have written. It sounds the same (张伟/章伟), but for
  tone, flat or curled tongue (z/zh) and in/ing, en/eng; every reading of a character counts (单 is
  dan and shan); it is in traditional characters (張偉); or it lacks the surname (明华 for 张明华,
  古丽娜尔 for 古丽娜尔·艾山).
- none: anything else. A surname says nothing, with or without a title (张先生, 李师傅, 王总, 老张):
  every second visitor could say it. One character says nothing either (伟 for 张伟).

Near is for the guard to judge, usually with a call to the household (ADR 0034).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from registry.rules.kinds import NameMatch

if TYPE_CHECKING:
    from opencc import OpenCC

_TITLES: Final = re.compile(
    r"(先生|女士|小姐|太太|夫人|师傅|老师|教授|医生|大夫|护士|阿姨|叔叔|伯伯|爷爷|奶奶|大爷|大妈|大娘"
    r"|大婶|大叔|大哥|大姐|经理|主任|校长|院长|书记|老板|同志)$"
)
# Said behind a surname alone, and part of a name elsewhere: 李天工.
_SHORT_TITLE: Final = "[总工哥姐叔姨婶嫂]"
_LONG_SURNAMES: Final = re.compile(
    "爱新觉罗|欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|司空|夏侯|端木|南宫|独孤"
    "|呼延|百里|东郭|轩辕|钟离|申屠|澹台|淳于|太史|公冶|赫连|完颜|拓跋|纳兰|万俟|濮阳|鲜于|西门|闻人"
)
_ADDRESS: Final = re.compile(rf"(?:{_LONG_SURNAMES.pattern}|.){_SHORT_TITLE}")
_PLACEHOLDER: Final = re.compile("[老小].")
_DOTS: Final = re.compile("[·•・‧∙⋅●.]")
# A name of more characters than this that has no dot and no long surname is no Chinese one.
_LONGEST: Final = 4
_MAX_SOUNDS: Final = 64


def check(said: str, known: Iterable[str]) -> NameMatch:
    """The best fit of what was said to any of the names."""
    outcomes = [_compare(said, name) for name in known]
    for outcome in (NameMatch.MATCH, NameMatch.NEAR):
        if outcome in outcomes:
            return outcome
    return NameMatch.NONE


def _compare(said: str, name: str) -> NameMatch:
    heard, written = _telling(said), _telling(name)
    if not heard or not written or _PLACEHOLDER.fullmatch(written):
        return NameMatch.NONE
    if heard == written:
        return NameMatch.MATCH
    near = any(_alike(heard, part) for part in (written, *_given_names(name)))
    return NameMatch.NEAR if near else NameMatch.NONE


def _telling(name: str) -> str:
    """What tells a person from others; "" for one character, or a surname with a title."""
    whole = _plain(name)
    bare = _TITLES.sub("", whole)
    surname = bare != whole and _LONG_SURNAMES.fullmatch(bare)
    return "" if len(bare) < 2 or surname or _ADDRESS.fullmatch(bare) else bare


def _plain(name: str) -> str:
    """Half-width, no spaces or dots; Latin letters in one case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _DOTS.sub("", re.sub(r"[\s,，。'’-]", "", folded))


def _given_names(name: str) -> Iterator[str]:
    """What is left of a name without its surname, or without the father's name behind a dot."""
    first, *others = _DOTS.split(unicodedata.normalize("NFKC", _TITLES.sub("", name.strip())))
    surname_first = _LONG_SURNAMES.fullmatch(_plain(first)) is not None
    given = _plain("".join(others)) if others and surname_first else _plain(first)
    given = given if others else given_name(given)
    if not given.isascii():
        yield given


def given_name(name: str) -> str:
    """The name without its surname; "" where there is only one character or no Chinese name."""
    if not name or not all("\u4e00" <= character <= "\u9fff" for character in name):
        return ""
    surname = _LONG_SURNAMES.match(name)
    if surname is None and len(name) > _LONGEST:
        return ""
    return name[surname.end() if surname else 1 :]


def _alike(heard: str, written: str) -> bool:
    """Whether two names sound the same, character by character."""
    heard, written = _simplified(heard), _simplified(written)
    return len(heard) == len(written) and all(
        a == b or _sounds(a) & _sounds(b) for a, b in zip(heard, written, strict=True)
    )


@cache
def _converter() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplified(name: str) -> str:
    return str(_converter().convert(name))


def _readings(character: str, *, letters: bool) -> Sequence[str]:
    """The ways to say one character, the usual one first: syllables, or their first letters."""
    # A dictionary of all phrases comes with it: loading it is a tenth of the gate's start.
    from pypinyin import Style, pinyin

    style = Style.FIRST_LETTER if letters else Style.NORMAL
    readings = pinyin(character, style=style, heteronym=True)
    return readings[0] if readings else ()


@lru_cache(maxsize=32768)
def _sounds(character: str) -> frozenset[str]:
    """Ways to say a character, without what ears and dialects mix up: tones, z/zh, in/ing."""
    return frozenset(map(_blurred, _readings(character, letters=False)))


def _blurred(syllable: str) -> str:
    return re.sub("(?<=[ie])ng$", "n", re.sub("^([zcs])h", r"\1", syllable))


def initials(name: str) -> frozenset[str]:
    """The pinyin initials that one may type for a name: 张三 -> {"zs"}; 曾 gives z and c."""
    ways = map(_letters, _TITLES.sub("", _plain(name)))
    return frozenset("".join(way) for way in islice(product(*ways), _MAX_SOUNDS))


@lru_cache(maxsize=32768)
def _letters(character: str) -> tuple[str, ...]:
    """The letters that the readings of one character begin with, the usual one first."""
    return tuple(dict.fromkeys(_readings(_simplified(character), letters=True))) or (character,)


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
