"""Working an emulated device from outside: one line in, one line out.

    relays                      ok 01000000
    inputs                      ok 00000000
    input 3 on|off              ok
    fault NAME [ANSWERS]        ok        deaf silence late half noise checksum echo
    late SECONDS                ok        how late "fault late" is
    clear                       ok        no more faults
    unplug [power]              ok        "power" takes the device's power too
    plug [NAME]                 ok        back in, under another name where one is given
    unplug-after BYTES          ok        the plug comes out at that byte
    reset                       ok        power off and on
    reset-in-pulse MS           ok        so long after the next relay is energised
    show                        ok waveshare address 1 …

The lines come over a Unix socket (one thread per caller) or from anywhere else through `obey`.
"""

import socketserver
import threading
from pathlib import Path
from types import TracebackType

from hardware.emulators.device import EmulatedDevice
from hardware.emulators.faults import EmulatedFault


def obey(device: EmulatedDevice, line: str) -> str:
    """Do what a line says; return "ok …" or "error …"."""
    try:
        return _do(device, line.split())
    except (ValueError, IndexError) as error:
        return f"error {error}"


def _do(device: EmulatedDevice, words: list[str]) -> str:
    match words:
        case ["relays"]:
            return "ok " + "".join(str(int(on)) for on in device.relays)
        case ["inputs"]:
            return "ok " + "".join(str(int(level)) for level in device.model.levels)
        case ["show"]:
            return f"ok {device.model.show()}"
        case ["input", channel, ("on" | "off") as level]:
            device.set_input(int(channel), level == "on")
        case ["reset"]:
            device.reset()
        case ["unplug"]:
            device.unplug()
        case ["unplug", "power"]:
            device.unplug(power=False)
        case ["plug"]:
            device.plug()
        case ["plug", name]:
            device.plug(Path(name))
        case _:
            return _spoil(device, words)
    return "ok"


def _spoil(device: EmulatedDevice, words: list[str]) -> str:
    faults = device.faults
    match words:
        case ["fault", name]:
            faults.on(EmulatedFault(name))
        case ["fault", name, answers]:
            faults.on(EmulatedFault(name), int(answers))
        case ["late", seconds]:
            faults.late_s = float(seconds)
        case ["clear"]:
            faults.clear()
        case ["unplug-after", count]:
            faults.unplug_after = int(count)
        case ["reset-in-pulse", ms]:
            faults.reset_in_pulse_s = int(ms) / 1000
        case _:
            return f"error no such order: {' '.join(words)}"
    return "ok"


class ControlSocket:
    """A Unix socket at `path` that obeys. A context manager."""

    def __init__(self, device: EmulatedDevice, path: Path) -> None:
        class Caller(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(f"{obey(device, line.decode())}\n".encode())

        path.unlink(missing_ok=True)
        self._path = path
        self._server = socketserver.ThreadingUnixStreamServer(str(path), Caller)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> "ControlSocket":
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)
