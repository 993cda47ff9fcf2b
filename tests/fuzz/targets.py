"""What is fuzzed: bytes in, and nothing but the promised answers out.

Random bytes find little: most cases are good files and answers with parts changed. A target is a
function of one case; it raises where a promise is broken.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from hypothesis import strategies as st

from gate.cli.read import load
from hardware.boards.codecs import kmtronic, lctech, lcus, modbus, numato, waveshare
from hardware.cameras.frames import CameraSettings
from hardware.cameras.picture_checks import Judgement, judge
from hardware.cameras.sources import Folder
from recognition.motion import Motion, shrunk, watch
from recognition.pipeline import PlateReader
from registry.spreadsheets.grid import SheetFault, SheetRow
from registry.spreadsheets.reading.whole import read
from registry.spreadsheets.sheets import write_csv, write_xlsx
from registry.spreadsheets.unused import understand
from tests.registry.spreadsheets.reading import packages

LINES = (
    ("楼栋", "单元", "房号", "业主姓名", "车牌号", "有效期至"),
    ("3", "2", "501", "张三", "吉A12345", "2027-12-31"),
    ("12", "1", "302", "李四", "吉AD12345", ""),
)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that takes bytes. slow: cases take long, so that the share of it is smaller."""

    name: str
    cases: Callable[[], st.SearchStrategy[Any]]
    run: Callable[[Any], object]
    slow: bool = False


@st.composite
def changed(draw: st.DrawFn, good: tuple[bytes, ...]) -> bytes:
    """A good file with some of its bytes changed, cut out, doubled or cut off; or any bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=400))
    data = bytearray(draw(st.sampled_from(good)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        piece = draw(st.binary(max_size=8))
        match draw(st.sampled_from(("put", "insert", "cut", "end", "number"))):
            case "put":
                data[at : at + len(piece)] = piece
            case "insert":
                data[at:at] = piece
            case "cut":
                del data[at : at + draw(st.integers(1, 64))]
            case "end":
                del data[at:]
            case _:
                data[at : at + 4] = b"\x7f\xff\xff\xff"
    return bytes(data)


# --- spreadsheets ---------------------------------------------------------------------------------


@cache
def _sheets() -> tuple[bytes, ...]:
    """The packed ones first."""
    rows = "".join(map(packages.ods_line, LINES))
    packed = (
        write_xlsx(LINES),
        packages.xlsx({"a": packages.good_sheet("<row><c><f>1</f></c></row>")}, merged=["A2:B3"]),
        packages.xlsb({"a": LINES, "b": [["x", ("error", 42)]]}, merged=[(1, 2, 0, 1)]),
        packages.ods({"a": rows, "b": rows}, hidden=["b"]),
    )
    old = packages.xls({"a": LINES, "b": [["x", ("error", 42)]]}, merged=[(1, 2, 0, 1)])
    return (*packed, old, write_csv(LINES), "\n".join("\t".join(n) for n in LINES).encode("gbk"))


@st.composite
def _part_changed(draw: st.DrawFn) -> bytes:
    """A workbook whose XML was changed and packed again: checksums hold."""
    made = io.BytesIO()
    whole = draw(st.sampled_from(_sheets()[:4]))
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        which = draw(st.sampled_from(names))
        for name in names:
            content = old.read(name)
            new.writestr(name, draw(changed((content,))) if name == which else content)
    return made.getvalue()


def sheet(content: bytes) -> None:
    """A spreadsheet is read, or refused with a word."""
    book = read(content)
    assert isinstance(book, (tuple, SheetFault))
    if not isinstance(book, SheetFault):
        assert all(isinstance(row, SheetRow) for sheet in book for row in sheet.rows)
        understand(book)


# --- pictures and frames --------------------------------------------------------------------------


@cache
def _pictures() -> tuple[bytes, ...]:
    image = np.random.default_rng(5).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    small = cv2.resize(image, (24, 18))
    forms = (".jpg", ".png", ".bmp", ".webp")
    return tuple(cv2.imencode(form, one)[1].tobytes() for form in forms for one in (image, small))


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="gate-fuzz-")


def picture(content: bytes) -> None:
    """A picture's bytes become a picture or None, from a camera's folder and for `gate read`."""
    file = Path(_folder().name) / "a.jpg"
    file.write_bytes(content)
    source = Folder(CameraSettings(name="fuzz", url=_folder().name))
    assert source.open() is None
    assert source.grab()
    for image in (source.retrieve(), load(file)):
        assert image is None or isinstance(image, (str, np.ndarray))
        assert not isinstance(image, np.ndarray) or (image.ndim == 3 and image.dtype == np.uint8)


@cache
def _reader() -> PlateReader:
    return PlateReader.default()


def _frames() -> st.SearchStrategy[np.ndarray[Any, Any]]:
    return st.builds(
        _frame,
        st.integers(1, 700),
        st.integers(1, 700),
        st.integers(0, 2**32 - 1),
        st.sampled_from(("noise", "flat", "stripes", "plate")),
    )


def _frame(height: int, width: int, seed: int, kind: str) -> np.ndarray[Any, Any]:
    chance = np.random.default_rng(seed)
    if kind == "noise":
        return chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = np.full((height, width, 3), chance.integers(0, 256, 3), np.uint8)
    if kind == "stripes":
        image[:: int(chance.integers(1, 9))] = chance.integers(0, 256, 3)
    if kind == "plate":
        cv2.rectangle(
            image, (width // 4, height // 4), (width // 2, height // 3), (160, 70, 10), -1
        )
        cv2.putText(image, "A12345", (width // 4, height // 3), 0, 1, (255, 255, 255), 2)
    return image


def frame(image: np.ndarray[Any, Any]) -> None:
    """A camera's picture of any size and content is judged, watched and read."""
    judge(Judgement(), image, 1.0, CameraSettings(name="fuzz", url="rtsp://camera/1"))
    watch(Motion(), shrunk(image))
    for reading in _reader().read(image):
        assert reading.text
        assert 0 <= reading.confidence <= 1


