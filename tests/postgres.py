"""A PostgreSQL server of the tests' own: a temporary folder, loopback only, gone at the end.

initdb refuses to run as root: there it runs as the user `postgres` that the system's package makes,
elsewhere as whoever runs the tests. Durability is off, for nothing here must survive a power cut.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
START_TRIES = 300
_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "unix_socket_directories=")


@dataclass
class Server:
    """A running server. Each test gets a database of its own."""

    port: int
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://gate@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        name = f"gate_{next(self.numbers)}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        engine.dispose()
        return self.url(name)


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server for the length of the block."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="gate-postgres-"))
    owner = _owner()
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, port = folder / "data", _free_port()
        _run(owner, programs / "initdb", "-D", data, "-U", "gate", "-A", "trust", "--no-sync")
        settings = [part for one in _FAST for part in ("-c", one)]
        listen = ["-c", "listen_addresses=127.0.0.1", "-p", str(port)]
        command = [str(programs / "postgres"), "-D", str(data), *listen, *settings]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stderr=log, stdout=log, **_as(owner))
            try:
                made = Server(port)
                _wait(made, server, folder / "log")
                yield made
            finally:
                server.send_signal(signal.SIGINT)  # A fast shutdown: waits for no client.
                server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(made: Server, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(made.url("postgres"), connect_args={"connect_timeout": 2})
    for _ in range(START_TRIES):
        if server.poll() is not None:
            break
        try:
            engine.connect().close()
        except OperationalError:
            # The server says when it is up by answering; there is no other sign of it.
            subprocess.run(["sleep", "0.1"], check=True)
        else:
            engine.dispose()
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _programs() -> Path:
    if found := shutil.which("initdb"):
        return Path(found).parent
    for place in PLACES:
        folders = sorted(Path("/").glob(place.removeprefix("/")))
        if folders:
            return folders[-1]
    raise RuntimeError("the tests need PostgreSQL's programs: run tests/database.sh")


def _owner() -> pwd.struct_passwd | None:
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _as(owner: pwd.struct_passwd | None) -> dict[str, object]:
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}


def _run(owner: pwd.struct_passwd | None, *command: object) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True, **_as(owner))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
