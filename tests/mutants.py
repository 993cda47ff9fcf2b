"""Mutants: a piece of the program spoilt on purpose, to see that a property would notice.

A property that no mutant turns red proves nothing. `mutant` replaces one piece of one function's
source for the length of a `with`; `seen_red` says that a property fails on it.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings


@contextmanager
def mutant(function: Callable[..., Any], old: str, new: str, *also: ModuleType) -> Iterator[None]:
    """Put `new` in the place of `old` in a function, wherever its module and `also` know it.

    The function may be a method. `old` must stand exactly once in its source.
    """
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {function}"
    module = sys.modules[function.__module__]
    made: dict[str, Any] = {}
    exec(
        compile(source.replace(old, new), f"mutant of {module.__name__}", "exec"),
        vars(module),
        made,
    )
    *owners, name = function.__qualname__.split(".")
    owner = vars(module)[owners[0]] if owners else module
    places = [owner, *(one for one in also if getattr(one, name, None) is function)]
    try:
        for place in places:
            setattr(place, name, made[name])
        yield
    finally:
        for place in places:
            setattr(place, name, function)


def seen_red(
    property_: Callable[..., Any],
    function: Callable[..., Any],
    old: str,
    new: str,
    *also: ModuleType,
) -> None:
    """Fail unless the property fails while the function is spoilt."""
    with (
        mutant(function, old, new, *also),
        _first_failure_only(property_),
        pytest.raises(BaseException) as caught,  # noqa: PT011 - what it is is looked at below
    ):
        property_()
    found = caught.value
    causes = found.exceptions if isinstance(found, BaseExceptionGroup) else (found,)
    assert all(isinstance(one, AssertionError) for one in causes), causes


@contextmanager
def _first_failure_only(property_: Any) -> Iterator[None]:
    """Let hypothesis stop at the first failing example: nobody needs the smallest one here."""
    usual = getattr(property_, "_hypothesis_internal_use_settings", None)
    if usual is None:
        yield
        return
    property_._hypothesis_internal_use_settings = settings(
        usual,
        max_examples=1000,
        phases=(Phase.explicit, Phase.generate),
        database=None,
        report_multiple_bugs=False,
    )
    try:
        yield
    finally:
        property_._hypothesis_internal_use_settings = usual
