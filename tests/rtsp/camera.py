"""A real RTSP camera for a test: `with RtspCamera() as camera: … camera.url …`.

The server is tests/rtsp/server.py in a process of its own, under the system's Python. It is told
what to show, hung, killed and started again on the same port, as a camera is.
"""

import json
import os
import queue
import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

CELL, BITS = 16, 32  # As in server.py.
SERVER = Path(__file__).with_name("server.py")
PYTHON = "/usr/bin/python3"
REMEDY = "GStreamer's RTSP server is not installed: run `sh tests/rtsp.sh` (see there)"


def told_time(image: NDArray[np.uint8], now: float) -> float:
    """Return the monotonic second that is drawn in a picture with the pattern "time"."""
    cells = image[:CELL, : CELL * BITS].mean(axis=2).reshape(CELL, BITS, CELL).mean(axis=(0, 2))
    millis = sum(int(level > 128) << bit for bit, level in enumerate(cells))
    turn = 1 << BITS
    turns = round((now * 1000 - millis) / turn)
    return (millis + turns * turn) / 1000


class RtspCamera:
    """One camera. size: (width, height); gop: pictures from one key frame to the next, 0 for
    two seconds; user, password: "" lets everybody in.
    """

    def __init__(
        self,
        *,
        origin: str = "",
        pattern: str = "ball",
        size: tuple[int, int] = (640, 360),
        fps: int = 10,
        gop: int = 0,
        kbps: int = 2000,
        user: str = "",
        password: str = "",
        scheme: str = "digest",
    ) -> None:
        self._options = {
            "from": origin,
            "pattern": pattern,
            "width": size[0],
            "height": size[1],
            "fps": fps,
            "gop": gop or 2 * fps,
            "kbps": kbps,
            "user": user,
            "password": password,
            "scheme": scheme,
        }
        self._user, self._password = user, password
        self.port = 0
        self.path = ""
        self.clients = 0
        self._said: queue.Queue[dict[str, object]] = queue.Queue()
        self._child: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address with the right credentials."""
        return self.url_for(self._user, self._password)

    def url_for(self, user: str, password: str) -> str:
        """Address with these credentials, or none."""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        return f"rtsp://{who}127.0.0.1:{self.port}{self.path}"

    def start(self) -> None:
        """Serve; again on the port it had. Raises AssertionError where it cannot be run."""
        options = {**self._options, "port": self.port}
        words = [f"--{key}={value}" for key, value in options.items()]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._child = subprocess.Popen(
            [PYTHON, str(SERVER), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._said = queue.Queue()
        arguments = (self._child, self._said)
        self._reader = threading.Thread(target=self._listen, args=arguments, daemon=True)
        self._reader.start()
        said = self._said.get(timeout=30.0)
        assert "port" in said, REMEDY
        self.port, self.path = int(str(said["port"])), str(said["path"])

    def tell(self, mode: str) -> None:
        """Show `live`, `frozen`, `black`, `white`, `garbage`, or send nothing: `silent`."""
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(f"{mode}\n")
        self._child.stdin.flush()
        assert self._said.get(timeout=10.0) == {"mode": mode}

    def hang(self) -> None:
        """Stop the process: its connections stay open and nothing comes, as with a cut cable."""
        assert self._child is not None
        self._child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a hung process go on."""
        assert self._child is not None
        self._child.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Take its power away."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        assert self._reader is not None
        self._reader.join(5.0)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _listen(
        self, child: subprocess.Popen[str], heard: "queue.Queue[dict[str, object]]"
    ) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            said = json.loads(line)
            if "client" in said:
                self.clients += 1
            else:
                heard.put(said)
        heard.put({})
