"""A list of the record that is read page by page, newest first, and the days that it is of."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from gate.auth.permissions import Permission
from gate.console.components.dates import end_of_day, start_of_day
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.queries import ask

Row_co = TypeVar("Row_co", covariant=True)
Row = TypeVar("Row")


class CursorPage(Protocol[Row_co]):
    """Some lines, newest first, and the cursor of the next older page; None at the end."""

    @property
    def rows(self) -> Sequence[Row_co]: ...
    @property
    def cursor(self) -> int | None: ...


class DayFields:
    """Two fields for the first and the last day, both included; empty ones set no limit."""

    def __init__(self, visit: PageContext, first: str, last: str) -> None:
        """Draw them here. first, last: keys of their labels."""
        self._visit = visit
        self._first, self._last = (
            widgets.text_field(visit.say(key)).props("type=date stack-label")
            for key in (first, last)
        )

    @property
    def since(self) -> datetime | None:
        """The first moment of the first day, in the site's zone."""
        return start_of_day(self._visit, str(self._first.value or ""))

    @property
    def until(self) -> datetime | None:
        """The first moment after the last day, in the site's zone."""
        return end_of_day(self._visit, str(self._last.value or ""))


class PagedList(Generic[Row]):
    """A card with one page of lines, and below it the ways to the newest and to older ones.

    permission: asked anew for each page. draw: puts lines into the card, `nothing` where none is.
    """

    def __init__(
        self,
        visit: PageContext,
        permission: Permission,
        draw: Callable[[Sequence[Row]], None],
        nothing: Callable[[], object],
    ) -> None:
        """Draw the empty card here."""
        self._visit, self._permission = visit, permission
        self._draw, self._nothing = draw, nothing
        self._rows = widgets.div("card").style("margin-top:12px")
        self._buttons = widgets.div("row-flex").style("margin-top:10px")

    async def show(
        self, question: Callable[[int | None], CursorPage[Row]], cursor: int | None = None
    ) -> None:
        """Show a page. question: reads the one at a cursor, None for the newest."""
        if self._visit.act(self._permission) is None:
            return
        page = await ask(lambda: question(cursor))
        self._rows.clear()
        self._buttons.clear()
        with self._rows:
            self._fill(page)
        with self._buttons:
            self._ways(question, cursor, page.cursor if page is not None else None)

    def _fill(self, page: CursorPage[Row] | None) -> None:
        if page is None:
            widgets.empty(self._visit.say("shell.record_away"), icon="cloud_off")
        elif not page.rows:
            self._nothing()
        else:
            self._draw(page.rows)

    def _ways(
        self, question: Callable[[int | None], CursorPage[Row]], now: int | None, older: int | None
    ) -> None:
        say = self._visit.say
        if now is not None:
            widgets.button(say("shell.newest"), lambda: self.show(question), icon="first_page")
        if older is not None:
            widgets.button(
                say("shell.more"), lambda: self.show(question, older), icon="chevron_right"
            )
