"""Draws the glyph atlas from a font: run once, by hand, when a character is added.

Needs Pillow, which nothing else here needs: it alone picks the Chinese face (index 2) out of
NotoSansCJK-Bold.ttc (SIL Open Font License 1.1). Only the drawn shapes are kept, no font.
"""

from importlib import import_module
from pathlib import Path

import cv2
import numpy as np

from recognition.training.synthetic.glyphs import ATLAS_CHARACTERS, ATLAS_PATH, Mask, build_atlas

_SIZE = 256


def draw_atlas(font_path: Path, out: Path = ATLAS_PATH, face: int = 2) -> None:
    """Every character of the alphabet from the font, condensed to the proportions of a plate."""
    image = import_module("PIL.Image")
    drawing = import_module("PIL.ImageDraw")
    font = import_module("PIL.ImageFont").truetype(str(font_path), _SIZE, index=face)
    drawn: dict[str, Mask] = {}
    for character in ATLAS_CHARACTERS:
        canvas = image.new("L", (2 * _SIZE, 2 * _SIZE), 0)
        drawing.Draw(canvas).text((_SIZE // 2, _SIZE // 3), character, fill=255, font=font)
        drawn[character] = np.asarray(canvas, dtype=np.uint8)
    cv2.imwrite(str(out), build_atlas(drawn))
