"""Watch a camera that draws its time, in a process of its own: python -m tests.rtsp.watcher URL S.

For every new picture one line of JSON: how old it truly is, and how old it is told to be, seconds.
"""

import json
import sys

from hardware.cameras.camera import Camera, CameraSettings
from hardware.clock import SystemClock
from tests.rtsp.camera import told_time


def main(url: str, seconds: float) -> None:
    """Watch for so many seconds."""
    clock = SystemClock()
    camera = Camera(CameraSettings("south", url, fps=25.0), clock)
    camera.start()
    until, number = clock.monotonic() + seconds, 0
    while clock.monotonic() < until:
        frame = camera.latest()
        if frame is None or frame.number == number:
            clock.sleep(0.01)
            continue
        number, now = frame.number, clock.monotonic()
        true = now - told_time(frame.image, now)
        print(json.dumps([round(true, 3), round(now - frame.taken, 3)]), flush=True)
    camera.stop(5.0)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
