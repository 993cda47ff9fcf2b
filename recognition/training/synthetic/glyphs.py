"""Characters as pictures: our own atlas, or folders of glyph pictures given by path.

A glyph is a float-free mask (uint8, 255 = ink) trimmed to its ink. Every set falls back to the
atlas for what it lacks, so any text can be drawn with any set. The atlas in this folder was drawn
by `build_atlas` from Noto Sans CJK SC Bold (SIL Open Font License 1.1).
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET
from recognition.training.synthetic.plate_classes import OLD_ARMY
from recognition.training.synthetic.plate_layouts import Face

Mask = NDArray[np.uint8]

ATLAS_PATH = Path(__file__).with_name("atlas.png")
CELL_WIDTH, CELL_HEIGHT = 64, 96
ATLAS_CHARACTERS = ALPHABET[1:] + OLD_ARMY
_COLUMNS = 16
# Characters this narrow keep their shape and stand in the middle of their slot ("1").
_NARROW = 0.36


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """Masks by face and character; `name` says where they come from."""

    name: str
    masks: dict[tuple[Face, str], Mask] = field(repr=False)
    _fitted: dict[tuple[Face, str, int, int], Mask] = field(default_factory=dict, repr=False)

    def fitted(self, face: Face, character: str, width: int, height: int) -> Mask:
        """The character's mask stretched to width x height pixels (narrow ones centred)."""
        key = (face, character, width, height)
        if key not in self._fitted:
            self._fitted[key] = _fit(self._mask(face, character), width, height)
        return self._fitted[key]

    def _mask(self, face: Face, character: str) -> Mask:
        for wanted in (face, Face.BOTTOM if face is Face.TOP else Face.SINGLE, Face.SINGLE):
            if (wanted, character) in self.masks:
                return self.masks[wanted, character]
        return atlas().masks[Face.SINGLE, character]


def _trim(mask: Mask) -> Mask:
    ink = mask > 100
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(mask: Mask, width: int, height: int) -> Mask:
    ratio = mask.shape[1] / mask.shape[0]
    if ratio >= _NARROW * min(1.0, 2 * width / height):
        return _resized(mask, width, height)
    narrow = _resized(mask, max(1, min(width, round(ratio * 2 * width))), height)
    left = (width - narrow.shape[1]) // 2
    return np.pad(narrow, ((0, 0), (left, width - narrow.shape[1] - left)))


def _resized(mask: Mask, width: int, height: int) -> Mask:
    shrinks = width < mask.shape[1] or height < mask.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (width, height), interpolation=how), dtype=np.uint8)


@cache
def atlas() -> GlyphSet:
    """The set in this folder: the alphabet and the old army prefixes, drawn from Noto Sans CJK."""
    sheet = cv2.imread(str(ATLAS_PATH), cv2.IMREAD_GRAYSCALE)
    if sheet is None:
        raise FileNotFoundError(f"{ATLAS_PATH}: the glyph atlas is missing or damaged")
    masks: dict[tuple[Face, str], Mask] = {}
    for index, character in enumerate(ATLAS_CHARACTERS):
        row, column = divmod(index, _COLUMNS)
        y, x = row * CELL_HEIGHT, column * CELL_WIDTH
        cell = np.asarray(sheet[y : y + CELL_HEIGHT, x : x + CELL_WIDTH], dtype=np.uint8)
        masks[Face.SINGLE, character] = _trim(cell)
    return GlyphSet("atlas", masks)


def build_atlas(draw: dict[str, Mask]) -> Mask:
    """One picture of all characters from masks drawn with a font (see `python -m … atlas`)."""
    rows = -(-len(ATLAS_CHARACTERS) // _COLUMNS)
    sheet = np.zeros((rows * CELL_HEIGHT, _COLUMNS * CELL_WIDTH), np.uint8)
    for index, character in enumerate(ATLAS_CHARACTERS):
        row, column = divmod(index, _COLUMNS)
        y, x = row * CELL_HEIGHT, column * CELL_WIDTH
        width, height = CELL_WIDTH - 4, CELL_HEIGHT - 4
        mask = _trim(draw[character])
        if character == "1":
            width = 22
        sheet[y + 2 : y + 2 + height, x + 2 : x + 2 + width] = _resized(mask, width, height)
    return sheet


# File names of the known folders of glyph pictures: a pattern, and the face that it stands for.
_NAMES: tuple[tuple[str, str, Face], ...] = (
    ("pengfei8324/font_model", r"140_(.)\.jpg", Face.SINGLE),
    ("pengfei8324/font_model", r"green_(.)\.jpg", Face.GREEN),
    ("pengfei8324/font_model", r"220_(?:down_)?([0-9A-Z挂])\.jpg", Face.BOTTOM),
    ("pengfei8324/font_model", r"220_(?:up_)?([^0-9挂])\.jpg", Face.TOP),
    ("huangxinping", r"black__(.)\.png", Face.SINGLE),
    ("huangxinping", r"green__(.)\.png", Face.GREEN),
    ("huangxinping", r"yellow__bottom__(.)\.png", Face.BOTTOM),
    ("huangxinping", r"yellow__top__(.)\.png", Face.TOP),
    ("huangxinping_white:huangxinping", r"white__(.)\.png", Face.SINGLE),
    ("zxm97", r"ne__140_(.)\.jpg", Face.SINGLE),
    ("zxm97", r"ne__220_(?:down_)?([0-9A-Z挂])\.jpg", Face.BOTTOM),
    ("zxm97", r"ne__220_(?:up_)?([^0-9挂])\.jpg", Face.TOP),
)

# zxm97 names its new-energy glyphs by number: provinces from 0, letters and digits from 100.
_ZXM97_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_ZXM97_REST = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def _numbered(name: str) -> str | None:
    found = re.fullmatch(r"ne__ne(\d)(\d\d)\.png", name)
    if found is None:
        return None
    table = _ZXM97_REST if found[1] == "1" else _ZXM97_PROVINCES
    return table[int(found[2])]


def _read_mask(path: Path) -> Mask:
    """Ink of one glyph picture: its alpha where it has one, else what is dark."""
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError(f"{path}: not a picture")
    if picture.ndim == 3 and picture.shape[2] == 4:
        mask = picture[..., 3]
    elif picture.ndim == 3 and picture.shape[2] == 2:
        mask = picture[..., 1]
    else:
        grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        mask = 255 - grey
    return _trim(np.asarray(mask, dtype=np.uint8))


def load_glyphs(folder: Path | None) -> tuple[GlyphSet, ...]:
    """Every set found below the folder, the atlas last; only the atlas where folder is None.

    Known sub-folders are those of `_NAMES`; unknown files are left alone.
    """
    found: dict[str, dict[tuple[Face, str], Mask]] = {}
    for place, pattern, face in _NAMES if folder is not None else ():
        name, _, sub = place.partition(":")
        for path in sorted((Path(folder or "") / (sub or name)).glob("*")):
            match = re.fullmatch(pattern, path.name)
            if match and match[1] in ALPHABET:
                found.setdefault(name, {})[face, match[1]] = _read_mask(path)
    for path in sorted((Path(folder) / "zxm97").glob("ne__ne*.png")) if folder else ():
        character = _numbered(path.name)
        if character:
            found.setdefault("zxm97", {})[Face.GREEN, character] = _read_mask(path)
    sets = tuple(GlyphSet(name, masks) for name, masks in found.items())
    return (*sets, atlas())
