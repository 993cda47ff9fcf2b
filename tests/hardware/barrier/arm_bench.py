"""A bench for one barrier: answers its orders as a good board would, and writes them down.

The oracle of the random lives looks on here too.
"""

from hardware.barrier import events as f
from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.machine import next_due, start, step
from hardware.barrier.model import AlarmKind, BarrierSettings, OrderId, OutcomeKind, OutcomeReason
from tests.hardware.barrier.arm_oracle import Oracle

__all__ = ["ArmBench"]

_SIGNALS = {True: Signal.ON, False: Signal.OFF, None: Signal.UNKNOWN}


class ArmBench:
    """One arm under test. Time moves in steps of 50 ms, as the station polls."""

    def __init__(self, settings: BarrierSettings) -> None:
        self.settings = settings
        self.barrier = start(settings)
        self.now = 1000.0
        self.orders: list[f.Order] = []
        self.sent_at: dict[OrderId, float] = {}
        self.answers = True
        self.oracle = Oracle(settings)

    def tell(self, fact: f.Fact) -> None:
        waiting = [fact]
        while waiting:
            told = waiting.pop(0)
            self.oracle.told(told, self.now)
            self.barrier, orders = step(self.barrier, told, self.now)
            self.oracle.judge(told, orders, self.barrier)
            self.orders += orders
            for order in orders:
                if self.answers and isinstance(order, f.Pulse):
                    self.sent_at[order.order_id] = self.now
                    waiting.append(f.PulseDone(order.order_id, confirmed=True))
                if self.answers and isinstance(order, f.Release):
                    waiting.append(f.ReleaseDone())

    def see(self, seconds: float = 0.05, ahead: float = 0.0, **signals: bool | None) -> None:
        """Read these inputs every 50 ms for a while; those not named are off."""
        end = self.now + seconds
        while self.now < end - 1e-6:
            self._pass(0.05)
            known = {"safety": False, "fire": False, "up": False, "down": False} | signals
            names = {"up": "arm_up", "down": "arm_down"}
            told = {InputName(names.get(k, k)): _SIGNALS[v] for k, v in known.items()}
            self.tell(f.Inputs(InputSnapshot(self.now + ahead, told)))

    def wait(self, seconds: float) -> None:
        """Let time pass without a read."""
        end = self.now + seconds
        while self.now < end - 1e-6:
            self._pass(0.05)
            self.tell(f.Tick())

    def quiet(self) -> None:
        """Let the dead time pass, with the inputs as they were."""
        for _ in range(4):
            self._pass(0.05)
            if self.barrier.snapshot is not None:
                self.tell(f.Inputs(InputSnapshot(self.now, self.barrier.snapshot.signals)))
            else:
                self.tell(f.Tick())

    def ask_raise(self, order: str, seconds: float = 5.0) -> None:
        self.tell(f.RaiseRequested(OrderId(order), self.now + seconds))

    def forget(self) -> None:
        self.orders.clear()

    def _pass(self, seconds: float) -> None:
        due = next_due(self.barrier)
        if due is not None and self.now < due < self.now + seconds:
            rest = self.now + seconds - due
            self.now = due
            self.tell(f.Tick())
            self.now += rest
        else:
            self.now += seconds

    @property
    def pulses(self) -> list[f.Pulse]:
        return [order for order in self.orders if isinstance(order, f.Pulse)]

    @property
    def releases(self) -> int:
        return sum(isinstance(order, f.Release) for order in self.orders)

    @property
    def alarms(self) -> list[AlarmKind]:
        return [order.kind for order in self.orders if isinstance(order, f.Alarm)]

    def outcome(self, order: str) -> tuple[OutcomeKind, OutcomeReason]:
        found = [o for o in self.orders if isinstance(o, f.Outcome) and o.order_id == order]
        assert len(found) == 1, f"{order}: {found}"
        return found[0].kind, found[0].why
