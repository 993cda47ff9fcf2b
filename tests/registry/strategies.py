"""Plates of every class, drawn from the grammar itself and not from the code under test."""

from hypothesis import strategies as st

from registry.rules.plates import PROVINCES

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "0123456789"
provinces = st.sampled_from(PROVINCES)
letters = st.sampled_from(LETTERS)
digits = st.sampled_from(DIGITS)


@st.composite
def serials(draw: st.DrawFn, length: int = 5) -> str:
    """A serial with at most two letters."""
    characters = [draw(digits) for _ in range(length)]
    for place in draw(st.sets(st.integers(0, length - 1), max_size=2)):
        characters[place] = draw(letters)
    return "".join(characters)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


ordinary = _joined(provinces, letters, serials())
small_green = _joined(
    provinces, letters, st.sampled_from("ABCDEFGHJK"), st.sampled_from(LETTERS + DIGITS), _digits(4)
)
civil = ordinary | small_green
special = st.one_of(
    _joined(provinces, letters, _digits(4), st.just("警")),
    _joined(provinces, st.sampled_from("XS"), _digits(4), st.just("应急")),
    _joined(st.just("WJ"), provinces, _digits(4), letters),
    _joined(letters.filter(lambda c: c != "W"), letters, _digits(5)),
)
other = st.one_of(
    _joined(provinces, letters, _digits(5), st.sampled_from("ABCDEFGHJK")),
    _joined(provinces, letters, serials(4), st.sampled_from("挂学")),
    _joined(st.just("粤Z"), serials(4), st.sampled_from("港澳")),
    _joined(_digits(6), st.just("使")),
    _joined(provinces, _digits(5), st.just("领")),
    _joined(provinces, st.just("O"), serials()),
)
plates = civil | special | other

_ANY = LETTERS + "O" + DIGITS
_serial = st.text(_ANY, min_size=5, max_size=5)
unusual = st.one_of(
    _joined(provinces, letters, _serial),
    _joined(provinces, letters, _serial, st.sampled_from(_ANY)),
    _joined(provinces, _serial, st.sampled_from("警学挂港澳领")),
    _joined(st.just("WJ"), st.sampled_from(_ANY), _serial),
    _joined(st.just("使"), _serial),
)
"""What can be a plate, in whatever form."""
