"""Which serial ports this machine has, and whether the configured names can mean only one of each.

USB adapters without a serial number (CH340: every LCUS board) share one name under
/dev/serial/by-id: the one plugged in last has it, so two gates can swap. The names under
/dev/serial/by-path follow the socket instead. What is ambiguous is refused at the start.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from serial.tools import list_ports

from hardware.boards.board import BoardSettings
from hardware.errors import BoardError, Trouble

DEV = Path("/dev")


class Adapter(Protocol):
    """What the operating system says of a port (pyserial's ListPortInfo)."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    product: str | None


@dataclass(frozen=True, slots=True)
class PortListing:
    """One serial port. paths and ids: its names under /dev/serial, best to configure first."""

    device: str
    paths: tuple[str, ...]
    ids: tuple[str, ...]
    product: str
    usb: str | None
    serial_number: str | None

    @property
    def advised(self) -> str:
        """The name to put into the configuration."""
        return (*self.paths, *self.ids, self.device)[0]


class PortProblem(StrEnum):
    """What can be wrong with configured names."""

    SAME_NAME = "same_name"  # Two boards of the site are called alike.
    SAME_DEVICE = "same_device"  # Two names lead to one port.
    SHARED_ID = "shared_id"  # A by-id name that several adapters share.
    BY_NUMBER = "by_number"  # /dev/ttyUSB0: the number changes with the order of plugging.


@dataclass(frozen=True, slots=True)
class PortFinding:
    """One problem: where, and what to do. `refuse` is False for mere advice."""

    problem: PortProblem
    place: str
    remedy: str

    @property
    def refuse(self) -> bool:
        """Tell whether the program must not start with this."""
        return self.problem is not PortProblem.BY_NUMBER


def list_serial_ports(
    dev: Path = DEV, adapters: Callable[[], Iterable[Adapter]] = list_ports.comports
) -> tuple[PortListing, ...]:
    """Return the machine's serial ports in the order of their device names."""
    found = sorted(adapters(), key=lambda adapter: adapter.device)
    return tuple(_listing(dev, adapter) for adapter in found)


def _listing(dev: Path, adapter: Adapter) -> PortListing:
    usb = None if adapter.vid is None else f"{adapter.vid:04x}:{adapter.pid or 0:04x}"
    return PortListing(
        device=adapter.device,
        paths=_names(dev / "serial" / "by-path", adapter.device),
        ids=_names(dev / "serial" / "by-id", adapter.device),
        product=adapter.product or "",
        usb=usb,
        serial_number=adapter.serial_number,
    )


def _names(folder: Path, device: str) -> tuple[str, ...]:
    """Return the links in `folder` that lead to `device`, the shortest first."""
    if not folder.is_dir():
        return ()
    target = Path(device).resolve()
    links = [str(link) for link in folder.iterdir() if link.resolve() == target]
    return tuple(sorted(links, key=lambda name: (len(name), name)))


def check_ports(
    boards: Sequence[BoardSettings], listing: Sequence[PortListing]
) -> tuple[PortFinding, ...]:
    """Return what is wrong with the boards' names and ports, the gravest first."""
    findings = [
        *_same_names(boards),
        *_same_devices(boards),
        *_shared_ids(boards, listing),
        *_numbers(boards, listing),
    ]
    return tuple(sorted(findings, key=lambda finding: not finding.refuse))


def refuse_ambiguous(boards: Sequence[BoardSettings], listing: Sequence[PortListing]) -> None:
    """Raise BoardError(SETTINGS) for the first finding that forbids a start."""
    for finding in check_ports(boards, listing):
        if finding.refuse:
            raise BoardError(Trouble.SETTINGS, finding.place, finding.remedy)


def _same_names(boards: Sequence[BoardSettings]) -> list[PortFinding]:
    counts = Counter(board.name for board in boards if board.name)
    return [
        PortFinding(PortProblem.SAME_NAME, f"board {name}", f"{count} boards are called {name}")
        for name, count in counts.items()
        if count > 1
    ]


def _local(board: BoardSettings) -> Path | None:
    return None if "://" in board.url else Path(board.url)


def _same_devices(boards: Sequence[BoardSettings]) -> list[PortFinding]:
    findings = []
    seen: dict[Path, BoardSettings] = {}
    for board in boards:
        path = _local(board)
        if path is None:
            continue
        other = seen.setdefault(path.resolve(), board)
        # One URL for several boards is a bus, which hardware.boards.factory judges by their
        # addresses.
        if other.url != board.url:
            remedy = f"it is the same port as {other.place}; give each its own by-path name"
            findings.append(PortFinding(PortProblem.SAME_DEVICE, board.place, remedy))
    return findings


def _shared_ids(
    boards: Sequence[BoardSettings], listing: Sequence[PortListing]
) -> list[PortFinding]:
    kinds = Counter(_kind(port) for port in listing if _is_anonymous(port))
    findings = []
    for board in boards:
        port = _port_of(board, listing)
        if port is None or board.url not in port.ids or not _is_anonymous(port):
            continue
        if kinds[_kind(port)] > 1:
            names = ", ".join(
                twin.advised
                for twin in listing
                if _is_anonymous(twin) and _kind(twin) == _kind(port)
            )
            remedy = (
                f"{kinds[_kind(port)]} adapters share this name, so gates can swap; "
                f"configure one of {names}"
            )
            findings.append(PortFinding(PortProblem.SHARED_ID, board.place, remedy))
    return findings


def _numbers(boards: Sequence[BoardSettings], listing: Sequence[PortListing]) -> list[PortFinding]:
    findings = []
    for board in boards:
        port = _port_of(board, listing)
        if port is not None and board.url == port.device and port.advised != port.device:
            remedy = f"the number changes with the order of plugging; configure {port.advised}"
            findings.append(PortFinding(PortProblem.BY_NUMBER, board.place, remedy))
    return findings


def _port_of(board: BoardSettings, listing: Sequence[PortListing]) -> PortListing | None:
    path = _local(board)
    if path is None:
        return None
    target = path.resolve()
    return next((port for port in listing if Path(port.device).resolve() == target), None)


def _is_anonymous(port: PortListing) -> bool:
    return port.usb is not None and not port.serial_number


def _kind(port: PortListing) -> tuple[str | None, str]:
    return port.usb, port.product
