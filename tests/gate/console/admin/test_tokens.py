"""Every scope that a token may hold has words on the page that gives it."""

import pytest

from gate.auth.tokens import GRANTABLE
from gate.i18n.texts import Language, Texts


@pytest.mark.parametrize("language", Language)
def test_every_scope_has_words(language):
    texts = Texts(language)
    assert all(texts.knows(f"tokens.scope.{one.replace(':', '_')}") for one in GRANTABLE)
