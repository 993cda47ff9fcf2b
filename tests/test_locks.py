"""The locks: everything that is asked for is in them by version and hash, and they agree."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
RUN, DEV = "requirements.lock", "requirements-dev.lock"
UNLOCKED = {"torch"}
"""Its build without CUDA is another file under the same version: tests/lock.sh."""
Pins = dict[str, set[Version]]


@cache
def entries(lock: str) -> list[str]:
    """Each package's lines, with the hashes of its files."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return re.findall(r"^[^\s#].*(?:\n    --hash=.*)*", text, re.MULTILINE)


def pins(lock: str) -> Pins:
    """Versions by package; a package may have one for each range of Pythons."""
    found: Pins = {}
    for entry in entries(lock):
        match = re.match(r"([\w.-]+)(?:\[[^\]]*\])?==(\S+)", entry)
        assert match is not None, entry
        found.setdefault(canonicalize_name(match[1]), set()).add(Version(match[2]))
    return found


def asked(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for at run time and by these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines if not line.startswith("gate[")]


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_package_has_a_version_and_hashes(lock: str) -> None:
    assert len(entries(lock)) > 40
    assert [entry for entry in entries(lock) if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("lock", "extras"), [(RUN, ()), (DEV, ("dev", "train", "postgres"))])
def test_what_is_asked_for_is_locked_at_a_version_that_will_do(
    lock: str, extras: tuple[str, ...]
) -> None:
    locked = pins(lock)
    assert [
        str(one)
        for one in asked(*extras)
        if one.name not in UNLOCKED
        and not all(
            one.specifier.contains(version, prereleases=True)
            for version in locked.get(canonicalize_name(one.name), {Version("0")})
        )
    ] == []


@pytest.mark.parametrize("lock", [RUN, "requirements-postgres.lock"])
def test_tests_run_with_the_versions_that_a_gate_gets(lock: str) -> None:
    tools = pins(DEV)
    other = {name: found for name, found in pins(lock).items() if tools.get(name) != found}
    assert other == {}


@pytest.mark.parametrize("lock", [RUN, DEV, "requirements-postgres.lock"])
def test_a_lock_names_no_machine_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--find-links|/tmp/|/home/", text)
