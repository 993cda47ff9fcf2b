"""The second reader's training road with a few pictures, and the figures that it measures."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from recognition.alphabet import ALPHABET, encode
from recognition.easyocr_reader import evidence_of
from recognition.manifest import checked_files, load_manifest
from recognition.models.plate_crnn import Model
from recognition.reader import READER_MANIFEST
from recognition.second_opinion import Evidence, Opinion
from recognition.training.reader.dataset import Batch
from recognition.training.reader.train import Moment
from recognition.training.second_reader.export import load_exported
from recognition.training.second_reader.scores import (
    Case,
    Resolved,
    evidence_from,
    least,
    most,
    resolved,
    tally,
)
from recognition.training.second_reader.train import greedy, line_loss, opinions
from tests.recognition.readings import reading
from tests.recognition.training.training_road import drawn_data, run

pytestmark = pytest.mark.torch

BLANK = 0


def test_every_step_from_nothing_to_a_weighed_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch, out, data = tmp_path / "run", tmp_path / "models", drawn_data(tmp_path / "data")
    second = ("--what", "second", "--folder", scratch, "--data", data)
    run("synth", "--folder", scratch, "--data", data, "--pictures", 24, "--shard-size", 12)
    small = ("--batch", 8, "--every", 2, "--threads", 1)
    run("train", *second, "--steps", 2, *small)
    run("train", *second, "--steps", 4, *small)
    log = [json.loads(line) for line in (scratch / "second-log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in log] == [2, 4]
    assert "source drawn" in log[-1]

    run("export", *second, "--out", out, "--pictures", 4, "--copies", 1)
    manifest = load_manifest(out / "plate_crnn.json")
    assert set(checked_files(manifest, out)) == {
        "plate_crnn.pth",
        "plate_crnn.py",
        "plate_crnn.yaml",
    }
    first = load_manifest(READER_MANIFEST)
    assert evidence_of(manifest, first) == Evidence(**manifest.evidence)
    assert evidence_of(manifest, replace(first, sha256="another")) == Evidence()

    run("evaluate", *second, "--manifest", out / "plate_crnn.json", "--each", 1, "--copies", 1)
    assert "resolved" in capsys.readouterr().out


def test_an_exported_network_computes_what_the_trained_one_did(tmp_path: Path) -> None:
    from recognition.training.second_reader.export import export_second

    torch.manual_seed(5)
    net = Model(len(ALPHABET)).eval()
    again = load_exported(export_second(net, tmp_path))
    picture = torch.rand(2, 1, 48, 144)
    with torch.no_grad():
        assert torch.equal(net(picture), again(picture))
        assert net(picture).shape == (2, 36, len(ALPHABET))


def test_greedy_joins_repeats_and_drops_blanks() -> None:
    text = [*encode("吉A11")[:4]]
    row = [BLANK, text[0], text[0], text[1], BLANK, text[2], text[2], BLANK, text[3], BLANK]
    assert greedy(np.array([row])) == ["吉A11"]
    assert greedy(np.array([[BLANK] * 10])) == [""]


def test_a_few_steps_teach_it_one_batch() -> None:
    """The loss is one that can be learned, one and two lines alike."""
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    images = rng.integers(0, 255, (4, 48, 160, 3), dtype=np.uint8)
    labels = np.array([encode(t) for t in ("吉A12345", "沪B66", "吉AD12345", "WJ吉12345")])
    batch = Batch(images, labels, np.zeros(4, np.int64), np.array([0, 0, 0, 1]))
    net = Model(len(ALPHABET))
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    losses = []
    for step in range(30):
        optimizer.zero_grad()
        loss = line_loss(net, batch, Moment(step, "cpu", torch.Generator().manual_seed(1)))
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]


def test_a_blank_picture_has_no_opinion() -> None:
    net = Model(len(ALPHABET)).eval()
    torch.nn.init.zeros_(net.classify.weight)
    with torch.no_grad():
        net.classify.bias.copy_(torch.nn.functional.one_hot(torch.tensor(0), len(ALPHABET)) * 9.0)
    plates = np.zeros((1, 48, 160, 3), np.uint8)
    assert opinions(net, plates, np.zeros(1, np.int64)) == [None]


def case(right: bool, agrees: bool | None, confidence: float = 0.8) -> Case:
    """A doubtful reading and an opinion; agrees: None for none."""
    one = reading("吉A12345", confidence)
    said = None if agrees is None else Opinion(one.text if agrees else "吉A12346", 0.95)
    return Case(one.text if right else "吉A12347", one, said)


def test_the_tally_counts_doubtful_cases_only() -> None:
    seen = [case(True, True), case(True, False), case(False, True), case(False, None)]
    seen += [case(True, True, 0.99), case(True, True, 0.3)]
    found = tally(seen, 0.97, 0.9)
    assert (found.agree_right, found.agree_wrong) == (1, 1)
    assert (found.differ_right, found.differ_wrong) == (1, 0)
    assert (found.right, found.wrong) == (2, 2)
    assert tally(seen, 0.97, 0.96).agree_right == 0


def test_few_cases_are_little_evidence_and_the_worst_group_decides() -> None:
    good = [case(True, True)] * 90 + [case(False, False)] * 60
    poor = [case(True, True)] * 90 + [case(False, True)] * 60
    assert evidence_from([good[:3]], 0.97, 0.9).agree < 2
    strong = evidence_from([good], 0.97, 0.9)
    assert strong.agree > 10
    assert 0.95 < strong.ceiling < 1
    weak = evidence_from([good, poor], 0.97, 0.9)
    assert weak.agree == 1.0
    assert weak.ceiling < 0.7


def test_no_case_at_all_is_no_evidence() -> None:
    found = evidence_from([[]], 0.97, 0.9)
    assert (found.agree, found.ceiling) == (1.0, 0.0)


@pytest.mark.parametrize(("hits", "of"), [(0, 1), (1, 1), (0, 50), (50, 50), (7, 50)])
def test_the_ends_of_a_share_hold_it(hits: int, of: int) -> None:
    assert 0 <= least(hits, of) <= hits / of + 1e-9
    assert hits / of - 1e-9 <= most(hits, of) <= 1


def test_what_is_resolved_rightly_and_wrongly_is_counted() -> None:
    seen = [case(True, True, 0.95), case(False, True, 0.95), case(True, False, 0.95)]
    seen += [case(False, None, 0.95), case(True, True, 0.6)]
    found = resolved(seen, 0.97, Evidence(sure=0.9, agree=5, differ=0.3, ceiling=0.999))
    assert found == Resolved(
        asked=5, first_right=3, right=1, wrong=1, lowered_right=1, lowered_wrong=0
    )
