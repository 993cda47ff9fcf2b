"""The reader's network: convolutions to a 6 x 40 map, then one attention map per character slot.

Every slot looks where it likes, so one and two lines, tilted and loosely cut plates need no
segmentation. About 0.28 million parameters and 50 million multiplications a plate.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from recognition.alphabet import ALPHABET, PROVINCES, SLOTS

# Provinces are 31 shapes of many strokes, and most of what is read wrong: they count four times.
_PROVINCE_WEIGHT = 4.0
_PROVINCES = (ALPHABET.index(PROVINCES[0]), ALPHABET.index(PROVINCES[-1]))


class _Conv(nn.Sequential):
    """Convolution, batch norm, ReLU: folded into one convolution when exported."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int | tuple[int, int] = 1
    ) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class _Bottleneck(nn.Module):
    """1x1 to half the channels, 3x3, 1x1 back, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.body = nn.Sequential(
            _Conv(channels, half, 1),
            _Conv(half, half, 3),
            nn.Conv2d(half, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu_(x + self.body(x))


class _Columns(nn.Module):
    """Tells every column what the whole plate looks like: where it starts, how many characters."""

    def __init__(self, channels: int, columns: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Linear(columns, 2 * columns), nn.ReLU(inplace=True), nn.Linear(2 * columns, columns)
        )
        self.project = nn.Sequential(
            nn.Conv1d(2 * channels, channels, 1),
            nn.ReLU(inplace=True),
            nn.Conv1d(channels, channels, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        columns = x.mean(dim=2)
        mixed: Tensor = self.project(torch.cat([columns, self.mix(columns)], dim=1))
        return mixed.unsqueeze(2)


class ReaderNet(nn.Module):
    """Picture in, logits out: (n, SLOTS, alphabet), (n, colours), (n,) for two lines.

    Takes (n, 3, 48, 160) float BGR in 0..255: scaling is part of the network, so the run time
    hands over what the camera gave.
    """

    def __init__(self, colours: int = 6, alphabet: int = len(ALPHABET), channels: int = 96) -> None:
        super().__init__()
        half = channels // 2
        self.stem = nn.Sequential(_Conv(3, 24, 3, 2), _Conv(24, half, 3, 2))
        self.middle = nn.Sequential(_Bottleneck(half), _Bottleneck(half))
        self.deep = nn.Sequential(
            _Conv(half, channels, 3, (2, 1)), *(_Bottleneck(channels) for _ in range(3))
        )
        self.place = nn.Parameter(torch.zeros(1, channels, 6, 40))
        self.columns = _Columns(channels, 40)
        self.look = nn.Sequential(_Conv(channels, 64, 1), nn.Conv2d(64, SLOTS, 1))
        self.where = nn.Parameter(_first_places())
        self.value = _Conv(channels, channels, 1)
        self.classify = nn.Linear(channels, alphabet)
        self.slot_bias = nn.Parameter(torch.zeros(1, SLOTS, alphabet))
        self.kind = nn.Sequential(
            nn.Linear(half + channels, 64), nn.ReLU(inplace=True), nn.Linear(64, colours + 1)
        )
        self.colours = colours
        self.where_double = nn.Parameter(_first_double_places())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = (x - 127.5) * (1 / 64)
        middle = self.middle(self.stem(x))
        deep = self.deep(middle)
        # Added up first and laid out like the map itself: one pass over the large tensor, not two.
        context = (self.columns(deep) + self.place).contiguous(memory_format=torch.channels_last)
        seen = deep + context
        kind = self.kind(torch.cat([middle.mean(dim=(2, 3)), seen.mean(dim=(2, 3))], dim=1))
        double = kind[:, self.colours].sigmoid()[:, None, None]
        where = self.where + double * (self.where_double - self.where)
        attention = (self.look(seen).flatten(2) + where).softmax(dim=2)
        values = self.value(deep).flatten(2)
        glimpses = attention @ values.transpose(1, 2)
        characters = self.classify(glimpses) + self.slot_bias
        return characters, kind[:, : self.colours], kind[:, self.colours]


def _first_places() -> Tensor:
    """Where each slot looks before it has learned anything: seven places side by side.

    Without this the first ten thousand pictures are spent on finding out that slots differ.
    """
    columns = torch.arange(40, dtype=torch.float32)
    centres = (torch.arange(SLOTS, dtype=torch.float32) + 0.5).clamp(max=7.0) * (40 / 7)
    near = -0.5 * ((columns[None] - centres[:, None]) / 3.0) ** 2
    return near[None, :, None, :].expand(1, SLOTS, 6, 40).reshape(1, SLOTS, 240).clone()


def _first_double_places() -> Tensor:
    """The same for two lines: two characters above, five below (440 x 220 mm, GA 36-2018)."""
    columns = torch.tensor([13.6, 26.4, 5.4, 12.7, 20.0, 27.3, 34.5, 34.5])
    rows = torch.tensor([0.8, 0.8, 3.4, 3.4, 3.4, 3.4, 3.4, 3.4])
    x, y = torch.arange(40, dtype=torch.float32), torch.arange(6, dtype=torch.float32)
    across = ((x[None, None] - columns[:, None, None]) / 3.0) ** 2
    down = ((y[None, :, None] - rows[:, None, None]) / 1.2) ** 2
    return (-0.5 * (across + down)).reshape(1, SLOTS, 240).clone()


def reader_loss(
    outputs: tuple[Tensor, Tensor, Tensor], labels: Tensor, colours: Tensor, lines: Tensor
) -> Tensor:
    """Cross-entropy of every slot, provinces more, and a little of colour and lines.

    A colour of -1 is not known and counts for nothing.
    """
    characters, colour, two_lines = outputs
    each = functional.cross_entropy(characters.flatten(0, 1), labels.flatten(), reduction="none")
    province = (labels >= _PROVINCES[0]) & (labels <= _PROVINCES[1])
    weights = 1 + (_PROVINCE_WEIGHT - 1) * province.flatten().float()
    text = (each * weights).sum() / weights.sum()
    known = colours >= 0
    total = text + 0.05 * functional.binary_cross_entropy_with_logits(two_lines, lines.float())
    if bool(known.any()):
        total = total + 0.05 * functional.cross_entropy(colour[known], colours[known])
    return total
