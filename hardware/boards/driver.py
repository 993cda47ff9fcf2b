"""The life of a relay board on its wire: link, pulses, releases, interlock. No protocol.

Rules, on top of those of hardware.boards.board:
- Nothing is sent to a board that has not been identified since its wire was last opened.
- A failed command is not repeated, except a release, which service() repeats until it is seen to
  work; after a reconnect all relays are released before anything else.
- A relay that may be energised counts as energised.
- Three questions in a row without a good answer mean that the link is down; a refusal is not one,
  except of the inputs: a board without them still moves the arm (hardware.station.station alarms).
- After every release and every pulse the relays are read; one that stays energised is `stuck`.
"""

from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import TypeVar

from hardware.boards.board import Ack, BoardSettings, Identity
from hardware.boards.energised import RETRY_S, EnergisedRelays
from hardware.boards.protocol import Dialect, Identification
from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.wire.wire import Wire

FIRST_RETRY_S = 0.25
LAST_RETRY_S = 5.0
MISSES = 3
CONNECT_TRIES = 3
INSPECT_S = 60.0
PULSE_MARGIN_S = 0.2
"""How long past its time a board may hold a pulse that it times itself: its unit and its answer."""
PROVE_S = 0.06
DEAF_S = 5.0
TOUCH_S = 1.0
"""How often an idle port is looked at: an unplugged adapter shows without a byte being sent."""
ALIVE_S = 10.0
"""How often an idle board is asked; a question occupies an LCUS wire for 75 ms."""
LINK_ENDS = frozenset({Trouble.LOST, Trouble.LINKAGE, Trouble.SETTINGS})
LOST_ANSWERS = frozenset({Trouble.SILENT, Trouble.BAD_REPLY})
MISS_KINDS = LOST_ANSWERS | {Trouble.REFUSED}

T = TypeVar("T")


