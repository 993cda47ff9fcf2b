"""Data protection: how long each kind of data is kept, what was purged, and ways to the registers.

The times are settings of config.yaml; this page shows them with their legal floors. The record of
purges is the journal's own: nobody can take a line of it away.
"""

import re
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.journal.verify import PURGE
from gate.privacy.retention import FLOORS
from gate.reports.model import AuditFilter
from gate.settings.config import RetentionConfig

PAGES: Final = (
    ("/privacy/holds", "holds", "gavel"),
    ("/privacy/disclosures", "disclosures", "local_police"),
    ("/privacy/person", "person", "person_search"),
    ("/privacy/sign", "sign", "signpost"),
)
_SHOWN: Final = 40
_OWN_REASON: Final = re.compile(r"(?P<days>\d+) days(?:, (?P<n>\d+) (?P<what>rows|files))?")
"""As gate/privacy/retention.py writes them."""


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/privacy", "nav.privacy", Permission.READ_AUDIT, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    say = visit.say
    widgets.heading(say("nav.privacy"))
    with widgets.div("row-flex").style("margin:10px 0"):
        for path, name, icon in PAGES:
            label = escape(say(f"privacy.{name}"))
            sign = f'<i class="q-icon material-icons" aria-hidden="true">{icon}</i>'
            widgets.raw(f'<a class="card row-flex link-card" href="{path}">{sign}{label}</a>')
    with widgets.div("card"):
        widgets.heading(say("privacy.kept"), 2)
        _kept(visit)
    with widgets.div("card").style("margin-top:12px"):
        widgets.heading(say("privacy.purged"), 2)
        await _purged(visit)


def retention_of(visit: PageContext) -> RetentionConfig:
    """Return the site's times."""
    return visit.services.settings.config.retention


def _kept(visit: PageContext) -> None:
    say, kept = visit.say, retention_of(visit)
    rows = [
        [
            escape(say(f"privacy.of.{name}")),
            f"<b>{escape(_days(visit, getattr(kept, f'{name}_days')))}</b>",
            escape(_days(visit, floor)),
            escape(say(f"privacy.why.{name}")),
        ]
        for name, floor in FLOORS.items()
    ]
    heads = [say(f"privacy.{one}") for one in ("what", "time", "floor", "why_floor")]
    widgets.table(heads, rows, caption=say("privacy.kept"))
    widgets.words(say("privacy.where"), "small soft")


def _days(visit: PageContext, n: int) -> str:
    return visit.say("privacy.day") if n == 1 else visit.say("privacy.days", n=n)


def why_purged(visit: PageContext, why: str) -> str:
    """Return why a purge was: the program's own reasons in the reader's words, else as typed."""
    own = _OWN_REASON.fullmatch(why)
    if own is None:
        return why
    days = visit.say("privacy.over", days=_days(visit, int(own["days"])))
    what = own["what"]
    return f"{days} · {visit.say(f'privacy.{what}', n=own['n'])}" if what else days


async def _purged(visit: PageContext) -> None:
    say = visit.say
    page = await ask(lambda: visit.services.reports.audit(AuditFilter(action=PURGE), None, _SHOWN))
    if page is None:
        widgets.empty(say("shell.record_away"), icon="cloud_off")
        return
    if not page.rows:
        widgets.empty(say("privacy.nothing_purged"), icon="delete_sweep")
        return
    rows = [
        [
            f'<span class="mono">{visit.time(row.at)}</span>',
            escape(visit.texts.name_of("privacy.of", str(row.detail.get("of", "")))),
            escape(str(row.detail.get("passages", ""))),
            escape(str(row.detail.get("bodies", ""))),
            escape(why_purged(visit, str(row.detail.get("why", "")))),
        ]
        for row in page.rows
    ]
    heads = [say(f"privacy.{one}") for one in ("at", "what", "passages", "entries", "why_purged")]
    widgets.table(heads, rows, caption=say("privacy.purged"))
