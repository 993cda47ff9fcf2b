"""Ports: what is listed, and which configured names are refused because gates could swap."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.boards.board import BoardProtocol, BoardSettings
from hardware.boards.port_names import PortProblem, check_ports, list_serial_ports, refuse_ambiguous
from hardware.errors import BoardError


@dataclass
class Plugged:
    """An adapter as the operating system would list it."""

    device: str
    vid: int | None = 0x1A86
    pid: int | None = 0x7523
    serial_number: str | None = None
    product: str | None = "USB Serial"


class Machine:
    """A folder that stands for /dev, with two CH340 adapters and one with a serial number."""

    def __init__(self, root: Path) -> None:
        self.dev = root
        for folder in ("by-path", "by-id"):
            (root / "serial" / folder).mkdir(parents=True)
        self.adapters = [
            self.plug("ttyUSB0", "usb-0:1.1", "usb-1a86_USB_Serial"),
            self.plug("ttyUSB1", "usb-0:1.2", None),
            self.plug("ttyUSB2", "usb-0:1.3", "usb-FTDI_A123", serial_number="A123"),
        ]

    def plug(self, node: str, path: str, by_id: str | None, **more: str) -> Plugged:
        device = self.dev / node
        device.touch()
        (self.dev / "serial" / "by-path" / path).symlink_to(device)
        if by_id:
            (self.dev / "serial" / "by-id" / by_id).symlink_to(device)
        return Plugged(str(device), **more)

    def name(self, *parts: str) -> str:
        return str(self.dev.joinpath(*parts))

    def check(self, *urls: str):
        listing = list_serial_ports(self.dev, lambda: self.adapters)
        boards = [board(url, f"gate {number}") for number, url in enumerate(urls)]
        return check_ports(boards, listing)


def board(url: str, name: str) -> BoardSettings:
    return BoardSettings(BoardProtocol.LCUS, url, name=name)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_ports_are_listed_with_the_name_to_configure(machine: Machine) -> None:
    first, second, third = list_serial_ports(machine.dev, lambda: machine.adapters)
    assert first.usb == "1a86:7523"
    assert first.advised == machine.name("serial", "by-path", "usb-0:1.1")
    assert second.ids == ()
    assert third.serial_number == "A123"


def test_names_by_path_are_fine(machine: Machine) -> None:
    assert (
        machine.check(
            machine.name("serial", "by-path", "usb-0:1.1"),
            machine.name("serial", "by-path", "usb-0:1.2"),
            "socket://10.0.0.9:4196",
        )
        == ()
    )


def test_a_name_that_two_adapters_share_is_refused_with_the_remedy(machine: Machine) -> None:
    shared = machine.name("serial", "by-id", "usb-1a86_USB_Serial")
    (finding,) = machine.check(shared)
    assert finding.problem is PortProblem.SHARED_ID
    assert finding.refuse
    assert "by-path/usb-0:1.1" in finding.remedy
    assert "by-path/usb-0:1.2" in finding.remedy
    assert "A123" not in finding.remedy


def test_a_name_with_a_serial_number_is_fine(machine: Machine) -> None:
    assert machine.check(machine.name("serial", "by-id", "usb-FTDI_A123")) == ()


def test_a_lone_adapter_may_go_by_its_id(machine: Machine) -> None:
    del machine.adapters[1]
    assert machine.check(machine.name("serial", "by-id", "usb-1a86_USB_Serial")) == ()


def test_two_names_of_one_port_are_refused(machine: Machine) -> None:
    by_path = machine.name("serial", "by-path", "usb-0:1.3")
    finding = machine.check(by_path, machine.name("serial", "by-id", "usb-FTDI_A123"))[0]
    assert finding.problem is PortProblem.SAME_DEVICE
    assert "gate 0" in finding.remedy


def test_a_number_is_advised_against_but_not_refused(machine: Machine) -> None:
    (finding,) = machine.check(machine.name("ttyUSB0"))
    assert finding.problem is PortProblem.BY_NUMBER
    assert not finding.refuse


def test_two_boards_called_alike_are_refused() -> None:
    twins = [board("/dev/a", "south"), board("/dev/b", "south")]
    with pytest.raises(BoardError, match="2 boards are called south"):
        refuse_ambiguous(twins, ())


def test_a_machine_without_ports_has_an_empty_list(tmp_path: Path) -> None:
    assert list_serial_ports(tmp_path, list) == ()
    refuse_ambiguous([board("/dev/a", "south")], ())
