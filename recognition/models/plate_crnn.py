"""The second reader's network, in EasyOCR's custom-network form: a class `Model`.

EasyOCR imports this file by its name from `user_network_directory`, so it imports nothing of Gate.
Convolutions to 36 columns, a recurrent network over them, one softmax over blank and characters per
column (CTC): a line of text read from left to right. The first reader instead looks at eight places
that it chooses (ADR 0010), from colour; so the two do not share their way of making mistakes.
"""

import torch
from torch import Tensor, nn


def _conv(inputs: int, outputs: int, kernel: int, stride: tuple[int, int] = (1, 1)) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    """1x1 to half the channels, 3x3, 1x1 back, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.body = nn.Sequential(_conv(channels, half, 1), _conv(half, half, 3))
        self.back = nn.Conv2d(half, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = x + self.norm(self.back(self.body(x)))
        return added


class Model(nn.Module):
    """Grey lines in, one row of logits per column out.

    Takes (n, input_channel, 48, 144) float in -1..1, as EasyOCR normalises pictures, and gives
    (n, 36, num_class); class 0 is CTC's blank.
    """

    def __init__(
        self, num_class: int, input_channel: int = 1, output_channel: int = 96,
        hidden_size: int = 64,
    ) -> None:  # fmt: skip
        super().__init__()
        half = output_channel // 2
        self.features = nn.Sequential(
            nn.PixelUnshuffle(2),
            _conv(4 * input_channel, half, 5, (2, 2)),
            _Residual(half),
            _conv(half, output_channel, 3, (2, 1)),
            _Residual(output_channel),
            _Residual(output_channel),
            nn.Conv2d(output_channel, output_channel, (6, 1), bias=False),
            nn.BatchNorm2d(output_channel),
            nn.ReLU(inplace=True),
        )
        self.sequence = nn.LSTM(output_channel, hidden_size, batch_first=True, bidirectional=True)
        self.classify = nn.Linear(2 * hidden_size + output_channel, num_class)

    def forward(self, pictures: Tensor, text: Tensor | None = None) -> Tensor:
        """EasyOCR hands over `text`, an empty target, which a CTC network does not need."""
        del text
        columns = self.features(pictures).squeeze(2).transpose(1, 2).contiguous()
        context, _ = self.sequence(columns)
        logits: Tensor = self.classify(torch.cat([context, columns], dim=2))
        return logits
