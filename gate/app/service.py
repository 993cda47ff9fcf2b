"""`gate run`: the service from start to stop.

A configuration that cannot work stops it before anything moves, with a line for each fault. SIGTERM
and Ctrl-C end it within five seconds, relays released. systemd is told when it is ready and, where
a watchdog is set, that it lives.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from gate.app.clock import SystemClock
from gate.app.stations import board_settings
from gate.domain.errors import GateError
from gate.logs import output as logs
from gate.settings.config import Config, ConfigError, ConfigFault, load
from gate.web.certificates import certificate_faults, run_out
from gate.web.connections import Connections, Listener, Patience
from gate.web.descriptors import for_the_web, raise_limit
from gate.web.proxies import known
from hardware.boards.port_names import check_ports, list_serial_ports
from hardware.errors import HardwareError

if TYPE_CHECKING:
    from gate.app.wiring import Application

BACKLOG = 128
_log = logging.getLogger(__name__)


def run_site(path: Path) -> int:
    """Run the gate of this configuration until it is told to stop. Raises ConfigError."""
    logs.configure(os.environ)
    config = load(path)
    if faults := (*missing_ports(config), *certificate_faults(config.web)):
        raise ConfigError(faults)
    if ended := run_out(config.web, SystemClock().now().utc):
        _log.warning("web.tls_certificate: it ran out on %s; browsers warn: renew it", ended.date())
    return serve(config, path)


def serve(config: Config, path: Path | None = None) -> int:
    """Build and start everything, answer requests, stop everything. path: of the configuration."""
    from gate.app.wiring import Application

    # uvicorn raises the signal again once it has stopped: by default SIGTERM would then end the
    # process before the relays are released.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        listener = _listen(config)
        others = _connections(config)
        application = Application(config, path)
    except (GateError, HardwareError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    alive = _Alive(application.lanes_live)
    application.start()
    try:
        server = _server(application, others)
        listener.others = others
        alive.start()
        _greet(application, listener)
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        _log.info("told to stop")
    finally:
        alive.stop()
        application.stop()
    return 0


def _connections(config: Config) -> Connections:
    """Return the web's connections: as many as leave descriptors for the lanes."""
    patience = Patience()
    most = for_the_web(raise_limit(), patience.most)
    patience = replace(patience, most=most, per_address=min(patience.per_address, most // 2))
    return Connections(patience, known(_proxies(config)))


def _proxies(config: Config) -> list[str]:
    """Return the proxies of the configuration, and those of the environment as uvicorn names them.

    An asterisk there is not obeyed: whoever is believed chooses the address that tries count by.
    """
    named = os.environ.get("FORWARDED_ALLOW_IPS", "").split(",")
    return [*config.web.proxies, *(one.strip() for one in named if one.strip(" *"))]


def _server(application: "Application", others: Connections) -> uvicorn.Server:
    """Load the web, which no lane waits for."""
    from gate.app.wiring_http import web_of
    from gate.web.deadlines import protocol

    web = application.config.web
    return uvicorn.Server(
        uvicorn.Config(
            web_of(application),
            log_level="warning",
            log_config=None,  # Its lines go the way of all others (gate.logs).
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            backlog=BACKLOG,
            # uvloop takes connections by itself, uncounted.
            loop="asyncio",
            http=protocol(others),
            forwarded_allow_ips=_proxies(application.config),
            ssl_certfile=web.tls_certificate,
            ssl_keyfile=web.tls_key,
        )
    )


def _greet(application: "Application", listener: socket.socket) -> None:
    config = application.config
    scheme = "https" if config.web.tls_certificate else "http"
    host, port = listener.getsockname()[:2]
    print(f"gate: {config.site.name}: {scheme}://{host}:{port}/", flush=True)
    if named := config.from_environment.values():
        print(f"gate: from the environment, before the file: {', '.join(named)}", flush=True)
    if given := application.settings.given:
        print(f"gate: changed on the page, before the file: {', '.join(given)}", flush=True)


def missing_ports(config: Config) -> Iterator[ConfigFault]:
    """Find boards and signs whose serial port is not there, or is not surely the right one."""
    ports = [(f"boards.{name}.url", board.url) for name, board in config.boards.items()]
    for lane, settings in config.lanes.items():
        for key, output in (("sign", settings.sign), ("voice", settings.voice)):
            if output is not None:
                ports.append((f"lanes.{lane}.{key}.url", output.url))
    for key, url in ports:
        if url.startswith("/") and not Path(url).exists():
            yield ConfigFault(key, f"{url} does not exist; {_there()}")
    boards = [board_settings(name, board, {}) for name, board in config.boards.items()]
    for finding in check_ports(boards, list_serial_ports()):
        if finding.refuse:
            yield ConfigFault("boards", f"{finding.place}: {finding.remedy}")


def _there() -> str:
    folder = Path("/dev/serial/by-path")
    ports = sorted(map(str, folder.iterdir())) if folder.is_dir() else []
    if not ports:
        return "no serial port is plugged in: check the cable and the board's power"
    return f"plugged in are: {', '.join(ports)}"


def _listen(config: Config) -> Listener:
    """Take the port before anything is started, so that a taken one costs nothing."""
    family = socket.AF_INET6 if ":" in config.web.host else socket.AF_INET
    listener = Listener(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.web.host, config.web.port))
    except OSError as error:
        listener.close()
        remedy = "is another gate running? choose another web.port"
        message = f"web.port: {config.web.host}:{config.web.port}: {error.strerror}; {remedy}"
        raise OSError(message) from error
    listener.listen(BACKLOG)
    return listener


class _Alive:
    """Tells systemd that the service is ready, and that it lives, while the lanes do."""

    def __init__(self, live: Callable[[], bool]) -> None:
        self._live, self._ended = live, threading.Event()
        self._thread = threading.Thread(target=self._run, name="alive", daemon=True)

    def start(self) -> None:
        _tell_systemd("READY=1")
        self._thread.start()

    def stop(self) -> None:
        _tell_systemd("STOPPING=1")
        self._ended.set()

    def _run(self) -> None:
        every = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6 / 2
        while every and not self._ended.wait(every):
            if self._live():
                _tell_systemd("WATCHDOG=1")


def _tell_systemd(word: str) -> None:
    """Write to the notify socket (sd_notify(3)); nothing where there is none."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        try:
            notify.sendto(word.encode(), address)
        except OSError as error:
            _log.warning("systemd does not listen: %s", error)
