"""The register of disclosures: what was handed to which authority on which document, and its form.

A line is never changed and never taken away. The form is for paper: empty for the officer to fill
in, or filled from a line of the register.
"""

from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.printing import print_button
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.ports import UnitOfWork
from gate.privacy import disclosures
from gate.services import units
from registry.store.store import Actor

FIELDS: Final = ("authority", "document", "officer", "scope", "basis", "handed_over", "sha256")
NEEDED: Final = FIELDS[:5]
COLUMNS: Final = (
    ("id",),
    ("at", "actor"),
    ("authority", "officer"),
    ("document", "basis"),
    ("scope",),
    ("handed_over",),
)
"""Of the register: what belongs together shares a column, so that it fits a tablet."""


def add(pages: Pages) -> None:
    """Register the page and its form."""
    path = "/privacy/disclosures"
    pages.add(path, "privacy.disclosures", Permission.READ_AUDIT, build, under="/privacy")
    pages.add(f"{path}/form", "disclosures.form", Permission.READ_AUDIT, form, under="/privacy")
    pages.add(
        f"{path}/form/{{number}}", "disclosures.form", Permission.READ_AUDIT, form, under="/privacy"
    )


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await DisclosuresPage(visit).refresh()


class DisclosuresPage:
    """The register, newest first."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("privacy.disclosures")).classes("grow")
            label = escape(say("disclosures.empty_form"))
            widgets.raw(f'<a href="/privacy/disclosures/form">{label}</a>', tag="span")
            if visit.may(Permission.PROTECT_DATA):
                widgets.button(say("disclosures.add"), self._add, kind="main", icon="add")
        widgets.words(say("disclosures.text"), "soft")
        self._place = widgets.div("card").style("margin-top:12px")

    async def refresh(self) -> None:
        """Draw the register as it is now."""
        say = self._visit.say
        rows = await _register(self._visit)
        self._place.clear()
        with self._place:
            if rows is None:
                widgets.empty(say("shell.record_away"))
            elif not rows:
                widgets.empty(say("disclosures.none"), icon="local_police")
            else:
                heads = [" / ".join(self._name(one) for one in column) for column in COLUMNS]
                widgets.table(
                    heads, (self._cells(row) for row in rows), caption=say("privacy.disclosures")
                )

    def _cells(self, row: disclosures.Disclosure) -> list[str]:
        said = {name: escape(str(getattr(row, name))) for name in (*FIELDS, "actor")}
        said["id"] = f'<a href="/privacy/disclosures/form/{row.id}">{row.id}</a>'
        said["at"] = self._visit.hour(row.at)
        return ["<br>".join(said[name] for name in column) for column in COLUMNS]

    def _name(self, field: str) -> str:
        return "№" if field == "id" else self._visit.say(f"disclosures.{field}")

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        if visit.act(Permission.PROTECT_DATA) is None:
            return
        dialog, card = widgets.sheet(say("disclosures.add"), wide=True)

        async def kept() -> bool:
            said = {name: str(field.value or "").strip() for name, field in fields.items()}
            if not all(said[name] for name in NEEDED):
                visit.warn("disclosures.incomplete")
                return False

            def disclose(unit: UnitOfWork, by: Actor) -> int:
                return disclosures.disclose(unit, by=by.who, now=by.at, **said)

            done = await mutations.make(visit, Permission.PROTECT_DATA, disclose)
            if isinstance(done, Rejected):
                return False
            dialog.close()
            visit.tell("users.done")
            await self.refresh()
            return True

        with card:
            fields = {name: widgets.text_field(say(f"disclosures.{name}")) for name in FIELDS}
            fields["authority"].props("autofocus")
            widgets.words(say("disclosures.hint"), "small soft")
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)


async def form(visit: PageContext) -> None:
    """Draw the form for paper."""
    say = visit.say
    number = str(visit.request.path_params.get("number", ""))
    rows = await _register(visit) if number else ()
    line = next((row for row in rows or () if str(row.id) == number), None)
    if number and line is None:  # Never an empty form in the place of a filled one.
        away = "shell.record_away" if rows is None else "disclosures.no_line"
        widgets.empty(say(away), icon="local_police")
        return
    print_button(visit)
    with widgets.div("paper", tag="article"):
        widgets.heading(f"{visit.services.site} · {say('disclosures.form')}", 2)
        widgets.words(say("disclosures.form_text"))
        filled = {name: str(getattr(line, name)) for name in FIELDS} if line else {}
        head = [("№", str(line.id)), (say("disclosures.at"), visit.time(line.at))] if line else []
        pairs = [*head, *((say(f"disclosures.{name}"), filled.get(name, "")) for name in FIELDS)]
        lines = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
            for name, value in pairs
        )
        widgets.raw(f'<table class="form-table"><tbody>{lines}</tbody></table>')
        for name in ("requests", "approves", "receives"):
            widgets.words(say(f"disclosures.sign_{name}"), "signature")


async def _register(visit: PageContext) -> tuple[disclosures.Disclosure, ...] | None:
    services = visit.services
    return await ask(
        lambda: units.read(services, lambda session: disclosures.disclosures(session.connection()))
    )
