"""What is installed at a gate may be installed there, and the page of licences says so truly."""

import pytest

from tests.licences import PAGE, Licence, licences, own_licence, page


def test_every_pinned_package_has_a_licence_that_goes_with_our_own() -> None:
    assert [one for one in licences() if not one.goes_with(own_licence())] == []


def test_the_page_is_what_the_lock_installs() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.licences"


@pytest.mark.parametrize(
    "spdx", ["", "GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "Beerware of mine"]
)
def test_an_unknown_or_incompatible_licence_does_not_go(spdx: str) -> None:
    assert not Licence("x", "1", spdx).goes_with("Apache-2.0")


@pytest.mark.parametrize("spdx", ["MIT", "GPL-2.0-only OR MIT", "MPL-2.0 AND (Apache-2.0 OR MIT)"])
def test_one_of_several_to_choose_is_enough(spdx: str) -> None:
    assert Licence("x", "1", spdx).goes_with("Apache-2.0")
