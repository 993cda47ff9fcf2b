"""What the loops and the arm say about vehicles: entered, backed out, and what should not happen.

Pure. Each event carries its evidence; none of them moves the arm, least of all down. Rules:

- A vehicle has entered when it was under the arm, coming from before it, and left on the far side.
  With a loop behind, that loop says so. Without one: it left the presence loop while it was still
  under the arm. With a presence loop only: it left while the arm was up, and that is not certain.
- A vehicle that leaves the presence loop without having been under the arm has backed out.
- A right is one raise that was asked for; one vehicle uses it up, a closed arm ends it. A vehicle
  that drives through without a right, while nobody holds the arm open, is tailgating.
- Wrong way: under the arm, coming from behind, with nobody before it.
- Forced: through while the arm was down.
- An input that is unknown leaves what was known of it as it is.
- A loop that is not wired is a declared fact; with no loop at all only the arm is watched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.model import Mode, Position

__all__ = ["PassageKind", "PassageSeen", "PassageSettings", "Watch", "grant", "watch"]

_LOOPS = (InputName.PRESENCE, InputName.SAFETY, InputName.BEHIND)
_UP = (Position.OPEN, Position.OPENING, Position.CLOSING, Position.STOPPED)


class PassageKind(StrEnum):
    """What was seen."""

    ENTERED = "entered"
    BACKED_OUT = "backed_out"
    TAILGATING = "tailgating"
    WRONG_WAY = "wrong_way"
    ARM_FORCED = "arm_forced"
    OPEN_TOO_LONG = "open_too_long"
    LOOP_STUCK = "loop_stuck"


@dataclass(frozen=True, slots=True)
class PassageSettings:
    """Times in seconds after which an open arm and an occupied loop are worth an alarm."""

    open_too_long: float = 120.0
    loop_stuck: float = 600.0

    def __post_init__(self) -> None:
        """Refuse times that would alarm at every passage."""
        if self.open_too_long < 10 or self.loop_stuck < 30:
            raise ValueError("open_too_long: at least 10 s; loop_stuck: at least 30 s")


@dataclass(frozen=True, slots=True)
class PassageSeen:
    """One event. `certain` is False where the wiring leaves another explanation open."""

    kind: PassageKind
    at: float
    certain: bool = True
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class _From(StrEnum):
    """Which side the vehicle under the arm came from."""

    BEFORE = "before"
    BEHIND = "behind"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Under:
    """The vehicle under the arm: where from, since when, and what was seen meanwhile."""

    came: _From
    since: float
    left_presence: bool = False
    reached_behind: bool = False
    arm_was_up: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of one lane between two looks."""

    settings: PassageSettings = field(default_factory=PassageSettings)
    on: frozenset[InputName] = frozenset()
    on_since: Mapping[InputName, float] = field(default_factory=lambda: MappingProxyType({}))
    stuck: frozenset[InputName] = frozenset()
    under: _Under | None = None
    waiting: bool = False
    rights: int = 0
    open_since: float | None = None
    open_told: bool = False
    presence_arm_up: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the lane: what is on now, what was before, and where the arm is."""

    snapshot: InputSnapshot
    on: frozenset[InputName]
    before: frozenset[InputName]
    position: Position
    mode: Mode
    now: float

    def came(self, name: InputName) -> bool:
        return name in self.on and name not in self.before

    def left(self, name: InputName) -> bool:
        return name in self.before and name not in self.on

    def wired(self, name: InputName) -> bool:
        return self.snapshot[name] is not Signal.ABSENT

    @property
    def free(self) -> bool:
        """Whether anybody may drive through at this time."""
        return self.mode in (Mode.HELD_OPEN, Mode.FIRE, Mode.MAINTENANCE)

    @property
    def arm_up(self) -> bool:
        return self.position in _UP

    def event(self, kind: PassageKind, *, certain: bool = True, **more: str) -> PassageSeen:
        loops = " ".join(f"{name}={self.snapshot[name]}" for name in _LOOPS)
        evidence = {"loops": loops, "position": str(self.position), "mode": str(self.mode), **more}
        return PassageSeen(kind, self.now, certain, MappingProxyType(evidence))


def grant(before: Watch) -> Watch:
    """Note that one vehicle may drive through."""
    return replace(before, rights=before.rights + 1)


def watch(
    before: Watch, snapshot: InputSnapshot, position: Position, mode: Mode, now: float
) -> tuple[Watch, tuple[PassageSeen, ...]]:
    """Look once, after each read of the inputs; return the next memory and what was seen."""
    on = frozenset(name for name in _LOOPS if _is_on(snapshot[name], name in before.on))
    look = _Look(snapshot, on, before.on, position, mode, now)
    after, stuck = _stuck_loops(before, look)
    after, opened = _open_time(after, look)
    if look.wired(InputName.SAFETY):
        after, driven = _by_safety_loop(after, look)
    else:
        after, driven = _by_presence_loop(after, look)
    return replace(after, on=on), (*stuck, *opened, *driven)


def _is_on(signal: Signal, was: bool) -> bool:
    return was if signal is Signal.UNKNOWN else signal is Signal.ON


def _stuck_loops(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    since = {name: before.on_since.get(name, look.now) for name in look.on}
    limit = before.settings.loop_stuck
    long = frozenset(name for name, start in since.items() if look.now - start >= limit)
    events = [
        look.event(PassageKind.LOOP_STUCK, loop=name, seconds=f"{look.now - since[name]:.0f}")
        for name in sorted(long - before.stuck)
    ]
    return replace(before, on_since=MappingProxyType(since), stuck=long), events


def _open_time(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    if look.position is Position.CLOSED:
        return replace(before, rights=0, open_since=None, open_told=False), []
    if look.position is not Position.OPEN or look.free:
        return replace(before, open_since=None, open_told=False), []
    since = before.open_since if before.open_since is not None else look.now
    seconds = look.now - since
    if before.open_told or seconds < before.settings.open_too_long:
        return replace(before, open_since=since), []
    event = look.event(PassageKind.OPEN_TOO_LONG, seconds=f"{seconds:.0f}")
    return replace(before, open_since=since, open_told=True), [event]


def _by_safety_loop(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    if look.came(InputName.SAFETY):
        return _arrive(before, look)
    under = before.under
    if under is None:
        return _before_the_arm(before, look)
    under = replace(
        under,
        left_presence=under.left_presence or look.left(InputName.PRESENCE),
        reached_behind=under.reached_behind or InputName.BEHIND in look.on,
        arm_was_up=under.arm_was_up or look.arm_up,
    )
    if look.left(InputName.SAFETY):
        return _leave(replace(before, under=None), look, under)
    return replace(before, under=under), []


def _before_the_arm(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    """Nothing is under the arm: a vehicle comes to it, or goes away again."""
    if look.came(InputName.PRESENCE):
        return replace(before, waiting=True), []
    if before.waiting and look.left(InputName.PRESENCE):
        return replace(before, waiting=False), [look.event(PassageKind.BACKED_OUT)]
    return before, []


def _arrive(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    came = _came_from(look)
    under = _Under(came, look.now, arm_was_up=look.arm_up)
    after = replace(before, under=under, waiting=False)
    if came is _From.BEHIND:
        return after, [look.event(PassageKind.WRONG_WAY)]
    if look.arm_up and not look.free and before.rights == 0:
        return after, [look.event(PassageKind.TAILGATING)]
    return after, []


def _came_from(look: _Look) -> _From:
    if InputName.PRESENCE in look.on or InputName.PRESENCE in look.before:
        return _From.BEFORE
    if InputName.BEHIND in look.before:
        return _From.BEHIND
    return _From.UNKNOWN


def _leave(after: Watch, look: _Look, under: _Under) -> tuple[Watch, list[PassageSeen]]:
    if under.came is _From.BEHIND:
        return after, []
    through, certain = _went_through(look, under)
    seconds = f"{look.now - under.since:.1f}"
    if not through:
        return after, [look.event(PassageKind.BACKED_OUT, certain=certain, seconds=seconds)]
    events = [look.event(PassageKind.ENTERED, certain=certain, seconds=seconds)]
    if not under.arm_was_up and look.position is Position.CLOSED:
        events.append(look.event(PassageKind.ARM_FORCED, certain=certain))
    next_one = InputName.PRESENCE in look.on
    return replace(after, rights=max(0, after.rights - 1), waiting=next_one), events


def _went_through(look: _Look, under: _Under) -> tuple[bool, bool]:
    """Return whether the vehicle left on the far side, and whether that is certain."""
    if look.wired(InputName.BEHIND):
        return under.reached_behind, True
    if look.wired(InputName.PRESENCE):
        return under.left_presence or InputName.PRESENCE not in look.on, True
    return under.arm_was_up, False


def _by_presence_loop(before: Watch, look: _Look) -> tuple[Watch, list[PassageSeen]]:
    if look.came(InputName.PRESENCE):
        return replace(before, presence_arm_up=look.arm_up), []
    if not look.left(InputName.PRESENCE):
        up = before.presence_arm_up or look.arm_up
        return replace(before, presence_arm_up=up and InputName.PRESENCE in look.on), []
    after = replace(before, presence_arm_up=False)
    if not (before.presence_arm_up or look.arm_up):
        return after, [look.event(PassageKind.BACKED_OUT, certain=False)]
    events = [look.event(PassageKind.ENTERED, certain=False)]
    if before.rights == 0 and not look.free:
        events.append(look.event(PassageKind.TAILGATING, certain=False))
    return replace(after, rights=max(0, before.rights - 1)), events
