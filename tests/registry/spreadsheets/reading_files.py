"""Files as tests read them: in this process, because a child for each would cost a minute."""

from registry.spreadsheets.columns import Table
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.whole import read
from registry.spreadsheets.unused import Understood, understand


def understood(content: bytes) -> Understood:
    """What a file comes to; it must be readable."""
    book = read(content)
    assert not isinstance(book, SheetFault), book
    return understand(book)


def table_of(content: bytes) -> Table | SheetFault:
    """The one table of a file, or why nothing in it can be read."""
    book = read(content)
    if isinstance(book, SheetFault):
        return book
    tables = understand(book).tables
    assert len(tables) < 2
    return tables[0] if tables else SheetFault.NO_HEADINGS
