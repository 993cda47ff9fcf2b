"""The plate detector's two networks, their targets and losses.

Finder: whole picture in, at stride 8 a heat map of plate middles and the four corners seen from
each cell (the form of "Objects as Points", Zhou 2019, with corners in place of a box). Refiner: a
close-up of one found plate in, its corners and the probability that it is a plate at all out. Both
are small enough for one thread of an ordinary processor.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recognition.training.synthetic.scenes import Quad, Scene, height_of, width_of

STRIDE = 8
"""Pixels per cell of the heat map."""

CORNER_UNIT = 32.0
"""Corner offsets leave the finder in this many pixels."""

GREY, SPREAD = 114.0, 64.0
"""Pixels are scaled by these: the grey of the padding becomes zero."""


class Conv(nn.Sequential):
    """Convolution, batch normalisation, and a rectifier unless told otherwise."""

    def __init__(
        self,
        inner: int,
        outer: int,
        size: int = 3,
        stride: int = 1,
        groups: int = 1,
        *,
        act: bool = True,
    ) -> None:
        conv = nn.Conv2d(inner, outer, size, stride, size // 2, groups=groups, bias=False)
        layers: list[nn.Module] = [conv, nn.BatchNorm2d(outer)]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if act else []))


class ConvBlock(nn.Module):
    """Residual block: depth-wise 5 x 5, then two point-wise layers (after ConvNeXt, Liu 2022).

    Only the depth-wise layer is normalised: on a processor the other two cost more than they give.
    """

    def __init__(self, width: int, growth: int = 2) -> None:
        super().__init__()
        shrink = nn.Conv2d(width * growth, width, 1)
        nn.init.normal_(shrink.weight, std=0.02)
        self.body = nn.Sequential(
            Conv(width, width, 5, groups=width, act=False),
            nn.Conv2d(width, width * growth, 1),
            nn.ReLU(inplace=True),
            shrink,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add what the block finds to what came in."""
        return torch.add(x, self.body(x))


class Finder(nn.Module):
    """uint8 (n, h, w, 3) BGR, h and w multiples of 32 -> float32 (n, 9, h/8, w/8).

    Channel 0 is the heat map (logit in training, probability in evaluation mode); 1..8 are the
    corners x1 y1 .. x4 y4 relative to the cell's middle, in CORNER_UNIT pixels.
    """

    def __init__(self, widths: tuple[int, int, int, int, int] = (16, 24, 32, 64, 96)) -> None:
        super().__init__()
        a, b, c, d, e = widths
        neck = 40
        self.eighth = nn.Sequential(
            Conv(3, a, stride=2),
            Conv(a, b, stride=2),
            Conv(b, c, stride=2),
            ConvBlock(c),
            ConvBlock(c),
        )
        self.sixteenth = nn.Sequential(
            Conv(c, d, stride=2), ConvBlock(d), ConvBlock(d), ConvBlock(d)
        )
        self.thirtysecond = nn.Sequential(Conv(d, e, stride=2), ConvBlock(e), ConvBlock(e))
        self.from32, self.from16, self.from8 = (Conv(k, neck, 1, act=False) for k in (e, d, c))
        self.mix16, self.mix8 = ConvBlock(neck), nn.Sequential(ConvBlock(neck), ConvBlock(neck))
        self.heat = nn.Sequential(Conv(neck, neck, 1), nn.Conv2d(neck, 1, 1))
        self.corners = nn.Sequential(Conv(neck, neck, 1), nn.Conv2d(neck, 8, 1))
        nn.init.constant_(self.heat[1].bias, -4.0)  # type: ignore[arg-type]

    def forward(self, picture: Tensor) -> Tensor:
        """See the class."""
        return self.see((picture.permute(0, 3, 1, 2).float() - GREY) / SPREAD)

    def see(self, x: Tensor) -> Tensor:
        """Take a picture that is scaled already, float32 (n, 3, h, w)."""
        x8 = self.eighth(x)
        x16 = self.sixteenth(x8)
        x32 = self.thirtysecond(x16)
        up = nn.functional.interpolate(self.from32(x32), scale_factor=2.0, mode="nearest")
        x16 = self.mix16(torch.relu(self.from16(x16) + up))
        up = nn.functional.interpolate(x16, scale_factor=2.0, mode="nearest")
        x8 = self.mix8(torch.relu(self.from8(x8) + up))
        heat = self.heat(x8)
        return torch.cat([heat if self.training else torch.sigmoid(heat), self.corners(x8)], dim=1)


