"""The page about config.yaml, made from the models: `python -m gate.settings.reference` writes it.

A test fails while gate/docs/configuration.md is not what this makes.
"""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gate.settings.config import Config

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
HEAD = """# config.yaml

Every key, its default and what it is for. `python -m gate.settings.reference` makes this page from
the code. Try a changed file with `gate check`; an unknown key, a wrong value or two lanes on one
relay stops `gate run` with a line for each fault. What stands under `policy` can also be changed on
the settings page, at once and with history; what was changed there goes before this file until it
is taken back there.

Every key can come from the environment, which goes before the file: `GATE_` and the key's parts,
joined by two underscores.

| in config.yaml | in the environment |
|---|---|
| `data: /var/lib/gate` | `GATE_DATA=/var/lib/gate` |
| `web: {port: 8080}` | `GATE_WEB__PORT=8080` |
| `web: {proxies: [10.0.0.5, 10.0.0.6]}` | `GATE_WEB__PROXIES='[10.0.0.5, 10.0.0.6]'` |
| `lanes: {south: {barrier: {raise: 2}}}` | `GATE_LANES__SOUTH__BARRIER__RAISE=2` |
| `recognition: {threads: 2}` | `GATE_RECOGNITION='{threads: 2}'` |

A text is taken as it stands; lists and whole sections are written as in the file; empty means none
where a key may be none. Names of lanes and boards are found in any case, with `_` for whatever is
neither letter nor digit. A fault names the key and the variable. A variable with two underscores
that is no key, or one that is nearly a key, stops `gate run`; others, such as the log-ins named by
`camera.user_env`, are left alone. `gate check` names every key that comes from the environment, and
the settings page marks it. `GATE_LOG` and `GATE_LOG_FORMAT`: [operations.md](operations.md).
"""


def page() -> str:
    """Return the whole page as Markdown."""
    return HEAD + "".join(_section("", Config))


def _section(path: str, model: type[BaseModel]) -> Iterator[str]:
    title = path or "top level"
    yield f"\n## {title}\n\n{(model.__doc__ or '').strip().splitlines()[0]}\n\n"
    yield "| key | default | what it is for |\n|---|---|---|\n"
    inner: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        yield f"| `{key}` | {_default(field)} | {field.description} |\n"
        below = f"{path}.{key}" if path else key
        for part, many in _models(field.annotation):
            inner.append((f"{below}.NAME" if many else below, part))
    for below, part in inner:
        yield from _section(below, part)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, BaseModel | dict):
        return "see below"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _models(annotation: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, False
    elif get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _models(part)
    elif get_origin(annotation) is dict:
        for part, _ in _models(get_args(annotation)[1]):
            yield part, True


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
