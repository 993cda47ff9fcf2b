"""The reader's network: convolutions to a 6 x 40 map, then two attention maps per character slot.

Every slot looks where it likes, so one and two lines, tilted and loosely cut plates need no
segmentation; two looks, because a character of many strokes is more than the mean of its place.
About 0.33 million parameters and 65 million multiplications a plate.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from recognition.alphabet import ALPHABET, PROVINCES, SLOTS

# Provinces are 31 shapes of many strokes, and most of what is read wrong: they count four times.
_PROVINCE_WEIGHT = 4.0
_PROVINCES = (ALPHABET.index(PROVINCES[0]), ALPHABET.index(PROVINCES[-1]))
_GLIMPSES = 2
_MAP = 6 * 40


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
            _Conv(half, channels, 3, (2, 1)), *(_Bottleneck(channels) for _ in range(5))
        )
        self.place = nn.Parameter(torch.zeros(1, channels, 6, 40))
        self.columns = _Columns(channels, 40)
        self.look = nn.Sequential(_Conv(channels, 64, 1), nn.Conv2d(64, _GLIMPSES * SLOTS, 1))
        one, two, long = _first_places(), _first_double_places(), _first_long_places()
        self.where = nn.Parameter(_each_glimpse(one, _upwards()))
        self.where_double = nn.Parameter(_each_glimpse(two - one))
        self.where_long = nn.Parameter(_each_glimpse(long - two))
        self.value = _Conv(channels, channels, 1)
        self.classify = nn.Linear(_GLIMPSES * channels, alphabet)
        self.slot_bias = nn.Parameter(torch.zeros(1, SLOTS, alphabet))
        self.kind = nn.Sequential(
            nn.Linear(half + channels, 64), nn.ReLU(inplace=True), nn.Linear(64, colours + 2)
        )
        self.colours = colours

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is exported: without the third output of `everything`."""
        characters, kind, double, _ = self.everything(x)
        return characters, kind, double

    def everything(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Characters, colours, two lines, and (n,) for three characters in the upper of two."""
        x = (x - 127.5) * (1 / 64)
        middle = self.middle(self.stem(x))
        deep = self.deep(middle)
        # Added up first and laid out like the map itself: one pass over the large tensor, not two.
        context = (self.columns(deep) + self.place).contiguous(memory_format=torch.channels_last)
        seen = deep + context
        kind = self.kind(torch.cat([middle.mean(dim=(2, 3)), seen.mean(dim=(2, 3))], dim=1))
        double = kind[:, self.colours].sigmoid()[:, None, None]
        long = double * kind[:, self.colours + 1].sigmoid()[:, None, None]
        where = self.where + double * self.where_double + long * self.where_long
        attention = (self.look(seen).flatten(2) + where).softmax(dim=2)
        values = self.value(deep).flatten(2)
        glimpses = attention @ values.transpose(1, 2)
        together = glimpses.reshape(-1, SLOTS, self.classify.in_features)
        characters = self.classify(together) + self.slot_bias
        lines = kind[:, self.colours], kind[:, self.colours + 1]
        return characters, kind[:, : self.colours], *lines


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
    below = (5.4, 12.7, 20.0, 27.3, 34.5)
    return _places((13.6, 26.4), (*below, below[-1]))


def _first_long_places() -> Tensor:
    """The same for three characters above and five below: armed police, farm vehicles."""
    return _places((10.0, 20.0, 30.0), (5.4, 12.7, 20.0, 27.3, 34.5))


def _places(above: tuple[float, ...], below: tuple[float, ...]) -> Tensor:
    columns = torch.tensor([*above, *below])
    rows = torch.tensor([0.8] * len(above) + [3.4] * len(below))
    x, y = torch.arange(40, dtype=torch.float32), torch.arange(6, dtype=torch.float32)
    across = ((x[None, None] - columns[:, None, None]) / 3.0) ** 2
    down = ((y[None, :, None] - rows[:, None, None]) / 1.2) ** 2
    return (-0.5 * (across + down)).reshape(1, SLOTS, _MAP).clone()


def _upwards() -> Tensor:
    """Leans a slot's second keep_frame upwards, so that its two looks differ from the first
    step.
    """
    rows = torch.linspace(1.0, -1.0, 6)[:, None].expand(6, 40).reshape(_MAP)
    return torch.stack([torch.zeros(_MAP), rows])


def _each_glimpse(places: Tensor, lean: Tensor | None = None) -> Tensor:
    """(1, SLOTS, map) as (1, SLOTS * _GLIMPSES, map), a slot's glimpses one after the other."""
    lean = torch.zeros(_GLIMPSES, _MAP) if lean is None else lean
    return (places[0, :, None] + lean[None]).reshape(1, -1, _MAP).clone()


def reader_loss(
    outputs: tuple[Tensor, Tensor, Tensor, Tensor], labels: Tensor, colours: Tensor, lines: Tensor
) -> Tensor:
    """Cross-entropy of every slot, provinces more, and a little of colour and lines.

    A colour of -1 is not known and counts for nothing. Two lines of eight characters have three in
    the upper one; of one line nothing is asked about it.
    """
    characters, colour, two_lines, long_upper = outputs
    each = functional.cross_entropy(characters.flatten(0, 1), labels.flatten(), reduction="none")
    province = (labels >= _PROVINCES[0]) & (labels <= _PROVINCES[1])
    weights = 1 + (_PROVINCE_WEIGHT - 1) * province.flatten().float()
    text = (each * weights).sum() / weights.sum()
    known = colours >= 0
    total = text + 0.05 * functional.binary_cross_entropy_with_logits(two_lines, lines.float())
    double = lines > 0
    if bool(double.any()):
        eight = (labels[double, SLOTS - 1] > 0).float()
        asked = functional.binary_cross_entropy_with_logits(long_upper[double], eight)
        total = total + 0.05 * asked
    if bool(known.any()):
        total = total + 0.05 * functional.cross_entropy(colour[known], colours[known])
    return total