class PlanarFinder(nn.Module):
    """A trained finder as it runs: uint8 (n, 3, h, w) in, the scaling within its first layer.

    Saves four passes over the picture. Only the outermost cells differ, by their padding.
    """

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self.finder = copy.deepcopy(finder).eval()
        first = self.finder.eighth[0]
        weight = first.get_parameter("0.weight").detach()
        bias = nn.Parameter(-weight.sum(dim=(1, 2, 3)) * GREY / SPREAD)
        scaled = nn.Conv2d(3, len(weight), 3, 2, 1)
        scaled.weight, scaled.bias = nn.Parameter(weight / SPREAD), bias
        self.finder.eighth[0] = nn.Sequential(scaled, *list(first.children())[1:])

    def forward(self, picture: Tensor) -> Tensor:
        """See the class."""
        return self.finder.see(picture.float())


CLOSE_UP = (96, 176)
"""Height and width of the refiner's picture."""

CLOSE_UP_PLATE = (44.0, 104.0)
"""The found plate is brought to fit this height and width in it."""


class Refiner(nn.Module):
    """uint8 (n, 96, 176, 3) BGR -> float32 (n, 9): plate (as in Finder), corners x1 y1 .. x4 y4.

    Corners are in pixels of the close-up divided by CORNER_UNIT, from its middle. Each is the mean
    of an attention map over the grid plus a small correction, which is finer than the grid.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Conv(3, 16, stride=2), Conv(16, 32, stride=2), ConvBlock(32), ConvBlock(32),
            Conv(32, 64, stride=2), ConvBlock(64), ConvBlock(64), ConvBlock(64),
        )  # fmt: skip
        self.maps = nn.Conv2d(64, 4, 1)
        self.fine = nn.Linear(64 * 4 + 8, 8)
        self.plate = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
        ys, xs = torch.meshgrid(torch.arange(12), torch.arange(22), indexing="ij")
        grid = torch.stack([xs * 8 + 3.5 - 87.5, ys * 8 + 3.5 - 47.5], dim=-1).float()
        self.grid: Tensor
        self.register_buffer("grid", grid.reshape(-1, 2) / CORNER_UNIT)

    def forward(self, picture: Tensor) -> Tensor:
        """See the class."""
        plate, corners, _ = self.look(picture)
        return torch.cat([torch.sigmoid(plate), corners], dim=1)

    def look(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the plate's logit (n, 1), corners (n, 8) and attention logits (n, 4, cells)."""
        x = self.body((picture.permute(0, 3, 1, 2).float() - GREY) / SPREAD)
        maps = self.maps(x).flatten(2)
        weight = torch.softmax(maps, dim=2)
        rough = (weight @ self.grid).flatten(1)
        seen = weight @ x.flatten(2).transpose(1, 2)
        corners = rough + self.fine(torch.cat([seen.flatten(1), rough], dim=1))
        return self.plate(x.mean(dim=(2, 3))), corners, maps


@dataclass(frozen=True, slots=True)
class Target:
    """What the finder should say. heat (h, w) 0..1; mask (h, w) 0 where nothing is asked;
    corners (8, h, w) in CORNER_UNIT; weight (h, w) of the corner loss."""

    heat: NDArray[np.float32]
    mask: NDArray[np.float32]
    corners: NDArray[np.float32]
    weight: NDArray[np.float32]


