"""After a log-in one comes to a page of this site and nowhere else."""

import pytest

from gate.console.session.login import HOME, safe_target


@pytest.mark.parametrize("to", ["/live", "/log?plate=吉A12345", "/passages/abc"])
def test_a_page_of_this_site_is_kept(to):
    assert safe_target(to) == to


@pytest.mark.parametrize(
    "to",
    [
        *("https://elsewhere", "//elsewhere", "/\\elsewhere", "\\\\elsewhere", "", "live"),
        *("/login", "/logout", "/live\r\nSet-Cookie: x=1", "javascript:alert(1)"),
    ],
)
def test_any_other_place_becomes_the_first_page(to):
    assert safe_target(to) == HOME
