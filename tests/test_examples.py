"""Each example is a configuration that the service takes, as far as that shows without devices."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gate.app.from_config import worker_settings
from gate.app.stations import arms_of, board_settings
from gate.app.wiring import Application
from gate.domain.passage import LaneId
from gate.settings.config import Config, load
from hardware.boards.board import BoardProtocol
from hardware.boards.port_names import check_ports
from hardware.cameras.address import address_of
from hardware.cameras.factory import source_for
from hardware.cameras.video_file import Recording

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples"
EXAMPLES = (*sorted(FOLDER.glob("*.yaml")), ROOT / "config.yaml")
each = pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)


@pytest.fixture
def config(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Config:
    monkeypatch.setenv("GATE_DATA", str(tmp_path))
    return load(file)


@each
def test_the_service_builds_every_lane(config: Config) -> None:
    """On a database of the test's own: the server of an example is not here."""
    gate = Application(config.model_copy(update={"database": None, "key_file": None}))
    try:
        lanes = {LaneId(lane) for lane in config.lanes}
        assert set(gate.lanes.threads) == set(gate.lanes.supervisors) == lanes
        assert {view.lane for view in gate.site.views()} == lanes
        assert set(gate.lanes.signs) == {
            lane for lane in lanes if config.lanes[lane].sign is not None
        }
        for lane, one in config.lanes.items():
            assert gate.lanes.stations.state(LaneId(lane)).link is not None, one.name
    finally:
        gate.store.close()


@each
def test_its_ports_can_mean_only_one_board_each(config: Config) -> None:
    boards = [
        board_settings(name, board, arms_of(config, name)) for name, board in config.boards.items()
    ]
    assert check_ports(boards, ()) == ()
    assert [board.url for board in boards if re.search(r"tty|by-id", board.url)] == []


@each
def test_its_cameras_are_cameras(config: Config) -> None:
    for lane, one in config.lanes.items():
        source = source_for(worker_settings(lane, one, config).camera)
        assert not isinstance(source, Recording), f"{lane} would play a film"
        address = address_of(one.camera.source)
        assert (address is not None) == (one.camera.user_env is not None), lane


@each
def test_no_password_stands_in_it(config: Config, file: Path) -> None:
    cameras = [address_of(one.camera.source) for one in config.lanes.values()]
    assert not any(one.user or one.password for one in cameras if one is not None)
    if config.database is not None:
        url = make_url(config.database)
        assert (url.get_backend_name(), url.password) == ("postgresql", None)
        assert "PGPASSWORD" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", EXAMPLES[:-1], ids=lambda file: file.stem)
def test_its_head_says_for_whom_it_is_in_two_languages(file: Path) -> None:
    head = re.match(r"(#.*\n)+", file.read_text(encoding="utf-8"))
    assert head
    assert head[0].startswith("# For whom: ")
    assert "\n# 适用：" in head[0]


def test_all_are_listed_and_the_list_is_found() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = {file.name for file in EXAMPLES[:-1]}
    assert len(names) >= 5
    assert {name for name in names if f"({name})" not in listed} == set()
    for page in ("README.md", "README.zh-CN.md"):
        assert "](examples/README.md)" in (ROOT / page).read_text(encoding="utf-8"), page
    for page in ("commissioning.md", "commissioning.zh-CN.md"):
        text = (ROOT / "gate" / "docs" / page).read_text(encoding="utf-8")
        assert "](../../examples/README.md)" in text, page


def test_each_protocol_but_numato_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATE_DATA", raising=False)
    used = {board.protocol for file in EXAMPLES for board in load(file).boards.values()}
    assert set(BoardProtocol) - used == {BoardProtocol.NUMATO}
