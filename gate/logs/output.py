"""What a log line looks like: plain text, or one JSON object a line, with lane and passage.

Environment:
- `GATE_LOG`: the least level that is written: DEBUG, INFO, WARNING (default), ERROR or CRITICAL.
- `GATE_LOG_FORMAT`: `text` (default) or `json`.

No plate stands in a message above DEBUG: the passage's id leads to it in the record, where looking
it up is itself on record.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from gate.domain.errors import GateError
from gate.logs.context import current

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FORMATS: Final = ("text", "json")
_TEXT: Final = "%(asctime)s %(levelname)s %(name)s lane=%(lane)s passage=%(passage)s: %(message)s"
NOWHERE: Final = "-"
"""In text, the lane or passage of a line that belongs to none."""


class LogSettingsError(GateError):
    """A variable of the environment asks for logs that there are not."""


class ContextFilter(logging.Filter):
    """Gives each record its lane and passage; what the caller said by `extra` goes first.

    lane: the lane of lines that name none, in a process that serves one lane.
    """

    def __init__(self, lane: str = "") -> None:
        super().__init__()
        self._lane = lane

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, with `lane` and `passage`."""
        lane, passage = current()
        record.lane = getattr(record, "lane", "") or lane or self._lane or NOWHERE
        record.passage = getattr(record, "passage", "") or passage or NOWHERE
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, lane, passage (or null), message, error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its end."""
        said: dict[str, str | None] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "lane": _known(record, "lane"),
            "passage": _known(record, "passage"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _known(record: logging.LogRecord, name: str) -> str | None:
    said = str(getattr(record, name, NOWHERE))
    return None if said == NOWHERE else said


def handler(form: str = "text", lane: str = "") -> logging.Handler:
    """Return a handler that writes such lines to stderr. form: one of FORMATS."""
    made = logging.StreamHandler()
    made.addFilter(ContextFilter(lane))
    made.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(_TEXT))
    return made


def configure(environment: Mapping[str, str], lane: str = "") -> None:
    """Send trouble to stderr, where systemd's journal picks it up. Raises LogSettingsError.

    lane: of a process that serves one lane.
    """
    level = _one_of(environment, "GATE_LOG", LEVELS, "WARNING")
    form = _one_of(environment, "GATE_LOG_FORMAT", FORMATS, "text")
    logging.basicConfig(level=level, handlers=[handler(form, lane)])


def _one_of(environment: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    said = environment.get(name, "") or default
    found = next((one for one in known if one.casefold() == said.strip().casefold()), None)
    if found is None:
        raise LogSettingsError(f"{name}: {said!r} is none of {', '.join(known)}")
    return found
