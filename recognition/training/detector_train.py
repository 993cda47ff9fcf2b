"""Training of the detector's two networks together, and their export to ONNX.

One process reads the same endless scenes for both; the state on disk (`checkpoint.pt`) holds the
networks, their running averages, the optimiser and the step, so a run that was stopped goes on.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from recognition.training.detector_data import Batch, Scenes, stock_from
from recognition.training.detector_net import (
    CLOSE_UP,
    Finder,
    PlanarFinder,
    Refiner,
    finder_loss,
    refiner_loss,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. data: folder of pictures, None for noise (tests). out: folder of checkpoints.

    steps: whole run, the learning rate falls to zero at its end. side: square scenes of this size.
    drawn: plates drawn beforehand. workers: processes that compose scenes.
    """

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


class Pair(nn.Module):
    """Both networks as one module, for one optimiser and one file."""

    def __init__(self) -> None:
        super().__init__()
        self.finder = Finder()
        self.refiner = Refiner()


class Say(Protocol):
    """Where progress goes, for example `print`."""

    def __call__(self, line: str) -> None: ...


def train(plan: Plan, say: Callable[[str], None] = print) -> Path:
    """Train to plan.steps, going on from an earlier checkpoint in plan.out; return the
    checkpoint."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    torch.set_flush_denormal(True)
    plan.out.mkdir(parents=True, exist_ok=True)
    pair, smooth = Pair(), Pair()
    smooth.load_state_dict(pair.state_dict())
    optimiser = torch.optim.AdamW(pair.parameters(), lr=plan.rate, weight_decay=1e-2)
    file = plan.out / "checkpoint.pt"
    start = _resume(file, pair, smooth, optimiser) if file.exists() else 0
    # The hints that torch ships do not know this documented argument of Module.to.
    pair.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    pair.train()
    sums = np.zeros(4)
    batches = _batches(plan, start)
    for step in range(start, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, plan)
        sums += _step(pair, optimiser, next(batches), closely=step % 2 == 0)
        _follow(smooth, pair, min(0.999, (step + 1) / (step + 10)))
        if (step + 1) % plan.every == 0 or step + 1 == plan.steps:
            seen = step % plan.every + 1
            parts = " ".join(f"{value:.3f}" for value in sums / seen)
            say(f"step {step + 1}: heat corners plate corners {parts}")
            sums[:] = 0
            _save(file, step + 1, pair, smooth, optimiser)
    return file


def _batches(plan: Plan, start: int) -> Iterator[Batch]:
    # A forked worker inherits OpenCV's pool without its threads and would wait for them for ever.
    cv2.setNumThreads(1)
    stock = stock_from(plan.data, plan.drawn, plan.seed)
    scenes = Scenes(stock, plan.seed * 1_000_003 + start, plan.batch, plan.side)
    loader = DataLoader(
        scenes,
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
    pair: Pair, optimiser: torch.optim.Optimizer, batch: Batch, *, closely: bool
) -> NDArray[np.float64]:
    """One step of both networks; the refiner learns faster and joins in every second one."""
    out = pair.finder(batch.scenes)
    heat, corners = finder_loss(out, batch.heat, batch.mask, batch.corners, batch.weight)
    loss = heat + 4 * corners
    parts = [heat.item(), corners.item(), 0.0, 0.0]
    if closely:
        seen = pair.refiner(batch.close_ups)
        plate, fine = refiner_loss(seen, batch.is_plate, batch.plate_corners)
        loss = loss + plate + 4 * fine
        parts[2:] = [2 * plate.item(), 2 * fine.item()]
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(pair.parameters(), 5.0)
    optimiser.step()
    return np.array(parts)


@torch.no_grad()
def _follow(smooth: Pair, pair: Pair, keep: float) -> None:
    """Move the running average of weights and statistics towards the trained ones."""
    for slow, fast in zip(smooth.state_dict().values(), pair.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


def _save(
    file: Path, step: int, pair: Pair, smooth: Pair, optimiser: torch.optim.Optimizer
) -> None:
    state = {
        "step": step,
        "pair": pair.state_dict(),
        "smooth": smooth.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    part = file.with_suffix(".part")
    torch.save(state, part)
    part.replace(file)


def _resume(file: Path, pair: Pair, smooth: Pair, optimiser: torch.optim.Optimizer) -> int:
    state = torch.load(file, weights_only=True)
    pair.load_state_dict(state["pair"])
    smooth.load_state_dict(state["smooth"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def export(checkpoint: Path, folder: Path, name: str = "detector") -> tuple[Path, Path]:
    """Write `<name>-finder.onnx` and `<name>-refiner.onnx` from the running averages."""
    pair = Pair()
    pair.load_state_dict(torch.load(checkpoint, weights_only=True)["smooth"])
    pair.eval()
    finder, refiner = folder / f"{name}-finder.onnx", folder / f"{name}-refiner.onnx"
    picture = torch.zeros(1, 3, 64, 96, dtype=torch.uint8)
    _write(
        PlanarFinder(pair.finder),
        picture,
        finder,
        {"picture": {2: "height", 3: "width"}, "found": {2: "rows", 3: "columns"}},
    )
    view = torch.zeros(1, *CLOSE_UP, 3, dtype=torch.uint8)
    _write(pair.refiner, view, refiner, {"picture": {0: "count"}, "found": {0: "count"}})
    return finder, refiner


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


if __name__ == "__main__":
    plan = Plan(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    print(asdict(plan), flush=True)
    train(plan, lambda line: print(line, flush=True))
