"""A file of any kind into sheets of text: what the child process does (see `aside`)."""

from registry.spreadsheets.grid import MAX_BYTES, Book, SheetFault, TooLargeError
from registry.spreadsheets.reading import delimited, workbook
from registry.spreadsheets.reading.file_kind import is_workbook, named_fault


def read(content: bytes) -> Book | SheetFault:
    """The sheets of a file, or why nothing in it can be read."""
    if len(content) > MAX_BYTES:
        return SheetFault.TOO_LARGE
    if not content.strip():
        return SheetFault.EMPTY
    if (fault := named_fault(content)) is not None:
        return fault
    try:
        return workbook.read(content) if is_workbook(content) else delimited.read(content)
    except (TooLargeError, MemoryError, RecursionError):
        return SheetFault.TOO_LARGE
