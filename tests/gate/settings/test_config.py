"""config.yaml: what is refused, and that each refusal names its key and the remedy."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from gate.settings.config import Config, ConfigError, load, parse

ROOT = Path(__file__).resolve().parents[3]
GOOD = """
boards:
  one: {protocol: waveshare, url: /dev/one, relays: 8, inputs: 8}
lanes:
  south:
    name: 南门
    direction: in
    camera: {source: rtsp://camera/1}
    barrier: {board: one, raise: 1}
    inputs:
      presence: {channel: 1}
"""


def changed(path: str, value: object) -> str:
    """Return the good configuration with one key set."""
    raw = yaml.safe_load(GOOD)
    *folders, last = path.split(".")
    place = raw
    for name in folders:
        place = place.setdefault(name, {})
    place[last] = value
    return yaml.safe_dump(raw, allow_unicode=True)


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse(text)
    return [str(fault) for fault in refused.value.faults]


def test_the_file_in_the_tree_is_good() -> None:
    assert set(load(ROOT / "config.yaml").lanes) == {"south", "north"}


def test_a_small_one_is_good() -> None:
    assert parse(GOOD).lanes["south"].barrier.raise_ == 1


@pytest.mark.parametrize(
    ("path", "value", "key", "words"),
    [
        ("site.nmae", "x", "site.nmae", "unknown key"),
        ("site.timezone", "Mars/Olympus", "site.timezone", "time zone"),
        ("web.port", 99999, "web.port", "65535"),
        ("policy.open_confidence", 1.5, "policy.open_confidence", "1"),
        ("lanes.south.direction", "up", "lanes.south.direction", "in"),
        ("lanes.south.barrier.board", "two", "lanes.south.barrier.board", "no board named"),
        ("lanes.south.barrier.raise", 9, "lanes.south.barrier.raise", "relay 1 to 8"),
        ("lanes.south.inputs.presence.channel", 9, "lanes.south.inputs.presence", "input 1 to 8"),
        ("lanes.south.inputs.siren", {"channel": 2}, "lanes.south.inputs.siren", "presence"),
        ("lanes.south.inputs.safety", {"channel": 2}, "permanent_presence", "permanent presence"),
        ("lanes.south.barrier.controller", "separate", "lanes.south.barrier.lower", "lowers"),
        ("lanes.south.barrier.lower", 2, "lanes.south.barrier.lower", "by itself"),
        ("lanes.south.inputs_board", "two", "lanes.south.inputs_board", "no board named"),
        ("policy.visitor_hours", "always", "policy.visitor_hours", "07:00"),
        ("web.tls_key", "key.pem", "web.tls_key", "together"),
        ("boards.two", {"protocol": "abc", "url": "/dev/two"}, "boards.two.protocol", "lcus"),
    ],
)
def test_a_fault_names_its_key_and_the_remedy(
    path: str, value: object, key: str, words: str
) -> None:
    lines = faults(changed(path, value))
    assert any(key in line and words in line for line in lines), lines


def test_two_boards_on_one_wire_need_two_addresses() -> None:
    two = {"protocol": "waveshare", "url": "/dev/one"}
    (line,) = faults(changed("boards.two", two))
    assert "boards.two.url" in line
    parse(changed("boards.two", {**two, "address": 2}))


def test_two_lanes_on_one_relay_are_refused_with_both_names() -> None:
    raw = yaml.safe_load(GOOD)
    raw["lanes"]["north"] = {**raw["lanes"]["south"], "direction": "out", "inputs": {}}
    (line,) = faults(yaml.safe_dump(raw, allow_unicode=True))
    assert "lanes.north.barrier.raise" in line
    assert "lanes.south.barrier.raise" in line


def test_all_faults_are_told_in_one_go() -> None:
    raw = yaml.safe_load(changed("site.nmae", "x"))
    raw["web"] = {"port": "eighty"}
    assert len(faults(yaml.safe_dump(raw, allow_unicode=True))) == 2


@pytest.mark.parametrize("text", ["", "[]", "a: [", "42"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    assert faults(text)


def test_gate_data_overrides_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_DATA", "/elsewhere")
    assert parse(GOOD).data == Path("/elsewhere")


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config"):
        load(tmp_path / "none.yaml")


def models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    seen.add(model)
    for field in model.model_fields.values():
        for part in [field.annotation, *getattr(field.annotation, "__args__", ())]:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                models(part, seen)
    return seen


@pytest.mark.parametrize("model", sorted(models(Config, set()), key=lambda one: one.__name__))
def test_every_key_is_explained(model: type[BaseModel]) -> None:
    unexplained = [name for name, field in model.model_fields.items() if not field.description]
    assert not unexplained
