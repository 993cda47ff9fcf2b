"""From config.yaml to running arms: which station serves which lane, in hardware's own words.

Boards on one wire share a station (one thread), because one wire carries one exchange at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from gate.domain.passage import LaneId
from gate.settings.config import BarrierConfig, BoardConfig, Config, InputConfig, LaneConfig
from hardware.barrier.events import FireSignal, LockRequested, MaintenanceOn
from hardware.barrier.inputs import InputContact, InputName, InputWiring
from hardware.barrier.model import BarrierSettings, Controller
from hardware.barrier.passing import PassageSettings
from hardware.boards.board import BoardSettings
from hardware.boards.factory import open_boards
from hardware.clock import Clock
from hardware.station.events import ArmSettings, ArmState, Event
from hardware.station.station import Station

OnEvent = Callable[[LaneId, Event], None]


class Stations:
    """All stations of the site."""

    def __init__(self, config: Config, clock: Clock, on_event: OnEvent) -> None:
        self._by_lane: dict[LaneId, Station] = {}
        self._all: list[Station] = []

        def told(lane: str, event: Event) -> None:
            on_event(LaneId(lane), event)

        arms = {name: arms_of(config, name) for name in config.boards}
        opened = open_boards(
            [board_settings(name, board, arms[name]) for name, board in config.boards.items()],
            clock,
        )
        boards = dict(zip(config.boards, opened, strict=True))
        for names in groups(config):
            inputs = {
                place: names.index(other)
                for place, name in enumerate(names)
                if (other := inputs_board_of(config, name)) != name
            }
            first, *others = [(boards[name], arms[name]) for name in names]
            station = Station(*first, clock, told, others, inputs)
            self._all.append(station)
            self._by_lane.update({LaneId(lane): station for name in names for lane in arms[name]})

    def start(self) -> None:
        """Start every station's thread."""
        for station in self._all:
            station.start()

    def stop(self, timeout: float) -> bool:
        """Release every relay and end the threads; return whether all have ended."""
        ended = [station.stop(timeout) for station in self._all]
        return all(ended)

    def latch_fire(self, lane: LaneId) -> None:
        """Bring back a fire opening from before a restart: it stays until a person resets it."""
        station = self.of(lane)
        station.command(lane, FireSignal(on=True))
        station.command(lane, FireSignal(on=False))

    def resume(self, lane: LaneId, *, locked: bool, maintenance: bool) -> None:
        """Bring back what a person had set before a restart: it stays until a person ends it."""
        if locked:
            self.of(lane).command(lane, LockRequested())
        if maintenance:
            self.of(lane).command(lane, MaintenanceOn())

    def of(self, lane: LaneId) -> Station:
        """Return the station that serves this lane."""
        return self._by_lane[lane]

    def state(self, lane: LaneId) -> ArmState:
        """Return the arm as it is known now."""
        return self.of(lane).state(lane)


def groups(config: Config) -> list[list[str]]:
    """Return the boards that one thread must serve together: one wire, or an arm and its inputs."""
    together: list[set[str]] = [{name} for name in config.boards]
    pairs = [(name, inputs_board_of(config, name)) for name in config.boards]
    pairs += [
        (one, two)
        for one, board in config.boards.items()
        for two, other in config.boards.items()
        if board.url == other.url
    ]
    for one, two in pairs:
        joined = {name for group in together if group & {one, two} for name in group}
        together = [group for group in together if not group & {one, two}]
        together.append(joined)
    order = list(config.boards)
    return sorted(
        (sorted(group, key=order.index) for group in together), key=lambda g: order.index(g[0])
    )


def inputs_board_of(config: Config, board: str) -> str:
    """Return the board that the inputs of this board's arms hang on."""
    for lane in config.lanes.values():
        if lane.barrier.board == board:
            return lane.inputs_board or board
    return board


def board_settings(name: str, board: BoardConfig, arms: Mapping[str, ArmSettings]) -> BoardSettings:
    """Return the board in hardware's words; the relays of one arm exclude each other."""
    return BoardSettings(
        protocol=board.protocol,
        url=board.url,
        name=name,
        address=board.address,
        baud=board.baud,
        relays=board.relays,
        inputs=board.inputs,
        interlock=tuple(frozenset(arm.relays.values()) for arm in arms.values()),
        silent=board.silent,
        local_echo=board.local_echo,
    )


def arms_of(config: Config, board: str) -> Mapping[str, ArmSettings]:
    """Return the arms that hang on this board, by lane."""
    return {
        lane: arm_settings(settings)
        for lane, settings in config.lanes.items()
        if settings.barrier.board == board
    }


def arm_settings(lane: LaneConfig) -> ArmSettings:
    """Return the arm of a lane as it is wired."""
    barrier = lane.barrier
    return ArmSettings(
        raise_channel=barrier.raise_,
        lower_channel=barrier.lower,
        stop_channel=barrier.stop,
        inputs={name: _wiring(wired) for name, wired in lane.inputs.items()},
        barrier=_barrier(barrier, lane.inputs),
        passage=PassageSettings(open_too_long=barrier.open_too_long_s),
    )


def _barrier(barrier: BarrierConfig, inputs: Mapping[InputName, InputConfig]) -> BarrierSettings:
    safety = inputs.get(InputName.SAFETY)
    settings = BarrierSettings(
        controller=barrier.controller,
        closes_itself=barrier.closes_itself,
        own_safety=barrier.own_safety,
        safety_permanent=safety is not None and safety.permanent_presence,
        raise_within=barrier.travel_s,
        lower_within=barrier.travel_s,
        clear_for=barrier.clear_s,
        hold_cap=barrier.hold_cap_minutes * 60.0,
        pulse_ms=barrier.pulse_ms,
    )
    if barrier.controller is Controller.RAISE_ONLY and barrier.closes_itself:
        return replace(settings, self_close=barrier.self_close_s)
    return settings


def _wiring(wired: InputConfig) -> InputWiring:
    contact = (
        InputContact.NORMALLY_OPEN if wired.normally == "open" else InputContact.NORMALLY_CLOSED
    )
    return InputWiring(wired.channel, contact, wired.debounce_ms)
