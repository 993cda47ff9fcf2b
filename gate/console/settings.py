"""Settings as they are in force: each key of config.yaml, its value and what it is for.

They are changed in the file, by who may log in to the machine, and take effect at the next start;
the page says where. Passwords in addresses are never shown.
"""

import re
from collections.abc import Iterator
from html import escape

from pydantic import BaseModel

from gate.console import widgets
from gate.console.pages import Pages
from gate.console.visit import Visit
from gate.people import Action

FILE = "config.yaml"
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/settings", "nav.settings", Action.CHANGE_SETTINGS, build)


def build(visit: Visit) -> None:
    """Fill the page."""
    config = visit.services.config
    widgets.heading(visit.say("nav.settings"))
    if config is None:
        widgets.empty(visit.say("settings.none"), icon="settings")
        return
    where = visit.say("settings.where", file=str(visit.services.config_file or FILE))
    widgets.words(where, "soft").style("margin:6px 0 12px")
    sections: dict[str, list[tuple[str, str, str]]] = {}
    for key, value, purpose in lines(config):
        section, dot, _ = key.partition(".")
        sections.setdefault(section if dot else FILE, []).append((key, value, purpose))
    heads = [visit.say(f"settings.{name}") for name in ("key", "value", "purpose")]
    for name, rows in sections.items():
        with widgets.div("card").style("margin-bottom:12px"):
            widgets.heading(name, 3)
            cells = (
                [
                    f"<code>{escape(key)}</code>",
                    f"<b>{escape(value)}</b>",
                    f'<span lang="en">{escape(purpose)}</span>',
                ]
                for key, value, purpose in rows
            )
            widgets.table(heads, cells, caption=name)


def lines(part: BaseModel, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Return key, value and purpose of every setting below a section."""
    for name, field in type(part).model_fields.items():
        key = f"{before}{field.alias or name}"
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from lines(value, f"{key}.")
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            for entry, inner in value.items():
                yield from lines(inner, f"{key}.{entry}.")
        else:
            yield key, shown(value), field.description or ""


def shown(value: object) -> str:
    """Return a value for the screen, without user and password of an address."""
    return _USER_IN_URL.sub("***@", "—" if value is None else str(value))
