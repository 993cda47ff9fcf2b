"""A recording is played on its own time stamps."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hardware.cameras.camera import Camera, CameraSettings, CameraState, CameraTrouble
from hardware.cameras.video_file import Recording, played
from tests.hardware.fake_clock import FakeClock


def filmed(
    path: Path,
    seconds: list[float],
    picture: Callable[[float], np.ndarray] | None = None,
    size: tuple[int, int] = (48, 64),
) -> Path:
    """Write a film whose pictures stand at these seconds.

    picture: makes the one of a second, (height, width) as in size; None: picture n is 4 n levels
    brighter than the first.
    """
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=1000)
        (stream.height, stream.width), stream.pix_fmt = size, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for number, second in enumerate(seconds):
            plain = np.full((*size, 3), 20 + min(4 * number, 220), np.uint8)
            shown = plain if picture is None else picture(second)
            frame = av.VideoFrame.from_ndarray(shown, format="bgr24")
            frame.pts, frame.time_base = round(second * 1000), Fraction(1, 1000)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return path


RATES = {
    "12.5 a second": [n / 12.5 for n in range(50)],
    "29.97 a second": [n / 29.97 for n in range(55)],
    "changing": [n / 25 for n in range(25)] + [1 + n / 5 for n in range(20)],
    "only what moved": [0.0, 0.1, 0.2, 0.3, 600.0, 600.1, 600.2],
}


@pytest.mark.parametrize("rate", RATES)
def test_the_second_of_a_picture_is_the_one_written_beside_it(tmp_path: Path, rate: str) -> None:
    seconds = RATES[rate]
    path = filmed(tmp_path / "film.mkv", seconds)
    seen = {number: second for number, second, _ in played(path, fps=60.0)}
    assert len(seen) == len(seconds)
    assert [seen[n] for n in range(len(seconds))] == pytest.approx(seconds, abs=0.002)


@pytest.mark.parametrize("rate", RATES)
def test_no_more_pictures_a_second_than_are_wanted(tmp_path: Path, rate: str) -> None:
    path = filmed(tmp_path / "film.mkv", RATES[rate])
    taken = [second for _, second, _ in played(path, fps=5.0)]
    assert all(
        sum(start <= at < start + 1.0 for at in taken) <= 6 for start in range(int(taken[-1]) + 1)
    )
    assert taken[0] == 0.0
    assert taken[-1] >= RATES[rate][-1] - 0.21


def test_a_picture_goes_with_its_number(tmp_path: Path) -> None:
    path = filmed(tmp_path / "film.mkv", RATES["changing"])
    levels = [(number, float(image.mean())) for number, _, image in played(path, fps=8.0)]
    assert [round((level - levels[0][1]) / 4) for _, level in levels] == [n for n, _ in levels]


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ValueError, match="no video"):
        list(played(garbage, 10.0))


def test_a_film_that_is_played_again_goes_on_in_time(tmp_path: Path) -> None:
    path = filmed(tmp_path / "film.mkv", [n / 10 for n in range(10)])
    source = Recording(CameraSettings("south", str(path), fps=10.0, loop=True))
    assert source.open() is None
    stamps = [came.stamp for came in (source.grab() for _ in range(35)) if came is not None]
    source.close()
    assert stamps == pytest.approx([n / 10 for n in range(35)], abs=0.01)


def test_a_film_without_a_picture_is_not_begun_for_ever(tmp_path: Path) -> None:
    path = filmed(tmp_path / "film.ts", [n / 10 for n in range(10)])
    whole = path.read_bytes()
    path.write_bytes(whole[:600] + bytes(len(whole) - 600))
    source = Recording(CameraSettings("south", str(path), loop=True))
    if source.open() is None:
        assert sum(source.grab() is not None for _ in range(50)) in {0, 50}
    source.close()


def test_a_lane_sees_a_file_at_the_files_own_speed(tmp_path: Path) -> None:
    path = filmed(tmp_path / "film.mkv", RATES["only what moved"])
    clock, taken = FakeClock(), []
    camera = Camera(
        CameraSettings("south", str(path), fps=10.0),
        clock,
        came=lambda: taken.append(clock.monotonic()),
    )
    began = clock.monotonic()
    camera._run()
    assert camera.health().state is CameraState.ENDED
    assert [at - began for at in taken] == pytest.approx(RATES["only what moved"], abs=0.01)


def test_a_folder_of_videos_is_no_video(tmp_path: Path) -> None:
    assert Recording(CameraSettings("south", str(tmp_path))).open() is CameraTrouble.NO_FILE
