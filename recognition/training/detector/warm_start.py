"""A detector that computes what an exported one does, ready to be trained on."""

from pathlib import Path

from torch import Tensor

from recognition.training.detector.net import GREY, SPREAD, Finder, Refiner
from recognition.training.reader.warm_start import Exported, load_folded, rebuild_norms


def warm_finder(file: Path, pictures: Tensor) -> Finder:
    """The same for the detector's finder; pictures: uint8 (n, h, w, 3) BGR."""
    net, exported = Finder(), Exported(file)
    biases = load_folded(net, exported, "finder.", lambda: net(pictures[:1]))
    # The export scales pixels within its first layer (see PlanarFinder).
    first = net.eighth[0].get_submodule("0").get_parameter("weight")
    first.data.mul_(SPREAD)
    biases["eighth.0.0"] = biases["eighth.0.0"] + first.data.sum(dim=(1, 2, 3)) * GREY / SPREAD
    rebuild_norms(net, biases, lambda: net(pictures))
    return net


def warm_refiner(file: Path, views: Tensor) -> Refiner:
    """The same for the detector's refiner; views: uint8 (n, 96, 176, 3) BGR."""
    net = Refiner()
    biases = load_folded(net, Exported(file), "", lambda: net(views[:1]))
    rebuild_norms(net, biases, lambda: net(views))
    return net
