"""Shift handover: who is inside, what stands open, what happened; both sign, and it is kept.

The guard who leaves is logged in. The one who takes over signs with an own name and password, so
that nobody signs for another. The sheet becomes one line of the journal and is never changed.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from html import escape
from typing import Final

from nicegui import run

from gate.console import widgets
from gate.console.asking_aside import ask
from gate.console.lane_words import modes_of, reason_text
from gate.console.pages import Pages
from gate.console.visit import Visit
from gate.entries import Audited
from gate.errors import GateError
from gate.people import Action, LogInRefused, User, may
from gate.report_values import AuditFilter, AuditRow, ShiftSummary
from registry.kinds import Occupant
from registry.occupancy import Counts

LONGEST: Final = timedelta(hours=24)
KEPT: Final = "handover"


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/handover", "nav.handover", Action.HAND_OVER, build)


async def build(visit: Visit) -> None:
    """Fill the page."""
    await HandoverPage(visit).draw()


class HandoverPage:
    """This shift's sheet and the last ones."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._place = widgets.div()

    async def draw(self) -> None:
        """Draw the shift since the last handover, at most a day."""
        visit, now = self._visit, self._visit.now()
        reports = visit.services.reports
        last = await ask(lambda: reports.audit(AuditFilter(action=KEPT), None, 5).rows)
        since = max([now - LONGEST, *(row.at for row in (last or ())[:1])])
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
                    self._sign(summary, since, now)
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
                f'<span class="num">{counts.known.get(one, 0):,}</span>',
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
            held = self._not_automatic()
            for said in held:
                widgets.badge(said, "ask", "flag")
            for row in summary.running[:8]:
                why = reason_text(texts, row.reason) if row.reason else say("live.looking")
                widgets.badge(f"{row.plate or '—'} · {why}", "ask", "hourglass_empty")
            if not summary.standing_alarms and not summary.running and not held:
                widgets.empty(say("handover.nothing_open"), icon="done_all")

    def _not_automatic(self) -> list[str]:
        """Return the arms that a person or a fire has taken out of automatic, in words."""
        texts = self._visit.texts
        return [
            f"{view.name} · {texts.name_of('mode', mode)}"
            for view in self._visit.services.lanes.views()
            for mode in modes_of(view)
        ]

    def _sign(self, summary: ShiftSummary, since: datetime, now: datetime) -> None:
        say = self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("handover.sign"), 3)
            remark = widgets.text_field(say("handover.remark"), area=True)
            widgets.words(say("handover.leaves", name=self._visit.user.name))
            name = widgets.text_field(say("handover.takes"))
            password = widgets.text_field(say("login.password"), password=True)

            async def signed() -> None:
                leaving = self._visit.act(Action.HAND_OVER)
                if leaving is None or not button.enabled:
                    return
                typed = (str(name.value or "").strip(), str(password.value or ""))
                password.set_value("")
                button.set_enabled(False)
                taker = await self._taker(*typed, leaving)
                if taker is not None:
                    arms = self._not_automatic()
                    typed_remark = str(remark.value or "")
                    entry = _entry(summary, since, now, leaving, taker, typed_remark, arms)
                    await self._keep(entry)
                button.set_enabled(True)

            button = widgets.button(say("handover.keep"), signed, kind="good big", icon="draw")
            password.on("keydown.enter", signed)

    async def _taker(self, name: str, password: str, leaving: User) -> User | None:
        """Return who takes over, once that person has signed with an own password."""
        services = self._visit.services
        if name == leaving.name:
            self._visit.warn("handover.same")
            return None
        doorkeeper = self._visit.doorkeeper
        if not doorkeeper.may_type(leaving, name):
            self._visit.warn("login.wait")
            return None
        answer = await run.io_bound(services.people.log_in, name, password, self._visit.now())
        if not isinstance(answer, User):
            why = answer.value if isinstance(answer, LogInRefused) else "wrong"
            self._visit.warn(f"login.{why}")
            return None
        doorkeeper.typed_right(leaving, name)
        if not may(answer.role, Action.HAND_OVER):
            self._visit.warn("shell.not_allowed")
            return None
        return answer

    async def _keep(self, entry: Audited) -> None:
        try:
            await run.io_bound(self._visit.services.journal.append, entry)
        except GateError:
            self._visit.warn("shell.not_kept")
            return
        self._visit.tell("handover.kept")
        await self.draw()

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


def kept_sheet(visit: Visit, row: AuditRow) -> None:
    """Show a handover as it was signed."""
    if visit.act(Action.HAND_OVER) is None:
        return
    say, detail = visit.say, row.detail
    dialog, card = widgets.sheet(say("handover.sheet", at=visit.time(row.at)))
    inside = sum(_number(one.get("n")) for one in _rows(detail.get("inside")))
    shares = detail.get("shares")
    counted = shares if isinstance(shares, dict) else {}
    names = [visit.texts.name_of("alarm.kind", kind) for kind in _texts(detail.get("alarms"))]
    names += _texts(detail.get("arms"))
    with card:
        widgets.facts(
            (
                (say("handover.who"), escape(f"{row.actor} → {row.target}")),
                (say("handover.span"), escape(_span(visit, detail))),
                (say("handover.came_in"), f"{_number(detail.get('came_in')):,}"),
                (say("handover.went_out"), f"{_number(detail.get('went_out')):,}"),
                (say("handover.visitors"), f"{_number(detail.get('visitors')):,}"),
                (say("handover.inside"), f"{inside:,}"),
                (say("handover.by_hand"), f"{_number(counted.get('by_hand')):,}"),
                (say("handover.refused"), f"{_number(counted.get('refused')):,}"),
                (say("handover.open"), escape("、".join(names))),
                (say("by_hand.remark"), escape(row.why)),
            )
        )
        with widgets.div("row-flex no-print"):
            widgets.button(say("shell.close"), dialog.close, kind="main", key="Esc")
    visit.open_sheet(dialog)


def _span(visit: Visit, detail: dict[str, object]) -> str:
    ends = (str(detail.get(name, "")) for name in ("since", "until"))
    return " — ".join(visit.time(datetime.fromisoformat(end)) for end in ends if end)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _rows(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _inside_of(counts: Counts) -> list[dict[str, object]]:
    """How many are inside, as a sheet keeps it. n: as older sheets had it, by finer classes."""
    return [
        {"occupant": one.value, "n": counts.inside(one), "known": counts.known.get(one, 0)}
        for one in Occupant
    ]


def _entry(
    summary: ShiftSummary,
    since: datetime,
    now: datetime,
    leaving: User,
    taker: User,
    remark: str,
    arms: Sequence[str],
) -> Audited:
    return Audited(
        by=leaving.name,
        action=KEPT,
        target=taker.name,
        why=remark.strip(),
        detail={
            "since": since.isoformat(),
            "until": now.isoformat(),
            "came_in": summary.came_in,
            "went_out": summary.went_out,
            "visitors": summary.visitors,
            "shares": asdict(summary.shares),
            "inside": _inside_of(summary.inside),
            "alarms": [alarm.kind for alarm in summary.standing_alarms],
            "running": [str(row.passage) for row in summary.running],
            "arms": list(arms),
        },
    )
