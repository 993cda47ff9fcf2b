"""What calamine passes over in silence: the shape of these findings, archives and XML. Pure.

calamine reads an error (#N/A) and a formula that nobody has calculated as an empty cell: a
household would be registered without its vehicle. Each kind of file has a module that finds them.
"""

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from registry.spreadsheets.grid import TooLargeError

Place = tuple[int, int]
"""A cell's row and column, from 0."""
Area = tuple[Place, Place]

_MAX_ERRORS: Final = 100_000
UNVALUED: Final = "#FORMULA!"
"""What stands for a formula without its value."""


@dataclass(slots=True)
class SilentSheet:
    """What a sheet has. errors: what to show instead of the empty cell. merged: cells as one."""

    errors: dict[Place, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)

    def add(self, place: Place, text: str) -> None:
        """Note an error. Raises TooLargeError where a file holds more than any sheet may."""
        self.errors[place] = text
        if len(self.errors) > _MAX_ERRORS:
            raise TooLargeError


@dataclass(frozen=True, slots=True)
class Silent:
    """What a file has, by the name of the sheet. since_1904: how its numbers count days."""

    sheets: Mapping[str, SilentSheet] = field(default_factory=dict)
    since_1904: bool = False
    encrypted: bool = False


class Archive:
    """A zip archive whose parts are found whatever their case and slashes (some programs write
    backslashes)."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._names = {_plain(name): name for name in packed.namelist()}

    def read(self, name: str) -> bytes:
        """A part's content; nothing where there is none."""
        known = self._names.get(_plain(name))
        return b"" if known is None else self._packed.read(known)

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return _plain(name) in self._names

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that one points to: id -> (the last word of the kind, name)."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "Relationship":
                kind = attributes.get("Type", "").rsplit("/", 1)[-1]
                target = attributes.get("Target", "").replace("\\", "/")
                found[attributes.get("Id", "")] = (kind, posixpath.join("/", folder, target))

        parse(self.read(posixpath.join(folder, "_rels", f"{name}.rels")), start)
        return found


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).strip("/").casefold()


def local(name: str) -> str:
    """A tag or an attribute without its namespace."""
    return name.rsplit("}", 1)[-1]


def parse(
    content: bytes,
    start: Callable[[str, dict[str, str]], object] | None = None,
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Read XML; nothing for an empty part. Raises ExpatError. Entities of its own are refused."""
    if not content:
        return
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    if start:
        parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    parser.Parse(content, True)


def _refuse_entity(*_: object) -> None:
    raise TooLargeError
