"""Trying a board by hand: `gate board PORT --protocol NAME status|pulse CHANNEL|watch`.

For installers, with every frame shown as it goes over the wire. The words come from the caller, so
that they can be those of the console's language; channels count from 1, as printed on the boards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hardware.boards.board import BoardSettings, Identity, RelayBoard
from hardware.boards.factory import open_board
from hardware.clock import Clock
from hardware.errors import BoardError
from hardware.wire.wire import WireFrame

WATCH_S = 0.1
SETTLE_S = 0.3
ENGLISH: Mapping[str, str] = {
    "frame_sent": "{seconds:8.3f}  ->  {bytes}",
    "frame_received": "{seconds:8.3f}  <-  {bytes}",
    "identity": "{protocol} board, {relays} relays, {inputs} inputs, version {version}",
    "unconfirmed": "this board does not answer: it confirmed nothing of this",
    "finding": "corrected: {finding}",
    "relays": "relays energised: {channels}",
    "relays_unknown": "relays energised: not reported by the board",
    "inputs": "inputs closed: {channels}",
    "pulse": "relay {channel} energised for {ms} ms",
    "lost": "link down: {reason}",
    "back": "link up",
    "failed": "failed: {reason}",
    "none": "none",
}
"""What is said, with the fields that a translation may use."""


class TrialAction(StrEnum):
    """What to do with the board."""

    STATUS = "status"
    PULSE = "pulse"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked on the command line. watch_s: None watches until interrupted."""

    settings: BoardSettings
    action: TrialAction
    channel: int = 1
    ms: int = 500
    watch_s: float | None = None


Out = Callable[[str], None]


def run(trial: Trial, out: Out, clock: Clock, words: Mapping[str, str] = ENGLISH) -> int:
    """Do it, line by line to `out`; return 0, or 1 after a failure that was reported to `out`.

    Interrupting (KeyboardInterrupt) releases the relays and is passed on.
    """
    start = clock.monotonic()

    def show(frame: WireFrame) -> None:
        words_for = words[f"frame_{frame.direction.value}"]
        out(words_for.format(seconds=frame.at - start, bytes=frame.data.hex(" ").upper()))

    try:
        board = open_board(trial.settings, clock, show)
    except BoardError as error:
        out(words["failed"].format(reason=error))
        return 1
    hand = _Hand(board, out, clock, words)
    try:
        hand.meet(board.connect())
        hand.act(trial)
    except BoardError as error:
        out(words["failed"].format(reason=error))
        return 1
    finally:
        board.close()
    return 0


class _Hand:
    """An installer at one board."""

    def __init__(self, board: RelayBoard, out: Out, clock: Clock, words: Mapping[str, str]) -> None:
        self._board = board
        self._out = out
        self._clock = clock
        self._words = words

    def meet(self, identity: Identity) -> None:
        self._say(
            "identity",
            protocol=identity.protocol.value,
            relays=identity.relays,
            inputs=identity.inputs,
            version=identity.version or "?",
        )
        if not identity.confirmed:
            self._say("unconfirmed")
        for finding in identity.findings:
            self._say("finding", finding=finding)

    def act(self, trial: Trial) -> None:
        match trial.action:
            case TrialAction.STATUS:
                self._status()
            case TrialAction.PULSE:
                self._pulse(trial.channel, trial.ms)
            case TrialAction.WATCH:
                self._watch(trial.watch_s)

    def _status(self) -> None:
        states = self._board.read_relays()
        if states is None:
            self._say("relays_unknown")
        else:
            self._say("relays", channels=self._channels(states))
        if self._board.inputs:
            self._say("inputs", channels=self._channels(self._board.read_inputs()))

    def _pulse(self, channel: int, ms: int) -> None:
        self._board.pulse(channel, ms)
        self._say("pulse", channel=channel, ms=ms)
        # The driver, or the board, ends the pulse; the rest is for seeing that it has ended.
        end = self._clock.monotonic() + ms / 1000 + SETTLE_S
        while (left := end - self._clock.monotonic()) > 0:
            self._wait(left)
        self._status()

    def _watch(self, seconds: float | None) -> None:
        end = None if seconds is None else self._clock.monotonic() + seconds
        seen: tuple[bool, ...] | None = None
        while end is None or self._clock.monotonic() < end:
            try:
                levels = self._board.read_inputs()
            except BoardError as error:
                self._say("lost", reason=error)
                self._until_back(end)
                continue
            if levels != seen:
                seen = levels
                self._say("inputs", channels=self._channels(levels))
            self._wait(WATCH_S)

    def _until_back(self, end: float | None) -> None:
        while self._board.trouble is not None:
            if end is not None and self._clock.monotonic() >= end:
                return
            self._wait(WATCH_S)
        self._say("back")

    def _wait(self, seconds: float) -> None:
        due = self._board.service()
        self._clock.sleep(seconds if due is None else min(seconds, max(due, 0.001)))

    def _channels(self, states: tuple[bool, ...]) -> str:
        on = [str(channel) for channel, state in enumerate(states, 1) if state]
        return ", ".join(on) or self._words["none"]

    def _say(self, word: str, **fields: object) -> None:
        self._out(self._words[word].format(**fields))
