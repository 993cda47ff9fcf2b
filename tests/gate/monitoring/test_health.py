"""What the service cannot do is said, worst first, in both languages, also without a database."""

import pytest

from gate.i18n.texts import Language, Texts
from gate.journal.health import Health, HealthBoard
from gate.monitoring.health import ConditionKind, conditions
from gate.storage.pictures import PictureCounts
from tests.gate.journal.journal_cast import NOON

WELL = Health(None, "", 0, 0)
KEPT = PictureCounts(0, 5, 0, 0, "")


def kinds(journal: Health = WELL, pictures: PictureCounts = KEPT, **more: object) -> list[str]:
    values = {"register_away": None, "clock_sound": True} | more
    return [
        one.kind.value
        for one in conditions(
            journal, values["register_away"], pictures, clock_sound=bool(values["clock_sound"])
        )
    ]


def test_all_is_well() -> None:
    assert kinds() == []


def test_each_trouble_has_its_word() -> None:
    assert kinds(Health(NOON, "disk full", 3, 1)) == ["database_away"]
    assert kinds(Health(NOON, "spool: full", 3, 2, nothing_kept=True)) == ["nothing_kept"]
    assert kinds(Health(None, "", 12, 1)) == ["spool_waits"]
    assert kinds(register_away=NOON) == ["register_away"]
    assert kinds(clock_sound=False) == ["clock_in_doubt"]
    assert kinds(pictures=PictureCounts(0, 5, 1, 2, "slow")) == ["pictures_lost"]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", list(ConditionKind))
def test_the_catalogues_know_every_condition(kind: ConditionKind, language: Language) -> None:
    texts = Texts(language)
    assert texts.knows(f"condition.{kind.value}.title")
    said = texts.say(f"condition.{kind.value}.text", n=3, why="disk full")
    assert "{" not in said


def test_a_spool_that_takes_entries_again_is_no_longer_the_worst() -> None:
    board = HealthBoard()
    board.failed("disk", NOON)
    board.failed("spool: disk", NOON, nothing_kept=True)
    assert board.view(0).nothing_kept
    board.spooled()
    assert not board.view(1).nothing_kept
    assert board.view(1).away_since == NOON
    board.answered()
    assert board.view(0) == Health(None, "", 0, 2)
