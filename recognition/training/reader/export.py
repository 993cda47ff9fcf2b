"""Writes a trained reader as ONNX with its manifest: what the run time loads.

The network is exported with batch norm folded, uint8 pictures in and logits out, and is compared
with torch on random pictures before its manifest is written.
"""

import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from recognition.alphabet import ALPHABET, SLOTS
from recognition.manifest import Manifest, ModelError, digest, save_manifest
from recognition.reader import PlateNetwork
from recognition.training.reader.net import ReaderNet
from recognition.training.synthetic.render import COLOURS, HEIGHT, WIDTH


class _Camera(nn.Module):
    """The network with the camera's pictures as input: (n, 48, 160, 3) uint8."""

    def __init__(self, net: ReaderNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        outputs: tuple[Tensor, Tensor, Tensor] = self.net(images.permute(0, 3, 1, 2).float())
        return outputs


def export_reader(
    net: ReaderNet, folder: Path, name: str = "reader", temperatures: tuple[float, ...] = ()
) -> Path:
    """Writes NAME.onnx and NAME.json to the folder; returns the manifest's path.

    Raises ModelError where the exported file does not compute what the network does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{name}.onnx"
    example = torch.randint(0, 256, (2, HEIGHT, WIDTH, 3), dtype=torch.uint8)
    camera = _Camera(net).eval()
    with warnings.catch_warnings():
        # The tracing exporter is announced as old; the new one needs a package more.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            camera,
            (example,),
            str(weights),
            input_names=["images"],
            output_names=["characters", "colours", "two_lines"],
            dynamic_axes={k: {0: "n"} for k in ("images", "characters", "colours", "two_lines")},
            opset_version=17,
            dynamo=False,
        )
    manifest = folder / f"{name}.json"
    save_manifest(describe(weights, name, temperatures), manifest)
    _compare(camera, manifest, example)
    return manifest


def describe(weights: Path, name: str, temperatures: tuple[float, ...]) -> Manifest:
    """The manifest of reader weights."""
    return Manifest(
        name=name,
        kind="reader",
        weights=weights.name,
        sha256=digest(weights),
        width=WIDTH,
        height=HEIGHT,
        card=f"{name}.md",
        alphabet=ALPHABET,
        slots=SLOTS,
        colours=tuple(str(colour) for colour in COLOURS),
        temperatures=temperatures,
    )


def _compare(camera: nn.Module, manifest: Path, example: Tensor) -> None:
    with torch.no_grad():
        wanted = camera(example)[0].numpy()
    found = PlateNetwork(manifest).logits(list(example.numpy())).characters
    gap = float(np.abs(wanted - found).max())
    if gap > 1e-2 * max(1.0, float(np.abs(wanted).max())):
        raise ModelError(f"{manifest}: the export differs from the network by {gap:.4f}")
