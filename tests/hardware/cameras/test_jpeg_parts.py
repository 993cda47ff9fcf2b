"""Pictures are found in whatever a maker puts around them, however the bytes are cut."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.cameras import jpeg_parts
from hardware.cameras.jpeg_parts import MAX_BYTES, JpegParts


def jpeg(seed: int, progressive: bool = False, thumbnail: bool = False) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (24, 40, 3), np.uint8)
    how = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    how += [cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    done, data = cv2.imencode(".jpg", noise, how)
    assert done
    found = data.tobytes()
    if thumbnail:  # As Exif has it: a whole JPEG inside a segment.
        inside = jpeg(seed + 1)
        found = found[:2] + b"\xff\xe1" + (len(inside) + 2).to_bytes(2, "big") + inside + found[2:]
    return found


pictures = st.builds(jpeg, st.integers(0, 50), progressive=st.booleans(), thumbnail=st.booleans())
HEADS = [
    b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n",
    b"--frame\r\nContent-Type: image/jpg\r\n\r\n",
    b"--frame\nContent-Type: image/jpeg;size=%d\nContent-Length: 17\n\n",
    b"Content-Length: %d\r\n\r\n",
    b"\r\n",
    b"",
]


@given(
    st.lists(pictures, min_size=1, max_size=5),
    st.sampled_from(HEADS),
    st.lists(st.integers(1, 3000), max_size=40),
)
def test_whatever_stands_around_and_however_it_is_cut(
    shown: list[bytes], head: bytes, cuts: list[int]
) -> None:
    stream = b"".join((head % len(one) if b"%" in head else head) + one + b"\r\n" for one in shown)
    parts, found, at = JpegParts(), [], 0
    for cut in [*cuts, len(stream)]:
        found += parts.feed(stream[at : at + cut])
        at += cut
    assert found == shown


@given(pictures, pictures, st.integers(10, 500))
def test_a_picture_that_was_cut_off_costs_no_other(one: bytes, two: bytes, kept: int) -> None:
    """The cut may leave the head of a segment, whose length swallows some of what follows."""
    found = JpegParts().feed(one[: -min(kept, len(one) // 2)] + b"\r\n--frame\r\n\r\n" + two + two)
    assert two in found


@given(st.lists(st.binary(max_size=200), max_size=20), pictures)
def test_noise_gives_no_error_and_the_next_picture_comes(noise: list[bytes], one: bytes) -> None:
    parts = JpegParts()
    for piece in noise:
        parts.feed(piece)
    later = [found for _ in range(400) for found in parts.feed(one)]
    assert one in later


def test_a_picture_without_end_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_parts, "MAX_BYTES", 5000)
    parts, one = JpegParts(), jpeg(1)
    start = one.index(b"\xff\xda")
    for _ in range(20):
        assert parts.feed(one[:start] + bytes(1000)) == []
    assert one in parts.feed(one + one)
    assert MAX_BYTES >= 1 << 24
