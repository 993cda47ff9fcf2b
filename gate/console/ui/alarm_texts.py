"""Alarms in words: what, where, how many, since when, and whether the cause is over.

Everything returns HTML or text with people's words escaped.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from gate.console.ui.widgets import badge_html
from gate.domain.alarms import AlarmGroup, Severity, has_recovered
from gate.domain.ports import LaneView
from gate.i18n.texts import Texts

LOOKS: Final[Mapping[Severity, tuple[str, str]]] = {
    Severity.GRAVE: ("bad", "notification_important"),
    Severity.SERIOUS: ("ask", "report_problem"),
    Severity.NOTICE: ("", "info"),
}
"""Kind and icon of a severity's strip and badge."""


def recovered_kinds(groups: Sequence[AlarmGroup], views: Sequence[LaneView]) -> frozenset[str]:
    """Return the kinds whose cause is over on every lane that they tell of."""
    return frozenset(
        group.kind
        for group in groups
        if has_recovered(group.kind, [one for one in views if str(one.lane) in group.lanes])
    )


def group_html(
    texts: Texts, group: AlarmGroup, names: Mapping[str, str], *, recovered: bool
) -> str:
    """Return a group as one line: 摄像机异常 ×24 · 南门 · 2 小时前 (已恢复)."""
    name = texts.name_of("alarm.kind", group.kind)
    times = f" ×{group.n}" if group.n > 1 else ""
    lanes = texts.say("alarm.comma").join(names.get(lane, lane) for lane in group.lanes if lane)
    since = f'<span data-since="{group.last.isoformat()}"></span>'
    over = badge_html(texts.say("alarm.recovered"), "good", "check_circle") if recovered else ""
    place = f" {escape(lanes)} ·" if lanes else ""
    why = why_html(texts, group.kind, group.evidence)
    return f"<strong>{escape(name)}{times}</strong>{why}{place} {since} {over}"


def why_html(texts: Texts, kind: str, evidence: Mapping[str, object]) -> str:
    """Return the device's own reason in words, where it gave one."""
    why = str(evidence.get("why", ""))
    area = "camera.why" if kind == "camera" else "why"
    return f"：{escape(texts.name_of(area, why))}" if why else ""


def severity_badge(texts: Texts, severity: Severity) -> str:
    """Return how much it matters as a badge."""
    kind, icon = LOOKS[severity]
    return badge_html(texts.say(f"alarm.severity.{severity.value}"), kind, icon)
