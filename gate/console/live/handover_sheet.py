"""The sheet of a handover: what is kept of it in the journal, and how it is shown again.

A sheet that was kept is never changed; older releases kept who is inside by finer classes.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import modes_of
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.entries import Audited
from gate.reports.model import AuditRow, ShiftSummary
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts

FIRST: Final = timedelta(hours=24)
"""So much is counted where nobody has handed over yet."""
KEPT: Final = "handover"


def shift_since(last: Sequence[AuditRow], now: datetime) -> datetime:
    """When this shift began: where the last sheet ends. last: sheets, newest first."""
    if not last:
        return now - FIRST
    try:
        since = datetime.fromisoformat(str(last[0].detail.get("until", "")))
    except ValueError:
        return last[0].at
    return since if since.tzinfo is not None else last[0].at


def not_automatic(visit: PageContext) -> list[str]:
    """Return the arms that a person or a fire has taken out of automatic, in words."""
    texts = visit.texts
    return [
        f"{view.name} · {texts.name_of('mode', mode)}"
        for view in visit.services.lanes.views()
        for mode in modes_of(view)
    ]


def kept_sheet(visit: PageContext, row: AuditRow) -> None:
    """Show a handover as it was signed."""
    if visit.act(Permission.HAND_OVER) is None:
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


def _span(visit: PageContext, detail: dict[str, object]) -> str:
    ends = (str(detail.get(name, "")) for name in ("since", "until"))
    return " — ".join(visit.time(datetime.fromisoformat(end)) for end in ends if end)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _rows(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def inside_of(counts: Counts) -> list[dict[str, object]]:
    """How many are inside, as a sheet keeps it. n: as older sheets had it, by finer classes."""
    return [
        {"occupant": one.value, "n": counts.inside(one), "known": counts.known.get(one, 0)}
        for one in Occupant
    ]


def sheet_entry(
    summary: ShiftSummary,
    span: tuple[datetime, datetime],
    names: tuple[str, str],
    remark: str,
    arms: Sequence[str],
) -> Audited:
    """Return the line that keeps a sheet. names: who leaves and who takes over."""
    since, until = span
    leaving, taker = names
    return Audited(
        by=leaving,
        action=KEPT,
        target=taker,
        why=remark.strip(),
        detail={
            "since": since.isoformat(),
            "until": until.isoformat(),
            "came_in": summary.came_in,
            "went_out": summary.went_out,
            "visitors": summary.visitors,
            "shares": asdict(summary.shares),
            "inside": inside_of(summary.inside),
            "alarms": [alarm.kind for alarm in summary.standing_alarms],
            "running": [str(row.passage) for row in summary.running],
            "arms": list(arms),
        },
    )
