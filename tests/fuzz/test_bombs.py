"""Small files that unpack to huge ones: refused with a word, in bounded memory."""

import io
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.cli.read import load
from hardware.cameras.frames import CameraSettings
from hardware.cameras.sources import Folder
from hardware.cameras.stills import MAX_BYTES, decode
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.aside import read_now
from registry.spreadsheets.sheets import write_xlsx

SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def book(sheet: bytes) -> bytes:
    """A workbook with this sheet."""
    made = io.BytesIO()
    good = zipfile.ZipFile(io.BytesIO(write_xlsx([["a"]])))
    with good, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in good.namelist():
            new.writestr(name, sheet if name == SHEET else good.read(name))
    return made.getvalue()


def test_cells_in_two_corners_are_no_billion_cells() -> None:
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    far = f"{HEAD}<sheetData>{first}{last}</sheetData>"
    assert read_now(book(f"{far}</worksheet>".encode())) is SheetFault.TOO_LARGE


def test_a_merged_range_of_everything_fills_only_what_is_used() -> None:
    merged = (
        f'{HEAD}<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    )
    found = read_now(book(merged.encode()))
    assert not isinstance(found, SheetFault)
    assert [row.cells for row in found[0].rows] == [("1",)]


def test_a_sheet_that_unpacks_to_gigabytes_is_refused_before_it_does() -> None:
    assert read_now(book(b" " * 300_000_000)) is SheetFault.TOO_LARGE


def chunk(kind: bytes, data: bytes, *, says: int | None = None) -> bytes:
    """A chunk of a PNG that may lie about its length."""
    body = kind + data
    length = len(data) if says is None else says
    return struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int) -> bytes:
    """A PNG of one colour that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 2**31 - 1), (1_000_000, 1_000)])
def test_a_picture_that_says_it_is_huge_is_no_picture(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(png(*size))
    source = Folder(CameraSettings(name="bomb", url=str(tmp_path)))
    assert source.open() is None
    assert source.grab()
    assert source.retrieve() is None
    assert isinstance(load(file), str)


@pytest.mark.parametrize("kind", [b"IDAT", b"fdAT", b"tEXt"])
def test_a_picture_whose_part_says_it_has_gigabytes_is_refused_before_it_takes_them(
    kind: bytes,
) -> None:
    """OpenCV 5.0.0 took 4 GB for such a file of 9 kB."""
    good = png(100, 100)
    head = good[:33]
    lying = chunk(kind, zlib.compress(bytes(30_100)), says=0x7FFFFFFF)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert decode(head + lying + chunk(b"IEND", b"")) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_what_follows_the_end_of_a_picture_is_not_looked_at() -> None:
    tail = b"\xff" * 100
    ok, good = cv2.imencode(".png", np.full((20, 30, 3), 90, np.uint8))
    assert ok
    picture = decode(good.tobytes() + tail)
    assert picture is not None
    assert picture.shape == (20, 30, 3)


def test_a_file_that_is_far_too_large_for_a_picture_is_not_unpacked() -> None:
    assert decode(b"BM" + bytes(MAX_BYTES)) is None
