"""What people read, by key: the catalogues of gate/i18n/locale, one JSON file per room and
language.

Rules of this file:
- A key is `area.key`: the path inside the file joined by dots. An area stands in one file only.
- Chinese is the first language; a key that English lacks is said in Chinese rather than not at all.
- A missing key never breaks a page at night: it is shown as ⟨key⟩ and logged once.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_log = logging.getLogger(__name__)


class Language(StrEnum):
    """Languages of the pages; the values are the folders of gate/i18n/locale."""

    CHINESE = "zh_CN"
    ENGLISH = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag for the page's `lang` attribute."""
        return {Language.CHINESE: "zh-CN", Language.ENGLISH: "en-US"}[self]


FIRST: Final = Language.CHINESE


class Texts:
    """The texts of one language."""

    def __init__(self, language: Language, own: Mapping[str, str] | None = None) -> None:
        """Take a language; own: texts that the site has put in place of the program's, by key."""
        self.language = language
        self._texts = {**catalogue(language), **own} if own else catalogue(language)
        self._first = catalogue(FIRST)

    def say(self, key: str, **values: object) -> str:
        """Return the text of `key` with {names} filled in; ⟨key⟩ where there is none."""
        text = self._texts.get(key) or self._first.get(key)
        if text is None:
            _missing(key)
            return f"⟨{key}⟩"
        return text.format_map(values) if values else text

    def knows(self, key: str) -> bool:
        """Whether this key has a text, so that a caller may fall back on its own words."""
        return key in self._texts or key in self._first

    def name_of(self, area: str, value: str) -> str:
        """Return the text of `area.value`, or the bare value where devices report a new word."""
        key = f"{area}.{value}"
        return self.say(key) if self.knows(key) else value

    def area(self, area: str) -> dict[str, str]:
        """Return every text of an area by its key inside the area, e.g. for the page's script."""
        start = f"{area}."
        merged = {**self._first, **self._texts}
        return {key.removeprefix(start): t for key, t in merged.items() if key.startswith(start)}


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return all texts of a language by full key."""
    folder = files("gate.i18n.locale").joinpath(language.value)
    texts: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            for key, text in _flat(_read(file)):
                if key in texts:
                    raise ValueError(
                        f"{language.value}/{file.name}: {key} stands in two catalogues"
                    )
                texts[key] = text
    return texts


def _read(file: Traversable) -> Mapping[str, object]:
    content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError(f"{file.name}: a catalogue is an object of key: text")
    return content


def _flat(content: Mapping[str, object], start: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", str(value)


@cache
def _missing(key: str) -> None:
    """Log a missing key once; the cache is the memory of what was logged."""
    _log.warning("no text for %s in gate/i18n/locale", key)
