"""A file that takes for ever hinders nobody: the pages answer, and the service stops when told."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.gate.console.browsing import log_in, open_context, settle
from tests.gate.console.sample_site import fill
from tests.registry.spreadsheets.reading.packages import good_sheet, xlsx

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

NAP_S = 0.005
WITHIN_S = 40
"""Less than the minute that a file may take, on a slow machine."""


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=WITHIN_S) as answer:
            return answer.status == 200
    except OSError:
        return False


def eventually(happens: Callable[[], bool], what: str) -> None:
    for _ in range(int(WITHIN_S / NAP_S)):
        if happens():
            return
        time.sleep(NAP_S)
    raise AssertionError(what)


def reader_of(parent: int) -> int | None:
    """The process in which that one has a file read."""
    for entry in Path("/proc").iterdir():
        try:
            stat, command = (entry / "stat").read_text(), (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        is_child = int(stat.rpartition(")")[2].split()[1]) == parent
        if is_child and b"registry.spreadsheets.reading.child" in command:
            return int(entry.name)
    return None


def test_the_pages_answer_and_stop_while_a_file_is_read(browser: Browser, tmp_path: Path) -> None:
    fill(tmp_path, days=1, per_day=5)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.gate.console.standalone", str(tmp_path), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as service:
        try:
            eventually(lambda: answers(f"{url}/healthz"), "the pages did not start")
            page = open_context(browser, url).new_page()
            log_in(page, url, "manager")
            page.goto(f"{url}/import")
            settle(page)
            file = {"name": "a.xlsx", "mimeType": "", "buffer": xlsx({"a": good_sheet()})}
            page.locator("input[type=file]").set_input_files(files=file)  # type: ignore[arg-type]
            found: list[int] = []

            def reads() -> bool:
                pid = reader_of(service.pid)
                found.extend([pid] if pid else [])
                return bool(found)

            eventually(reads, "nobody reads the file")
            os.kill(found[0], signal.SIGSTOP)
            page.get_by_role("status").wait_for()
            assert answers(f"{url}/healthz")
            assert service.stdin is not None
            service.stdin.close()
            assert service.wait(WITHIN_S) == 0
            assert not Path(f"/proc/{found[0]}").exists()
        finally:
            service.kill()
            page.context.close()
