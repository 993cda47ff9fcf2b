"""The worker of a lane: camera and networks in a process of their own.

Each new picture is shrunk and compared; only where something moves, or a vehicle is known to stand
before the arm, is it read. What was read goes to the gate as `PlateDetection`s. Rules: never work
on a picture older than the newest; say something at least every second; when the camera's own
thread hangs for good, end, so that the gate starts a new process.
"""

import logging
import os
import signal
from dataclasses import replace
from functools import partial
from math import inf
from multiprocessing.connection import Connection
from typing import assert_never

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.cameras import second_reader
from gate.cameras.messages import (
    CameraReport,
    Command,
    FullPicture,
    PlateDetection,
    Preview,
    Report,
    SetReadingEnabled,
    SetSecondReaderThreshold,
    Shutdown,
    TrackLost,
)
from gate.cameras.settings import WorkerSettings
from gate.cameras.wakeup import WakeUpEvent
from gate.logs import output as logs
from hardware.cameras.camera import Camera, Frame
from hardware.clock import SystemClock
from recognition import motion, plate_tracks, tracking
from recognition.arrivals import PlateStay
from recognition.pipeline import PlateReader
from recognition.reading import Reading
from recognition.rectify import shrunk_to, upright
from registry.rules.plates import is_usual

Image = NDArray[np.uint8]

PREVIEW_EVERY = 0.25
PREVIEW_STILL_EVERY = 1.0
"""Seconds between small pictures while nothing moves: the first that moves is sent at once."""
REPORT_EVERY = 0.5
FRAME_EVERY = 1.0
"""Seconds between whole pictures of one track; the first one is always sent."""
STILL_FPS = 5.0
"""Pictures a second that are looked at while nothing moves: converting them is what rest costs."""
STILL_READ_EVERY = 30.0
"""Seconds between two readings while nothing moves: who stands there is to be known beforehand."""
INTERRUPTED_AFTER = 1.5
"""Seconds between two pictures after which nobody knows who came or left meanwhile."""
HUNG_AFTER = 15.0
"""Seconds for which a decoder may be away; opening a stream and asking why it failed take 12."""
NAP = 0.1
"""Seconds after which to look round, where neither a picture nor a word from the gate came."""


