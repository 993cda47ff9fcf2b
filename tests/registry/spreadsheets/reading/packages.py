"""Spreadsheets as other programs pack them, byte by byte: xlsx, xlsb, xls and ods.

Written after the specifications and not with what reads them, so that neither hides a fault of the
other.
"""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

HEAD = ("房号", "车牌号", "业主姓名", "楼栋")
ROW = ("501", "吉A12345", "张三", "3")

# --- xlsx (ISO/IEC 29500) -------------------------------------------------------------------------

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TRANSITIONAL = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
STRICT = (
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
TYPES = (
    '<?xml version="1.0"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def text(place: str, said: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


def line(number: int, cells: Sequence[str]) -> str:
    """A row of texts from the first column on."""
    body = "".join(text(f"{chr(65 + place)}{number}", said) for place, said in enumerate(cells))
    return f'<row r="{number}">{body}</row>'


def good_sheet(*further: str) -> str:
    """Headings, a row, and what else."""
    return line(1, HEAD) + line(2, ROW) + "".join(further)


def xlsx(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] = {},
    formats: Sequence[int] = (0,),
    codes: Mapping[int, str] = {},
    merged: Sequence[str] = (),
    since_1904: bool = False,
    folder: str = "worksheets",
    prefix: str = "",
    names: tuple[str, str] = _TRANSITIONAL,
    backslashes: bool = False,
) -> bytes:
    """A workbook. sheets: name -> rows. formats: number formats by the style of a cell."""
    main, related = names
    sheet_list = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for n, name in enumerate(sheets, start=1)
    )
    count = '<workbookPr date1904="1"/>' if since_1904 else ""
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{related}/worksheet" Target="{folder}/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    custom = "".join(f'<numFmt numFmtId="{n}" formatCode="{c}"/>' for n, c in codes.items())
    styles = "".join(f'<xf numFmtId="{n}" applyNumberFormat="1"/>' for n in formats)
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{related}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}">{count}'
        f"<sheets>{sheet_list}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}'
        f'<Relationship Id="rIdS" Type="{related}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><numFmts>{custom}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
    }
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    for n, rows in enumerate(sheets.values(), start=1):
        inner = f"<sheetData>{rows}</sheetData>" + (
            f"<mergeCells>{ranges}</mergeCells>" * bool(merged)
        )
        space = f"xmlns:{prefix}" if prefix else "xmlns"
        body = f'<worksheet {space}="{main}">{inner}</worksheet>'
        parts[f"xl/{folder}/sheet{n}.xml"] = _prefixed(body, prefix) if prefix else body
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            kept = name.replace("/", "\\") if backslashes else name
            packed.writestr(kept, body)
    return content.getvalue()


def _prefixed(body: str, prefix: str) -> str:
    out = []
    for piece in body.split("<"):
        slash = "/" if piece.startswith("/") else ""
        out.append(f"{slash}{prefix}:{piece[len(slash) :]}" if piece else "")
    return "<".join(out)


# --- ods (OpenDocument 1.3) -----------------------------------------------------------------------

_SPACES = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def ods_text(said: str, more: str = "") -> str:
    """A cell with a text."""
    kind = 'office:value-type="string"'
    return f"<table:table-cell {kind} {more}><text:p>{said}</text:p></table:table-cell>"


def ods_line(cells: Sequence[str]) -> str:
    """A row of texts."""
    return f"<table:table-row>{''.join(map(ods_text, cells))}</table:table-row>"


def ods(sheets: Mapping[str, str], hidden: Sequence[str] = ()) -> bytes:
    """A document. sheets: name -> rows."""
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"off" if name in hidden else "on"}">'
        f"{rows}</table:table>"
        for name, rows in sheets.items()
    )
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("on", "true"), ("off", "false"))
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        packed.writestr("mimetype", kind)
        packed.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        packed.writestr(
            "content.xml",
            f"<office:document-content {_SPACES}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


# --- xls ([MS-XLS] in [MS-CFB]) -------------------------------------------------------------------

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


Cell = str | float | tuple[str, int]
"""A text, a number, or ("error" | "formula error", code)."""


def _xls_cell(row: int, column: int, cell: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    match cell:
        case str():
            wide = cell.encode("utf-16-le")
            return _record(0x204, place + struct.pack("<HB", len(cell), 1) + wide)
        case ("error", code):
            return _record(0x205, place + bytes([code, 1]))
        case ("formula error", code):
            value = struct.pack("<BBBBBBH", 2, 0, code, 0, 0, 0, 0xFFFF)
            return _record(0x06, place + value + struct.pack("<HIH", 0, 0, 0))
        case _:
            return _record(0x203, place + struct.pack("<d", cell))


def xls_stream(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden: Mapping[str, int] = {},
    merged: Sequence[tuple[int, int, int, int]] = (),
    since_1904: bool = False,
    number_format: int = 0,
    password: bool = False,
) -> bytes:
    """The Workbook stream. hidden: name -> 1 hidden, 2 very hidden. merged: first and last row,
    first and last column."""
    bodies = []
    for rows in sheets.values():
        cells = b"".join(
            _xls_cell(r, c, cell)
            for r, row in enumerate(rows)
            for c, cell in enumerate(row)
            if cell != ""
        )
        width = max(map(len, rows), default=0)
        size = _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
        ranges = struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *m) for m in merged)
        bodies.append(_bof(0x10) + size + cells + _record(0xE5, ranges) + _record(0x0A, b""))
    before = _bof(0x05)
    before += _record(0x2F, bytes(6)) if password else b""
    before += _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", since_1904))
    before += _record(0xE0, struct.pack("<HH", 0, number_format) + bytes(16))
    names = [(name.encode("utf-16-le"), hidden.get(name, 0), len(name)) for name in sheets]
    start = len(before) + sum(4 + 8 + len(wide) for wide, _, _ in names) + 4
    bounds = b""
    for (wide, state, length), body in zip(names, bodies, strict=True):
        bounds += _record(0x85, struct.pack("<IBBBB", start, state, 0, length, 1) + wide)
        start += len(body)
    return before + bounds + _record(0x0A, b"") + b"".join(bodies)


