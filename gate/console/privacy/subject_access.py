"""A person's own data: a copy to hand over, and deletion where no law or dispute keeps it.

Rules of this file:
- A person who stands at the desk is identified by people, not by this page: it asks for the plates,
  and for the name as registered, and for the reason, which goes on record first.
- What is deleted is said before, and asked twice.
"""

from nicegui import run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.auth.permissions import Permission
from gate.auth.users import User
from gate.console.ui import widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.domain.errors import GateError
from gate.privacy import subject_access
from registry.rules.plates import normalise


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/privacy/person", "privacy.person", Permission.PROTECT_DATA, build, under="/privacy")


def build(visit: PageContext) -> None:
    """Fill the page."""
    PersonPage(visit)


class PersonPage:
    """Whose data, why, and the two things that may be done with it."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._copying = OneShot()
        say = visit.say
        widgets.heading(say("privacy.person"))
        widgets.words(say("person.text"), "soft")
        with widgets.div("card col-flex").style("margin-top:12px"):
            self._plates = widgets.text_field(say("person.plates")).props("autofocus")
            self._name = widgets.text_field(say("person.name"))
            self._phone = widgets.text_field(say("person.phone"))
            self._why = widgets.text_field(say("person.why"))
            widgets.words(say("person.hint"), "small soft")
            with widgets.div("row-flex"):
                widgets.button(say("person.export"), self._export, kind="main", icon="download")
                widgets.button(say("person.forget"), self._ask, kind="bad", icon="delete_forever")

    def _wanted(self) -> tuple[subject_access.Subject, str] | None:
        """Return whose data and why, or say what is missing."""
        typed = str(self._plates.value or "").replace("，", ",").replace("、", ",")
        plates = tuple(filter(None, (normalise(part) for part in typed.split(","))))
        name, phone = str(self._name.value or "").strip(), str(self._phone.value or "").strip()
        why = str(self._why.value or "").strip()
        if not why or not (plates or name) or bool(name) != bool(phone):
            self._visit.warn("person.incomplete")
            return None
        return subject_access.Subject(plates, name, phone), why

    async def _export(self) -> None:
        visit = self._visit
        user, wanted = visit.act(Permission.PROTECT_DATA), self._wanted()
        if user is None or wanted is None or not self._copying.take():
            return
        try:
            body = await run.io_bound(self._copy, user, *wanted)
        except (GateError, SQLAlchemyError):
            visit.warn("shell.not_kept")
            return
        finally:
            self._copying.give_back()
        if body is not None:
            name = f"gate-person-{visit.local(visit.now()):%Y%m%d-%H%M%S}.zip"
            ui.download.content(body, name, "application/zip")
            visit.tell("person.exported", name=name)

    def _copy(self, user: User, whose: subject_access.Subject, why: str) -> bytes:
        services = self._visit.services
        return subject_access.export_person(
            services.journal, services.pictures, whose, by=user.name, why=why
        )

    def _ask(self) -> None:
        visit, wanted = self._visit, self._wanted()
        if visit.act(Permission.PROTECT_DATA) is None or wanted is None:
            return
        whose, why = wanted

        async def agreed() -> None:
            user = visit.act(Permission.PROTECT_DATA)
            if user is None:
                return
            try:
                gone = await run.io_bound(self._forget, user, whose, why)
            except (GateError, SQLAlchemyError):
                visit.warn("shell.not_kept")
                return
            if gone is not None:
                visit.services.registry.refresh()
                visit.tell("person.gone", passages=gone.passages, rows=gone.rows)
                if gone.registered:
                    visit.warn("person.still", plates=", ".join(gone.registered))

        names = ", ".join((*whose.plates, *filter(None, [whose.name])))
        text = visit.say("person.forget_text", whose=names)
        confirm(visit, visit.say("person.forget"), text, visit.say("person.forget"), agreed)

    def _forget(
        self, user: User, whose: subject_access.Subject, why: str
    ) -> subject_access.ErasureResult:
        services = self._visit.services
        now = services.clock.now().utc
        return subject_access.forget_person(services.journal, whose, by=user.name, why=why, now=now)
