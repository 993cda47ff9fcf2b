"""Starts a training from exported weights: the ONNX file is all that has to be kept.

An export has every batch norm folded into the convolution before it. Here the folded weights go
back into the modules, and each norm is rebuilt from the statistics of training pictures: the first
batch runs through the network layer by layer, and every norm is set so that it gives what the
folded convolution gave. Then the network computes the same in training and in evaluation mode, and
training goes on where the export stopped (the optimiser starts anew).
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from recognition.manifest import ModelError
from recognition.training.reader.net import ReaderNet

_MIN_SPREAD = 1e-6
"""Channels that vary less over the pictures are dead: they keep their weights as they are."""

Arrays = dict[str, Tensor]


def _unnamed(arrays: Arrays) -> Arrays:
    """Those that the export gave a name of its own, because it changed or folded them."""
    return {name: tensor for name, tensor in arrays.items() if name.startswith("onnx::")}


class Exported:
    """The weights of an ONNX file: by name, and in the order in which they are used."""

    def __init__(self, file: Path) -> None:
        graph = onnx.load(str(file)).graph
        self.file = file
        self.named: Arrays = {
            tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor)))
            for tensor in graph.initializer
        }
        self.convolutions = [
            [self.named[name] for name in node.input[1:]]
            for node in graph.node
            if node.op_type == "Conv"
        ]
        self.products = [
            self.named[node.input[1]]
            for node in graph.node
            if node.op_type == "MatMul" and node.input[1] in _unnamed(self.named)
        ]


def load_folded(
    net: nn.Module, exported: Exported, prefix: str, run: Callable[[], object]
) -> dict[str, Tensor]:
    """Copies exported weights into a network of the same architecture.

    Args:
        prefix: what the export put before the network's own names. run: calls the network once on
            any picture, so that the order of its layers becomes known.

    Returns:
        The folded bias of every convolution that has none of its own, by the convolution's name.

    Raises:
        ModelError: the file is of another architecture.
    """
    state = net.state_dict()
    for name, tensor in exported.named.items():
        short = name.removeprefix(prefix)
        if short in state:
            _copy(state[short], tensor, exported.file, name)
    convolutions, products = _layers_in_order(net, run)
    if len(convolutions) != len(exported.convolutions):
        raise ModelError(f"{exported.file}: {len(exported.convolutions)} convolutions, "
                         f"the network has {len(convolutions)}")  # fmt: skip
    biases: dict[str, Tensor] = {}
    for (name, layer), (weight, *bias) in zip(convolutions, exported.convolutions, strict=True):
        _copy(layer.weight.data, weight, exported.file, name)
        if layer.bias is not None:
            _copy(layer.bias.data, bias[0], exported.file, name)
        else:
            biases[name] = bias[0] if bias else torch.zeros(len(weight))
    products = [pair for pair in products if f"{prefix}{pair[0]}.weight" not in exported.named]
    for (name, layer), weight in zip(products, exported.products, strict=True):
        _copy(layer.weight.data, weight.T, exported.file, name)
    return biases


def _copy(place: Tensor, value: Tensor, file: Path, name: str) -> None:
    if place.shape != value.shape:
        raise ModelError(f"{file}: {name} is {tuple(value.shape)}, not {tuple(place.shape)}")
    place.copy_(value)


Layer = nn.Conv2d | nn.Conv1d | nn.Linear


def _layers_in_order(
    net: nn.Module, run: Callable[[], object]
) -> tuple[list[tuple[str, Layer]], list[tuple[str, Layer]]]:
    """Convolutions and linear layers, each list in the order in which a picture meets them."""
    names = {module: name for name, module in net.named_modules()}
    met: list[tuple[str, Layer]] = []

    def note(module: nn.Module, *_: object) -> None:
        if isinstance(module, (nn.Conv2d, nn.Conv1d, nn.Linear)):
            met.append((names[module], module))

    hooks = [m.register_forward_pre_hook(note) for m in names if isinstance(m, Layer)]
    was_training = net.training
    net.eval()
    with torch.no_grad():
        run()
    net.train(was_training)
    for hook in hooks:
        hook.remove()
    linear = [pair for pair in met if isinstance(pair[1], nn.Linear)]
    return [pair for pair in met if not isinstance(pair[1], nn.Linear)], linear


def rebuild_norms(net: nn.Module, biases: dict[str, Tensor], run: Callable[[], object]) -> None:
    """Sets every batch norm so that it gives what its folded convolution gave.

    Each convolution is scaled so that its outputs vary by one, as after a usual start: the step
    sizes of the optimiser then mean the same for all layers.

    Args:
        run: calls the network once on a batch of training pictures, a few hundred at best.
    """
    pairs = _convolutions_with_norms(net)
    missing = biases.keys() - {name for name, _, _ in pairs}
    if missing:
        raise ModelError(f"no batch norm follows {sorted(missing)}")
    hooks = []
    for name, convolution, norm in pairs:

        def settle(
            module: nn.Module, inputs: tuple[Tensor], name: str = name, before: Layer = convolution
        ) -> tuple[Tensor]:
            return (_settled(module, inputs[0], before, biases[name]),)

        hooks.append(norm.register_forward_pre_hook(settle))
    was_training = net.training
    net.eval()
    with torch.no_grad():
        run()
    net.train(was_training)
    for hook in hooks:
        hook.remove()


def _settled(norm: nn.Module, seen: Tensor, before: Layer, bias: Tensor) -> Tensor:
    """Sets one norm from what reaches it; returns what will reach it from now on."""
    if not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"{type(norm).__name__} is no batch norm")
    mean, spread = seen.mean(dim=(0, 2, 3)), seen.var(dim=(0, 2, 3), unbiased=False)
    alive = spread > _MIN_SPREAD
    scale = torch.where(alive, spread.clamp(min=_MIN_SPREAD).rsqrt(), torch.ones_like(spread))
    before.weight.data.mul_(scale[:, None, None, None])
    mean, spread = mean * scale, spread * scale**2
    norm.running_mean, norm.running_var = mean, spread
    norm.weight.data.copy_((spread + norm.eps).sqrt() / scale)
    norm.bias.data.copy_(mean / scale + bias)
    return seen * scale[None, :, None, None]


def _convolutions_with_norms(net: nn.Module) -> list[tuple[str, nn.Conv2d, nn.BatchNorm2d]]:
    """Every convolution that stands right before a batch norm in a sequence."""
    found = []
    for name, module in net.named_modules():
        if isinstance(module, nn.Sequential):
            children = list(module.named_children())
            for (key, first), (_, second) in pairwise(children):
                if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                    found.append((f"{name}.{key}" if name else key, first, second))
    return found


def warm_reader(file: Path, images: Tensor) -> ReaderNet:
    """A reader that computes what an exported one does, ready to be trained on.

    Args:
        images: training pictures, float (n, 3, 48, 160) 0..255 BGR, for the norms; 256 are enough.

    Raises:
        ModelError: the file is not of this reader's architecture.
    """
    net, exported = ReaderNet(), Exported(file)
    biases = load_folded(net, exported, "net.", lambda: net(images[:1]))
    rebuild_norms(net, biases, lambda: net(images))
    return net
