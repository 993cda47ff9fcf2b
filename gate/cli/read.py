"""`gate read`: the plates in pictures, for people and (with --json) for programs.

One line per picture on stdout, in the order given; folders are walked in name order. A picture that
cannot be read gets an error line and exit status 1 at the end; the rest is still read. What a
folder holds beside pictures is counted on stderr, and a progress bar goes there where that is a
terminal.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from gate.cameras import second_reader
from hardware.cameras.stills import MAX_BYTES, SUFFIXES, RefusedStill, unpacked
from recognition.manifest import ModelError
from recognition.pipeline import PlateReader
from recognition.reading import Box, Reading
from registry.rules.plates import is_usual

Image = NDArray[np.uint8]
READ = "JPEG, PNG, BMP, WebP, TIFF"
PHOTOS = frozenset({".heic", ".heif", ".hif", ".avif"})
"""What telephones write and nothing here reads: named as such instead of being passed over."""
WHY = {
    RefusedStill.NOT_WHOLE: f"is not a whole picture that can be decoded ({READ})",
    RefusedStill.UNKNOWN_FORMAT: (
        f"is HEIC or AVIF, which is not read: save it as JPEG ({READ} are)"
    ),
    RefusedStill.TOO_MANY_PIXELS: "is larger than the limit of 67 megapixels: save it smaller",
    RefusedStill.TOO_MANY_BYTES: (
        f"is larger than the limit of {MAX_BYTES >> 20} MB: save it smaller"
    ),
}


class ReadsPictures(Protocol):
    """A plate reader, as far as this command needs one."""

    def read(self, image: Image) -> tuple[Reading, ...]: ...
    def read_boxes(self, image: Image, boxes: Sequence[Box]) -> tuple[Reading, ...]: ...


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What became of one picture: its readings, best first, or an error."""

    file: Path
    readings: tuple[Reading, ...]
    millis: float
    error: str = ""


def run(
    paths: Sequence[Path], *, crops: bool, as_json: bool, threads: int, second: bool = False
) -> int:
    """Read every picture and print a line for each; return 1 if any could not be read."""
    files = [file for path in paths for file in pictures(path)]
    _say_what_is_passed_over(paths)
    if not files:
        print("no pictures found: give picture files, or folders that hold some", file=sys.stderr)
        return 2
    try:
        reader = PlateReader.default(
            threads, is_usual, second_reader.make(threads) if second else None
        )
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    quiet = not sys.stderr.isatty() or len(files) == 1
    for file in tqdm(files, unit="picture", disable=quiet, file=sys.stderr):
        result = read_one(reader, file, crops=crops)
        failed = failed or bool(result.error)
        tqdm.write(as_line(result) if as_json else as_text(result), file=sys.stdout)
    return 1 if failed else 0


def pictures(path: Path) -> Iterator[Path]:
    """Walk a folder's pictures in name order; a file is taken at its word."""
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if _is_picture(file))
    else:
        yield path


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES | PHOTOS and file.is_file()


def _say_what_is_passed_over(paths: Sequence[Path]) -> None:
    """Count on stderr what the folders hold beside pictures, by the ends of their names."""
    others = Counter(
        file.suffix.lower() or file.name
        for path in paths
        if path.is_dir()
        for file in path.rglob("*")
        if file.is_file() and not _is_picture(file)
    )
    if others:
        kinds = ", ".join(f"{count} {kind}" for kind, count in others.most_common(8))
        print(f"passed over, since they are no pictures: {kinds}", file=sys.stderr)


def load(file: Path) -> Image | str:
    """Return the picture as BGR, or why there is none."""
    try:
        content = file.read_bytes()
    except OSError as error:
        return f"cannot be opened: {error.strerror or error}"
    if not content:
        return "is empty"
    image = unpacked(content)
    return WHY[image] if isinstance(image, RefusedStill) else image


def read_one(reader: ReadsPictures, file: Path, *, crops: bool) -> ReadResult:
    """Read one picture; a bad one is a result with an error."""
    image = load(file)
    if isinstance(image, str):
        return ReadResult(file, (), 0.0, image)
    began = time.perf_counter()
    readings = reader.read_boxes(image, [_whole(image)]) if crops else reader.read(image)
    return ReadResult(file, readings, (time.perf_counter() - began) * 1000)


def as_line(result: ReadResult) -> str:
    """Return the picture's line of JSON."""
    if result.error:
        return json.dumps({"file": str(result.file), "error": result.error}, ensure_ascii=False)
    plates = [
        {
            "text": reading.text,
            "confidence": round(reading.confidence, 4),
            "colour": reading.colour.value,
            "corners": [[round(x, 1), round(y, 1)] for x, y in reading.box.corners],
        }
        for reading in result.readings
    ]
    line = {"file": str(result.file), "plates": plates, "ms": round(result.millis, 1)}
    return json.dumps(line, ensure_ascii=False)


def as_text(result: ReadResult) -> str:
    """Return the picture's line for people."""
    if result.error:
        return f"{result.file}: {result.error}"
    if not result.readings:
        return f"{result.file}: no plate found  ({result.millis:.0f} ms)"
    plates = ", ".join(
        f"{reading.text} {reading.confidence:.3f} {reading.colour.value}"
        for reading in result.readings
    )
    return f"{result.file}: {plates}  ({result.millis:.0f} ms)"


def _whole(image: Image) -> Box:
    """Return the whole picture as a plate: a cut-out's corners are the picture's own."""
    height, width = image.shape[:2]
    return Box(((0, 0), (width, 0), (width, height), (0, height)), 1.0)
