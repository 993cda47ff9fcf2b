"""Settings: what may change while the gate runs, what was changed by whom, and what the file says.

Changes are in force at once in every lane, ask for a reason, are on record and can be taken back.
"""

from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import Final

from nicegui import run

from gate.auth.permissions import Permission
from gate.console.admin.config_table import config_table
from gate.console.admin.setting_dialog import (
    fault_text,
    hint_of,
    name_of,
    setting_sheet,
    value_text,
)
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.errors import GateError
from gate.i18n.texts import Language
from gate.reports.model import AuditFilter, AuditRow
from gate.settings.runtime import text_keys, tunable_of
from gate.settings.tunables import POLICY, SettingRefusedError

VIEWS: Final = ("rules", "texts", "history", "file")
ICONS: Final = {"rules": "rule", "texts": "campaign", "history": "history", "file": "description"}
GROUPS: Final = ("sureness", "times", "cases", "hours")
SHOWN: Final = 60


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/settings", "nav.settings", Permission.CHANGE_SETTINGS, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await SettingsPage(visit).show("rules")


class SettingsPage:
    """One view at a time, chosen above."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._settings = visit.services.settings
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.settings")).classes("grow")
            with widgets.div("row-flex").props(f'role=group aria-label="{say("nav.settings")}"'):
                self._buttons = {
                    name: widgets.button(
                        say(f"settings.view.{name}"), partial(self.show, name), icon=ICONS[name]
                    )
                    for name in VIEWS
                }
        self._place = widgets.div("col-flex")

    async def show(self, view: str) -> None:
        """Draw a view."""
        if self._visit.act(Permission.CHANGE_SETTINGS) is None:
            return
        widgets.press(self._buttons, view)
        rows = await self._history_rows() if view == "history" else ()
        self._place.clear()
        with self._place:
            match view:
                case "rules":
                    self._rules()
                case "texts":
                    self._texts()
                case "history":
                    self._history(rows)
                case _:
                    config_table(self._visit, self._settings.config)

    # --- what may change --------------------------------------------------------------------------

    def _rules(self) -> None:
        say = self._visit.say
        widgets.words(say("settings.at_once"), "soft")
        for group in GROUPS:
            keys = [key for key, tunable in POLICY.items() if tunable.group == group]
            self._card(say(f"settings.group.{group}"), keys, "rules")

    def _texts(self) -> None:
        say = self._visit.say
        widgets.words(say("settings.texts_hint"), "soft")
        for language in Language:
            keys = text_keys(language)
            title = say(f"settings.texts_{language.value}")
            self._card(title, keys, "texts")

    def _card(self, title: str, keys: Iterable[str], view: str) -> None:
        with widgets.div("card", tag="section"):
            widgets.heading(title, 3)
            for key in keys:
                self._line(key, view)

    def _line(self, key: str, view: str) -> None:
        visit, settings = self._visit, self._settings
        name = name_of(visit, key)
        with widgets.div("setting"):
            with widgets.div("setting-words"):
                widgets.words(name, "setting-name")
                if view == "rules":
                    widgets.words(hint_of(visit, key), "small soft")
            value = value_text(visit, tunable_of(key), settings.value(key))
            with widgets.div("setting-value"):
                widgets.words(value, "strong")
                if given := settings.given.get(key):
                    by = visit.say("settings.given", by=given.by, at=visit.hour(given.at))
                    widgets.badge(by, "ask", "edit")
            widgets.button(
                visit.say("settings.change"), self._opener(key, view), kind="small", icon="edit"
            ).props(f'aria-label="{escape(visit.say("settings.change"))} {escape(name)}"')

    def _opener(self, key: str, view: str) -> Callable[[], None]:
        async def again() -> None:
            await self.show(view)

        return lambda: setting_sheet(self._visit, key, again)

    # --- what was changed -------------------------------------------------------------------------

    async def _history_rows(self) -> tuple[AuditRow, ...] | None:
        reports = self._visit.services.reports
        page = await ask(lambda: reports.audit(AuditFilter(action="setting_*"), None, SHOWN))
        return page.rows if page is not None else None

    def _history(self, rows: tuple[AuditRow, ...] | None) -> None:
        say = self._visit.say
        with widgets.div("card"):
            if rows is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
            elif not rows:
                widgets.empty(say("settings.no_history"), say("settings.at_once"), "history")
            for row in rows or ():
                self._change(row)

    def _change(self, row: AuditRow) -> None:
        visit = self._visit
        try:
            tunable = tunable_of(row.target)
        except SettingRefusedError:
            return
        before = escape(value_text(visit, tunable, row.detail.get("before")))
        after = escape(value_text(visit, tunable, row.detail.get("after")))
        with widgets.div("setting"):
            with widgets.div("setting-words"):
                widgets.words(name_of(visit, row.target), "setting-name")
                widgets.words(
                    f"{visit.time(row.at)} · {row.actor} · {row.why or '—'}", "small soft"
                )
            widgets.raw(f"{before} → <b>{after}</b>", "setting-value")
            if self._settings.value(row.target) == row.detail.get("after"):
                undo = partial(self._undo, row)
                widgets.button(visit.say("settings.undo"), undo, kind="small", icon="undo")

    async def _undo(self, row: AuditRow) -> None:
        visit = self._visit
        user = visit.act(Permission.CHANGE_SETTINGS)
        if user is None:
            return
        why = visit.say("settings.undo_why", at=visit.time(row.at))
        try:
            await run.io_bound(self._settings.undo, row.target, row.detail, by=user.name, why=why)
        except SettingRefusedError as refused:
            visit.warn_words(fault_text(visit, refused))
        except GateError:
            visit.warn("shell.not_kept")
        else:
            visit.tell("settings.kept")
        await self.show("history")
