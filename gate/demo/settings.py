"""The demo's config.yaml: what a person would write for this site."""

from collections.abc import Mapping
from pathlib import Path

_LANE = """\
  {lane}:
    name: {name}
    direction: {direction}
    camera:
      source: {camera}
      max_frame_age_s: 2.0
    barrier:
      board: {lane}
      raise: 1
      controller: raise_only
      travel_s: 4
    inputs:
      presence: {{channel: 1, permanent_presence: true}}
      safety: {{channel: 2, permanent_presence: true}}
      behind: {{channel: 3}}
      arm_up: {{channel: 4}}
      arm_down: {{channel: 5}}
      fire: {{channel: 6}}
"""
_NAMES = {"south": ("南门入口", "in"), "north": ("北门出口", "out")}


def config_text(port: int, data: Path, places: Mapping[str, Mapping[str, str]]) -> str:
    """The YAML. places: lane -> {"board": link, "camera": URL}, as the site's process prints it."""
    boards = "".join(
        f"  {lane}:\n    protocol: waveshare\n    url: {place['board']}\n    address: 1\n"
        for lane, place in places.items()
    )
    lanes = "".join(
        _LANE.format(
            lane=lane, name=_NAMES[lane][0], direction=_NAMES[lane][1], camera=place["camera"]
        )
        for lane, place in places.items()
    )
    return f"""\
# Written by `gate demo` anew at every start: a site that exists only on this machine. Pictures may
# be older than at a real gate, because the same machine computes them.
site:
  name: 荷兰小镇
  timezone: Asia/Shanghai
  language: zh_CN
data: {data}
web:
  host: 127.0.0.1
  port: {port}
boards:
{boards}lanes:
{lanes}"""
