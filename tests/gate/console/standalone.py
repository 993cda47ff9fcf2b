"""`python -m tests.gate.console.standalone FOLDER PORT`: a sample site's pages until stdin closes.

A process of its own, so that a test may end it and start it again.
"""

import sys
import threading
from pathlib import Path

import uvicorn

from tests.gate.console.sample_site import sample_site
from tests.gate.console.serving import application


def main(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    with sample_site(folder) as site:
        app, _ = application(site)
        config = uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        threading.Thread(target=_end_with_stdin, args=[server], daemon=True).start()
        server.run()


def _end_with_stdin(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
