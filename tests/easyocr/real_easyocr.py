"""EasyOCR itself with the plate network of the tree: `make easyocr-test`, not `make test`.

EasyOCR needs torchvision and its torch, which do not stand beside the torch that trains here; so
this has an environment of its own and a name that the ordinary run does not collect.
"""

import multiprocessing
import pickle
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.cameras.messages import PlateDetection, SetReadingEnabled, Shutdown
from gate.cameras.second_reader import state
from gate.cameras.settings import WorkerSettings
from gate.cameras.worker import watch
from hardware.cameras.camera import CameraSettings
from recognition.alphabet import decode
from recognition.easyocr_reader import SECOND_MANIFEST, EasyOcrReader
from recognition.manifest import ModelError, digest, load_manifest, save_manifest
from recognition.pipeline import PipelineSettings, PlateReader
from recognition.training.evaluation.evaluate import glyph_sets
from recognition.training.second_reader.export import load_exported
from recognition.training.second_reader.train import opinions
from recognition.training.synthetic.plate import PlateClass, draw_plate
from recognition.training.synthetic.render import render

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def second() -> EasyOcrReader:
    return EasyOcrReader()


def copied(folder: Path) -> Path:
    """The network's files in a folder of their own; returns the manifest."""
    for file in SECOND_MANIFEST.parent.glob("plate_crnn.*"):
        shutil.copy(file, folder)
    return folder / SECOND_MANIFEST.name


def test_clean_plates_are_read(second: EasyOcrReader) -> None:
    rng = np.random.default_rng(3)
    kinds = (PlateClass.BLUE, PlateClass.YELLOW, PlateClass.GREEN_SMALL)
    plates = [draw_plate(rng, None, kind) for kind in kinds for _ in range(10)]
    read = [second.opinion(plate.image, two_lines=False) for plate in plates]
    right = sum(r is not None and r.text == p.text for p, r in zip(plates, read, strict=True))
    assert right >= 24


def test_two_lines_are_read_as_one(second: EasyOcrReader) -> None:
    rng = np.random.default_rng(4)
    plates = [draw_plate(rng, None, PlateClass.YELLOW_DOUBLE) for _ in range(10)]
    read = [second.opinion(plate.image, two_lines=True) for plate in plates]
    right = sum(r is not None and r.text == p.text for p, r in zip(plates, read, strict=True))
    assert right >= 5


def test_it_says_what_was_measured_in_training(second: EasyOcrReader) -> None:
    """The figures come from the network without EasyOCR: both must say the same."""
    shard = render(np.random.default_rng(5), 40, glyph_sets(None))
    wanted = opinions(load_exported(SECOND_MANIFEST), shard.images, shard.lines.astype(np.int64))
    for image, double, own, label in zip(
        shard.images, shard.lines, wanted, shard.labels, strict=True
    ):
        found = second.opinion(image, two_lines=bool(double))
        if own is None or found is None:
            assert own is found
            continue
        assert found.text == own.text, decode(tuple(label))
        assert found.confidence == pytest.approx(own.confidence, abs=2e-3)


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("somebody wants the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    plate = draw_plate(np.random.default_rng(2), None, PlateClass.BLUE).image
    assert EasyOcrReader().opinion(plate, two_lines=False) is not None


class Bomb:
    """A pickle that runs code when it is loaded in the ordinary way."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.mark,)  # type: ignore[return-value]


def test_weights_cannot_run_code_even_with_a_fitting_manifest(tmp_path: Path) -> None:
    file, mark = copied(tmp_path), tmp_path / "ran"
    weights = tmp_path / "plate_crnn.pth"
    weights.write_bytes(pickle.dumps(Bomb(mark)))
    pickle.loads(weights.read_bytes())
    assert mark.exists(), "the bomb itself works"
    mark.unlink()
    save_manifest(replace(load_manifest(file), sha256=digest(weights)), file)
    with pytest.raises(ModelError, match="cannot load"):
        EasyOcrReader(file)
    assert not mark.exists()


@pytest.mark.parametrize("suffix", [".pth", ".py", ".yaml"])
def test_other_files_are_refused_before_easyocr_sees_them(tmp_path: Path, suffix: str) -> None:
    file = copied(tmp_path)
    with (tmp_path / f"plate_crnn{suffix}").open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(ModelError, match="sha256"):
        EasyOcrReader(file)


def test_a_module_of_the_same_name_elsewhere_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plate_crnn.py").write_text("raise SystemExit('not ours')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.path)
    EasyOcrReader()
    assert sys.path == before


def test_a_failure_inside_ends_the_opinions_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = EasyOcrReader()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(reader._reader, "recognize", broken)
    plate = draw_plate(np.random.default_rng(6), None, PlateClass.BLUE).image
    assert reader.opinion(plate, two_lines=False) is None
    monkeypatch.undo()
    assert reader.opinion(plate, two_lines=False) is None


def test_gate_check_is_content() -> None:
    found = state(wanted=True)
    assert found.well, found.seen


def street(folder: Path) -> Path:
    """A picture with a plate that is hard to read."""
    plate = draw_plate(np.random.default_rng(7), None, PlateClass.BLUE, scale=0.27).image
    image = np.full((540, 960, 3), 70, np.uint8)
    high, wide = plate.shape[:2]
    image[300 : 300 + high, 400 : 400 + wide] = cv2.GaussianBlur(plate, (0, 0), 1.2)
    cv2.imwrite(str(folder / "street.png"), image)
    return folder / "street.png"


def test_the_pipeline_asks_it(second: EasyOcrReader, tmp_path: Path) -> None:
    asked = []

    class Listening:
        evidence = second.evidence

        def opinion(self, plate: np.ndarray, *, two_lines: bool) -> object:
            asked.append(plate.shape)
            return second.opinion(plate, two_lines=two_lines)

    reader = PlateReader.default(second=Listening())  # type: ignore[arg-type]
    reader.settings = PipelineSettings(ask_below=1.0)
    found = reader.read(cv2.imread(str(street(tmp_path))))
    assert found
    assert asked == [(48, 160, 3)] * sum(r.confidence >= 0.5 for r in found)


def test_gate_read_uses_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "gate", "read", "--second", str(street(tmp_path))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "street.png" in done.stdout


def test_an_eye_reads_while_it_is_loaded_and_after(tmp_path: Path) -> None:
    street(tmp_path)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    settings = WorkerSettings(
        "south", CameraSettings("south", str(tmp_path), fps=5, loop=True), ask_below=1.0
    )
    eye = multiprocessing.get_context("spawn").Process(target=watch, args=(theirs, settings))
    eye.start()
    try:
        ours.send(SetReadingEnabled(True))
        assert sightings(ours, 2)
        libraries = Path(f"/proc/{eye.pid}/maps")
        while "libtorch" not in libraries.read_text():
            sightings(ours, 1)
        assert sightings(ours, 10)
        assert eye.is_alive()
        ours.send(Shutdown())
        eye.join(30)
        assert eye.exitcode == 0
    finally:
        eye.kill()


def sightings(pipe: object, count: int) -> list[PlateDetection]:
    """Wait for so many; anything else that the eye says is passed over."""
    found: list[PlateDetection] = []
    while len(found) < count:
        assert pipe.poll(120), "the eye is silent"
        said = pipe.recv()
        if isinstance(said, PlateDetection):
            found.append(said)
    return found
