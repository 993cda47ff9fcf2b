"""The detector's training, end to end on noise: two steps, a resumed third, weights that run."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from recognition.detector import Detector
from recognition.training.detector.commands import run
from recognition.training.detector.data import close_ups_of, stock_from, to_view
from recognition.training.detector.net import CORNER_UNIT, STRIDE, target_of
from recognition.training.detector.scores import (
    Findings,
    Seen,
    findings_table,
    meanings,
    measure,
)
from recognition.training.detector.train import Part, Plan, export, train
from recognition.training.evaluation.scene_scores import SceneOutcome, Truth, foreign_table
from recognition.training.synthetic.backdrops import box_quad
from recognition.training.synthetic.scenes import Scene, compose
from tests.recognition.readings import reading

pytestmark = pytest.mark.torch


def plan(out: Path, steps: int, part: Part = Part.FINDER) -> Plan:
    return Plan(part, None, out, steps, batch=2, side=96, drawn=3, workers=0, every=1)


def test_training_stops_resumes_and_exports_weights_that_run(tmp_path: Path) -> None:
    said: list[str] = []
    for part in Part:
        train(plan(tmp_path, 2, part), said.append)
        train(plan(tmp_path, 3, part), said.append)
    assert [line.split(":")[0] for line in said] == [
        f"{part} step {step}" for part in Part for step in (1, 2, 3)
    ]
    finder, refiner = export(tmp_path, tmp_path).values()
    boxes = Detector(finder.read_bytes(), refiner.read_bytes()).detect(
        np.zeros((200, 320, 3), np.uint8)
    )
    assert isinstance(boxes, tuple)


def test_the_export_verb_writes_manifests_that_match(tmp_path: Path) -> None:
    from recognition.manifest import checked_weights, load_manifest

    for part in Part:
        train(plan(tmp_path, 1, part), lambda _: None)
    assert run(["export", "--folder", str(tmp_path), "--out", str(tmp_path)]) == 0
    for part in ("finder", "refiner"):
        manifest = load_manifest(tmp_path / f"detector-{part}.json")
        assert checked_weights(manifest, tmp_path)


def test_scenes_have_their_plates_inside_and_repeat_by_seed() -> None:
    stock = stock_from(None, 5, 1)
    first = [compose(stock, np.random.default_rng(seed), 256, 320) for seed in range(6)]
    again = [compose(stock, np.random.default_rng(seed), 256, 320) for seed in range(6)]
    assert any(scene.plates for scene in first)
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.image, other.image)
        for quad in one.plates:
            assert quad.shape == (4, 2)
            assert (quad.mean(axis=0) > 0).all()
            assert (quad.mean(axis=0) < (320, 256)).all()


def test_the_target_says_where_the_plate_is() -> None:
    quad = box_quad(100.0, 60.0, 64.0, 20.0)
    scene = Scene(np.zeros((128, 256, 3), np.uint8), (quad,), (box_quad(10.0, 10.0, 40.0, 20.0),))
    target = target_of(scene)
    row, column = np.unravel_index(int(target.heat.argmax()), target.heat.shape)
    cell = np.array([column, row]) * STRIDE + (STRIDE - 1) / 2
    assert np.allclose(target.corners[:, row, column].reshape(4, 2) * CORNER_UNIT + cell, quad)
    assert target.mask[2, 3] == 0
    assert target.mask[row, column] == 1


def test_close_ups_show_plates_and_other_things() -> None:
    rng = np.random.default_rng(3)
    scenes = [compose(stock_from(None, 5, 1), rng, 256, 256) for _ in range(3)]
    views = close_ups_of(scenes, rng)
    assert {known for _, known, _ in views} == {True, False}
    assert {view.shape for view, _, _ in views} == {(96, 176, 3)}


def test_corners_of_a_close_up_are_measured_from_its_middle() -> None:
    back = np.array([[2.0, 0.0, 10.0], [0.0, 2.0, 20.0]])
    middle = np.array([10 + 2 * 87.5, 20 + 2 * 47.5], np.float32)
    quad = middle + np.array([[-64, -32], [64, -32], [64, 32], [-64, 32]], np.float32)
    assert np.allclose(to_view(quad, back), np.array([-1, -0.5, 1, -0.5, 1, 0.5, -1, 0.5]))


def test_findings_tell_recall_by_width_and_what_a_score_means() -> None:
    plates = (Seen(50, 0.9, 0.05), Seen(50, 0.0, float("nan")), Seen(200, 0.8, 0.02))
    found = Findings(plates, (0.35, 0.85), 2)
    text = findings_table(found)
    assert "50.0%" in text
    assert "false alarms per scene: 1.000" in text
    assert [(round(low, 1), share, count) for low, share, count in meanings(found)] == [
        (0.3, 0.0, 1),
        (0.8, 0.5, 2),
        (0.9, 1.0, 1),
    ]


def test_a_detector_is_measured_on_composed_scenes() -> None:
    findings = measure(Detector.default(), stock_from(None, 5, 2), 1, 2, 320)
    assert findings.scenes == 2


def test_whatever_is_read_of_a_foreign_plate_is_counted_and_named() -> None:
    def seen(path: str, confidence: float) -> SceneOutcome:
        readings = (reading("吉A12345", confidence),) if confidence else ()
        return SceneOutcome(Truth(path, "foreign", (), (), empty=True), readings)

    found = [seen("us/1.jpg", 0.0), seen("us/2.jpg", 0.92), seen("us/3.jpg", 0.4)]
    found += [seen("br/4.jpg", 0.0), seen("br/5.jpg", 0.6)]
    lines = foreign_table(found).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["0.5", "2", "5", "1", "2"],
        ["0.8", "1", "5", "0", "2"],
        ["0.9", "1", "5", "0", "2"],
    ]
    assert [line.split(":")[0] for line in lines[7:]] == ["us/2.jpg", "br/5.jpg"]


def test_the_verb_reads_foreign_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    cv2.imwrite(str(folder / "street.png"), np.full((200, 320, 3), 90, np.uint8))
    rows = "path,bx,by,bw,bh,width,height\nstreet.png,10,10,60,20,320,200\n"
    (folder / "labels.csv").write_text(rows, encoding="utf-8")
    assert run(["evaluate", "--data", str(tmp_path), "--foreign"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["0.5", "0", "1", "0", "1"]
