"""Rows of the history for eyes that need not know the persons in them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from registry.rules.names import mask, mask_phone

_NAMES: Final = frozenset({"visitor_name", "said"})
_PHONES: Final = frozenset({"phone", "visitor_phone"})
_NAMED_BY: Final = frozenset({"Person"})
"""Entities whose field `name` is a person's; a building's or a space's is none."""


def masked_fields(entity: str, fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The fields of a row with names and phones masked; None as it is."""
    if fields is None:
        return None
    return {name: _masked(entity, name, value) for name, value in fields.items()}


def _masked(entity: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _PHONES:
        return mask_phone(value)
    personal = name in _NAMES or (name == "name" and entity in _NAMED_BY)
    return mask(value) if personal else value
