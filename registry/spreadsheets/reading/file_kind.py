"""What a file is by its first bytes, whatever its name says. Pure."""

import re
from typing import Final

from registry.spreadsheets.grid import SheetFault

COMPOUND: Final = b"\xd0\xcf\x11\xe0"
"""An xls is a compound file; so is an xlsx with a password, which lies in a stream of this name."""
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHERS: Final = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf"),
    *(b"\x1f\x8b", b"\x7fELF", b"SQLite format 3"),
)
_LOOKED_AT: Final = 4096
_WEB: Final = re.compile(
    r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|table|meta|style|div)\b"
    r"|mime-version:",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(r"<\?xml\b|<(\w+:)?workbook\b", re.IGNORECASE)


def is_workbook(content: bytes) -> bool:
    """Whether it is packed as workbooks are: a zip archive or a compound file."""
    return content.startswith((*_ZIP, COMPOUND))


def named_fault(content: bytes) -> SheetFault | None:
    """What a file is that is none to be read here, with a name of its own; None for the others."""
    if content.startswith(COMPOUND) and _ENCRYPTED in content:
        return SheetFault.ENCRYPTED
    if content.startswith(_OTHERS):
        return SheetFault.NO_SPREADSHEET
    head = _head(content)
    if _WEB.match(head):
        return SheetFault.WEB_PAGE
    return SheetFault.XML_TABLE if _XML.match(head) else None


def _head(content: bytes) -> str:
    first = content[:_LOOKED_AT]
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return first[: len(first) // 2 * 2].decode("utf-16", "replace").lstrip()
    return first.decode("utf-8-sig", "replace").lstrip()
