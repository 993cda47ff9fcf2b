"""The chain finds every change of a header or body, every gap, every move."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gate.journal.hash_chain import (
    GENESIS,
    ChainFault,
    ChainLink,
    Flaw,
    Header,
    check,
    check_body,
    forge,
    hash_body,
)


def build(n: int) -> list[ChainLink]:
    links: list[ChainLink] = []
    for seq in range(1, n + 1):
        body_hash = hash_body(bytes(16), f"body {seq}".encode())
        header = Header(seq, seq * 1000, seq * 900, "boot", "south", f"p{seq}", "Kind", body_hash)
        links.append(forge(links[-1].hash if links else GENESIS, header))
    return links


def findings(links: list[ChainLink]) -> list[ChainFault]:
    found: list[ChainFault] = []
    before = None
    for link in links:
        found += check(before, link)
        before = link
    return found


def test_a_sound_chain_has_no_findings() -> None:
    assert findings(build(10)) == []


FIELDS: dict[str, object] = {
    "at": 5,
    "monotonic": 5,
    "boot": "other",
    "lane": "north",
    "passage": "q",
    "kind": "Other",
    "body_hash": bytes(32),
}


@given(st.integers(1, 12), st.sampled_from(sorted(FIELDS)))
def test_a_changed_header_is_named(victim: int, field: str) -> None:
    links = build(12)
    changed: dict[str, object] = {field: FIELDS[field]}
    header = replace(links[victim - 1].header, **changed)  # type: ignore[arg-type]  # by name
    links[victim - 1] = replace(links[victim - 1], header=header)
    assert [(one.seq, one.flaw) for one in findings(links)] == [(victim, Flaw.CHANGED)]


@given(st.integers(1, 11))
def test_an_entry_forged_with_a_fitting_hash_is_named_by_the_next_one(victim: int) -> None:
    links = build(12)
    old = links[victim - 1]
    links[victim - 1] = forge(old.prev, replace(old.header, lane="north"))
    assert [(one.seq, one.flaw) for one in findings(links)] == [(victim, Flaw.REPLACED)]


@given(st.integers(1, 10), st.integers(1, 3))
def test_removed_entries_are_named(first: int, n: int) -> None:
    links = build(14)
    del links[first - 1 : first - 1 + n]
    found = findings(links)
    assert [(one.seq, one.flaw) for one in found] == [(first, Flaw.REMOVED)]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=2, unique=True))
def test_entries_that_changed_places_are_named(pair: list[int]) -> None:
    links = build(9)
    one, other = pair
    first, second = links[one - 1], links[other - 1]
    links[one - 1] = replace(second, header=replace(second.header, seq=one))
    links[other - 1] = replace(first, header=replace(first.header, seq=other))
    named = {found.seq for found in findings(links) if found.flaw is Flaw.OUT_OF_ORDER}
    assert named == {one, other}


def test_renumbering_after_a_removal_does_not_hide_it() -> None:
    links = build(6)
    del links[2]
    moved = [replace(link, header=replace(link.header, seq=n)) for n, link in enumerate(links, 1)]
    assert {found.seq for found in findings(moved)} >= {3, 4, 5}


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(min_size=16, max_size=16))
def test_a_body_is_checked_with_its_salt(body: bytes, other: bytes, salt: bytes) -> None:
    header = Header(7, 0, 0, "", "", "", "Kind", hash_body(salt, body))
    found = check_body(header, salt, other)
    assert (found is None) == (other == body)
    if found is not None:
        assert (found.seq, found.flaw) == (7, Flaw.BODY_CHANGED)
