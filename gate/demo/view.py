"""The eye of a simulated gate camera: where a point of the site falls in the picture. Pure.

World: metres; x to the right of the lane as the camera looks, y up from the road, z away from the
camera along the lane. A vehicle that comes to the arm moves towards smaller z.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """A pinhole camera. Sizes and focal length in pixels, eye in metres, angles in radians.

    yaw: turned to the left (towards smaller x); pitch: turned down.
    """

    width: int
    height: int
    focal: float
    eye: tuple[float, float, float]
    yaw: float
    pitch: float

    @cached_property
    def axes(self) -> Points:
        """Rows: the picture's right, down and forward directions in the world; (3, 3)."""
        cos_y, sin_y = np.cos(self.yaw), np.sin(self.yaw)
        cos_p, sin_p = np.cos(self.pitch), np.sin(self.pitch)
        forward = np.array([-sin_y * cos_p, -sin_p, cos_y * cos_p])
        right = np.array([cos_y, 0.0, sin_y])
        down = np.array([sin_y * sin_p, -cos_p, -cos_y * sin_p])
        return np.stack([right, down, forward]).astype(np.float32)

    def seen(self, points: Points) -> Points:
        """World points (n, 3) in the camera's own axes: right, down, forward; (n, 3)."""
        moved = np.asarray(points, np.float32) - np.asarray(self.eye, np.float32)
        return np.asarray(moved @ self.axes.T, np.float32)

    def project(self, points: Points) -> Points:
        """World points (n, 3) as pixels (n, 2). Points must lie before the camera."""
        seen = self.seen(points)
        depth = np.maximum(seen[:, 2:3], 0.05)
        middle = np.array([self.width / 2, self.height / 2], np.float32)
        return np.asarray(seen[:, :2] / depth * self.focal + middle, np.float32)

    @cached_property
    def ground(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """For every pixel the x and z where its ray meets the road, and whether it does."""
        columns, rows = np.meshgrid(np.arange(self.width), np.arange(self.height))
        rays = np.stack(
            [
                (columns - self.width / 2) / self.focal,
                (rows - self.height / 2) / self.focal,
                np.ones_like(columns, dtype=np.float64),
            ],
            axis=-1,
        ) @ self.axes.astype(np.float64)
        falls = rays[..., 1] < -1e-3
        reach = np.where(falls, -self.eye[1] / np.where(falls, rays[..., 1], -1.0), 0.0)
        x = self.eye[0] + rays[..., 0] * reach
        z = self.eye[2] + rays[..., 2] * reach
        return x.astype(np.float32), z.astype(np.float32), falls
