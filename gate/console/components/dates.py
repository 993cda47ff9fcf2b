"""Days and lengths of time as pages take and show them."""

from datetime import datetime, time, timedelta

from gate.console.ui.page import PageContext


def start_of_day(visit: PageContext, day: str) -> datetime | None:
    """Return the start of a typed day in the site's zone; None where none was typed."""
    if not day:
        return None
    return datetime.combine(datetime.fromisoformat(day).date(), time(), visit.services.zone)


def end_of_day(visit: PageContext, day: str) -> datetime | None:
    """Return the end of a typed day in the site's zone; None where none was typed."""
    start = start_of_day(visit, day)
    return start + timedelta(days=1) if start else None


def span_text(visit: PageContext, seconds: int | None) -> str:
    """Return a length of time in words."""
    if seconds is None:
        return ""
    hours, minutes = divmod(seconds // 60, 60)
    if hours >= 48:
        return visit.say("span.days", days=hours // 24, hours=hours % 24)
    if hours:
        return visit.say("span.hours", hours=hours, minutes=minutes)
    return visit.say("span.minutes", minutes=minutes, seconds=seconds % 60)
