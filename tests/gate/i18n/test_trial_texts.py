"""The words of `gate board` and of board troubles are there in both languages."""

from string import Formatter

import pytest

from gate.i18n.texts import Language, Texts
from hardware.boards.trial import ENGLISH
from hardware.errors import Trouble


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_english_is_what_a_trial_says_by_itself() -> None:
    assert Texts(Language.ENGLISH).area("trial") == dict(ENGLISH)


@pytest.mark.parametrize("language", Language)
def test_every_word_has_its_fields_in_every_language(language: Language) -> None:
    words = Texts(language).area("trial")
    assert words.keys() == ENGLISH.keys()
    for key, text in words.items():
        assert fields(text) == fields(ENGLISH[key])


@pytest.mark.parametrize("language", Language)
def test_every_trouble_has_a_sentence(language: Language) -> None:
    assert Texts(language).area("trouble").keys() == {trouble.value for trouble in Trouble}
