"""Trains a network that reads plates: AdamW, warm-up, a long flat part, a decay to zero, averaged
weights. Which network, and what its loss is, is a `Task`; the reader's is here.

Every `every` steps the state is saved and the averaged weights are measured on the validation
pictures; a run that was stopped goes on where it was. The decay starts `decay` of the way from the
end, so a run can be lengthened by starting it again with more steps.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from recognition.training.reader.dataset import Batch
from recognition.training.reader.net import ReaderNet, reader_loss


@dataclass(frozen=True, slots=True)
class Recipe:
    """steps: batches in all. rate: highest learning rate. real_share: of each batch, 0..1.

    half: the reader's activations as bfloat16, 1.7 times as fast on processors that know it.
    """

    steps: int
    batch: int = 96
    rate: float = 2e-3
    warmup: int = 300
    decay: float = 0.3
    weight_decay: float = 0.02
    average: float = 0.999
    real_share: float = 0.3
    seed: int = 1
    every: int = 500
    device: str = "cpu"
    half: bool = False


def rate_at(step: int, recipe: Recipe) -> float:
    """The learning rate of a step: linear warm-up, flat, cosine down to a hundredth."""
    if step < recipe.warmup:
        return recipe.rate * (step + 1) / recipe.warmup
    start = recipe.steps * (1 - recipe.decay)
    if step < start:
        return recipe.rate
    done = min(1.0, (step - start) / max(1.0, recipe.steps - start))
    return recipe.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)


def to_tensor(images: np.ndarray, device: str) -> Tensor:
    """(n, height, width, channels) uint8 to (n, channels, height, width) float 0..255, channels
    last in memory.
    """
    return torch.from_numpy(images).to(device).permute(0, 3, 1, 2).float()


def jittered(images: Tensor, generator: torch.Generator) -> Tensor:
    """Cheap changes that make a picture seen twice another one: light, colour, noise, shift."""
    n, device = len(images), images.device

    def lot(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator).to(device)

    gain = torch.exp((lot(n, images.shape[1], 1, 1) - 0.5) * 0.16 + (lot(n, 1, 1, 1) - 0.5) * 0.5)
    out = images * gain + (lot(n, 1, 1, 1) - 0.5) * 40
    noisy = (lot(n, 1, 1, 1) < 0.3) * lot(n, 1, 1, 1) * 8
    out = out + noisy * torch.randn(out.shape, generator=generator).to(device)
    dx, dy = (int(v) for v in torch.randint(-3, 4, (2,), generator=generator))
    out = torch.roll(out, (dy // 2, dx), (2, 3))
    return out.clamp(0, 255).contiguous(memory_format=torch.channels_last)


class Average:
    """Exponential average of a network's weights; what is measured and exported."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {k: v.detach().clone() for k, v in net.state_dict().items()}

    def update(self, net: nn.Module, step: int) -> None:
        """Takes in the weights after a step; early steps weigh more, so the start is forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for key, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].lerp_(value.detach(), 1 - decay)
            else:
                self.state[key].copy_(value)


@dataclass(frozen=True, slots=True)
class Files:
    """Where a run keeps its state and its log (one JSON object a line)."""

    folder: Path
    name: str = "reader"

    @property
    def state(self) -> Path:
        return self.folder / f"{self.name}-state.pt"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}-log.jsonl"


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a training is: the step, the device, the generator of everything drawn by lot, and
    whether activations may be bfloat16.
    """

    step: int
    device: str
    generator: torch.Generator
    half: bool = False


