"""Plates as one grey line: one size for all, two lines side by side in the right order."""

import numpy as np
import pytest

from recognition.one_line import HEIGHT, LOWER_BEGINS, UPPER_ENDS, UPPER_WIDTH, WIDTH, one_line


@pytest.mark.parametrize("two_lines", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (24, 94), (48, 160), (220, 440), (36, 136)])
def test_any_plate_becomes_a_line_of_the_networks_size(
    size: tuple[int, int], two_lines: bool
) -> None:
    line = one_line(np.full((*size, 3), 90, np.uint8), two_lines=two_lines)
    assert line.shape == (HEIGHT, WIDTH)
    assert line.dtype == np.uint8
    assert np.abs(line.astype(int) - 90).max() <= 1


def test_the_line_is_three_times_as_wide_as_high_so_easyocr_pads_nothing() -> None:
    assert WIDTH == 3 * HEIGHT


def test_the_upper_line_stands_before_the_lower() -> None:
    plate = np.zeros((220, 440, 3), np.uint8)
    plate[90:] = 200
    line = one_line(plate, two_lines=True)
    assert line[:30, : UPPER_WIDTH - 1].max() == 0
    assert line[10:, UPPER_WIDTH + 1 :].min() == 200


def test_the_two_cuts_overlap_so_inexact_corners_lose_nothing() -> None:
    assert LOWER_BEGINS < UPPER_ENDS


def test_the_picture_itself_is_not_changed() -> None:
    plate = np.arange(48 * 160 * 3, dtype=np.uint32).astype(np.uint8).reshape(48, 160, 3)
    before = plate.copy()
    one_line(plate, two_lines=True)
    assert np.array_equal(plate, before)
