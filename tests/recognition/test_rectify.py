"""Plates come out upright, at their edges, at any size and turn."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recognition.rectify import close_up, close_up_matrix, expanded, moved, quad_size, upright

Image = NDArray[np.uint8]


def painted(quad: NDArray[np.float32]) -> Image:
    """A grey street with one plate: red upper left quarter, blue ground, at the quad."""
    plate = np.full((140, 440, 3), (200, 60, 20), np.uint8)
    plate[:70, :220] = (20, 20, 220)
    ends = np.array([[0, 0], [440, 0], [440, 140], [0, 140]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(ends, quad)
    street = np.full((720, 1280, 3), 120, np.uint8)
    cv2.warpPerspective(plate, warp, (1280, 720), dst=street, borderMode=cv2.BORDER_TRANSPARENT)
    return street


def turned(x: float, y: float, width: float, degrees: float) -> NDArray[np.float32]:
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ends = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, width * 140 / 440 / 2]
    return (ends @ turn.T + [x, y]).astype(np.float32)


@pytest.mark.parametrize("width", [60, 160, 500])
@pytest.mark.parametrize("degrees", [-30, 0, 20])
def test_a_plate_comes_out_upright(width: float, degrees: float) -> None:
    quad = turned(640, 360, width, degrees)
    plate = upright(painted(quad), quad, 160, 48)
    assert plate.shape == (48, 160, 3)
    assert np.abs(plate[12, 40].astype(int) - (20, 20, 220)).max() < 12
    for y, x in ((12, 120), (36, 40), (36, 120)):
        assert np.abs(plate[y, x].astype(int) - (200, 60, 20)).max() < 12


def test_a_plate_at_the_pictures_edge_is_cut_out_without_an_error() -> None:
    quad = turned(10, 5, 200, 10)
    assert upright(painted(turned(640, 360, 100, 0)), quad, 160, 48).shape == (48, 160, 3)


@settings(max_examples=30, deadline=None)
@given(st.floats(-300, 1600), st.floats(-300, 1000), st.floats(2, 2000), st.floats(-180, 180))
def test_any_corners_give_a_picture(x: float, y: float, width: float, degrees: float) -> None:
    street = np.zeros((72, 128, 3), np.uint8)
    assert upright(street, turned(x, y, width, degrees), 160, 48).shape == (48, 160, 3)


@settings(max_examples=30, deadline=None)
@given(st.floats(30, 800), st.floats(-60, 60))
def test_close_up_and_back_are_inverse(width: float, degrees: float) -> None:
    quad = turned(600, 300, width, degrees)
    back = close_up_matrix(quad, (96, 176), (44.0, 104.0))
    inverse = np.linalg.inv(np.vstack([back, [0, 0, 1]]))[:2]
    inside = moved(quad, inverse)
    wide, high = quad_size(inside)
    assert wide <= 104.1
    assert high <= 44.1
    assert np.allclose(inside.mean(axis=0), [87.5, 47.5], atol=1e-2)
    assert abs(float(inside[1, 1] - inside[0, 1])) < 1e-2
    assert np.allclose(moved(inside, back), quad, atol=1e-2)


def test_the_close_up_shows_the_plate_in_its_middle() -> None:
    quad = turned(640, 360, 300, 15)
    view, _ = close_up(painted(quad), quad, (96, 176), (44.0, 104.0))
    assert view.shape == (96, 176, 3)
    assert np.abs(view[56, 110].astype(int) - (200, 60, 20)).max() < 12
    assert np.abs(view[3, 3].astype(int) - 120).max() < 12


def test_expanding_pushes_every_corner_outwards() -> None:
    quad = turned(100, 100, 100, 0)
    wide, high = quad_size(expanded(quad, 0.1, 0.2))
    assert (round(wide, 3), round(high, 3)) == (120.0, round(100 * 140 / 440 * 1.4, 3))
