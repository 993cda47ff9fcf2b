"""kill -9 at random instants while vehicles pass: python -m tests.system.crash_run.

The whole `gate run` in its own processes over emulated boards and cameras; it and its eyes are
killed at random instants and started again until --passages vehicles have passed, or --minutes are
over. Then the record is held against what the relays really did: every pulse has an order of its
own that was written before it and not longer before than an order lives; none is lost, none comes
twice, none comes late; the chain verifies. 1,000 passages are the release's figure; they take about
half an hour on two cores.
"""

import argparse
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.cli.journal import verify
from gate.storage.tables import moment
from tests.system.fast_road import CLOCK, FastLane, Pulse
from tests.system.site import free_port, rows, running_gate, settle_in, small_story

EXPIRES_S = 2.0
SLACK_S = 1.0
"""For the wire and for the two processes' clocks being read apart."""


def crash_run(
    folder: Path, passages: int, seed: int, *, life_s: float = 40.0, minutes: float = inf
) -> Counter[str]:
    """Drive so many vehicles through, killing the gate; return what was counted."""
    story, dice, port = small_story(), random.Random(seed), free_port()
    config, data = folder / "config.yaml", folder / "data"
    with ExitStack() as stack:
        links = Path(stack.enter_context(TemporaryDirectory(prefix="gate-")))
        plates = [plate for plate in story.roster.residents if len(plate) == 7]
        lanes = [
            FastLane("south", links / "south", plates),
            FastLane("north", links / "north", ()),
        ]
        config.write_text(_config(data, port, lanes), encoding="utf-8")
        settle_in(config, story)
        for lane in lanes:
            stack.enter_context(lane)
        kills, over = 0, CLOCK.monotonic() + 60 * minutes

        def more() -> bool:
            in_time = CLOCK.monotonic() < over
            return in_time and sum(lane.passed for lane in lanes) < passages

        while more():
            with running_gate(["run", "--config", str(config)], port, folder / "said.txt") as gate:
                gate.wait_until_up(600)
                until = CLOCK.monotonic() + dice.uniform(0.0, life_s)
                while CLOCK.monotonic() < until and more():
                    CLOCK.sleep(0.05)
                gate.kill()
                kills += 1
        with running_gate(["run", "--config", str(config)], port, folder / "said.txt") as gate:
            gate.wait_until_up(600)
            for lane in lanes:
                lane.stop_drivers()
            CLOCK.sleep(EXPIRES_S)
            released = all(lane.relays_released() for lane in lanes)
            assert gate.stop(60) == 0, gate.said()
        found = Counter(passed=sum(lane.passed for lane in lanes), kills=kills)
        behind = max((pulse.lag for lane in lanes for pulse in lane.pulses), default=0.0)
        print(f"what is noted here was late by {behind:.2f} s at most")
        found["relays left energised"] = int(not released)
        for lane in lanes:
            found += _compare(data, lane)
    found["chain findings"] = verify(config)
    return found


def _config(data: Path, port: int, lanes: Sequence[FastLane]) -> str:
    boards = "".join(
        f"  {lane.name}: {{protocol: waveshare, url: {lane.link}, address: 1}}\n" for lane in lanes
    )
    # Who drives in over and over without ever driving out is let in with a warning.
    parts = "".join(
        lane.config(direction) for lane, direction in zip(lanes, ("in", "out"), strict=True)
    )
    return (
        f"data: {data}\nweb: {{port: {port}}}\nboards:\n{boards}lanes:{parts}"
        f"policy: {{order_expires_s: {EXPIRES_S}, open_confidence: 0.9}}\n"
    )


def _compare(data: Path, lane: FastLane) -> Counter[str]:
    """Give each pulse its order; what is left over on either side is counted and shown."""
    orders = rows(data, "SELECT * FROM opening WHERE lane = ? ORDER BY seq", lane.name)
    waiting = list(orders)
    found: Counter[str] = Counter(orders=len(orders), pulses=len(lane.pulses))
    for pulse in lane.pulses:
        order = _order_of(pulse, waiting)
        if order is None:
            found["pulses without an order of their own, or late"] += 1
            print(f"{lane.name}: {pulse} has no order; still waiting: {_near(pulse, waiting)}")
            continue
        waiting.remove(order)
        found["pulses for another vehicle"] += bool(pulse.plate and order["plate"] != pulse.plate)
    outcomes = Counter(row["outcome"] for row in orders)
    found["indeterminate after a kill"] = outcomes["indeterminate"]
    found["orders without an end"] = sum(row["ended"] is None for row in orders)
    twice = Counter(row["passage"] for row in orders if row["actor"] == "auto")
    found["passages opened for twice"] = sum(n > 1 for n in twice.values())
    # An arm that was up already is not pulsed again: then no byte went out.
    lost = [row for row in waiting if row["outcome"] == "raised" and row["sent"]]
    found["raised already"] = sum(row["why"] == "already_open" for row in waiting)
    found["raised on record without a pulse"] = len(lost)
    for row in lost:
        print(f"{lane.name}: no pulse of the order of {moment(row['ordered'])}: {dict(row)}")
    return found


def _order_of(pulse: Pulse, waiting: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The order that a pulse can belong to: the oldest that was sent, else that was cut off.

    What this process notes late (`lag`) is not the gate's being late.
    """
    fitting = [
        row
        for row in waiting
        if -SLACK_S <= _after(pulse, row) <= EXPIRES_S + SLACK_S + pulse.lag
        and (row["sent"] or row["outcome"] != "expired")
    ]
    return min(fitting, key=lambda row: not row["sent"], default=None)


def _after(pulse: Pulse, row: sqlite3.Row) -> float:
    return (pulse.at - moment(row["ordered"])).total_seconds()


def _near(pulse: Pulse, waiting: Sequence[sqlite3.Row]) -> list[tuple[float, str, str]]:
    """Orders of half a minute round a pulse: seconds after them, outcome, why."""
    near = [row for row in waiting if abs(_after(pulse, row)) < 30]
    return [(round(_after(pulse, row), 2), row["outcome"], row["why"]) for row in near]


MUST_BE_NONE = (
    "pulses without an order of their own, or late",
    "pulses for another vehicle",
    "passages opened for twice",
    "raised on record without a pulse",
    "orders without an end",
    "relays left energised",
    "chain findings",
)


def main(arguments: Sequence[str]) -> int:
    """Run, print the counts; 1 where one is not as it must be."""
    asks = argparse.ArgumentParser(description="kill -9 while vehicles pass")
    asks.add_argument("--passages", type=int, default=1000)
    asks.add_argument("--seed", type=int, default=7)
    asks.add_argument("--life", type=float, default=40.0, help="longest life of a gate, seconds")
    asks.add_argument("--minutes", type=float, default=inf, help="end after so long, all the same")
    options = asks.parse_args(arguments)
    # Told to end, it takes its gate with it: one left behind would work the next run's boards.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory() as folder:
        found = crash_run(
            Path(folder),
            options.passages,
            options.seed,
            life_s=options.life,
            minutes=options.minutes,
        )
    counted = ("passed", "kills", "orders", "pulses", "raised already")
    for name in (*counted, "indeterminate after a kill"):
        print(f"{name:<50}{found[name]:>8}")
    for name in MUST_BE_NONE:
        print(f"{name:<50}{found[name]:>8}   (must be 0)")
    return int(any(found[name] for name in MUST_BE_NONE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
