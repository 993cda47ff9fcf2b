"""The fields above the traffic log, and the filter that they come to.

A guard sees today; managers and auditors see any day. A filter that follows one vehicle or one
household is a look-up and needs a reason (see `names_somebody`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import reason_text
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.domain.decision import Reason, Verdict
from gate.domain.passage import Direction, LaneId, PassageEnd
from gate.reports.model import PassageFilter
from registry.rules.plates import PlateClass, normalise

PERIODS: Final = ("today", "yesterday", "week", "month", "days")
_FREE_WILDCARDS: Final = 4


def names_somebody(which: PassageFilter) -> bool:
    """Whether this filter follows one vehicle or household through time.

    A pattern that leaves at least four places open names nobody; any other does.
    """
    named = which.plate.replace("*", "????").count("?") < _FREE_WILDCARDS
    return bool(which.household) or (bool(which.plate) and named)


def plate_pattern(typed: str) -> str:
    """Return what was typed as a pattern: a part of a plate is looked for anywhere in it."""
    key = normalise(typed.replace("%", "*"))
    whole = len(key) >= 7 or "*" in key or "?" in key
    return key if whole or not key else f"*{key}*"


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the site, both included."""

    first: date
    last: date


def span_of(period: str, today: date, first: str, last: str) -> Span:
    """Return the days that a choice of period means; bad dates mean today."""
    match period:
        case "yesterday":
            return Span(today - timedelta(days=1), today - timedelta(days=1))
        case "week":
            return Span(today - timedelta(days=6), today)
        case "month":
            return Span(today - timedelta(days=29), today)
        case "days":
            return _days(today, first, last)
        case _:
            return Span(today, today)


def _days(today: date, first: str, last: str) -> Span:
    try:
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start
    except ValueError:
        return Span(today, today)
    return Span(min(start, end), max(start, end))


class FilterBar:
    """The fields. on_change is called when the person asks for the list."""

    def __init__(self, visit: PageContext, on_change: Callable[[], Any]) -> None:
        self._visit = visit
        say = visit.say
        query = visit.request.query_params
        free = visit.may(Permission.READ_LOG)
        periods = {p: say(f"log.period.{p}") for p in (PERIODS if free else PERIODS[:1])}
        with widgets.div("filters"):
            self.period = widgets.choice_field(say("log.when"), periods, "today")
            self.first = widgets.text_field(say("log.first_day")).props("type=date stack-label")
            self.last = widgets.text_field(say("log.last_day")).props("type=date stack-label")
            self.plate = widgets.text_field(say("log.plate"), query.get("plate", ""))
            self.household = widgets.text_field(say("log.household"), query.get("household", ""))
            self.lane = widgets.choice_field(say("log.lane"), self._lanes(), clearable=True)
            self.direction = widgets.choice_field(
                say("log.direction"), _words(visit, "lane", Direction), clearable=True
            )
            self.verdict = widgets.choice_field(
                say("log.verdict"), _words(visit, "verdict", Verdict), clearable=True
            )
            self.reason = widgets.choice_field(say("log.reason"), _reasons(visit), clearable=True)
            self.outcome = widgets.choice_field(
                say("log.outcome"), _words(visit, "outcome", PassageEnd), clearable=True
            )
            self.plate_class = widgets.choice_field(
                say("log.plate_class"), _words(visit, "plate_class", PlateClass), clearable=True
            )
            self.actor = widgets.text_field(say("log.actor"))
        for field in (self.plate, self.household, self.actor):
            field.on("keydown.enter", on_change)
        for day in (self.first, self.last):
            day.bind_visibility_from(self.period, "value", value="days")

    def filter(self) -> PassageFilter:
        """Return the filter that the fields come to, within what the role may see."""
        today = self._visit.local(self._visit.now()).date()
        free = self._visit.may(Permission.READ_LOG)
        period = str(self.period.value) if free else "today"
        span = span_of(period, today, str(self.first.value or ""), str(self.last.value or ""))
        return PassageFilter(
            since=self._midnight(span.first),
            until=self._midnight(span.last + timedelta(days=1)),
            lanes=(LaneId(self.lane.value),) if self.lane.value else (),
            direction=Direction(self.direction.value) if self.direction.value else None,
            plate=plate_pattern(str(self.plate.value or "")),
            household=str(self.household.value or "").strip(),
            verdicts=_one(self.verdict.value),
            reasons=_one(self.reason.value),
            outcomes=_one(self.outcome.value),
            plate_classes=_one(self.plate_class.value),
            actor=str(self.actor.value or "").strip(),
        )

    def clear(self) -> None:
        """Empty every field."""
        self.period.set_value("today")
        for field in (self.plate, self.household, self.actor, self.first, self.last):
            field.set_value("")
        for choice in (self.lane, self.direction, self.verdict, self.reason, self.outcome):
            choice.set_value(None)
        self.plate_class.set_value(None)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._visit.services.zone)

    def _lanes(self) -> dict[str, str]:
        return {str(view.lane): view.name for view in self._visit.services.lanes.views()}


def _one(value: object) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _words(visit: PageContext, area: str, values: type[Any]) -> Mapping[str, str]:
    return {one.value: visit.texts.name_of(area, one.value) for one in values}


def _reasons(visit: PageContext) -> Mapping[str, str]:
    return {one.value: reason_text(visit.texts, one.value) for one in Reason}