def watch(pipe: Connection, settings: WorkerSettings) -> None:
    """Run the worker until the gate says so or goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure(os.environ, lane=settings.lane)
    cv2.setNumThreads(1)
    worker = _CameraWorker(pipe, settings)
    worker.run()


class _CameraWorker:
    def __init__(self, pipe: Connection, settings: WorkerSettings) -> None:
        self._pipe, self._settings, self._clock = pipe, settings, SystemClock()
        self._bell = WakeUpEvent()
        self._camera = Camera(settings.camera, self._clock, came=self._bell.ring)
        # Ids of this process are greater than those of any process before it on this machine.
        self._tracks = plate_tracks.started(int(self._clock.monotonic() * 1000))
        self._read_at = -inf
        self._motion, self._change = motion.Motion(), motion.PictureChange()
        self._looking = False
        self._open = True
        self._sent_frame: dict[int, float] = {}
        self._previewed = self._reported = 0.0

    def run(self) -> None:
        self._camera.start()
        number = -1
        try:
            self._report()
            reader = self._reader()
            while self._open and not self._hung():
                self._obey(reader)
                self._report_if_due()
                frame = self._camera.latest()
                if frame is None or frame.number == number:
                    self._bell.wait(self._pipe, NAP)
                    continue
                number = frame.number
                self._see(frame, reader)
        except (EOFError, OSError):
            logging.getLogger(__name__).info("the gate went away")
        finally:
            self._camera.stop(timeout=1.0)
            self._pipe.close()

    def _reader(self) -> PlateReader:
        """The lane's networks; the second reader joins them as soon as it is loaded."""
        reader = PlateReader.default(threads=self._settings.threads, plausible=is_usual)
        ask_below = self._settings.ask_below
        if ask_below is not None:
            reader.settings = replace(reader.settings, ask_below=ask_below)
            second_reader.load_behind(partial(setattr, reader, "second"), self._settings.threads)
        return reader

    def _hung(self) -> bool:
        """The capture thread is stuck inside the decoder: only a new process helps."""
        return self._camera.health().inside > HUNG_AFTER

    def _obey(self, reader: PlateReader) -> None:
        while self._pipe.poll():
            command: Command = self._pipe.recv()
            match command:
                case SetReadingEnabled(on):
                    if on and not self._looking:
                        self._camera.pace()
                        self._snapshot()
                    self._looking = on
                case SetSecondReaderThreshold(below):
                    reader.settings = replace(reader.settings, ask_below=below)
                case Shutdown():
                    self._open = False
                case _:
                    assert_never(command)

    def _say(self, report: Report) -> None:
        self._pipe.send(report)

    def _see(self, frame: Frame, reader: PlateReader) -> None:
        if frame.taken - self._tracks.seen_at > INTERRUPTED_AFTER:
            self._take(plate_tracks.interrupted(self._tracks, frame.taken), frame.taken)
            self._read_at = -inf
        small = motion.shrunk(frame.image)
        self._motion = motion.watch(self._motion, small)
        self._change = motion.change(self._change, small, frame.taken)
        busy = self._motion.moving or self._looking
        self._camera.pace(inf if busy else STILL_FPS)
        self._preview(frame, PREVIEW_EVERY if busy else PREVIEW_STILL_EVERY)
        if not busy and frame.taken - self._read_at < STILL_READ_EVERY:
            self._take(plate_tracks.rest(self._tracks, frame.taken), frame.taken)
            return
        self._read_at = frame.taken
        began = self._clock.monotonic()
        readings = reader.read(frame.image)
        ended = self._clock.monotonic()
        millis = {
            "frame_to_reader": (began - frame.taken) * 1000,
            "read": (ended - began) * 1000,
        }
        self._follow(frame, readings, millis)

    def _take(self, followed: plate_tracks.Followed, at: float) -> None:
        self._tracks = followed.state
        for track in followed.ended:
            self._sent_frame.pop(track.id, None)
            self._say(TrackLost(track.id, at))

    def _follow(
        self, frame: Frame, readings: tuple[Reading, ...], millis: dict[str, float]
    ) -> None:
        seen = plate_tracks.follow(self._tracks, frame.image, readings, frame.taken)
        self._take(seen, frame.taken)
        parked = {track.id for track in seen.state.tracking.tracks if track.parked}
        for track_id, reading, stay in zip(seen.joined, readings, seen.stays, strict=True):
            if track_id not in parked or self._looking:
                self._say(self._sighting(track_id, reading, frame, millis, stay))

    def _sighting(
        self, track: int, reading: Reading, frame: Frame, millis: dict[str, float], stay: PlateStay
    ) -> PlateDetection:
        due = frame.taken - self._sent_frame.get(track, -FRAME_EVERY) >= FRAME_EVERY
        if due:
            self._sent_frame[track] = frame.taken
        return PlateDetection(
            track=track,
            reading=reading,
            number=frame.number,
            taken=frame.taken,
            width=tracking.spot_of(reading.box)[2],
            frame=self._jpeg(frame.image) if due else b"",
            plate=self._jpeg(_cut_out(frame.image, reading)),
            millis=millis,
            stay=stay,
        )

    def _snapshot(self) -> None:
        frame = self._camera.latest()
        if frame is not None:
            self._say(FullPicture(self._jpeg(frame.image), frame.taken))

    def _preview(self, frame: Frame, every: float) -> None:
        if frame.taken - self._previewed < every:
            return
        self._previewed = frame.taken
        small = shrunk_to(frame.image, plate_tracks.WIDTH)
        self._tracks = plate_tracks.remember(self._tracks, small, frame.taken)
        self._say(Preview(self._jpeg(small), frame.taken))

    def _jpeg(self, image: Image) -> bytes:
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._settings.jpeg_quality]
        done, data = cv2.imencode(".jpg", image, quality)
        return bytes(data) if done else b""

    def _report_if_due(self) -> None:
        if self._clock.monotonic() - self._reported >= REPORT_EVERY:
            self._report()

    def _report(self) -> None:
        self._reported = self._clock.monotonic()
        health = self._camera.health()
        why = health.why.value if health.why else ""
        age = health.last_frame_age
        changed = self._change.at if self._change.small is not None else None
        self._say(CameraReport(health.state.value, why, health.fps, age, changed))


def _cut_out(image: Image, reading: Reading) -> Image:
    """Return the plate warped upright, large enough for a person's workers."""
    width, height = (220, 110) if reading.two_lines else (264, 84)
    return upright(image, np.array(reading.box.corners, np.float32), width, height)
