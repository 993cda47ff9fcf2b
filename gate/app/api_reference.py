"""The page about REST, made from the OpenAPI: `python -m gate.app.api_reference` writes it.

A test fails while gate/docs/rest-api.md is not what this makes.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gate.api.errors import ANSWERS
from gate.app.http import API, PARTS, routes
from gate.auth.tokens import Scope

PAGE = Path(__file__).parents[1] / "docs" / "rest-api.md"
HEAD = """# REST API

Every call that other programs can make. `python -m gate.app.api_reference` makes this page from the
code; the same as OpenAPI 3.1 is at `/api/v1/openapi.json` of a running gate.

## First call

An administrator makes a token on the page *Tokens*, with the scopes that the program needs; its
secret is shown once. Then:

```sh
curl -H "Authorization: Bearer gate_…" https://gate.example/api/v1/lanes
```

A person who is logged in to the pages may call the API as well; calls that change something then
need the header `X-Requested-With`. A household's own token sees and makes passes of that household
only.

## Rules for all calls

- Bodies and answers are JSON in UTF-8. Times are ISO 8601 with an offset:
  `2026-03-03T18:00:00+08:00`. A body has at most 64 kB.
- Lists come in pages: send `next` of one answer as the cursor of the following call; `null` is the
  end.
- Where a call takes `Idempotency-Key`: after a broken connection send the same call with the same
  key; it acts once.
- Where something cannot be done, `detail` says why in a sentence. For a malformed request `errors`
  names each place.

"""


def page() -> str:
    """Return the whole page as Markdown."""
    return HEAD + "".join((*_common_answers(), *_calls(), *_shapes()))


def _common_answers() -> Iterator[str]:
    yield "| status | every call may answer |\n|---|---|\n"
    for code, answer in ANSWERS.items():
        yield f"| {code} | {answer['description']} |\n"


def _calls() -> Iterator[str]:
    described = routes().openapi()
    scopes = _scopes()
    part = ""
    for path, operations in described["paths"].items():
        for method, call in operations.items():
            if call["tags"][0] != part:
                part = call["tags"][0]
                yield f"\n## {part.capitalize()}\n"
            yield f"\n### {method.upper()} {path.removeprefix(API)}\n\n"
            yield f"**{call['summary']}.** {_line(call['description'])}\n\n"
            yield f"Scope `{scopes[method.upper(), path]}`.{_body(call)}{_answers(call)}\n"
            yield from _parameters(call)


def _parameters(call: Mapping[str, Any]) -> Iterator[str]:
    found = call.get("parameters", ())
    if found:
        yield "\n| parameter | in | type | |\n|---|---|---|---|\n"
    for one in found:
        said = [one.get("description", "")]
        if one["required"]:
            said.insert(0, "required")
        if (default := one["schema"].get("default")) not in {None, ""}:
            said.append(f"default {default}")
        words = _line("; ".join(filter(None, said)))
        yield f"| `{one['name']}` | {one['in']} | {_type(one['schema'])} | {words} |\n"


def _body(call: Mapping[str, Any]) -> str:
    if "requestBody" not in call:
        return ""
    return f" Body: {_type(_json(call['requestBody']))}."


def _answers(call: Mapping[str, Any]) -> str:
    own = {code: one for code, one in call["responses"].items() if int(code) not in ANSWERS}
    good, *others = own
    shape = _type(_json(own[good])) if "content" in own[good] else "nothing"
    also = f" Also {', '.join(others)}." if others else ""
    return f" Answers {good}: {shape}.{also}"


def _json(part: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = next(iter(part["content"].values())).get("schema", {})
    return schema


def _shapes() -> Iterator[str]:
    yield "\n## Shapes\n"
    for name, shape in routes().openapi()["components"]["schemas"].items():
        yield f"\n### {name}\n\n{_line(shape.get('description', ''))}\n"
        if "enum" in shape:
            yield f"\nOne of {', '.join(f'`{one}`' for one in shape['enum'])}.\n"
        if "properties" in shape:
            yield "\n| field | type | |\n|---|---|---|\n"
        for field, of in shape.get("properties", {}).items():
            must = "required" if field in shape.get("required", ()) else ""
            yield f"| `{field}` | {_type(of)} | {must} |\n"
        for example in shape.get("examples", ()):
            yield f"\n```json\n{json.dumps(example, ensure_ascii=False, indent=2)}\n```\n"


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema in words, with a link where it has a name."""
    match schema:
        case {"$ref": ref}:
            name = ref.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"anyOf": parts} | {"oneOf": parts}:
            return " or ".join(_type(part) for part in parts)
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"const": value}:
            return f"`{value}`"
        case {"type": kind}:
            return f"{_KINDS.get(schema.get('format', kind), kind)}{_bounds(schema)}"
        case _:
            return "a stream of events"


_KINDS = {"date-time": "time", "object": "object", "boolean": "true or false"}


def _bounds(schema: Mapping[str, Any]) -> str:
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    unit = " characters" if schema["type"] == "string" else ""
    if least is not None and most is not None:
        return f", {least} to {most}{unit}"
    if most is not None:
        return f", at most {most}{unit}"
    return f", at least {least}{unit}" if least is not None else ""


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _scopes() -> dict[tuple[str, str], str]:
    """Return the scope that each call needs, by method and path."""
    return {
        (method, f"{API}{route.path}"): _needed(route.dependant)
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def _needed(dependant: Dependant) -> str:
    names = (getattr(one.call, "__name__", "") for one in dependant.dependencies)
    (name,) = (one for one in names if one.startswith("needs_"))
    return Scope[name.removeprefix("needs_").upper()]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
