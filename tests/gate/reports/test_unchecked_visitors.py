"""Who is let in as a visitor past the check of the owner's name is counted where managers look."""

from datetime import timedelta
from pathlib import Path

import pytest

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import OpeningOrdered, PassageDecided, PassageEnded, PassageStarted
from gate.domain.passage import Direction, OrderId, PassageEnd, PassageId, Trigger
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.reports import Reports
from tests.gate.journal.journal_cast import NOON, SOUTH, Desk, desk


def let_in(made: Desk, number: int, reason: Reason, remark: str) -> None:
    passage, order = PassageId(f"p{number}"), OrderId(f"o{number}")
    decision = Decision(Verdict.ADMIT, reason)
    made.journal.append(
        PassageStarted(passage, SOUTH, Direction.IN, Trigger.LOOP),
        PassageDecided(passage, SOUTH, decision, "li", remark),
        OpeningOrdered(order, passage, SOUTH, Direction.IN, "li", reason.value, "", remark=remark),
        PassageEnded(passage, SOUTH, PassageEnd.PASSED),
    )


@pytest.mark.parametrize("shift", [False, True])
def test_they_are_counted_apart(tmp_path: Path, shift: bool) -> None:
    with desk(tmp_path) as made:
        let_in(made, 1, Reason.VISITOR_UNCHECKED, "visitor: 急诊")
        let_in(made, 2, Reason.VISITOR_UNCHECKED, "visitor: 送药")
        let_in(made, 3, Reason.BY_HAND, "delivery")
        let_in(made, 4, Reason.GUARD_ADMITTED, "visitor")
        since, until = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
        reports = Reports(made.database, made.keyring, NOON.tzinfo)
        shares = reports.shift(since, until).shares if shift else None
        shares = shares or reports.shares(ReportPeriod(since, until))
        assert shares.unchecked == 2
        reasons = {
            bar.label: bar.n for bar in reports.by_facet(ReportPeriod(since, until), "reason")
        }
        assert reasons["visitor_unchecked"] == 2
