"""The whole training road with a few pictures: synth, train, stop, go on, export, evaluate."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from recognition.manifest import ModelError, load_manifest
from recognition.reader import PlateNetwork
from recognition.training.__main__ import main
from recognition.training.evaluation.scores import Judged, accuracy, kept_above, reliability
from recognition.training.reader.calibrate import fit_temperatures
from recognition.training.reader.dataset import Batch
from recognition.training.reader.train import READER, Moment, Recipe, load_average, rate_at
from tests.recognition.training.training_road import drawn_data, run

pytestmark = pytest.mark.torch


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return drawn_data(tmp_path / "data")


@pytest.mark.timeout(300)
def test_every_step_from_nothing_to_an_error_page(tmp_path, data, capsys):
    scratch, out = tmp_path / "run", tmp_path / "models"
    common = ("--folder", scratch, "--data", data)
    run("synth", *common, "--pictures", 24, "--shard-size", 12)
    small = ("--batch", 8, "--every", 2, "--threads", 1)
    run("train", *common, "--steps", 2, *small)
    earlier = tmp_path / "earlier.pt"
    earlier.write_bytes((scratch / "reader-state.pt").read_bytes())
    run("train", *common, "--steps", 4, *small, "--half", "--average", 0.9)
    log = [json.loads(line) for line in (scratch / "reader-log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in log] == [2, 4]
    assert "source drawn" in log[-1]
    assert (log[-1]["recipe"]["half"], log[-1]["recipe"]["average"]) == (True, 0.9)

    run("export", *common, "--out", out, "--name", "tiny", "--pictures", 4)
    run("export", *common, "--out", out, "--name", "mean", "--pictures", 4, "--mean-with", earlier)
    kinds = {name: (out / f"{name}.onnx").read_bytes() for name in ("tiny", "mean")}
    assert kinds["tiny"] != kinds["mean"]
    manifest = load_manifest(out / "tiny.json")
    assert len(manifest.temperatures) == manifest.slots
    reading = PlateNetwork(out / "tiny.json").read([np.zeros((30, 90, 3), np.uint8)])
    assert len(reading) == 1

    page, report = tmp_path / "errors.html", tmp_path / "report.md"
    run("evaluate", *common, "--manifest", out / "tiny.json", "--each", 1, "--html", page,
        "--report", report)  # fmt: skip
    assert "wrong" in page.read_text(encoding="utf-8")
    assert "province" in report.read_text(encoding="utf-8")
    assert "calibration error" in capsys.readouterr().out

    run("samples", *common, "--out", tmp_path / "samples.png")
    assert (tmp_path / "samples.png").stat().st_size > 1000

    (out / "tiny.onnx").write_bytes(b"other")
    with pytest.raises(ModelError, match="sha256"):
        PlateNetwork(out / "tiny.json")


def test_training_without_pictures_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="synth"):
        main(["train", "--folder", str(tmp_path), "--steps", "1"])


def test_the_rate_warms_up_stays_and_decays():
    recipe = Recipe(steps=1000, warmup=100, rate=1.0, decay=0.5)
    assert rate_at(0, recipe) == pytest.approx(0.01)
    assert rate_at(100, recipe) == rate_at(499, recipe) == 1.0
    assert rate_at(750, recipe) == pytest.approx(0.505)
    assert rate_at(999, recipe) < 0.02


def test_temperatures_make_an_overconfident_network_humble():
    """Stated 99.99 %, right in 80 %: the temperature must be well above 1."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 5, (2000, 1))
    said = np.where(rng.random(2000) < 0.8, labels[:, 0], (labels[:, 0] + 1) % 5)
    logits = np.zeros((2000, 1, 5), np.float32)
    logits[np.arange(2000), 0, said] = 10.0
    (temperature,) = fit_temperatures(logits, labels, np.ones(2000, np.float32))
    assert temperature > 3.0


def test_scores_count_whole_plates_and_the_province_apart():
    judged = Judged(
        ("吉A12345", "辽B12345", "WJ吉12345"),
        ("吉A12345", "吉B12345", "WJ辽12346"),
        np.array([0.9, 0.99, 0.2], np.float32),
    )
    assert accuracy(judged) == pytest.approx((1 / 3, 2 / 3))
    kept = kept_above(judged, 0.5)
    assert (kept.share, kept.of_right, kept.wrong) == pytest.approx((2 / 3, 1.0, 1))


def test_reliability_bars_hold_every_picture_once():
    stated = np.array([0.05, 0.95, 1.0], np.float32)
    bars = reliability(stated, np.array([False, True, True]))
    assert [bar.count for bar in bars] == [1, 2]
    assert bars[1].right == 1.0


def test_the_mean_of_states_lies_between_them(tmp_path):
    nets = [READER.make(), READER.make()]
    paths = [tmp_path / f"{number}.pt" for number in range(2)]
    for net, path in zip(nets, paths, strict=True):
        torch.save({"average": net.state_dict()}, path)
    mean = load_average(paths[0], READER, paths[1]).state_dict()
    for name, value in mean.items():
        one, other = (net.state_dict()[name] for net in nets)
        expected = (one + other) / 2 if one.is_floating_point() else one
        torch.testing.assert_close(value, expected)


def test_half_precision_moves_the_loss_little_and_its_type_not():
    """The loss itself stays exact: what is stated must be told apart at 0.999 and above."""
    rng = np.random.default_rng(6)
    batch = Batch(
        rng.integers(0, 256, (4, 48, 160, 3), np.uint8),
        rng.integers(1, 60, (4, 8)),
        np.zeros(4, np.int64),
        np.zeros(4, np.int64),
    )
    torch.manual_seed(1)
    net = READER.make()
    losses = [
        READER.loss(net, batch, Moment(0, "cpu", torch.Generator().manual_seed(2), half))
        for half in (False, True)
    ]
    assert [loss.dtype for loss in losses] == [torch.float32] * 2
    assert losses[0].item() != losses[1].item()
    assert losses[1].item() == pytest.approx(losses[0].item(), rel=0.02)