# --- serial bytes ---------------------------------------------------------------------------------


def _requests() -> tuple[modbus.Request, ...]:
    return (
        lctech.pulse(1, 1, 500),
        lctech.read_relays(1),
        lctech.read_inputs(1),
        waveshare.pulse(1, 2, 500),
        waveshare.read_relays(1),
        waveshare.read_inputs(1),
        waveshare.read_modes(1),
        waveshare.read_version(1),
    )


def _answers(request: modbus.Request) -> bytes:
    """An answer of the right form, with a checksum that holds."""
    size = request.reply_size - len(request.reply_start) - 2
    if size < 0:
        return request.reply_start
    return bytes(modbus.with_crc(request.reply_start + bytes(size)))


@cache
def _spoken() -> tuple[bytes, ...]:
    texts = (b"CH1: ON \r\nCH2: OFF\r\n", b"\x00\x01", b"relay readall\n\r3\n\r>", b"\xff\x01\x00")
    return (*texts, *(_answers(request) for request in _requests()))


def _pieces() -> st.SearchStrategy[list[bytes]]:
    return st.lists(changed(_spoken()), min_size=1, max_size=4)


def serial(pieces: list[bytes]) -> None:
    """Every board's parser takes any bytes: an answer or none, in bounded memory."""
    for request in _requests():
        _drain(modbus.ReplyDecoder(request), pieces)
    for relays in (1, 2, 4, 8):
        _drain(lcus.StatusDecoder(relays), pieces)
        _drain(kmtronic.StatusDecoder(relays), pieces)
        for answer in _drain(numato.AnswerDecoder(b"relay readall"), pieces):
            numato.relays_from(answer, relays)
            numato.level_from(answer)


def _drain(decoder: Any, pieces: list[bytes]) -> list[Any]:
    found = []
    for piece in pieces:
        decoder.feed(piece)
        for _ in range(len(piece) + 2):
            answer = decoder.next()
            if answer is None:
                break
            found.append(answer)
        else:
            raise AssertionError(f"{type(decoder).__name__} gives answers without end")
    assert len(decoder.pending) <= sum(map(len, pieces))
    return found


TARGETS = (
    Target("sheets", lambda: changed(_sheets()) | _part_changed(), sheet),
    Target("pictures", lambda: changed(_pictures()), picture),
    Target("serial", _pieces, serial),
    Target("frames", _frames, frame, slow=True),
)
