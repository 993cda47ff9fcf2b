"""The nightly purge: once a night, at night, and trouble waits for the next one."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gate.app.nightly import FIRST, Housekeeping, next_night
from gate.domain.passage import PassageId
from gate.privacy.retention import Limits, Retention
from gate.reports.model import PassageFilter
from gate.reports.reports import Reports
from gate.storage.database import drop_old_copies
from gate.storage.pictures import Pictures
from tests.gate.journal.journal_cast import desk, whole

CHINA = ZoneInfo("Asia/Shanghai")


def test_the_next_night_is_at_three_of_the_site() -> None:
    evening = datetime(2026, 11, 22, 12, tzinfo=UTC)  # 20:00 in China
    assert next_night(evening, CHINA) == datetime(2026, 11, 22, 19, tzinfo=UTC)
    at_three = datetime(2026, 11, 22, 19, tzinfo=UTC)
    assert next_night(at_three, CHINA) == at_three + timedelta(days=1)


def test_old_passages_lose_plate_and_person_once_a_night(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        for entries in whole("old", "吉A12345"):
            made.journal.append(*entries)
        pictures = Pictures(tmp_path / "pictures", made.keyring)
        try:
            retention = Retention(made.journal, pictures, Limits(), made.clock)
            keeping = Housekeeping(retention, made.database, made.clock, CHINA)
            assert keeping.tick() is None
            made.clock.pass_by((timedelta(days=181) + FIRST).total_seconds())
            purged = keeping.tick()
            assert purged is not None
            assert purged.passages == 1
            assert keeping.tick() is None
        finally:
            pictures.close()
        reports = Reports(made.database, made.keyring, CHINA)
        (row,) = reports.passages(PassageFilter()).rows
        assert (row.passage, row.plate, row.household) == (PassageId("old"), "", "")


def test_copies_of_before_an_upgrade_go_after_a_month_and_only_they(tmp_path: Path) -> None:
    base, now = tmp_path / "gate.db", datetime(2026, 11, 22, 12, tzinfo=UTC)
    for name, days in (
        ("gate.db.before-upgrade-from-0003", 31),
        ("gate.db.before-upgrade-from-0004", 29),
        ("gate.db", 400),
        ("gate.db.kept-by-hand", 400),
    ):
        (tmp_path / name).touch()
        then = (now - timedelta(days=days)).timestamp()
        os.utime(tmp_path / name, (then, then))
    assert drop_old_copies(base, now) == ["gate.db.before-upgrade-from-0003"]
    assert len(list(tmp_path.iterdir())) == 3
