"""An emulated barrier: its controller's contacts, the arm's travel, limit switches, its own safety.

Written from the hardware facts, section 2.1 (what a pulse does at each moment); shares no code with
the machine that commands it. Pure: time is given from outside. It keeps count of what must never
happen: an arm that comes down on somebody, two contacts energised together.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["ArmKind", "Contact", "EmulatedArm"]


class ArmKind(StrEnum):
    """What the controller makes of its contacts."""

    SEPARATE = "separate"
    SELF_CLOSING = "self_closing"
    ONE_BUTTON = "one_button"


class Contact(StrEnum):
    """The controller's terminals. A one-button controller has RAISE only."""

    RAISE = "raise"
    LOWER = "lower"
    STOP = "stop"


_UP, _DOWN, _STILL = 1, -1, 0


@dataclass(slots=True)
class EmulatedArm:
    """One arm. `angle` is 0.0 down to 1.0 up; `travel` seconds from end to end.

    own_safety: the controller reverses a falling arm when `occupied`. self_close: seconds at the
    top, with nobody under the arm, until a self-closing arm comes down. jammed: it does not move.
    hits: how often it came down onto somebody; together: how often two contacts were energised at
    the same time.
    """

    kind: ArmKind = ArmKind.SEPARATE
    travel: float = 1.5
    self_close: float = 3.0
    own_safety: bool = False
    jammed: bool = False
    angle: float = 0.0
    occupied: bool = False
    hits: int = 0
    together: int = 0
    raises: int = 0
    lowers: int = 0
    _direction: int = _STILL
    _last_direction: int = _DOWN
    _at: float | None = None
    _top_since: float | None = None
    _energised: set[Contact] = field(default_factory=set)
    _hitting: bool = False

    @property
    def is_up(self) -> bool:
        """The up switch."""
        return self.angle >= 0.999

    @property
    def is_down(self) -> bool:
        """The down switch."""
        return self.angle <= 0.001

    @property
    def moving(self) -> int:
        """1 going up, -1 coming down, 0 still."""
        return self._direction

    def contact(self, contact: Contact, energised: bool, now: float) -> None:
        """Energise or release one contact; a controller acts when it is energised."""
        self.advance(now)
        if not energised:
            self._energised.discard(contact)
            return
        self._energised.add(contact)
        self.together += len(self._energised) > 1
        if contact is Contact.STOP:
            self._turn(_STILL)
        elif self.kind is ArmKind.ONE_BUTTON:
            self._press()
        elif contact is Contact.RAISE:
            self._turn(_UP)
        elif self.kind is ArmKind.SEPARATE:
            self._turn(_DOWN)

    def push(self, angle: float, now: float) -> None:
        """Move the arm by hand, or with another remote control."""
        self.advance(now)
        self._turn(_STILL)
        self.angle = angle

    def advance(self, now: float) -> None:
        """Let time pass up to `now`."""
        elapsed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        if not self.jammed:
            self.angle = min(1.0, max(0.0, self.angle + self._direction * elapsed / self.travel))
        if (self._direction == _UP and self.is_up) or (self._direction == _DOWN and self.is_down):
            self._direction = _STILL
        self._own_rules(now)
        self._count_hits()

    def _own_rules(self, now: float) -> None:
        if self._direction == _DOWN and self.occupied and self.own_safety:
            self._turn(_UP)
        # The time at the top starts anew while somebody is under the arm or the contact is held.
        if not self.is_up or self.occupied or self._energised:
            self._top_since = None
        elif self._top_since is None:
            self._top_since = now
        elif self.kind is ArmKind.SELF_CLOSING and now - self._top_since >= self.self_close:
            self._turn(_DOWN)

    def _count_hits(self) -> None:
        hitting = self._direction == _DOWN and self.occupied and not self.jammed
        # It is a hit once the arm is well on its way down: an arm that is turned back at the top
        # has touched nobody.
        hitting = hitting and self.angle < 0.6
        self.hits += hitting and not self._hitting
        self._hitting = hitting

    def _press(self) -> None:
        """Step up, stop, down, stop; a falling arm goes up again (FAAC E045, logic A)."""
        if self._direction == _UP:
            self._turn(_STILL)
        elif self._direction == _DOWN:
            self._turn(_UP)
        else:
            self._turn(_DOWN if self._last_direction == _UP and not self.is_down else _UP)

    def _turn(self, direction: int) -> None:
        if direction != _STILL:
            self._last_direction = direction
            self.raises += direction == _UP
            self.lowers += direction == _DOWN
        self._direction = direction
