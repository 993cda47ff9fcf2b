"""The page about REST is what the code does."""

import re

from gate.app.api_reference import PAGE, page
from gate.app.http import API
from tests.gate.api.test_auth import routes


def test_the_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8")
    assert current == page(), "run: python -m gate.app.api_reference"


def test_every_call_is_there_with_the_scope_that_it_needs() -> None:
    found = re.findall(r"^### ([A-Z]+) (/\S+)\n\n.*\n\nScope `([^`]+)`", page(), re.MULTILINE)
    assert len(found) > 30
    told = {(method, API + path, scope) for method, path, scope in found}
    assert told == {(method, path, str(scope)) for method, path, scope in routes()}


def test_every_link_leads_to_one_shape() -> None:
    text = page()
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    shapes = re.findall(r"^#+ (\w+)$", text, re.MULTILINE)
    places = [name.lower() for name in shapes]
    assert links
    assert {link: places.count(link) for link in links} == dict.fromkeys(links, 1)


def test_no_schema_is_left_without_a_word() -> None:
    assert text_of_unknown_types(page()) == ["Scope `lanes:read`. Answers 200: a stream of events."]


def text_of_unknown_types(text: str) -> list[str]:
    return [line for line in text.splitlines() if "a stream of events" in line]
