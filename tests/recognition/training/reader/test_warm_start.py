"""Training can begin from the weights in the tree: the network computes what the export does."""

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

pytest.importorskip("torch")

import torch

from recognition.manifest import MODELS, ModelError
from recognition.reader import PlateNetwork
from recognition.training.__main__ import main
from recognition.training.detector.data import finder_batch, refiner_batch, stock_from
from recognition.training.detector.net import PlanarFinder
from recognition.training.detector.warm_start import warm_finder, warm_refiner
from recognition.training.reader.train import to_tensor
from recognition.training.reader.warm_start import warm_reader
from recognition.training.synthetic.glyphs import load_glyphs
from recognition.training.synthetic.render import render

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def plates() -> np.ndarray:
    return render(np.random.default_rng(5), 24, load_glyphs(None)).images


@pytest.mark.parametrize("training", [False, True])
def test_a_reader_gives_the_exported_logits_in_both_modes(plates, training):
    wanted = PlateNetwork().logits(list(plates)).characters
    images = to_tensor(plates, "cpu")
    net = warm_reader(MODELS / "reader.onnx", images).train(training)
    with torch.no_grad():
        found = net(images)[0].numpy()
    assert np.abs(found - wanted).max() < 1e-2
    assert np.array_equal(found.argmax(axis=2), wanted.argmax(axis=2))


def test_every_norm_is_fed_with_outputs_that_vary_by_one(plates):
    net = warm_reader(MODELS / "reader.onnx", to_tensor(plates, "cpu"))
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 26
    for norm in norms:
        spread = norm.running_var
        assert spread is not None
        assert torch.allclose(spread[spread > 1e-6], torch.ones(()), atol=1e-3)


def test_the_detectors_networks_give_the_exported_outputs():
    rng = np.random.default_rng(6)
    stock = stock_from(None, 5, 1)
    scenes = finder_batch(stock, rng, 2, 192)[0]
    finder = PlanarFinder(warm_finder(MODELS / "detector-finder.onnx", scenes))
    views = refiner_batch(stock, rng, 2, 192)[0]
    refiner = warm_refiner(MODELS / "detector-refiner.onnx", views).eval()
    planes = scenes[:1].permute(0, 3, 1, 2).contiguous()
    for net, picture, name in (
        (finder, planes, "detector-finder.onnx"),
        (refiner, views, "detector-refiner.onnx"),
    ):
        session = ort.InferenceSession(str(MODELS / name), providers=["CPUExecutionProvider"])
        (wanted,) = session.run(None, {"picture": picture.numpy()})
        with torch.no_grad():
            found = net(picture).numpy()
        assert np.abs(found - wanted).max() < 1e-3


def test_weights_of_another_network_are_refused(plates):
    with pytest.raises(ModelError, match=r"detector-refiner\.onnx"):
        warm_reader(MODELS / "detector-refiner.onnx", to_tensor(plates, "cpu"))


@pytest.mark.timeout(300)
def test_a_run_begins_where_the_export_stopped(tmp_path: Path):
    run = ("--folder", str(tmp_path), "--seed", "3")
    assert main(["synth", *run, "--pictures", "16", "--shard-size", "8"]) == 0
    begin = ["--batch", "8", "--every", "1", "--threads", "1", "--steps", "1", "--rate", "1e-5"]
    weights = ("--from-weights", str(MODELS / "reader.onnx"))
    assert main(["train", *run, *begin, *weights]) == 0
    entry = json.loads((tmp_path / "reader-log.jsonl").read_text().splitlines()[0])
    assert entry["loss"] < 2.0
