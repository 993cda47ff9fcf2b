"""One picture out of a file's bytes: JPEG, PNG, BMP, WebP or TIFF, in bounded time and memory.

OpenCV unpacks them. What it would take at its word is looked at here before: a PNG of 9 kB whose
chunk says that it is 2 GB long cost OpenCV 5.0.0 4 GB and several seconds. The most pixels are a
limit of OpenCV's own (`OPENCV_IO_MAX_IMAGE_PIXELS`, set by `gate`).
"""

import re
import struct
from enum import StrEnum

import cv2
import numpy as np

from hardware.cameras.frames import Image

__all__ = ["MAX_BYTES", "SUFFIXES", "RefusedStill", "decode", "unpacked"]

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff"})
"""Names of files that hold pictures; lower case."""

MAX_BYTES = 64 << 20
"""Of a picture's file; a camera's largest JPEG has about 10 MB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_CHECKSUM = 4
_LIMIT = "CV_IO_MAX_IMAGE"  # Stands in OpenCV's error where a picture is larger than it may be.
_ISO_FILE = re.compile(rb"....ftyp(heic|heix|hevc|heim|heis|hevm|mif1|msf1|avif|avis)", re.DOTALL)


class RefusedStill(StrEnum):
    """Why there is no picture."""

    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNKNOWN_FORMAT = "unknown_format"  # HEIC and AVIF: telephones write them, nothing here reads.
    NOT_WHOLE = "not_whole"


def decode(content: bytes) -> Image | None:
    """Return the picture as (height, width, 3) blue-green-red, or None where there is none."""
    picture = unpacked(content)
    return None if isinstance(picture, RefusedStill) else picture


def unpacked(content: bytes) -> Image | RefusedStill:
    """Return the picture as (height, width, 3) blue-green-red, or why there is none."""
    if len(content) > MAX_BYTES:
        return RefusedStill.TOO_MANY_BYTES
    if _ISO_FILE.match(content):
        return RefusedStill.UNKNOWN_FORMAT
    if not content or not _holds_its_chunks(content):
        return RefusedStill.NOT_WHOLE
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        return RefusedStill.TOO_MANY_PIXELS if _LIMIT in str(error) else RefusedStill.NOT_WHOLE
    return RefusedStill.NOT_WHOLE if picture is None else np.asarray(picture, np.uint8)


def _holds_its_chunks(content: bytes) -> bool:
    """Whether every chunk of a PNG ends within the file; other files have none."""
    if not content.startswith(_PNG):
        return True
    at = len(_PNG)
    while at < len(content):
        if at + _CHUNK.size > len(content):
            return False
        length, kind = _CHUNK.unpack_from(content, at)
        at += _CHUNK.size + length + _CHECKSUM
        if kind == b"IEND":
            break  # What follows is not looked at by a decoder either.
    return at <= len(content)
