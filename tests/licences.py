"""The licences of everything that requirements*.lock installs, and whether they go with our own.

`python -m tests.licences` writes gate/docs/licences.md; tests/test_licences.py fails on a licence
that is unknown or does not go with the one in pyproject.toml, and on a page that is out of date.
Licences are read from the installed packages' own metadata (SPDX expression, else the licence field
or the classifiers) and understood by the library license-expression.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from license_expression import ExpressionError, LicenseExpression, get_spdx_licensing

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "gate" / "docs" / "licences.md"
LOCKS = {"requirements.lock": "", "requirements-postgres.lock": "only with PostgreSQL"}

PERMISSIVE = frozenset(
    (
        *("MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "PSF-2.0"),
        *("Zlib", "CC0-1.0", "LicenseRef-scancode-public-domain"),
    )
)
WEAK_COPYLEFT = frozenset({"MPL-2.0", "LGPL-3.0-only"})
"""For their own files only: imported, not changed and not built in, which both allow."""

GOES_WITH = {"Apache-2.0": PERMISSIVE | WEAK_COPYLEFT}
"""Project's licence -> licences that what it installs may have."""

STATED = {
    "av": (
        "BSD-3-Clause",
        "its wheels hold FFmpeg (LGPL-3.0) with x264 and x265 (GPL-2.0), see decision 0093",
    ),
    "colorama": ("BSD-3-Clause", "Windows only, so not installed where this page is made"),
    "docutils": (
        "LicenseRef-scancode-public-domain AND BSD-2-Clause",
        "the GPL is of an editor's mode that no wheel holds",
    ),
}
"""Where metadata says too little or too much: what a person read, and why."""

WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "mit license": "MIT",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What older packages write instead of an SPDX name."""

INTRODUCTION = (
    "Gate itself is {own}. This is everything that `requirements.lock` and "
    "`requirements-postgres.lock` install, from the packages' own metadata; "
    "`python -m tests.licences` writes it, and a test fails on a licence that is unknown or does "
    "not go with Gate's. MPL and LGPL packages are imported as they are, unchanged."
)

_SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Licence:
    """A package and its licence. spdx: "" where it could not be understood. note: for people."""

    package: str
    version: str
    spdx: str
    note: str = ""

    @property
    def expression(self) -> LicenseExpression | None:
        """The licence, understood; None where it could not be."""
        try:
            return _SPDX.parse(self.spdx, validate=True) if self.spdx else None
        except ExpressionError:
            return None

    def goes_with(self, own: str) -> bool:
        """Whether a project of this licence may install it; one of several to choose is enough."""
        found = self.expression
        return found is not None and _allowed(found, GOES_WITH[own])


def _allowed(expression: LicenseExpression, good: frozenset[str]) -> bool:
    parts = getattr(expression, "args", ())
    if not parts:
        return str(expression) in good
    if type(expression).__name__ == "OR":
        return any(_allowed(part, good) for part in parts)
    return all(_allowed(part, good) for part in parts)


def own_licence() -> str:
    """Return the licence of this project."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["license"])


def locked() -> Iterator[tuple[str, str, str]]:
    """Give name, version and note of every pinned package."""
    for file, note in LOCKS.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        for name, version in re.findall(
            r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==([^ \\;]+)", text, re.MULTILINE
        ):
            yield name, version, note


def licences() -> list[Licence]:
    """Return every pinned package once, by name."""
    found: dict[str, Licence] = {}
    for name, version, note in locked():
        spdx, why = STATED.get(name, ("", ""))
        said = "; ".join(filter(None, (note, why)))
        found.setdefault(name, Licence(name, version, spdx or from_metadata(name), said))
    return [found[name] for name in sorted(found)]


def from_metadata(package: str) -> str:
    """Return the SPDX expression of an installed package, "" where it says none we understand."""
    try:
        about = metadata(package)
    except PackageNotFoundError:
        return ""
    classes = [one.rpartition("::")[2].strip() for one in about.get_all("Classifier") or ()
               if one.startswith("License ::")]  # fmt: skip
    said = [
        about.get("License-Expression"),
        about.get("License"),
        " AND ".join(map(_spdx, classes)),
    ]
    return next((spdx for one in said if one and (spdx := _spdx(one)) and _known(spdx)), "")


def _spdx(words: str) -> str:
    return WORDS.get(words.strip().casefold(), words.strip())


def _known(spdx: str) -> bool:
    return Licence("", "", spdx).expression is not None


def page() -> str:
    """Return gate/docs/licences.md."""
    rows = (f"| {one.package} | {one.spdx or 'unknown'} | {one.note} |" for one in licences())
    lines = [
        "# Licences of what is installed",
        "",
        INTRODUCTION.format(own=own_licence()),
        "",
        "| package | licence (SPDX) | |",
        "|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
