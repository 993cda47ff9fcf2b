"""The settings page shows every key of the configuration, and no password."""

from gate.config import parse
from gate.console.settings import lines, shown

TEXT = """
boards:
  south: {protocol: lcus, url: socket://127.0.0.1:9}
lanes:
  south:
    name: 南门入口
    direction: in
    camera: {source: "rtsp://user:secret@camera/1"}
    barrier: {board: south, raise: 1}
"""


def test_every_key_is_shown_with_its_purpose():
    shown_lines = {key: (value, purpose) for key, value, purpose in lines(parse(TEXT))}
    assert shown_lines["lanes.south.barrier.raise"][0] == "1"
    assert shown_lines["site.name"] == (
        "荷兰小镇",
        "Name shown on pages, reports and the lane sign.",
    )
    assert all(purpose for _, purpose in shown_lines.values())


def test_a_password_in_an_address_is_not_shown():
    values = [value for _, value, _ in lines(parse(TEXT))]
    assert not any("secret" in value for value in values)
    assert shown("rtsp://user:secret@camera/1") == "rtsp://***@camera/1"
