"""Holds: passages of a dispute that must not be purged, placed and ended with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.dates import end_of_day
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.passage import PassageId
from gate.domain.ports import UnitOfWork
from gate.privacy import holds
from gate.services import units
from registry.rules.plates import Malformed, normalise, parse
from registry.store.store import Actor


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/privacy/holds", "privacy.holds", Permission.READ_AUDIT, build, under="/privacy")


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await HoldsPage(visit).refresh()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A hold as it was typed: of one passage, or of a plate in some days."""

    plate: str
    passage: PassageId | None
    since: datetime | None
    until: datetime | None
    why: str

    def place(self, unit: UnitOfWork, by: Actor) -> int | holds.HoldUnclearError:
        """Place it; what is wrong with it is a value here."""
        try:
            return holds.place_hold(
                unit,
                by=by.who,
                why=self.why,
                now=by.at,
                of=self.passage,
                plate=self.plate,
                since=self.since,
                until=self.until,
            )
        except holds.HoldUnclearError as unclear:
            return unclear


class HoldsPage:
    """Every hold, those in force on top of their own accord: the newest first."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("privacy.holds")).classes("grow")
            if visit.may(Permission.PROTECT_DATA):
                widgets.button(say("holds.add"), self._add, kind="main", icon="add")
        widgets.words(say("holds.text"), "soft")
        self._list = widgets.div("col-flex").style("margin-top:12px")

    async def refresh(self) -> None:
        """Draw the holds as they are now."""
        services = self._visit.services
        rows = await ask(
            lambda: units.read(
                services, lambda session: holds.holds(session.connection(), all_of_them=True)
            )
        )
        self._list.clear()
        with self._list:
            if rows is None:
                widgets.empty(self._visit.say("shell.record_away"))
            elif not rows:
                widgets.empty(self._visit.say("holds.none"), icon="gavel")
            for row in rows or ():
                self._line(row)

    def _line(self, row: holds.Hold) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card row-flex"):
            what = plate_chip(row.plate) if row.plate else f"<b>{escape(row.passage)}</b>"
            widgets.raw(what)
            widgets.words(row.why, "grow")
            widgets.words(self._span(row), "mono small")
            placed = say("holds.placed", by=row.actor, at=visit.hour(row.placed))
            widgets.words(placed, "small soft")
            if row.released is not None:
                ended = say("holds.released", by=row.released_by, at=visit.hour(row.released))
                widgets.badge(ended, "", "lock_open")
            else:
                widgets.badge(say("holds.in_force"), "ask", "lock")
                if visit.may(Permission.PROTECT_DATA):
                    end = say("holds.release")
                    widgets.button(end, lambda: self._release(row), kind="small")

    def _span(self, row: holds.Hold) -> str:
        """The days that are held, in words; a hold of one passage has none."""
        visit, say = self._visit, self._visit.say
        if row.passage:
            return ""
        since = visit.local(row.since).date().isoformat() if row.since.year > 1970 else ""
        last = row.until - timedelta(microseconds=1) if row.until else None
        until = visit.local(last).date().isoformat() if last else ""
        if not since and not until:
            return say("holds.any_day")
        if not until:
            return say("holds.from_day", since=since)
        return f"{since} – {until}" if since else say("holds.to_day", until=until)

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        if visit.act(Permission.PROTECT_DATA) is None:
            return
        dialog, card = widgets.sheet(say("holds.add"))

        async def kept() -> bool:
            plate, passage = normalise(str(plated.value or "")), str(passed.value or "").strip()
            reason = str(why.value or "").strip()
            since, until = self._day(since_field.value), end_of_day(visit, until_field.value or "")
            if not reason or bool(plate) == bool(passage):
                visit.warn("holds.unclear")
                return False
            if since and until and since >= until:
                visit.warn("holds.days_turned")
                return False
            if plate and isinstance(parse(plate), Malformed):
                visit.warn("holds.no_plate", plate=plate)
                return False
            wanted = _Wanted(plate, PassageId(passage) if passage else None, since, until, reason)
            return await self._placed(wanted, dialog.close)

        with card:
            plated = widgets.text_field(say("holds.plate")).props("autofocus")
            passed = widgets.text_field(say("holds.passage"))
            with widgets.div("filters"):
                since_field = widgets.text_field(say("holds.since"))
                until_field = widgets.text_field(say("holds.until"))
                for field in (since_field, until_field):
                    field.props("type=date stack-label")
            why = widgets.text_field(say("shell.reason"))
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    async def _placed(self, wanted: _Wanted, close: Callable[[], object]) -> bool:
        visit = self._visit
        done = await mutations.make(visit, Permission.PROTECT_DATA, wanted.place)
        if isinstance(done, Rejected):
            return False
        if isinstance(done, holds.HoldUnclearError):
            visit.warn("holds.no_passage", passage=wanted.passage)
            return False
        close()
        visit.tell("users.done")
        await self.refresh()
        return True

    def _day(self, typed: object) -> datetime | None:
        """The beginning of a day in the site's zone; None for nothing or no day."""
        try:
            day = datetime.fromisoformat(str(typed or ""))
        except ValueError:
            return None
        return day.replace(tzinfo=self._visit.services.zone)

    def _release(self, row: holds.Hold) -> None:
        visit, say = self._visit, self._visit.say
        if visit.act(Permission.PROTECT_DATA) is None:
            return
        dialog, card = widgets.sheet(say("holds.release"))

        async def kept() -> bool:
            reason = str(why.value or "").strip()
            if not reason:
                visit.warn("holds.why_needed")
                return False
            done = await mutations.make(
                visit,
                Permission.PROTECT_DATA,
                lambda unit, by: holds.release_hold(unit, row.id, by=by.who, why=reason, now=by.at),
            )
            if isinstance(done, Rejected):
                return False
            dialog.close()
            visit.tell("users.done")
            await self.refresh()
            return True

        with card:
            widgets.words(say("holds.release_text"))
            why = widgets.text_field(say("shell.reason")).props("autofocus")
            with widgets.div("row-flex"):
                widgets.button(say("holds.release"), until_done(kept), kind="bad")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)
