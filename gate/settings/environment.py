"""Keys of config.yaml from the environment: GATE_WEB__PORT=8080 goes before `web.port` of the file.

Rules of this file:
- A variable is GATE_ and the key, its parts joined by two underscores, in any case. Names of lanes
  and boards are those of the file; what is neither letter nor digit in them is written `_`. A name
  that the file lacks is a new lane or board, in lower case.
- A text is taken as it stands, and empty means none where none is allowed; anything else, also a
  whole section, is written as in the file (YAML).
- A variable that nobody reads is a fault: any with two underscores, and one without that is nearly
  a key. Others may be a camera's log-in (`camera.user_env`), of this site or of one before.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

PREFIX: Final = "GATE_"
LOGS: Final = ("GATE_LOG", "GATE_LOG_FORMAT")
"""Variables that are no keys of the file: gate.logs reads them."""
_NEAR: Final = 0.85
"""How like a known name an unknown one must be to be taken for a slip of the pen."""


@dataclass(slots=True)
class Overlay:
    """A configuration with what the environment says put into it.

    given: key -> variable that set it. created: lane or board that only variables name -> the first
    of them. faults: (variable, what is wrong).
    """

    raw: dict[str, Any]
    given: dict[str, str] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def variable_of(self, key: str) -> str | None:
        """Return the variable that this key, or a section around it, came from."""
        return variable_of(key, {**self.created, **self.given})


def variable_of(key: str, given: Mapping[str, str]) -> str | None:
    """Return the variable that set this key, or a section around it."""
    parts = key.split(".")
    around = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((given[one] for one in around if one in given), None)


class _UnknownKeyError(Exception):
    """No key of this name."""


def overlay(
    model: type[BaseModel], raw: Mapping[str, Any], environment: Mapping[str, str]
) -> Overlay:
    """Return `raw`, a configuration of this model, with the variables of the environment in it."""
    made = Overlay(deepcopy(dict(raw)))
    # A whole section first, then single keys in it.
    for name in sorted(environment, key=lambda name: (name.count("__"), name)):
        if name.startswith(PREFIX) and name not in LOGS:
            _put(made, model, name, environment[name])
    logins = set(_logins(made.raw))
    made.faults = [fault for fault in made.faults if fault[0] not in logins]
    return made


def _put(made: Overlay, model: type[BaseModel], name: str, text: str) -> None:
    parts = name.removeprefix(PREFIX).split("__")
    try:
        path, annotation, new = _resolve(model, parts, made.raw)
    except _UnknownKeyError:
        if what := _unknown(model, name):
            made.faults.append((name, what))
        return
    if path == ["data"] and not text:
        return
    try:
        value = _value(annotation, text)
    except yaml.YAMLError:
        made.faults.append((name, "cannot be read; write the value as in config.yaml (YAML)"))
        return
    if _set(made.raw, path, value):
        made.given[".".join(path)] = name
        if new:
            made.created.setdefault(new, name)


def _resolve(model: type[BaseModel], parts: list[str], raw: object) -> tuple[list[str], Any, str]:
    """Return the key's path, its type, and the lane or board that the file lacks ("" for none)."""
    annotation: Any = model
    path: list[str] = []
    new = ""
    for part in parts:
        raw_here: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        section, named = _section(annotation)
        if section is None:
            raise _UnknownKeyError
        if named:
            key = _name_in(raw_here, part)
            if key not in raw_here:
                new = new or ".".join([*path, key])
            annotation = section
        else:
            key, annotation = _field(section, part)
        path.append(key)
        raw = raw_here.get(key)
    return path, annotation, new


def _field(section: type[BaseModel], part: str) -> tuple[str, Any]:
    for name, known in section.model_fields.items():
        key = known.alias or name
        if key.casefold() == part.casefold():
            return key, known.annotation
    raise _UnknownKeyError


def _section(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model that keys below stand in, and whether a name of a lane comes first."""
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part, False
        if get_origin(part) is dict:
            return get_args(part)[1], True
    return None, False


def _parts(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _parts(part)
    elif origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    else:
        yield annotation


def _name_in(raw: Mapping[str, Any], part: str) -> str:
    if not part:
        raise _UnknownKeyError
    same = [key for key in raw if _spelt(str(key)) == _spelt(part)]
    return same[0] if same else part.lower()


def _spelt(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "_", name.casefold())


def _value(annotation: Any, text: str) -> object:
    kinds = list(_parts(annotation))
    if not text and NoneType in kinds:
        return None
    return text if any(map(_is_text, kinds)) else yaml.safe_load(text)


def _is_text(kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return True
    return isinstance(kind, type) and issubclass(kind, str | Path | Enum)


def _set(raw: dict[str, Any], path: list[str], value: object) -> bool:
    """Put a value in; False where the file has something else in place of a section."""
    here: Any = raw
    for key in path[:-1]:
        if here.get(key) is None:
            here[key] = {}
        here = here[key]
        if not isinstance(here, dict):
            return False
    here[path[-1]] = value
    return True


def _unknown(model: type[BaseModel], name: str) -> str:
    """Return what is wrong with a variable that is no key, "" where it may be somebody else's."""
    variables = list(_variables(model, PREFIX))
    upper = name.upper()
    by_one = {known.replace("__", "_"): known for known in variables}
    if meant := by_one.get(upper):
        return f"is no key; write {meant}, with two underscores between the parts"
    near = get_close_matches(upper, [*variables, *LOGS], 1, _NEAR)
    if near:
        return f"is no key; did you mean {near[0]}?"
    return "is no key of config.yaml; see gate/docs/configuration.md" if "__" in name else ""


def _variables(model: type[BaseModel], start: str) -> Iterator[str]:
    for name, known in model.model_fields.items():
        variable = start + (known.alias or name).upper()
        yield variable
        section, named = _section(known.annotation)
        if section is not None and not named:
            yield from _variables(section, f"{variable}__")


def _logins(raw: Mapping[str, Any]) -> Iterator[str]:
    """The variables that cameras of this configuration take their log-in from."""
    lanes = raw.get("lanes")
    for lane in lanes.values() if isinstance(lanes, Mapping) else ():
        camera = lane.get("camera") if isinstance(lane, Mapping) else None
        if isinstance(camera, Mapping) and isinstance(name := camera.get("user_env"), str):
            yield name