Net = TypeVar("Net", bound=nn.Module)
Measure = Callable[[nn.Module], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Task(Generic[Net]):
    """What is trained. make: a new network. loss: of a batch, a scalar."""

    make: Callable[[], Net]
    loss: Callable[[Net, Batch, Moment], Tensor]


def _reader_batch_loss(net: ReaderNet, batch: Batch, now: Moment) -> Tensor:
    images = jittered(to_tensor(batch.images, now.device), now.generator)
    labels = torch.from_numpy(batch.labels).to(now.device)
    colours = torch.from_numpy(batch.colours).to(now.device)
    lines = torch.from_numpy(batch.lines).to(now.device)
    with torch.autocast(now.device, torch.bfloat16, enabled=now.half):
        outputs = net.everything(images)
    characters, colour, two_lines, long_upper = (output.float() for output in outputs)
    return reader_loss((characters, colour, two_lines, long_upper), labels, colours, lines)


READER = Task(ReaderNet, _reader_batch_loss)


def averaged_net(state: dict[str, Tensor], task: Task[Net]) -> Net:
    """A network in evaluation mode with the given weights."""
    net = task.make()
    net.load_state_dict(state)
    return net.eval()


def load_average(path: Path, task: Task[Net], *also: Path) -> Net:
    """The averaged network of a saved run, or the mean of those of several states of one run.

    The mean errs less than each of them (Wortsman et al., Model soups, arXiv 2203.05482).
    """
    states = [
        torch.load(one, map_location="cpu", weights_only=True)["average"] for one in (path, *also)
    ]
    return averaged_net({name: _mean([one[name] for one in states]) for name in states[0]}, task)


def _mean(values: list[Tensor]) -> Tensor:
    """Element by element; what is counted in whole numbers is the first one's."""
    first = values[0]
    return torch.stack(values).mean(dim=0) if first.is_floating_point() else first


def train(
    recipe: Recipe,
    stream: Iterator[Batch],
    files: Files,
    task: Task[Net],
    measure: Measure | None = None,
    start: Callable[[Iterator[Batch]], Net] | None = None,
) -> Net:
    """Runs to `recipe.steps`, going on from a saved state; returns the averaged network.

    Args:
        start: the network to start from where there is no saved state; none: a new one.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    net = task.make() if start is None or files.state.exists() else start(stream)
    net = _channels_last(net.to(recipe.device))
    optimizer = torch.optim.AdamW(
        net.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay, betas=(0.9, 0.99)
    )
    average = Average(net, recipe.average)
    step = 0
    with suppress(FileNotFoundError):
        saved = torch.load(files.state, map_location=recipe.device, weights_only=True)
        net.load_state_dict(saved["net"])
        optimizer.load_state_dict(saved["optimizer"])
        average.state = saved["average"]
        step = int(saved["step"])
    generator = torch.Generator().manual_seed(recipe.seed + step)
    losses: list[float] = []
    while step < recipe.steps:
        now = Moment(step, recipe.device, generator, recipe.half)
        losses.append(_step(net, task, optimizer, next(stream), rate_at(step, recipe), now))
        average.update(net, step)
        step += 1
        if step % recipe.every == 0 or step == recipe.steps:
            _save(files, net, optimizer, average, step)
            scores = measure(averaged_net(average.state, task)) if measure else {}
            _log(files, step, recipe, losses, scores)
            losses = []
    return averaged_net(average.state, task)


def warmed(weights: Path, stream: Iterator[Batch]) -> ReaderNet:
    """A reader that starts from exported weights (ONNX)."""
    from recognition.training.reader.warm_start import warm_reader

    images = np.concatenate([next(stream).images for _ in range(4)])
    return warm_reader(weights, to_tensor(images, "cpu"))


def _channels_last(net: Net) -> Net:
    """Weights laid out as the pictures are: a third faster on the CPU."""
    for weight in net.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
    return net


def _step(
    net: Net,
    task: Task[Net],
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    rate: float,
    now: Moment,
) -> float:
    net.train()
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    loss = task.loss(net, batch, now)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own annotation is missing
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimizer.step()
    return float(loss.detach())


def _save(
    files: Files, net: nn.Module, optimizer: torch.optim.Optimizer, average: Average, step: int
) -> None:
    part = files.state.with_suffix(".part")
    state = {"net": net.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "average": average.state, "step": step}, part)
    part.replace(files.state)


def _log(
    files: Files, step: int, recipe: Recipe, losses: list[float], scores: dict[str, float]
) -> None:
    entry: dict[str, object] = {"step": step, "loss": round(float(np.mean(losses)), 5)}
    entry |= {name: round(value, 5) for name, value in scores.items()}
    if step == recipe.steps:
        entry["recipe"] = asdict(recipe)
    with files.log.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry) + "\n")