class Driver:
    """A RelayBoard: a dialect on a wire."""

    def __init__(
        self, settings: BoardSettings, dialect: Dialect, wire: Wire, clock: Clock, user: str
    ) -> None:
        self.place = settings.place
        self.identity: Identity | None = None
        self.trouble: BoardError | None = self._error(Trouble.LOST, "not connected yet")
        self._settings = settings
        self._dialect = dialect
        self._wire = wire
        self._clock = clock
        self._user = user
        self._holding = EnergisedRelays(settings.interlock)
        self._wanted = False
        self._generation = 0
        self._misses = 0
        self._delay = FIRST_RETRY_S
        self._retry_at = 0.0
        self._inspect_at = self._alive_at = self._touch_at = self._watch_at = 0.0

    @property
    def channels(self) -> int:
        """Number of relays."""
        return self._dialect.relays

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return self._dialect.inputs

    @property
    def stuck(self) -> frozenset[int]:
        """See RelayBoard.stuck."""
        return self._holding.stuck

    def connect(self) -> Identity:
        """See RelayBoard.connect."""
        self._wanted = True
        self._delay = FIRST_RETRY_S
        return self._link(CONNECT_TRIES)

    def close(self) -> None:
        """See RelayBoard.close."""
        if self.trouble is None:
            with suppress(BoardError):
                self._dialect.release_all()
        self._wanted = False
        self._down(self._error(Trouble.LOST, "closed"))
        self._wire.leave(self._user)

    def pulse(self, channel: int, ms: int, before: float = inf) -> Ack:
        """See RelayBoard.pulse."""
        self._check_order(channel, ms)
        self._require_link()
        self._refuse_rivals(channel)
        self._holding.energised(channel)
        try:
            return self._do(lambda: self._dialect.energise(channel, ms, before))
        except BoardError:
            # Nobody knows whether it moved: a board without a timer is told to let go at once.
            ms = ms if self._dialect.timed else 0
            raise
        finally:
            self._plan_end(channel, ms)

    def release(self, channel: int) -> Ack:
        """See RelayBoard.release."""
        self._check_channel(channel)
        self._holding.release_at(channel, self._clock.monotonic())
        self._require_link()
        return self._release(channel)

    def release_all(self) -> Ack:
        """See RelayBoard.release_all."""
        now = self._clock.monotonic()
        for channel in self._holding.may_be_energised(now):
            self._holding.release_at(channel, now)
        self._require_link()
        ack = self._do(self._dialect.release_all)
        for channel in range(1, self.channels + 1):
            self._note_release(channel, ack)
        return ack

    def read_inputs(self) -> tuple[bool, ...]:
        """See RelayBoard.read_inputs."""
        self._require_link()
        return self._do(self._dialect.read_inputs, MISS_KINDS - {Trouble.REFUSED})

    def read_relays(self) -> tuple[bool, ...] | None:
        """See RelayBoard.read_relays."""
        self._require_link()
        return self._do(self._dialect.read_relays)

    def service(self) -> float | None:
        """See RelayBoard.service."""
        if not self._wanted:
            return None
        with suppress(BoardError):
            self._require_link()
            self._release_due()
            self._prove(self._holding.to_prove(self._clock.monotonic()))
            self._look_after()
        if self.trouble is not None:
            self._reconnect_if_due()
        return self._until_next()

    def _link(self, tries: int) -> Identity:
        """Open, identify, release. On any failure the link stays down."""
        try:
            self._wire.open(self._user)
            identification = self._dialect.identify(tries)
            self._dialect.release_all()
            self._expect_released()
        except BoardError as error:
            raise self._down(error) from error
        self._generation = self._wire.generation
        self._misses = 0
        self._delay = FIRST_RETRY_S
        now = self._clock.monotonic()
        self._touch_at = now + TOUCH_S
        self._inspect_at = now + INSPECT_S
        self._alive_at = self._watch_at = now + ALIVE_S
        self._holding.clear()
        self.trouble = None
        self.identity = self._identity(identification)
        return self.identity

    def _identity(self, identification: Identification) -> Identity:
        return Identity(
            protocol=self._settings.protocol,
            address=identification.address,
            relays=self.channels,
            inputs=self.inputs,
            confirmed=identification.confirmed,
            version=identification.version,
            findings=identification.findings,
        )

    def _expect_released(self) -> None:
        """Read the relays back; tell once more if one is still energised."""
        states = self._read_back()
        if any(states or ()):
            self._dialect.release_all()
            states = self._read_back()
        if not any(states or ()):
            return
        stuck = ", ".join(str(channel) for channel, on in enumerate(states or (), 1) if on)
        raise self._error(Trouble.STUCK, f"relay {stuck} stays energised; replace the board")

    def _read_back(self) -> tuple[bool, ...] | None:
        """Read the relays, twice if the first answer was lost."""
        try:
            return self._dialect.read_relays()
        except BoardError as error:
            if error.kind not in LOST_ANSWERS or not self._wire.is_open:
                raise
            return self._dialect.read_relays()

    def _down(self, error: BoardError) -> BoardError:
        """Note that the link is down and return the error with this board's place."""
        placed = self._error(error.kind, error.remedy)
        self.trouble = placed
        self.identity = None
        self._retry_at = self._clock.monotonic() + self._delay
        self._delay = min(2 * self._delay, LAST_RETRY_S)
        return placed

    def _reconnect_if_due(self) -> None:
        if self._clock.monotonic() < self._retry_at:
            return
        # A serial server that was restarted leaves a connection open that nobody answers.
        if self._clock.monotonic() - self._wire.heard_at > DEAF_S:
            self._wire.drop()
        # One try: other boards of a bus wait meanwhile for their turn.
        with suppress(BoardError):
            self._link(1)

    def _require_link(self) -> None:
        if self.trouble is not None:
            raise self._error(self.trouble.kind, self.trouble.remedy)
        if not self._wire.is_open or self._generation != self._wire.generation:
            raise self._down(self._error(Trouble.LOST, "the wire was away; reconnecting"))

    def _do(self, call: Callable[[], T], misses: frozenset[Trouble] = MISS_KINDS) -> T:
        """Run one exchange; count what goes wrong."""
        try:
            result = call()
        except BoardError as error:
            self._misses += error.kind in misses
            if not self._wire.is_open or self._misses >= MISSES or error.kind in LINK_ENDS:
                raise self._down(error) from error
            raise self._error(error.kind, error.remedy) from error
        self._misses = 0
        self._alive_at = self._clock.monotonic() + ALIVE_S
        return result

    def _refuse_rivals(self, channel: int) -> None:
        # One that was released, and maybe believed, is looked at before its rival is energised.
        if unproven := self._holding.unproven(self._holding.group(channel)):
            with suppress(BoardError):
                self._prove(unproven)
            self._require_link()
        if rivals := self._holding.rivals(channel, self._clock.monotonic()):
            raise self._error(
                Trouble.INTERLOCK,
                f"relay {rivals[0]} is or may be energised; release it before relay {channel}",
            )

    def _plan_end(self, channel: int, ms: int) -> None:
        end = self._clock.monotonic() + ms / 1000
        if self._dialect.timed:
            self._holding.energised(channel, end + PULSE_MARGIN_S)
        else:
            self._holding.release_at(channel, end)

    def _release(self, channel: int) -> Ack:
        ack = self._do(lambda: self._dialect.release(channel))
        self._note_release(channel, ack)
        return ack

    def _note_release(self, channel: int, ack: Ack) -> None:
        if self._settings.silent:
            self._holding.released(channel)
        else:
            prove_at = self._clock.monotonic() + PROVE_S
            self._holding.told(channel, prove_at, answered=ack.confirmed)

    def _release_due(self) -> None:
        for channel in self._holding.due(self._clock.monotonic()):
            # If this fails the next try is planned already.
            self._holding.release_at(channel, self._clock.monotonic() + RETRY_S)
            try:
                self._release(channel)
            except BoardError:
                self._holding.resisted(channel, self._clock.monotonic())
                raise

    def _prove(self, channels: tuple[int, ...]) -> None:
        """Read the relays; plan another release for each that is still energised."""
        if not channels:
            return
        now = self._clock.monotonic()
        for channel in channels:
            # If the question fails the next look is planned already.
            self._holding.told(channel, now + RETRY_S)
        states = self._do(self._dialect.read_relays)
        for channel in channels:
            if states is None or not states[channel - 1]:
                self._holding.released(channel)
            else:
                self._holding.resisted(channel, self._clock.monotonic())

    def _watch(self, states: tuple[bool, ...] | None) -> None:
        """Release what is energised though nobody here has energised it."""
        now = self._clock.monotonic()
        known = self._holding.may_be_energised(now)
        for channel, energised in enumerate(states or (), 1):
            if energised and channel not in known:
                self._holding.resisted(channel, now)

    def _look_after(self) -> None:
        """Notice a wire or a board that went away while nobody used it."""
        now = self._clock.monotonic()
        if now >= self._touch_at:
            self._touch_at = now + TOUCH_S
            self._touch()
        if now >= self._inspect_at:
            self._inspect_at = now + INSPECT_S
            self._do(self._dialect.inspect)
        if now >= min(self._alive_at, self._watch_at):
            # Sooner again if it does not answer.
            self._alive_at = self._watch_at = now + TOUCH_S
            states = self._do(self._dialect.ask_alive)
            self._watch_at = now + ALIVE_S
            self._watch(states)

    def _touch(self) -> None:
        """Look at the port; that says nothing of the board behind it."""
        try:
            self._wire.touch()
        except BoardError as error:
            raise self._down(error) from error

    def _until_next(self) -> float:
        now = self._clock.monotonic()
        if self.trouble is not None:
            return max(0.0, self._retry_at - now)
        release = self._holding.next_due()
        due = min(self._touch_at, self._inspect_at, self._alive_at, self._watch_at)
        return max(0.0, (due if release is None else min(due, release)) - now)

    def _check_channel(self, channel: int) -> None:
        if not 1 <= channel <= self.channels:
            remedy = f"there is no relay {channel}; the board has 1 to {self.channels}"
            raise self._error(Trouble.BAD_ORDER, remedy)

    def _check_order(self, channel: int, ms: int) -> None:
        self._check_channel(channel)
        if not 1 <= ms <= self._dialect.longest_ms:
            remedy = f"{ms} ms is outside 1 to {self._dialect.longest_ms} ms"
            raise self._error(Trouble.BAD_ORDER, remedy)

    def _error(self, kind: Trouble, remedy: str) -> BoardError:
        return BoardError(kind, self.place, remedy)
