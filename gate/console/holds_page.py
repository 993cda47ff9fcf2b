"""Holds: passages of a dispute that must not be purged, placed and ended with a reason."""

from datetime import datetime, timedelta
from html import escape

from gate import holds
from gate.console import changing, register_desk, widgets
from gate.console.asking_aside import ask
from gate.console.blocks import end_of_day
from gate.console.changing import NotDone
from gate.console.pages import Pages
from gate.console.plate_chip import plate_chip
from gate.console.visit import Visit
from gate.events import PassageId
from gate.people import Action
from gate.ports import Unit
from registry.plates import normalise
from registry.store import Author


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/privacy/holds", "privacy.holds", Action.READ_AUDIT, build, under="/privacy")


async def build(visit: Visit) -> None:
    """Fill the page."""
    await HoldsPage(visit).refresh()


class HoldsPage:
    """Every hold, those in force on top of their own accord: the newest first."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("privacy.holds")).classes("grow")
            if visit.may(Action.PROTECT_DATA):
                widgets.button(say("holds.add"), self._add, kind="main", icon="add")
        widgets.words(say("holds.text"), "soft")
        self._list = widgets.div("col-flex").style("margin-top:12px")

    async def refresh(self) -> None:
        """Draw the holds as they are now."""
        services = self._visit.services
        rows = await ask(
            lambda: register_desk.read(
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
                if visit.may(Action.PROTECT_DATA):
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
        if visit.act(Action.PROTECT_DATA) is None:
            return
        dialog, card = widgets.sheet(say("holds.add"))

        async def kept() -> None:
            plate, passage = normalise(str(plated.value or "")), str(passed.value or "").strip()
            since, until = self._day(since_field.value), end_of_day(visit, until_field.value or "")

            def place(unit: Unit, by: Author) -> int:
                return holds.place_hold(
                    unit,
                    by=by.who,
                    why=str(why.value or "").strip(),
                    now=by.at,
                    of=PassageId(passage) if passage else None,
                    plate=plate,
                    since=since,
                    until=until,
                )

            if not str(why.value or "").strip() or bool(plate) == bool(passage):
                visit.warn("holds.unclear")
                return
            done = await changing.make(visit, Action.PROTECT_DATA, place)
            if not isinstance(done, NotDone):
                dialog.close()
                visit.tell("users.done")
                await self.refresh()

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
                widgets.button(say("shell.keep"), kept, kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _day(self, typed: object) -> datetime | None:
        """The beginning of a day in the site's zone; None for nothing or no day."""
        try:
            day = datetime.fromisoformat(str(typed or ""))
        except ValueError:
            return None
        return day.replace(tzinfo=self._visit.services.zone)

    def _release(self, row: holds.Hold) -> None:
        visit, say = self._visit, self._visit.say
        if visit.act(Action.PROTECT_DATA) is None:
            return
        dialog, card = widgets.sheet(say("holds.release"))

        async def kept() -> None:
            reason = str(why.value or "").strip()
            if not reason:
                visit.warn("holds.why_needed")
                return
            done = await changing.make(
                visit,
                Action.PROTECT_DATA,
                lambda unit, by: holds.release_hold(unit, row.id, by=by.who, why=reason, now=by.at),
            )
            if not isinstance(done, NotDone):
                dialog.close()
                await self.refresh()

        with card:
            widgets.words(say("holds.release_text"))
            why = widgets.text_field(say("shell.reason")).props("autofocus")
            with widgets.div("row-flex"):
                widgets.button(say("holds.release"), kept, kind="bad")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)