def target_of(scene: Scene) -> Target:
    """Draw a scene's plates as bells on the grid; a bell is as wide as the plate lets it be."""
    h, w = (n // STRIDE for n in scene.image.shape[:2])
    ys, xs = np.mgrid[:h, :w].astype(np.float32) * STRIDE + (STRIDE - 1) / 2
    heat, mask = np.zeros((h, w), np.float32), np.ones((h, w), np.float32)
    corners, weight = np.zeros((8, h, w), np.float32), np.zeros((h, w), np.float32)
    for quad in scene.ignore:
        low, high = quad.min(axis=0) - 6, quad.max(axis=0) + 6
        mask[(xs > low[0]) & (xs < high[0]) & (ys > low[1]) & (ys < high[1])] = 0
    for quad in sorted(scene.plates, key=width_of, reverse=True):
        bell = _bell(quad, xs, ys)
        at = np.unravel_index(int(bell.argmax()), bell.shape)
        bell[at] = 1.0
        mask[bell > 0.05] = 1
        near = (bell > 0.45) & (bell > weight * max(width_of(quad), 16.0) / 10)
        offsets = np.stack([quad[:, 0, None, None] - xs, quad[:, 1, None, None] - ys], axis=1)
        corners[:, near] = offsets.reshape(8, h, w)[:, near] / CORNER_UNIT
        weight[near] = bell[near] / max(width_of(quad), 16.0) * 10
        heat = np.maximum(heat, bell)
    return Target(heat, mask, corners, weight)


def _bell(quad: Quad, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
    """A Gaussian along the plate's axes; at least as wide as one cell."""
    middle = quad.mean(axis=0)
    along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    along = along / max(float(np.linalg.norm(along)), 1e-3)
    du = (xs - middle[0]) * along[0] + (ys - middle[1]) * along[1]
    dv = (ys - middle[1]) * along[0] - (xs - middle[0]) * along[1]
    su = max(width_of(quad) * 0.13, 5.0)
    sv = max(height_of(quad) * 0.20, 5.0)
    return np.asarray(np.exp(-(du**2) / (2 * su**2) - dv**2 / (2 * sv**2)), np.float32)


def finder_loss(
    out: Tensor, heat: Tensor, mask: Tensor, corners: Tensor, weight: Tensor
) -> tuple[Tensor, Tensor]:
    """Focal loss of the heat map and relative corner error; both are means over plates.

    Args:
        out: (n, 9, h, w) logits and corners. heat, mask, weight: (n, h, w). corners: (n, 8, h, w).
    """
    p = torch.sigmoid(out[:, 0]).clamp(1e-4, 1 - 1e-4)
    hit = (heat >= 0.999).float()
    gain = hit * (1 - p) ** 2 * torch.log(p)
    loss = (1 - hit) * (1 - heat) ** 4 * p**2 * torch.log(1 - p)
    focal = -((gain + loss) * mask).sum() / hit.sum().clamp(min=1)
    error = nn.functional.smooth_l1_loss(out[:, 1:], corners, reduction="none", beta=0.05).sum(
        dim=1
    )
    return focal, (error * weight).sum() / weight.gt(0).sum().clamp(min=1)


def refiner_loss(
    look: tuple[Tensor, Tensor, Tensor], plate: Tensor, corners: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of "is a plate", of the corners and of the attention that finds them.

    Args:
        look: as Refiner.look gives it. plate: (n) 0 or 1. corners: (n, 8) as the refiner does.
    """
    logit, found, maps = look
    count = plate.sum().clamp(min=1)
    is_plate = nn.functional.binary_cross_entropy_with_logits(logit[:, 0], plate)
    error = nn.functional.smooth_l1_loss(found, corners, reduction="none", beta=0.02).mean(dim=1)
    wanted = spread_over_grid(corners.reshape(-1, 4, 2))
    missed = -(wanted * torch.log_softmax(maps, dim=2)).sum(dim=2).mean(dim=1)
    return is_plate, (error * plate).sum() / count, (missed * plate).sum() / count


def spread_over_grid(corners: Tensor) -> Tensor:
    """Attention that would give the corners: (n, 4, 2) -> (n, 4, cells), on the four cells around.

    Taught directly, attention finds the corners in a tenth of the steps.
    """
    rows, columns = CLOSE_UP[0] // STRIDE, CLOSE_UP[1] // STRIDE
    middle = torch.tensor([(columns - 1) / 2, (rows - 1) / 2])
    at = corners * CORNER_UNIT / STRIDE + middle
    at = torch.minimum(at.clamp(min=0), middle * 2)
    over = (1 - (at[..., 0:1] - torch.arange(columns)).abs()).clamp(min=0)
    down = (1 - (at[..., 1:2] - torch.arange(rows)).abs()).clamp(min=0)
    return (down[..., :, None] * over[..., None, :]).flatten(2)
