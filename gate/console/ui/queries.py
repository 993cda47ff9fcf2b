"""Asks the journal aside: one question at a time, asked again if something changed meanwhile.

The event loop never waits for the database, and a burst of a hundred entries costs two questions.
"""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from nicegui import Client, background_tasks, run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.domain.errors import GateError

T = TypeVar("T")
_log = logging.getLogger(__name__)


async def ask(question: Callable[[], T]) -> T | None:
    """Return the answer of the record, or None where it cannot be read now; never blocks."""
    try:
        return await run.io_bound(question)
    except (GateError, SQLAlchemyError):
        _log.exception("the record cannot be read")
        return None


class LiveQuery(Generic[T]):
    """A part of a page that shows the answer to one question and follows its changes."""

    def __init__(self, question: Callable[[], T], show: Callable[[T | None], None]) -> None:
        self._question = question
        self._show = show
        self._client: Client = ui.context.client
        self._busy = False
        self._again = False

    def changed(self) -> None:
        """Ask again soon."""
        if self._busy:
            self._again = True
        else:
            background_tasks.create(self.refresh(), name="ask the record")

    async def refresh(self) -> None:
        """Ask now, and once more if something changed meanwhile."""
        self._busy = True
        try:
            while True:
                self._again = False
                answer = await ask(self._question)
                if self._client.is_deleted:
                    return
                with self._client:
                    self._show(answer)
                if not self._again:
                    return
        finally:
            self._busy = False
