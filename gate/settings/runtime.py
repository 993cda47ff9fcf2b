"""Settings that change while the gate runs: the file's values, with what was given on the page.

Rules of this file:
- A change is one transaction: the value and its audit entry. Only then do the lanes hear of it.
- Changes are applied in the order in which they were committed, and each is validated as the file
  is, so that a value which the file could not hold is never in force.
- Who may change settings is for the caller (gate.auth.users); the name is put on record here.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from gate.domain.entries import Audited
from gate.domain.errors import GateError
from gate.domain.ports import Clock, Journal
from gate.i18n.texts import FIRST, Language, catalogue
from gate.settings.config import Config, PolicyConfig
from gate.settings.tunables import (
    POLICY,
    SettingFault,
    SettingKind,
    SettingRefusedError,
    Tunable,
    Value,
    read,
)
from gate.storage.settings_table import SettingRow

CHANGED: Final = "setting_changed"
RESTORED: Final = "setting_restored"
MAX_SAID, MAX_SHOWN = 80, 24
"""Characters of a sentence that is spoken, and of a line on an LED board."""
_POLICY, _TEXT = "policy.", "text."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Override:
    """A value that was given on the page, by whom and when."""

    value: Value
    by: str
    at: datetime


class Settings:
    """The settings in force. Thread-safe."""

    def __init__(self, journal: Journal, config: Config, clock: Clock) -> None:
        self._journal, self._file, self._clock = journal, config, clock
        self._lock = threading.Lock()
        self._given: Mapping[str, Override] = {}
        self._config = config
        self._listeners: tuple[Callable[[], None], ...] = ()

    def load(self) -> None:
        """Take over what was given before; where that cannot be read, the file's values stand."""
        try:
            with self._journal.reading() as session:
                rows = session.exec(select(SettingRow)).all()
                given = {row.key: given for row in rows if (given := _given(row)) is not None}
        except (GateError, DBAPIError):
            _log.exception("changed settings cannot be read: those of the file are in force")
            return
        self._take(given)

    def subscribe(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` after each change, once it is in force."""
        self._listeners = (*self._listeners, on_change)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self._config

    @property
    def given(self) -> Mapping[str, Override]:
        """What was given on the page and goes before the file, by key."""
        return self._given

    def value(self, key: str) -> Value:
        """Return the value in force. Raises SettingRefusedError for a key that nobody knows."""
        given = self._given.get(key)
        return given.value if given is not None else self.file_value(key)

    def file_value(self, key: str) -> Value:
        """Return the value of config.yaml, or the program's own text. Raises
        SettingRefusedError.
        """
        tunable = tunable_of(key)
        if tunable.kind is SettingKind.TEXT:
            return tunable.original
        value: Value = getattr(self._file.policy, key.removeprefix(_POLICY))
        return value

    def texts(self, language: Language) -> Mapping[str, str]:
        """Return the texts of a language that were changed, by key of the catalogues."""
        start = f"{_TEXT}{language.value}."
        return {
            key.removeprefix(start): str(given.value)
            for key, given in self._given.items()
            if key.startswith(start)
        }

    def change(self, key: str, typed: object, *, by: str, why: str) -> None:
        """Give a setting another value. Raises SettingRefusedError, and
        JournalUnavailableError if not kept.
        """
        value = read(tunable_of(key), typed)
        if not why.strip():
            raise SettingRefusedError(SettingFault.WHY)
        with self._lock:
            if value == self.value(key):
                raise SettingRefusedError(SettingFault.SAME)
            self._keep(key, Override(value, by, self._clock.now().utc), why.strip())

    def restore(self, key: str, *, by: str, why: str = "") -> None:
        """Go back to the file's value. Raises as `change` does."""
        tunable_of(key)
        with self._lock:
            if key not in self._given:
                raise SettingRefusedError(SettingFault.SAME)
            self._keep(key, None, why.strip(), by)

    def undo(self, key: str, detail: Mapping[str, object], *, by: str, why: str = "") -> None:
        """Take one change back, unless another came after it. detail: of its audit entry."""
        tunable = tunable_of(key)
        with self._lock:
            if self.value(key) != detail.get("after"):
                raise SettingRefusedError(SettingFault.RACED)
            if detail.get("was_file"):
                self._keep(key, None, why, by)
            else:
                value = read(tunable, detail.get("before"))
                self._keep(key, Override(value, by, self._clock.now().utc), why)

    def _keep(self, key: str, new: Override | None, why: str, by: str = "") -> None:
        """Commit, then put in force. The lock is held."""
        before = self.value(key)
        given = {name: one for name, one in self._given.items() if name != key}
        if new is not None:
            given[key] = new
        _effective(self._file, given)
        with self._journal.unit() as unit:
            row = unit.session.get(SettingRow, key)
            if row is not None:
                unit.session.delete(row)
                unit.session.flush()
            if new is not None:
                unit.session.add(_row(key, new))
            detail: dict[str, object] = {
                "before": before,
                "after": new.value if new is not None else self.file_value(key),
                "was_file": key not in self._given,
            }
            action = CHANGED if new is not None else RESTORED
            who = new.by if new is not None else by
            unit.append(Audited(by=who, action=action, target=key, why=why, detail=detail))
        self._take(given)

    def _take(self, given: Mapping[str, Override]) -> None:
        self._config = _effective(self._file, given)
        self._given = given
        for listener in self._listeners:
            listener()


def tunable_of(key: str) -> Tunable:
    """Return the setting of this key. Raises SettingRefusedError if it may not change at run
    time.
    """
    if key in POLICY:
        return POLICY[key]
    for language in Language:
        start = f"{_TEXT}{language.value}."
        name = key.removeprefix(start)
        if key.startswith(start) and _is_tunable_text(name):
            shown = name.startswith("sign.")
            longest = MAX_SHOWN if shown else MAX_SAID
            original = catalogue(language).get(name) or catalogue(FIRST)[name]
            return Tunable(key, SettingKind.TEXT, longest=longest, original=original, group="texts")
    raise SettingRefusedError(SettingFault.UNKNOWN)


def text_keys(language: Language) -> tuple[str, ...]:
    """Return the keys of the texts that may change: what drivers are shown, then what is said."""
    names = [name for name in catalogue(FIRST) if _is_tunable_text(name)]
    names.sort(key=lambda name: not name.startswith("sign."))
    return tuple(f"{_TEXT}{language.value}.{name}" for name in names)


def _is_tunable_text(name: str) -> bool:
    known = name in catalogue(FIRST)
    spoken = name.startswith("reasons.") and name.endswith(".say")
    return known and (name.startswith("sign.") or spoken)


def _effective(config: Config, given: Mapping[str, Override]) -> Config:
    """Return the file with what was given. Raises SettingRefusedError for what the file refuses."""
    policy = {key.removeprefix(_POLICY): one.value for key, one in given.items() if key in POLICY}
    try:
        merged = PolicyConfig.model_validate({**config.policy.model_dump(), **policy})
    except ValidationError as error:
        raise SettingRefusedError(SettingFault.CHOICE) from error
    return config.model_copy(update={"policy": merged})


def _row(key: str, given: Override) -> SettingRow:
    value = json.dumps(given.value, ensure_ascii=False)
    return SettingRow(key=key, value=value, changed_by=given.by, changed_at=given.at)


def _given(row: SettingRow) -> Override | None:
    """Return a kept value, or None where this release would not take it: then the file's stands."""
    try:
        value = read(tunable_of(row.key), json.loads(row.value))
    except (SettingRefusedError, ValueError) as error:
        _log.warning("setting %s was changed to what is not taken any more: %s", row.key, error)
        return None
    return Override(value, row.changed_by, row.changed_at)
