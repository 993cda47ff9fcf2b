"""Passages of long ago at the served site, so that a purge finds something whose time is over."""

from datetime import timedelta

from gate.domain.passage import Direction
from gate.privacy.retention import Limits, Purged, Retention
from tests.gate.console.serving import Served
from tests.gate.journal.journal_cast import NORTH, whole


def drove_out(pages: Served, name: str, plate: str, days: int) -> None:
    """Let a vehicle have driven out so many days ago. No page may be open: log-ins would end."""
    clock = pages.site.clock
    clock.at, clock.live = clock.now().utc - timedelta(days=days), False
    try:
        for entries in whole(name, plate, lane=NORTH, direction=Direction.OUT):
            pages.site.publish(*entries)
    finally:
        clock.live = True


def purge(pages: Served) -> Purged:
    """What the night does."""
    site = pages.site
    return Retention(site.journal, site.services.pictures, Limits(), site.clock).run()
