"""Personal columns at rest: names, telephones, notes and the history that repeats them.

Rules of this file:
- Who owns the key hands a sealer to an engine (`seal_with`); rows then hold sealed text, and the
  program sees plain text. An engine without a sealer stores plain text: tests, and tools.
- A sealed column can be asked only whether it is empty. Finding by name or telephone works on the
  index in memory (registry/views/search.py).
- What was written before sealing stays readable until it is sealed too.
"""

import json
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, Engine, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Sealer(Protocol):
    """Turns a text into a sealed one and back; "" stays "". purpose: where it belongs."""

    def seal(self, text: str, purpose: str) -> str: ...
    def unseal(self, text: str, purpose: str) -> str: ...


class _Clear:
    """Stores what it is given."""

    def seal(self, text: str, purpose: str) -> str:
        del purpose
        return text

    def unseal(self, text: str, purpose: str) -> str:
        del purpose
        return text


_CLEAR = _Clear()
_SEALERS: WeakKeyDictionary[Dialect, Sealer] = WeakKeyDictionary()


def seal_with(engine: Engine, sealer: Sealer) -> None:
    """Seal the personal columns of everything that goes through this engine from now on."""
    _SEALERS[engine.dialect] = sealer


class SealedText(TypeDecorator[str]):
    """A text column that is sealed at rest. purpose: authenticated with every value."""

    impl = String
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal."""
        return value and _SEALERS.get(dialect, _CLEAR).seal(value, self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Unseal."""
        return value and _SEALERS.get(dialect, _CLEAR).unseal(value, self.purpose)


class SealedJson(TypeDecorator[dict[str, Any]]):
    """A JSON column whose objects are kept as one sealed JSON string; None is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> Any:
        """Seal."""
        sealer = _SEALERS.get(dialect)
        if value is None or sealer is None:
            return value
        return sealer.seal(json.dumps(value, ensure_ascii=False), self.purpose)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        """Unseal; an object from before sealing comes back as it is."""
        if isinstance(value, str):
            value = json.loads(_SEALERS.get(dialect, _CLEAR).unseal(value, self.purpose))
        return value  # type: ignore[no-any-return]  # JSON that this class wrote.