def xls(sheets: Mapping[str, Sequence[Sequence[Cell]]], **how: object) -> bytes:
    """A workbook of Excel 97 to 2003."""
    return compound("Workbook", xls_stream(sheets, **how))  # type: ignore[arg-type]


def compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream, padded to 4,096 bytes: shorter ones lie elsewhere."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    fats = -(-(sectors + 2) // (_SECTOR // 4 - 1))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, fats, fats, 0, 4096, _END, 0, _END, 0)
    head += b"".join(struct.pack("<I", n) for n in range(fats))
    head = head.ljust(_SECTOR, b"\xff")
    first = fats + 1
    table = [_FAT] * fats + [_END]
    table += [*range(first + 1, first + sectors), _END]
    table += [_FREE] * (fats * _SECTOR // 4 - len(table))
    root = _entry("Root Entry", 5, 1, _END, 0)
    entries = root + _entry(name, 2, _FREE, first, len(stream)) + bytes(256)
    return (
        head
        + b"".join(struct.pack("<I", n) for n in table)
        + entries
        + stream.ljust(sectors * _SECTOR, b"\0")
    )


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return (
        wide.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(wide), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


# --- xlsb ([MS-XLSB]) -----------------------------------------------------------------------------


def _varied(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _binary(kind: int, body: bytes = b"") -> bytes:
    return _varied(kind) + _varied(len(body)) + body


def _wide(said: str) -> bytes:
    return struct.pack("<I", len(said)) + said.encode("utf-16-le")


def xlsb(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden: Mapping[str, int] = {},
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """A binary workbook; hidden and merged as for xls."""
    related = _TRANSITIONAL[1]
    book = _binary(131) + _binary(143)
    links, parts = "", {}
    for n, (name, rows) in enumerate(sheets.items(), start=1):
        book += _binary(
            156, struct.pack("<II", hidden.get(name, 0), n) + _wide(f"rId{n}") + _wide(name)
        )
        links += f'<Relationship Id="rId{n}" Type="{related}/worksheet" '
        links += f'Target="worksheets/sheet{n}.bin"/>'
        parts[f"xl/worksheets/sheet{n}.bin"] = _xlsb_sheet(rows, merged)
    book += _binary(144) + _binary(132)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{related}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        packed.writestr("xl/workbook.bin", book)
        packed.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        )
        for name, body in parts.items():
            packed.writestr(name, body)
    return content.getvalue()


def _xlsb_sheet(
    rows: Sequence[Sequence[Cell]], merged: Sequence[tuple[int, int, int, int]]
) -> bytes:
    width = max(map(len, rows), default=1)
    body = _binary(129)
    body += _binary(148, struct.pack("<IIII", 0, max(0, len(rows) - 1), 0, width - 1))
    body += _binary(145)
    for number, row in enumerate(rows):
        body += _binary(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for column, cell in enumerate(row):
            place = struct.pack("<II", column, 0)
            match cell:
                case "":
                    continue
                case str():
                    body += _binary(6, place + _wide(cell))
                case ("error", code):
                    body += _binary(3, place + bytes([code]))
                case ("formula error", code):
                    body += _binary(11, place + bytes([code]) + struct.pack("<HII", 0, 0, 0))
                case _:
                    body += _binary(5, place + struct.pack("<d", cell))
    body += _binary(146)
    for first, last, left, right in merged:
        body += _binary(176, struct.pack("<IIII", first, last, left, right))
    return body + _binary(130)
