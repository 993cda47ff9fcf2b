"""Training of the detector's two networks, each by itself, and their export to ONNX.

The state on disk (`finder.pt`, `refiner.pt`) holds the network, its running average, the optimiser
and the step, so a run that was stopped goes on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from recognition.training.detector.data import (
    Batch,
    Batches,
    finder_batch,
    refiner_batch,
    stock_from,
)
from recognition.training.detector.net import (
    CLOSE_UP,
    Finder,
    PlanarFinder,
    Refiner,
    finder_loss,
    refiner_loss,
)
from recognition.training.detector.warm_start import warm_finder, warm_refiner


class Part(StrEnum):
    """Which network."""

    FINDER = "finder"
    REFINER = "refiner"


@dataclass(frozen=True, slots=True)
class Plan:
    """A run of one network. data: folder of pictures, None for noise (tests). out: checkpoints.

    steps: whole run, the learning rate falls to zero at its end. side: square scenes of this size.
    drawn: plates drawn beforehand. workers: processes that compose scenes. weights: exported
    weights (ONNX) to start from where there is no checkpoint.
    """

    part: Part
    data: Path | None
    out: Path
    steps: int = 16_000
    batch: int = 4
    side: int = 384
    drawn: int = 6000
    rate: float = 2e-3
    seed: int = 1
    workers: int = 1
    threads: int = 1
    every: int = 200
    weights: Path | None = None


def train(plan: Plan, say: Callable[[str], None] = print) -> Path:
    """Train one network to plan.steps, going on from its checkpoint where there is one.

    Returns:
        The checkpoint: `<part>.pt` in plan.out.
    """
    # Numbers next to zero slow a processor down; whoever calls wants them back afterwards.
    torch.set_flush_denormal(True)
    try:
        return _train(plan, say)
    finally:
        torch.set_flush_denormal(False)


def _train(plan: Plan, say: Callable[[str], None]) -> Path:
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    plan.out.mkdir(parents=True, exist_ok=True)
    file = plan.out / f"{plan.part}.pt"
    net, smooth = _first_network(plan, file), _network(plan.part)
    smooth.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=1e-2)
    start = _resume(file, net, smooth, optimiser) if file.exists() else 0
    # The hints that torch ships do not know this documented argument of Module.to.
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    net.train()
    sums = np.zeros(3)
    batches = _batches(plan, start)
    for step in range(start, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, plan)
        sums += _step(net, optimiser, next(batches))
        _follow(smooth, net, min(0.999, (step + 1) / (step + 10)))
        if (step + 1) % plan.every == 0 or step + 1 == plan.steps:
            seen = step % plan.every + 1
            parts = " ".join(f"{value:.3f}" for value in sums / seen)
            say(f"{plan.part} step {step + 1}: losses {parts}")
            sums[:] = 0
            _save(file, step + 1, net, smooth, optimiser)
    return file


def _network(part: Part) -> Finder | Refiner:
    return Finder() if part is Part.FINDER else Refiner()


def _first_network(plan: Plan, checkpoint: Path) -> Finder | Refiner:
    """A new network, or one from exported weights; what a checkpoint holds comes afterwards."""
    if plan.weights is None or checkpoint.exists():
        return _network(plan.part)
    some = next(_batches(replace(plan, batch=16, workers=0, seed=plan.seed + 1), 0))[0]
    warm = warm_finder if plan.part is Part.FINDER else warm_refiner
    return warm(plan.weights, some)


def _batches(plan: Plan, start: int) -> Iterator[Batch]:
    # A forked worker inherits OpenCV's pool without its threads and would wait for them for ever.
    cv2.setNumThreads(1)
    stock = stock_from(plan.data, plan.drawn, plan.seed)
    make = finder_batch if plan.part is Part.FINDER else refiner_batch
    loader = DataLoader(
        Batches(stock, make, plan.seed * 1_000_003 + start, plan.batch, plan.side),
        batch_size=None,
        num_workers=plan.workers,
        prefetch_factor=4 if plan.workers else None,
    )
    return iter(loader)


def rate_at(step: int, plan: Plan) -> float:
    """Learning rate: a short rise, then a half cosine to zero."""
    rise = min(1.0, (step + 1) / 100)
    return float(plan.rate * rise * 0.5 * (1 + np.cos(np.pi * step / plan.steps)))


def _step(
    net: Finder | Refiner, optimiser: torch.optim.Optimizer, batch: Batch
) -> NDArray[np.float64]:
    losses = _losses(net, batch)
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(torch.stack(losses).sum())
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return np.array([*(loss.item() for loss in losses), 0.0][:3])


def _losses(net: Finder | Refiner, batch: Batch) -> list[Tensor]:
    """Heat and corners of the finder; plate, corners and attention of the refiner, weighted."""
    if isinstance(net, Finder):
        heat, corners = finder_loss(net(batch[0]), *batch[1:])
        return [heat, 4 * corners]
    plate, fine, attention = refiner_loss(net.look(batch[0]), *batch[1:])
    return [plate, 10 * fine, attention]


@torch.no_grad()
def _follow(smooth: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the running average of weights and statistics towards the trained ones."""
    for slow, fast in zip(smooth.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


def _save(
    file: Path, step: int, net: nn.Module, smooth: nn.Module, optimiser: torch.optim.Optimizer
) -> None:
    state = {
        "step": step,
        "net": net.state_dict(),
        "smooth": smooth.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    part = file.with_suffix(".part")
    torch.save(state, part)
    part.replace(file)


def _resume(file: Path, net: nn.Module, smooth: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    state = torch.load(file, weights_only=True)
    net.load_state_dict(state["net"])
    smooth.load_state_dict(state["smooth"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _trained(file: Path, part: Part) -> Finder | Refiner:
    net = _network(part)
    net.load_state_dict(torch.load(file, weights_only=True)["smooth"])
    return net.eval()


def export(folder: Path, out: Path, name: str = "detector") -> dict[Part, Path]:
    """Write `<name>-<part>.onnx` from the running averages in folder, of each part trained there.

    Raises:
        FileNotFoundError: neither part has a checkpoint.
    """
    trained = [part for part in Part if (folder / f"{part}.pt").exists()]
    if not trained:
        message = f"{folder}: no finder.pt or refiner.pt; run train first"
        raise FileNotFoundError(message)
    files = {part: out / f"{name}-{part}.onnx" for part in trained}
    for part, file in files.items():
        net = _trained(folder / f"{part}.pt", part)
        if isinstance(net, Finder):
            axes = {"picture": {2: "height", 3: "width"}, "found": {2: "rows", 3: "columns"}}
            planes = torch.zeros(1, 3, 64, 96, dtype=torch.uint8)
            _write(PlanarFinder(net), planes, file, axes)
        else:
            view = torch.zeros(1, *CLOSE_UP, 3, dtype=torch.uint8)
            _write(net, view, file, {"picture": {0: "count"}, "found": {0: "count"}})
    return files


def _write(net: nn.Module, example: Tensor, file: Path, axes: dict[str, dict[int, str]]) -> None:
    """Export by tracing: the newer exporter needs a package that nothing else here needs."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            net, (example,), str(file), input_names=["picture"], output_names=["found"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
