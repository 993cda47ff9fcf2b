"""Every kind of board over a pseudo-terminal: connect, pulse, release, interlock, inputs."""

from pathlib import Path

import pytest

from hardware.boards.factory import BoardError, BoardProtocol, BoardSettings, Trouble, open_boards
from hardware.emulators.lcus import LcusBoard, Status
from hardware.emulators.waveshare import LINKAGE, WaveshareBoard
from tests.hardware.fake_clock import FakeClock
from tests.hardware.rig import KINDS, Kind, rig

pytestmark = pytest.mark.slow

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
interlocked = (frozenset({1, 2}),)


@every_kind
def test_a_pulse_ends_by_itself_and_lasts_its_time(tmp_path: Path, kind: Kind) -> None:
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        ack = joint.board.pulse(2, 200)
        assert ack.sent
        assert ack.confirmed == bool(ack.received)
        joint.until(lambda: joint.device.relays[1])
        joint.until(lambda: not any(joint.device.relays))
        (seconds,) = joint.model.relays.energised_for(2)
        assert seconds > 0.19


@every_kind
def test_connect_says_what_the_board_is_and_releases_it(tmp_path: Path, kind: Kind) -> None:
    model = kind.model()
    model.relays.set(1, True, 0.0)
    with rig(tmp_path, kind.protocol, model, **kind.settings) as joint:
        identity = joint.board.identity
        assert identity is not None
        assert identity.confirmed == (not kind.settings.get("silent", False))
        assert identity.relays == joint.board.channels == model.relays.count
        joint.until(lambda: not any(joint.device.relays))


@every_kind
def test_close_releases_every_relay(tmp_path: Path, kind: Kind) -> None:
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        joint.board.pulse(1, 5000)
        joint.until(lambda: joint.device.relays[0])
        joint.board.close()
        joint.until(lambda: not any(joint.device.relays))
        assert joint.board.identity is None
        with pytest.raises(BoardError, match="closed"):
            joint.board.pulse(1, 500)


@every_kind
def test_interlocked_relays_are_never_energised_together(tmp_path: Path, kind: Kind) -> None:
    settings = {**kind.settings, "interlock": interlocked}
    with rig(tmp_path, kind.protocol, kind.model(), **settings) as joint:
        joint.board.pulse(1, 5000)
        with pytest.raises(BoardError) as refused:
            joint.board.pulse(2, 300)
        assert refused.value.kind is Trouble.INTERLOCK
        joint.board.release(1)
        joint.board.pulse(2, 300)
        joint.until(lambda: joint.device.relays[1])
        assert joint.model.relays.together == set()


@every_kind
def test_relays_read_back(tmp_path: Path, kind: Kind) -> None:
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        joint.board.pulse(1, 5000)
        states = joint.board.read_relays()
        if kind.settings.get("silent"):
            assert states is None
        else:
            assert states is not None
            assert states[:2] == (True, False)
        joint.board.release_all()
        joint.until(lambda: not any(joint.device.relays))


