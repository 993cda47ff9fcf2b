"""`gate replay` runs in the recording's own time, also for the rules that wait."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.cli.replay import run
from gate.settings.config import ConfigError
from recognition.training.synthetic.plate import PlateClass, draw_plate
from tests.gate.settings.test_config import GOOD
from tests.hardware.cameras.test_video_file import filmed as blank

pytestmark = pytest.mark.slow

SIZE = (360, 640)


def scene(text: str) -> np.ndarray:
    """A road; with a vehicle and its plate on it where there is a text."""
    road = np.full((*SIZE, 3), 96, np.uint8)
    road[::7] += 9
    if text:
        plate = draw_plate(np.random.default_rng(3), text, PlateClass.BLUE).image
        road[120:340, 190:450] = 40
        road[240:300, 230:418] = cv2.resize(plate, (188, 60), interpolation=cv2.INTER_AREA)
    return road


def replayed(tmp_path: Path, film: Path, capsys: pytest.CaptureFixture[str]) -> list[dict]:
    config = tmp_path / "config.yaml"
    config.write_text(GOOD + f"data: {tmp_path / 'data'}\n", encoding="utf-8")
    run(config, film, "south", fps=5.0, each=False, as_json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    "seconds",
    [
        [n / 12.5 for n in range(150)],
        [n / 29.97 for n in range(360)],
        [n / 4 for n in range(32)] + [8 + n / 25 for n in range(100)],
        [0.0, 0.2, 0.4, *(8 + n / 10 for n in range(40))],
    ],
)
def test_a_vehicle_comes_when_the_film_says(
    tmp_path: Path, seconds: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    film = blank(
        tmp_path / "film.mkv",
        seconds,
        picture=lambda at: scene("吉A12345" if at >= 8.0 else ""),
        size=SIZE,
    )
    (passage,) = replayed(tmp_path, film, capsys)
    assert passage["plate"] == "吉A12345"
    assert 8.0 <= passage["second"] <= 9.0


def test_after_a_gap_of_a_recording_of_motion_another_vehicle_is_another_passage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def picture(at: float) -> np.ndarray:
        came = at % 600 >= 4.0
        return scene(("吉B67890" if at > 500 else "吉A12345") if came else "")

    seconds = [*(n / 10 for n in range(80)), *(600 + n / 10 for n in range(80))]
    film = blank(tmp_path / "film.mkv", seconds, picture=picture, size=SIZE)
    found = replayed(tmp_path, film, capsys)
    assert [passage["plate"] for passage in found] == ["吉A12345", "吉B67890"]
    assert 4.0 <= found[0]["second"] < 6.0
    assert 604.0 <= found[1]["second"] < 606.0


def test_what_is_no_video_is_said_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(1000))
    with pytest.raises(ConfigError, match=r"film\.mp4"):
        replayed(tmp_path, film, capsys)
