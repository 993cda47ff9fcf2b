"""The site's process as the demo starts and ends it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Places = Mapping[str, Mapping[str, str]]
_START_S, _END_S = 30.0, 4.0


class DemoError(Exception):
    """The demo cannot run on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SiteProcess:
    """A running site and where its devices are: lane -> {"board", "camera", "control"}."""

    child: subprocess.Popen[str]
    places: Places

    def stop(self) -> int:
        """End it, by force after a few seconds; return its exit status."""
        if self.child.stdin is not None and not self.child.stdin.closed:
            self.child.stdin.close()
        try:
            status = self.child.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            status = self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()
        return status


def start_site(folder: Path, roster: Path, truth: Path, *options: str) -> SiteProcess:
    """Start the site. folder: a short path for links and sockets; truth: its log.

    The child is in a session of its own, so that Ctrl-C ends the gate first. Raises DemoError.
    """
    command: Sequence[str] = (
        *(sys.executable, "-m", "gate.demo.site", "--folder", str(folder)),
        *("--roster", str(roster), "--truth", str(truth), *options),
    )
    child = subprocess.Popen(  # noqa: S603 - our own module with our own arguments
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    line = child.stdout.readline() if child.stdout is not None else ""
    try:
        places: Places = json.loads(line)
    except json.JSONDecodeError as error:
        child.kill()
        child.wait()
        raise DemoError(f"the demo site did not start (it said {line!r})") from error
    return SiteProcess(child, places)