@pytest.mark.parametrize("name", ["waveshare", "lctech-ff", "lctech-fe-4", "numato"])
def test_inputs_are_read_channel_one_first(tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        joint.device.set_input(2, True)
        levels = joint.board.read_inputs()
        assert len(levels) == joint.board.inputs
        assert [channel for channel, level in enumerate(levels, 1) if level] == [2]


def test_a_board_without_inputs_has_none(tmp_path: Path) -> None:
    with rig(tmp_path, BoardProtocol.LCUS, LcusBoard(4), relays=4) as joint:
        assert joint.board.inputs == 0
        assert joint.board.read_inputs() == ()


def test_a_renewed_pulse_holds(tmp_path: Path) -> None:
    with rig(tmp_path, BoardProtocol.WAVESHARE, WaveshareBoard()) as joint:
        for _ in range(4):
            joint.board.pulse(1, 300)
            joint.serve(0.1)
        joint.until(lambda: not any(joint.device.relays))
        (seconds,) = joint.model.relays.energised_for(1)
        assert seconds > 0.55


def test_linkage_is_found_set_to_normal_and_reported(tmp_path: Path) -> None:
    model = WaveshareBoard(mode=LINKAGE)
    model.set_input(1, True, 0.0)
    assert model.relays.states[0]
    with rig(tmp_path, BoardProtocol.WAVESHARE, model) as joint:
        assert model.modes == [0] * 8
        assert not any(joint.device.relays)
        assert joint.board.identity is not None
        assert joint.board.identity.findings[0] == (
            "input 1 drove relay 1 (linkage); set to normal"
        )


def test_linkage_that_cannot_be_undone_is_refused(tmp_path: Path) -> None:
    class Stubborn(WaveshareBoard):
        def _store(self, register: int, value: int) -> None:
            """Acknowledge and forget."""

    with rig(tmp_path, BoardProtocol.WAVESHARE, Stubborn(mode=LINKAGE), connect=False) as joint:
        with pytest.raises(BoardError) as refused:
            joint.board.connect()
        assert refused.value.kind is Trouble.LINKAGE
        with pytest.raises(BoardError):
            joint.board.pulse(1, 500)


def test_a_relay_that_stays_energised_is_refused(tmp_path: Path) -> None:
    class Welded(WaveshareBoard):
        def _switch(self, channel: int, value: int, now: float) -> None:
            """The contact of relay 3 is welded."""
            self.relays.set(3, True, now)

    with (
        rig(tmp_path, BoardProtocol.WAVESHARE, Welded(), connect=False) as joint,
        pytest.raises(BoardError, match="relay 3 stays energised"),
    ):
        joint.board.connect()


@pytest.mark.parametrize("status", [Status.SPACED, Status.TIGHT, Status.RAW])
def test_a_larger_board_than_configured_is_another_board(tmp_path: Path, status: Status) -> None:
    model = LcusBoard(4, status)
    with rig(tmp_path, BoardProtocol.LCUS, model, connect=False, relays=2) as joint:
        with pytest.raises(BoardError) as refused:
            joint.board.connect()
        assert refused.value.kind is Trouble.WRONG_BOARD


def test_a_plain_8ch_with_inputs_configured_is_another_board(tmp_path: Path) -> None:
    model = WaveshareBoard(inputs=0)
    with rig(tmp_path, BoardProtocol.WAVESHARE, model, connect=False) as joint:
        with pytest.raises(BoardError) as refused:
            joint.board.connect()
        assert refused.value.kind is Trouble.REFUSED
        assert "south" in str(refused.value)


@pytest.mark.parametrize(("channel", "ms"), [(0, 500), (3, 500), (1, 0), (1, -1), (1, 3_600_000)])
def test_an_impossible_pulse_never_reaches_the_wire(tmp_path: Path, channel: int, ms: int) -> None:
    with rig(tmp_path, BoardProtocol.LCUS, LcusBoard(2), relays=2) as joint:
        before = len(joint.frames)
        with pytest.raises(BoardError) as refused:
            joint.board.pulse(channel, ms)
        assert refused.value.kind is Trouble.BAD_ORDER
        assert len(joint.frames) == before


PORT = "/dev/serial/by-path/one"
WAVESHARE = BoardSettings(BoardProtocol.WAVESHARE, PORT)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ((BoardSettings(BoardProtocol.LCUS, PORT, relays=9),), "relays: 9"),
        ((BoardSettings(BoardProtocol.LCUS, PORT, address=3),), "no address"),
        ((BoardSettings(BoardProtocol.LCUS, PORT, inputs=4),), "inputs: 4"),
        ((BoardSettings(BoardProtocol.WAVESHARE, PORT, silent=True),), "silent"),
        ((BoardSettings(BoardProtocol.WAVESHARE, PORT, address=256),), "1 to 255"),
        (
            (BoardSettings(BoardProtocol.LCUS, PORT, relays=2, interlock=(frozenset({1, 3}),)),),
            "interlock",
        ),
        ((WAVESHARE, WAVESHARE), "same address"),
        ((WAVESHARE, BoardSettings(BoardProtocol.LCUS, PORT)), "only Modbus"),
        ((WAVESHARE, BoardSettings(BoardProtocol.LCTECH, PORT, baud=19200)), "baud"),
    ],
)
def test_settings_that_no_site_can_have_are_refused(
    settings: tuple[BoardSettings, ...], remedy: str
) -> None:
    with pytest.raises(BoardError, match=remedy) as refused:
        open_boards(settings, FakeClock())
    assert refused.value.kind is Trouble.SETTINGS
