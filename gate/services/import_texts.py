"""What an import says, in the words of a language: to who works at the page and at the shell."""

from collections.abc import Iterator, Sequence

from gate.i18n.texts import Language, Texts
from registry.rules import fields
from registry.spreadsheets.columns import HEADINGS, PROBLEM, Column, Table
from registry.spreadsheets.handed_back import Guide, refused_rows, template
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.rows import RefusedRow, Warned
from registry.spreadsheets.unused import Unused


def where(one: RefusedRow | Warned | Unused, *, several: bool) -> str:
    """The cell, with its sheet where the file has several: 1栋!F12."""
    return f"{one.sheet}!{one.cell}".rstrip("!") if several and one.sheet else one.cell


def refusal(texts: Texts, one: RefusedRow) -> str:
    """Why a row is not taken, and what to do."""
    return texts.say(f"row_fault.{one.fault.value}")


def warning(texts: Texts, one: Warned) -> str:
    """What to check in a row that is taken."""
    return texts.say(f"row_warning.{one.warning.value}")


def left_over(texts: Texts, one: Unused) -> str:
    """What was not used, and what to do."""
    said = {"sheet": one.sheet, "what": one.what, "n": f"{one.filled:,}"}
    return texts.say(f"unused.{one.leftover.value}", **said)


def heading(texts: Texts, column: Column) -> str:
    """What a column is called in a file of this language."""
    if texts.language is Language.CHINESE:
        return HEADINGS[column]
    return texts.say(f"column.{column.value}")


def empty_file(texts: Texts) -> bytes:
    """The file to fill in (xlsx)."""
    guides = [
        Guide(
            heading(texts, column),
            texts.say(f"column_hint.{column.value}"),
            _choices(texts, column),
        )
        for column in Column
    ]
    return template(texts.say("importing.template_sheet"), guides)


def _choices(texts: Texts, column: Column) -> tuple[str, ...]:
    """What a column's cells may say: in Chinese, or as the program calls it."""
    known = {
        Column.ROLE: [(one.value, word) for one, word in fields.ROLES.items()],
        Column.KIND: [(one.value, word) for one, word in fields.KINDS.items()],
        Column.COLOUR: [(one.value, word) for one, word in fields.COLOURS.items()],
    }
    chinese = texts.language is Language.CHINESE
    return tuple(word if chinese else value for value, word in known.get(column, ()))


def mendable(texts: Texts, tables: Sequence[Table], plan: ImportPlan) -> bytes:
    """The rows that were not taken, each with its reasons, as a file to mend and import (xlsx)."""
    why = {one: "".join(_reason(texts, one)) for one in plan.refused}
    said = PROBLEM[0 if texts.language is Language.CHINESE else 1]
    return refused_rows(tables, plan.refused, said, why)


def _reason(texts: Texts, one: RefusedRow) -> Iterator[str]:
    yield texts.say("importing.was_at", row=one.row, cell=one.cell)
    yield refusal(texts, one)
