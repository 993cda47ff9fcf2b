"""An independent Modbus implementation at the other end, both ways: functions 01, 02, 05 and 0F.

pymodbus speaks RTU over TCP here, as a serial server would pass it on. It cannot take part in the
Waveshare flash: it reads any value of a coil write as a plain "on".
"""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from hardware.boards.codecs import modbus
from hardware.boards.modbus_session import ModbusLine
from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import TcpLine
from hardware.emulators.waveshare import WaveshareBoard
from hardware.wire.wire import Wire

COILS = [True, False, True, True, False, False, True, False]
INPUTS = [False, True, True, False, True, False, False, True]


class PeerServer:
    """A pymodbus RTU server with eight coils and eight inputs, in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.port = 0

    def __enter__(self) -> "PeerServer":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._start())
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _start(self) -> None:
        def bits(values: list[bool]) -> list[SimData]:
            return [SimData(0, values=values, datatype=DataType.BITS)]

        words = [SimData(0, values=[0] * 8, datatype=DataType.REGISTERS)]
        device = SimDevice(1, simdata=(bits(COILS), bits(INPUTS), words, words))
        self._server = ModbusTcpServer(device, framer=FramerType.RTU, address=("127.0.0.1", 0))
        await self._server.serve_forever(background=True)
        transport = self._server.transport
        self.port = transport.sockets[0].getsockname()[1]
        self._ready.set()


@pytest.fixture
def our_master() -> Iterator[ModbusLine]:
    with PeerServer() as peer:
        clock = SystemClock()
        wire = Wire(f"socket://127.0.0.1:{peer.port}", 9600, clock, gap_s=0.0)
        wire.open("test")
        yield ModbusLine(wire, clock, 2.0)
        wire.leave("test")


@pytest.fixture
def their_master() -> Iterator[tuple[ModbusTcpClient, EmulatedDevice]]:
    line = TcpLine("socket://127.0.0.1:0")
    with EmulatedDevice(WaveshareBoard(), line=line, baud=None) as device:
        port = int(line.url.rpartition(":")[2])
        client = ModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU, retries=0)
        assert client.connect()
        yield client, device
        client.close()


def test_the_peer_answers_our_reads(our_master: ModbusLine) -> None:
    assert modbus.bits(our_master.ask(modbus.read_coils(1, 0, 8)), 8) == tuple(COILS)
    assert modbus.bits(our_master.ask(modbus.read_inputs(1, 0, 8)), 8) == tuple(INPUTS)


def test_the_peer_takes_our_writes(our_master: ModbusLine) -> None:
    assert our_master.tell(modbus.write_coil(1, 1, modbus.ENERGISE)).confirmed
    assert our_master.tell(modbus.write_coil(1, 0, modbus.RELEASE)).confirmed
    changed = (False, True, *COILS[2:])
    assert modbus.bits(our_master.ask(modbus.read_coils(1, 0, 8)), 8) == changed
    assert our_master.tell(modbus.write_coils(1, 0, (False,) * 8)).confirmed
    assert modbus.bits(our_master.ask(modbus.read_coils(1, 0, 8)), 8) == (False,) * 8


def test_the_emulated_board_answers_the_peer(
    their_master: tuple[ModbusTcpClient, EmulatedDevice],
) -> None:
    client, device = their_master
    device.set_input(3, True)
    assert client.read_discrete_inputs(0, count=8, device_id=1).bits[:8] == [
        channel == 3 for channel in range(1, 9)
    ]
    assert not client.write_coil(1, True, device_id=1).isError()
    assert client.read_coils(0, count=8, device_id=1).bits[:8] == [
        channel == 2 for channel in range(1, 9)
    ]
    assert not client.write_coils(0, [True] * 8, device_id=1).isError()
    assert device.relays == (True,) * 8
    assert client.read_coils(0, count=99, device_id=1).isError()
