"""The configuration that only the file changes: each key, its value in force and what it is for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from pydantic import BaseModel

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.i18n.texts import FIRST
from gate.settings.config import Config
from gate.settings.environment import variable_of
from gate.settings.tunables import POLICY

FILE = "config.yaml"
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """A key, its value as shown, the catalogue's key of what it is for, and that in English."""

    key: str
    value: str
    words: str
    purpose: str


def config_table(visit: PageContext, config: Config) -> None:
    """Place a table for each section, with the file that they stand in."""
    say = visit.say
    file = str(visit.services.config_file or FILE)
    widgets.words(say("settings.where", file=file), "soft")
    if config.from_environment:
        widgets.words(say("settings.from_environment"), "soft")
    sections: dict[str, list[ConfigLine]] = {}
    for line in lines(config):
        if line.key in POLICY:
            continue
        section, dot, _ = line.key.partition(".")
        sections.setdefault(section if dot else FILE, []).append(line)
    heads = [say(f"settings.{name}") for name in ("key", "value", "purpose")]
    for name, rows in sections.items():
        with widgets.div("card"):
            widgets.heading(name, 3)
            cells = (
                [
                    f"<code>{escape(line.key)}</code>",
                    f"<b>{escape(line.value)}</b>{_variable(config, line.key)}",
                    _purpose(visit, line),
                ]
                for line in rows
            )
            widgets.table(heads, cells, caption=name).classes("config-table")


def _variable(config: Config, key: str) -> str:
    """Return the mark of a key that the environment set: its variable."""
    variable = variable_of(key, config.from_environment)
    return f"<br><code>{escape(variable)}</code>" if variable else ""


def _purpose(visit: PageContext, line: ConfigLine) -> str:
    """Return what a key is for: Chinese from the catalogue, English from the model itself."""
    if visit.texts.language is FIRST and visit.texts.knows(line.words):
        return escape(visit.say(line.words))
    return f'<span lang="en">{escape(line.purpose)}</span>'


def lines(part: BaseModel, before: str = "") -> Iterator[ConfigLine]:
    """Return every setting of a section and of the sections in it."""
    for name, field in type(part).model_fields.items():
        key = f"{before}{field.alias or name}"
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from lines(value, f"{key}.")
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            for entry, inner in value.items():
                yield from lines(inner, f"{key}.{entry}.")
        else:
            yield ConfigLine(
                key, shown(value), purpose_key(type(part), name), field.description or ""
            )


def purpose_key(part: type[BaseModel], name: str) -> str:
    """Return the key of the words that say what a field is for, e.g. config.web.port."""
    section = part.__name__.removesuffix("Config").lower() or "site_wide"
    return f"config.{section}.{name.rstrip('_')}"


def shown(value: object) -> str:
    """Return a value for the screen, without user and password of an address."""
    return _USER_IN_URL.sub("***@", "—" if value is None else str(value))
