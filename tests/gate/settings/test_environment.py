"""Every key by the environment: as in the file, before the file, and no slip of the pen unseen."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from gate.settings.config import Config, ConfigError, parse
from gate.settings.environment import variable_of
from gate.settings.reference import _models
from tests.gate.settings.test_config import GOOD

FULL = """
site: {name: 荷兰小镇, timezone: Asia/Tokyo, language: en}
data: /var/lib/gate
database: postgresql+psycopg://gate@db/gate
key_file: /etc/gate/vault.key
web:
  {host: 0.0.0.0, port: 8443, tls_certificate: /a.pem, tls_key: /b.pem, proxies: [10.0.0.5],
   session_minutes: 60, admin_second_factor: true}
boards:
  one: {protocol: waveshare, url: /dev/one, address: 2, baud: 115200, relays: 8, inputs: 8}
  two: {protocol: lcus, url: /dev/two, silent: true, local_echo: true}
lanes:
  south:
    name: 南门
    direction: in
    camera:
      {source: "0", user_env: GATE_SOUTH_CAMERA, fps: 12.5, loop: true, least_plate_px: 80,
       max_frame_age_s: 1.5}
    barrier:
      {board: one, raise: 1, lower: 2, stop: 3, controller: separate, closes_itself: false,
       own_safety: true, pulse_ms: 400, travel_s: 5.5, self_close_s: 9.5, clear_s: 2.5,
       hold_cap_minutes: 60, open_too_long_s: 90.5}
    inputs:
      presence: {channel: 1, normally: closed, debounce_ms: 20}
      safety: {channel: 2, permanent_presence: true}
    sign: {url: /dev/sign, baud: 19200}
    voice: {url: /dev/voice, baud: 19200}
  north:
    name: 北门
    direction: out
    camera: {source: rtsp://camera/2}
    barrier: {board: two, raise: 1}
    inputs_board: two
policy:
  {open_confidence: 0.98, min_frames: 3, decide_within_s: 4.5, order_expires_s: 1.5,
   wait_for_passing_s: 50.5, second_car: admit, repeat_entry: refuse, wrong_way: ask,
   visitor_capacity: 30, exit_confidence: 0.7, visitor_hours: "1-5 07:00-22:00",
   staff_hours: "1-7 06:00-20:00", expired_grace_days: 5, emergency_confidence: 0.5,
   blocked_emergency: false}
recognition: {threads: 2, second_reader: true}
retention: {pictures_days: 40, passages_days: 200, visitors_days: 100, audit_days: 400}
"""


def leaves(here: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(here, dict):
        for key, value in here.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, here


LEAVES = dict(leaves(yaml.safe_load(FULL)))


def without(path: tuple[str, ...]) -> str:
    """Return the full configuration with something else, or nothing, at this key."""
    raw: Any = yaml.safe_load(FULL)
    here = raw
    for key in path[:-1]:
        here = here[key]
    del here[path[-1]]
    return yaml.safe_dump(raw, allow_unicode=True)


def variable(path: tuple[str, ...]) -> str:
    return "GATE_" + "__".join(path).upper()


def written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def faults(environment: dict[str, str], text: str = GOOD) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse(text, environment=environment)
    return [str(fault) for fault in refused.value.faults]


def keys(model: type[BaseModel], start: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that holds a value, with * for the names of lanes, boards and inputs."""
    for name, field in model.model_fields.items():
        path = (*start, field.alias or name)
        inner = list(_models(field.annotation))
        if not inner:
            yield path
        for part, many in inner:
            yield from keys(part, (*path, "*") if many else path)


def test_the_full_configuration_leaves_no_key_out() -> None:
    names = {"one", "two", "south", "north", "presence", "safety"}
    set_here = {tuple("*" if part in names else part for part in path) for path in LEAVES}
    assert set(keys(Config)) - set_here == set()


@pytest.mark.parametrize("path", LEAVES, ids=".".join)
def test_each_key_from_the_environment_is_as_in_the_file(path: tuple[str, ...]) -> None:
    environment = {variable(path): written(LEAVES[path])}
    made = parse(without(path), environment=environment)
    assert made.model_dump() == parse(FULL, environment={}).model_dump()
    assert made.from_environment == {".".join(path): variable(path)}


@given(st.sets(st.sampled_from(sorted(LEAVES)), min_size=1))
def test_any_keys_together_are_as_in_the_file(paths: set[tuple[str, ...]]) -> None:
    whole = parse(FULL, environment={})
    raw = yaml.safe_load(FULL)
    before = copy.deepcopy(raw)
    made = parse(
        yaml.safe_dump(raw, allow_unicode=True),
        environment={
            variable(path).lower().replace("gate_", "GATE_", 1): written(LEAVES[path])
            for path in paths
        },
    )
    assert made.model_dump() == whole.model_dump()
    assert set(made.from_environment) == {".".join(path) for path in paths}
    assert raw == before


def test_the_environment_goes_before_the_file() -> None:
    made = parse(FULL, environment={"GATE_WEB__PORT": "9000", "GATE_DATA": "/elsewhere"})
    assert (made.web.port, str(made.data)) == (9000, "/elsewhere")


def test_an_empty_data_folder_is_none_as_ever() -> None:
    made = parse(FULL, environment={"GATE_DATA": ""})
    assert str(made.data) == "/var/lib/gate"
    assert made.from_environment == {}


def test_empty_is_none_where_none_is_allowed() -> None:
    made = parse(FULL, environment={"GATE_DATABASE": "", "GATE_POLICY__VISITOR_CAPACITY": ""})
    assert made.database is None
    assert made.policy.visitor_capacity is None


def test_a_text_stays_a_text_whatever_it_looks_like() -> None:
    made = parse(GOOD, environment={"GATE_SITE__NAME": "12: [", "GATE_LANES__SOUTH__NAME": "no"})
    assert (made.site.name, made.lanes["south"].name) == ("12: [", "no")


def test_a_whole_section_and_a_key_in_it() -> None:
    environment = {"GATE_WEB__PORT": "9001", "GATE_WEB": "{host: '::', port: 9000}"}
    made = parse(GOOD, environment=environment)
    assert (made.web.host, made.web.port) == ("::", 9001)


def test_names_with_other_characters_are_written_with_underscores() -> None:
    text = GOOD.replace("south:", "South-Gate.1:")
    made = parse(text, environment={"GATE_LANES__SOUTH_GATE_1__BARRIER__RAISE": "4"})
    assert made.lanes["South-Gate.1"].barrier.raise_ == 4


def test_a_new_board_can_come_from_the_environment_alone() -> None:
    environment = {"GATE_BOARDS__HUT__PROTOCOL": "lcus", "GATE_BOARDS__HUT__URL": "/dev/hut"}
    assert parse(GOOD, environment=environment).boards["hut"].url == "/dev/hut"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GATE_WEB__PORT", "80000", "web.port (GATE_WEB__PORT): Input should be less"),
        ("GATE_WEB__PORT", "eighty", "web.port (GATE_WEB__PORT): Input should be a valid integer"),
        ("GATE_WEB__PORT", "[", "GATE_WEB__PORT: cannot be read; write the value as in config"),
        ("GATE_WEB", "{poort: 1}", "web.poort (GATE_WEB): unknown key"),
        ("GATE_SITE__TIMEZONE", "Mars", "site.timezone (GATE_SITE__TIMEZONE): Value error"),
        ("GATE_WEB__POORT", "1", "GATE_WEB__POORT: is no key; did you mean GATE_WEB__PORT?"),
        ("GATE_NOSUCH__THING", "1", "GATE_NOSUCH__THING: is no key of config.yaml; see gate/docs"),
        ("GATE_WEB_PORT", "1", "GATE_WEB_PORT: is no key; write GATE_WEB__PORT, with two"),
        ("GATE_DATBASE", "x", "GATE_DATBASE: is no key; did you mean GATE_DATABASE?"),
        ("GATE_LOGFORMAT", "x", "GATE_LOGFORMAT: is no key; did you mean GATE_LOG_FORMAT?"),
        ("GATE_LANES__SUOTH__NAME", "x", "lanes.suoth.direction (GATE_LANES__SUOTH__NAME): is mis"),
        ("GATE_LANES__SOUTH__NAME__X", "x", "GATE_LANES__SOUTH__NAME__X: is no key of config"),
        ("GATE_LANES____NAME", "x", "GATE_LANES____NAME: is no key of config.yaml"),
        ("GATE_LANES__SOUTH__BARRIER__BOARD", "no", "lanes.south.barrier.board (GATE_LANES__SOUTH"),
        ("GATE_WEB__TLS_KEY", "/k", "web.tls_key (GATE_WEB__TLS_KEY): tls_certificate and tls_key"),
    ],
)
def test_a_fault_names_its_variable(name: str, value: str, said: str) -> None:
    assert [line for line in faults({name: value}) if line.startswith(said)], faults({name: value})


