"""Shift handover: who is inside, what stands open, what happened; both sign, and it is kept.

The guard who leaves is logged in. The one who takes over signs with an own name and password, so
that nobody signs for another; the console is that person's from then on. The sheet becomes one line
of the journal and is never changed.
"""

from datetime import datetime
from functools import partial
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import reason_text
from gate.console.live.handover_sheet import KEPT, kept_sheet, not_automatic, shift_since
from gate.console.live.handover_signing import Signing
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.reports.model import AuditFilter, AuditRow, ShiftSummary
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/handover", "nav.handover", Permission.HAND_OVER, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await HandoverPage(visit).draw()


class HandoverPage:
    """This shift's sheet and the last ones."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._place = widgets.div()

    async def draw(self) -> None:
        """Draw the shift since the last handover."""
        visit, now = self._visit, self._visit.now()
        reports = visit.services.reports
        last = await ask(lambda: reports.audit(AuditFilter(action=KEPT), None, 5).rows)
        since = shift_since(last or (), now)
        summary = await ask(lambda: reports.shift(since, now))
        self._place.clear()
        with self._place:
            if summary is None or last is None:
                widgets.empty(visit.say("shell.record_away"), icon="cloud_off")
                return
            self._head(since, now)
            self._figures(summary)
            with widgets.div("halves").style("margin-top:12px"):
                with widgets.div("col-flex"):
                    self._open_items(summary)
                    self._inside(summary)
                with widgets.div("col-flex"):
                    Signing(visit, since, last[0].seq if last else 0, self.draw).show()
                    self._earlier(last)

    def _head(self, since: datetime, now: datetime) -> None:
        visit = self._visit
        with widgets.div("page-head"):
            widgets.heading(visit.say("nav.handover"))
            span = f"{visit.hour(since)} — {visit.hour(now)}"
            widgets.words(span, "soft mono")

    def _figures(self, summary: ShiftSummary) -> None:
        say, shares = self._visit.say, summary.shares
        with widgets.div("cards"):
            widgets.figure(say("handover.came_in"), f"{summary.came_in:,}")
            widgets.figure(say("handover.went_out"), f"{summary.went_out:,}")
            widgets.figure(say("handover.inside"), f"{summary.inside.total():,}")
            widgets.figure(say("handover.visitors"), f"{summary.visitors:,}")
            widgets.figure(say("handover.by_hand"), f"{shares.by_hand:,}")
            widgets.figure(say("charts.unchecked"), f"{shares.unchecked:,}")
            widgets.figure(say("handover.refused"), f"{shares.refused:,}")

    def _inside(self, summary: ShiftSummary) -> None:
        say, texts, counts = self._visit.say, self._visit.texts, summary.inside
        rows = [
            [
                escape(texts.name_of("occupant", one)),
                f'<span class="num">{counts.inside(one):,}</span>',
                escape(say(_hint(counts, one), n=f"{counts.known.get(one, 0):,}")),
            ]
            for one in Occupant
            if counts.inside(one) or counts.known.get(one)
        ]
        with widgets.div("card"):
            widgets.heading(say("handover.inside"), 3)
            if rows:
                heads = [say("stays.class"), say("handover.n"), say("handover.known")]
                widgets.table(heads, rows, caption=say("handover.inside"))
            else:
                widgets.empty(say("handover.nobody"), icon="local_parking")
            widgets.raw(f'<a href="/inside">{escape(say("handover.put_right"))}</a>')

    def _open_items(self, summary: ShiftSummary) -> None:
        say, texts = self._visit.say, self._visit.texts
        with widgets.div("card col-flex"):
            widgets.heading(say("handover.open"), 3)
            for alarm in summary.standing_alarms[:8]:
                name = texts.name_of("alarm.kind", alarm.kind)
                widgets.badge(
                    f"{name} · {self._visit.hour(alarm.raised)}", "bad", "notification_important"
                )
            held = not_automatic(self._visit)
            for said in held:
                widgets.badge(said, "ask", "flag")
            for row in summary.running[:8]:
                why = reason_text(texts, row.reason) if row.reason else say("live.looking")
                widgets.badge(f"{row.plate or '—'} · {why}", "ask", "hourglass_empty")
            if not summary.standing_alarms and not summary.running and not held:
                widgets.empty(say("handover.nothing_open"), icon="done_all")

    def _earlier(self, rows: tuple[AuditRow, ...]) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card"):
            widgets.heading(say("handover.earlier"), 3)
            if not rows:
                widgets.empty(say("handover.none"), icon="history")
                return
            cells = (
                [
                    f'<span class="mono">{visit.time(row.at)}</span>',
                    escape(f"{row.actor} → {row.target}"),
                    escape(row.why),
                ]
                for row in rows
            )
            heads = [say("log.time"), say("handover.who"), say("by_hand.remark")]
            widgets.table(heads, cells, caption=say("handover.earlier"))
            with widgets.div("row-flex").style("margin-top:8px"):
                for row in rows:
                    widgets.button(
                        visit.hour(row.at), partial(kept_sheet, visit, row), kind="small",
                        icon="description",
                    )  # fmt: skip


def _hint(counts: Counts, occupant: Occupant) -> str:
    """How the count fits what is known by plate, as the page of vehicles inside says it."""
    return "stays.short" if counts.is_short(occupant) else "stays.known"
