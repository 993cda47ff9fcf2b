"""What strangers look for in a repository is there, and says what is so."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("gate", "hardware", "recognition", "registry")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_licence_is_the_one_that_the_project_names() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = read("LICENSE")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert text.count("\n") > 190
    assert set(PROJECT["project"]["license-files"]) == {"LICENSE", "NOTICE"}


def test_the_notice_names_every_file_of_weights() -> None:
    models = ROOT / "recognition" / "models"
    weights = {file.name for file in models.iterdir() if file.suffix in {".onnx", ".pth"}}
    assert len(weights) >= 4
    assert sorted(name for name in weights if name not in read("NOTICE")) == []


def test_no_sound_or_font_is_bundled_that_the_notice_says_is_not() -> None:
    bundled = {".wav", ".mp3", ".ogg", ".ttf", ".otf", ".woff", ".woff2"}
    assert "no bundled fonts and no sound files" in read("NOTICE")
    assert [
        file for name in PACKAGES for file in (ROOT / name).rglob("*") if file.suffix in bundled
    ] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_types_of_every_package_are_for_others_too(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"][package]


def test_hooks_before_a_commit_are_what_make_static_runs() -> None:
    (repo,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert repo["repo"] == "local"
    assert {hook["language"] for hook in repo["hooks"]} == {"system"}
    static = re.search(r"^static:.*\n((?:\t.*\n)+)", read("Makefile"), re.MULTILINE)
    assert static
    wanted = {tool(line) for line in static[1].splitlines()}
    assert len(wanted) == 4
    assert {tool(hook["entry"]) for hook in repo["hooks"]} == wanted


def tool(command: str) -> tuple[str, ...]:
    """Return the program of a command and its verb, e.g. ruff and check."""
    program, *rest = command.strip().split("/")[-1].split()[:2]
    return program, *rest


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)[^a-z-]", "\n".join(code(read(page)))))
    assert named
    assert named - targets == set()


def code(text: str) -> list[str]:
    """Return what stands in back quotes or in blocks of code."""
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + [
        f"{one} " for one in re.findall(r"`([^`\n]+)`", text)
    ]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_a_readme_shows_the_two_commands_and_leads_on(page: str) -> None:
    text = read(page)
    assert re.findall(r"^make (\w+)", text, re.MULTILINE)[:2] == ["run", "test"]
    for link in (
        *("LICENSE", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"),
        *("gate/docs/architecture.md", "gate/docs/rest-api.md", "gate/docs/configuration.md"),
    ):
        assert f"]({link})" in text, link


def test_both_readmes_are_alike() -> None:
    english, chinese = read("README.md"), read("README.zh-CN.md")
    assert "](README.zh-CN.md)" in english
    assert "](README.md)" in chinese
    assert shape(english) == shape(chinese)


def shape(text: str) -> list[str]:
    """Return the kinds of line of a page that two languages have alike."""
    kinds = re.findall(r"^(#+ |- |\| `|!\[|```\w*|\d\. )", text, re.MULTILINE)
    return [kind.strip() for kind in kinds]


def test_the_pictures_of_the_readme_are_small() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", read("README.md"))
    assert shown
    assert {name: size for name in shown if (size := (ROOT / name).stat().st_size) > 300_000} == {}


def test_the_changelog_has_this_version_and_what_came_since() -> None:
    headings = re.findall(r"^## \[([^\]]+)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert PROJECT["project"]["version"] in headings
    groups = set(re.findall(r"^### (\w+)$", read("CHANGELOG.md"), re.MULTILINE))
    assert groups <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_a_change_is_one_line() -> None:
    lines = [line for line in read("CHANGELOG.md").splitlines() if line.startswith("- ")]
    assert len(lines) > 25
    assert [line for line in lines if len(line) > 200] == []


DECISIONS = ROOT / "gate" / "docs" / "decisions"
PARTS = ["Context", "Decision", "Consequences"]
_STATUS = re.compile(
    r"^Status: accepted \(\d{4}-\d{2}-\d{2}; supersedes (none|\d{4}(?:, \d{4})*)\)$"
)
_DECISION = re.compile(r"(?<!its )\b(?:ADRs?|[Dd]ecisions?)[\s/#]+(\d{4}(?:, \d{4})*)\b")
_AMONG_DECISIONS = re.compile(r"(?<![\w.-])(?<![Mm]igration )00\d\d\b")
TEXTS = (".css", ".js", ".md", ".py", ".sh", ".toml", ".yaml")


def records() -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(DECISIONS.glob("*.md"))
        if file.name != "README.md"
    }


def superseded(text: str) -> set[str]:
    status = _STATUS.fullmatch(text.splitlines()[2])
    return set() if status is None or status[1] == "none" else set(status[1].split(", "))


def referring() -> Iterator[tuple[str, set[str]]]:
    """Give each file beside the records with the numbers of decisions that it names."""
    folders = (ROOT / name for name in ("examples", "tests", *PACKAGES))
    files = [*ROOT.glob("*"), *(file for folder in folders for file in folder.rglob("*"))]
    for file in files:
        if file.suffix in TEXTS and DECISIONS not in file.parents:
            found = _DECISION.findall(file.read_text(encoding="utf-8"))
            yield str(file.relative_to(ROOT)), {n for one in found for n in one.split(", ")}


def test_a_decision_is_a_sentence_with_a_status_and_three_parts() -> None:
    for name, text in records().items():
        title, _, status = text.splitlines()[:3]
        assert re.fullmatch(rf"# {name[:4]}\. [A-Z].*[^.]", title), name
        assert _STATUS.fullmatch(status), name
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS, name


def test_every_decision_is_in_the_index_by_its_title() -> None:
    index = read("gate/docs/decisions/README.md")
    assert len(records()) > 20
    for name, text in records().items():
        title = text.splitlines()[0].removeprefix(f"# {name[:4]}. ")
        date = text.splitlines()[2].removeprefix("Status: accepted (")[:10]
        assert f"| {name[:4]} | [{title}]({name}) | accepted, {date} |" in index, name


def test_every_old_number_leads_to_what_replaced_it() -> None:
    table = read("gate/docs/decisions/README.md").split("## Old numbers")[1]
    led = set(re.findall(r"^\| (\d{4}) \| (.*) \|$", table, re.MULTILINE))
    now: dict[str, list[str]] = {}
    for name, text in records().items():
        for old in superseded(text):
            now.setdefault(old, []).append(f"[{name[:4]}]({name})")
    assert led == {(old, ", ".join(links)) for old, links in now.items()}
    assert now.keys().isdisjoint(name[:4] for name in records())


def test_what_names_a_decision_names_one_that_is_there() -> None:
    there = {name[:4] for name in records()}
    assert {
        where: lost for where, numbers in referring() if (lost := sorted(numbers - there))
    } == {}
    assert sum(len(numbers) for _, numbers in referring()) > 20
    for name, text in records().items():
        named = set(_AMONG_DECISIONS.findall(text)) - superseded(text)
        assert sorted(named - there) == [], name
