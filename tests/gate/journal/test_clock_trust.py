"""A clock that jumped, or was off with the machine, is in doubt until a person says it is right."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gate.domain.entries import Audited
from gate.journal.clock_source import has_chip, is_set_by_network, went_on
from gate.journal.clock_trust import ClockTrust
from gate.journal.store import walk
from tests.gate.journal.journal_cast import Desk, ToldClock, desk, ended, started


@contextmanager
def watched(
    folder: Path, clock: ToldClock, boot: str = "boot-1", *, clock_went_on: bool = True
) -> Iterator[tuple[Desk, ClockTrust]]:
    """A gate's journal with who watches its clock, as the composition root joins them."""
    with desk(folder, clock=clock, boot=boot, clock_went_on=clock_went_on, start=False) as made:
        trust = ClockTrust()
        made.journal.subscribe(trust.heard)
        made.journal.start()
        with made.database.reading() as connection:
            trust.resume(connection)
        yield made, trust


@pytest.mark.parametrize("jump", [timedelta(hours=8), -timedelta(hours=8), timedelta(minutes=2)])
def test_a_jump_is_doubted_over_restarts_until_it_is_confirmed(
    tmp_path: Path, jump: timedelta
) -> None:
    clock = ToldClock()
    with watched(tmp_path, clock) as (made, trust):
        made.journal.append(started("a"))
        assert trust.sound
        clock.utc += jump
        made.journal.append(ended("a"))
        assert not trust.sound
    clock.pass_by(5)
    with watched(tmp_path, clock) as (made, trust):
        assert not trust.sound, "a restart forgets nothing"
        made.journal.append(Audited("li", "clock_confirmed"))
        assert trust.sound
    with watched(tmp_path, clock) as (_, trust):
        assert trust.sound


def test_a_correction_by_a_second_is_no_doubt(tmp_path: Path) -> None:
    clock = ToldClock()
    with watched(tmp_path, clock) as (made, trust):
        made.journal.append(started("a"))
        clock.utc += timedelta(seconds=30)
        made.journal.append(ended("a"))
        assert trust.sound


def test_after_a_power_cut_without_network_time_the_clock_is_doubted(tmp_path: Path) -> None:
    """The saved time goes on, hours late: not behind the record, and wrong all the same."""
    clock = ToldClock()
    with watched(tmp_path, clock) as (made, _):
        made.journal.append(started("a"))
    clock.seconds = 3.0
    clock.utc += timedelta(minutes=1)
    with watched(tmp_path, clock, "boot-2", clock_went_on=False) as (_, trust):
        assert not trust.sound


def test_a_machine_whose_clock_went_on_is_believed(tmp_path: Path) -> None:
    clock = ToldClock()
    with watched(tmp_path, clock) as (made, _):
        made.journal.append(started("a"))
    clock.seconds = 3.0
    clock.utc += timedelta(hours=9)
    with watched(tmp_path, clock, "boot-2") as (_, trust):
        assert trust.sound


def test_the_first_start_of_all_has_nothing_to_doubt(tmp_path: Path) -> None:
    with watched(tmp_path, ToldClock(), clock_went_on=False) as (_, trust):
        assert trust.sound


def test_the_order_of_the_record_is_the_order_of_events_whatever_the_clock_says(
    tmp_path: Path,
) -> None:
    clock = ToldClock()
    with watched(tmp_path, clock) as (made, _):
        for n, jump in enumerate([0, -86_400, 3600, -10, 86_400 * 400]):
            clock.pass_by(1)
            clock.utc += timedelta(seconds=jump)
            made.journal.append(started(f"car-{n}"))
        with made.database.reading() as connection:
            kept = [one.link.header.passage for one in walk(connection)]
    assert [name for name in kept if name] == [f"car-{n}" for n in range(5)]


def test_what_daylight_rules_do_to_a_zone_is_no_jump(tmp_path: Path) -> None:
    """The record is in UTC: on the night when New York's clocks go back an hour nothing happens."""
    zone, clock = ZoneInfo("America/New_York"), ToldClock()
    clock.utc = clock.utc.replace(month=11, day=1, hour=5, minute=30)
    with watched(tmp_path, clock) as (made, trust):
        offsets = set()
        for n in range(4):
            made.journal.append(started(f"car-{n}"))
            offsets.add(clock.utc.astimezone(zone).utcoffset())
            clock.pass_by(1800)
        assert len(offsets) == 2
        assert trust.sound
        with made.database.reading() as connection:
            assert not [k for k in walk(connection) if k.link.header.kind == "clock_jump"]


def test_the_machine_is_asked_and_answers() -> None:
    assert went_on() is (has_chip() or is_set_by_network())