def test_faults_of_file_and_environment_are_found_in_one_go() -> None:
    found = faults({"GATE_WEB__POORT": "1"}, GOOD + "web: {port: x}\n")
    assert len(found) == 2


@pytest.mark.parametrize("name", ["GATE_SOUTH_CAMERA", "GATE_OLD_CAMERA", "GATE_CRASH", "OTHER__X"])
def test_what_may_be_somebody_elses_is_left_alone(name: str) -> None:
    assert parse(GOOD, environment={name: "user:password"}).from_environment == {}


def test_a_cameras_log_in_may_have_any_name() -> None:
    text = GOOD.replace("rtsp://camera/1", "rtsp://camera/1, user_env: GATE_CAM__SOUTH")
    made = parse(text, environment={"GATE_CAM__SOUTH": "user:password"})
    assert isinstance(made, Config)


def test_a_camera_named_by_the_environment_has_its_log_in_too() -> None:
    environment = {
        "GATE_LANES__SOUTH__CAMERA__USER_ENV": "GATE_CAM__SOUTH",
        "GATE_CAM__SOUTH": "user:password",
    }
    assert parse(GOOD, environment=environment).lanes["south"].camera.user_env == "GATE_CAM__SOUTH"


def test_a_password_is_not_in_a_fault() -> None:
    found = faults({"GATE_CAMM__SOUTH": "user:password", "GATE_WEB": "{x: ['secret'"})
    assert not any("password" in line or "secret" in line for line in found)


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_variable_breaks_the_reading(name: str, value: str) -> None:
    def said() -> list[str]:
        try:
            parse(GOOD, environment={f"GATE_{name}": value})
        except ConfigError as refused:
            return [str(fault) for fault in refused.faults]
        return []

    assert all("GATE_" in line for line in said())


def test_a_section_from_the_environment_is_the_source_of_every_key_in_it() -> None:
    made = parse(GOOD, environment={"GATE_WEB": "{port: 9000}", "GATE_SITE__NAME": "x"})
    given = made.from_environment
    assert variable_of("web.port", given) == "GATE_WEB"
    assert variable_of("site.name", given) == "GATE_SITE__NAME"
    assert variable_of("site.language", given) is None


def test_a_changed_copy_remembers_where_its_keys_came_from() -> None:
    made = parse(GOOD, environment={"GATE_WEB__PORT": "9000"})
    assert made.model_copy(update={"policy": made.policy}).from_environment == {
        "web.port": "GATE_WEB__PORT"
    }
