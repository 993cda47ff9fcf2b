"""`gate read`: no picture ends a run, and what is not read is named with its reason."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.cli import read
from gate.cli.read import load, pictures, run

ODD = [(1, 1), (1, 4000), (4000, 1), (2, 9000), (9000, 3), (31, 33), (1, 20000), (20000, 2)]


def saved(path: Path, height: int, width: int) -> Path:
    noise = np.random.default_rng(height).integers(0, 255, (height, width, 3), np.uint8)
    assert cv2.imwrite(str(path), noise)
    return path


def lines(capsys: pytest.CaptureFixture[str], *paths: Path, crops: bool = False) -> list[dict]:
    run(paths, crops=crops, as_json=True, threads=1)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("crops", [False, True])
def test_odd_pictures_are_read_as_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], crops: bool
) -> None:
    for number, (height, width) in enumerate(ODD):
        saved(tmp_path / f"{number}.png", height, width)
    found = lines(capsys, tmp_path, crops=crops)
    assert len(found) == len(ODD)
    assert not any("error" in line for line in found)


def test_what_cannot_be_read_has_its_own_line_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_empty.jpg").write_bytes(b"")
    (tmp_path / "b_garbage.png").write_bytes(bytes(range(256)))
    (tmp_path / "c_telephone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    (tmp_path / "d_telephone.jpg").write_bytes(b"\0\0\0\x1cftypmif1" + bytes(40))
    saved(tmp_path / "e_good.jpg", 60, 90).rename(tmp_path / "e_good.jfif")
    (tmp_path / "f_gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "film.mp4").write_bytes(b"no picture")
    status = run([tmp_path], crops=False, as_json=True, threads=1)
    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    errors = {Path(line["file"]).name: line.get("error", "") for line in found}
    assert status == 1
    assert errors["a_empty.jpg"] == "is empty"
    assert "not a whole picture" in errors["b_garbage.png"]
    assert "HEIC" in errors["c_telephone.heic"]
    assert "HEIC" in errors["d_telephone.jpg"]
    assert errors["e_good.jfif"] == ""
    assert "1 .txt" in err
    assert "1 .mp4" in err


def test_a_limit_is_called_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.png"
    # 1 bit a pixel would be unpacked to three bytes: OpenCV's limit is set by `gate` and the tests.
    assert cv2.imwrite(str(huge), np.zeros((8200, 8200), np.uint8))
    assert "limit of 67 megapixels" in str(load(huge))
    monkeypatch.setattr("hardware.cameras.stills.MAX_BYTES", 1000)
    assert "limit of 64 MB" in str(load(saved(tmp_path / "many.bmp", 60, 90)))


@pytest.mark.parametrize(
    "ending", ["jpg", "JPG", "jpeg", "jpe", "jfif", "png", "bmp", "webp", "tif"]
)
def test_every_ending_of_a_picture_is_found_in_a_folder(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "below" / f"a.{ending}"
    file.parent.mkdir()
    file.write_bytes(b"x")
    assert list(pictures(tmp_path)) == [file]


def test_a_folder_with_nothing_to_read_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "film.mp4").write_bytes(b"x")
    assert run([tmp_path], crops=False, as_json=False, threads=1) == 2
    said = capsys.readouterr().err
    assert "no pictures found" in said
    assert "1 .mp4" in said


def test_every_refusal_has_its_words() -> None:
    assert set(read.WHY) == set(read.RefusedStill)
