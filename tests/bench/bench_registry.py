"""How long the register takes: deciding and searching at 100,000 vehicles, importing 1,559 homes.

Run `python -m tests.bench.bench_registry [--vehicles N]`. Nothing is asserted here. Deciding is
timed from the text that was read to the decision, parsing and candidates included, over plates on
record, plates one character away from one and strangers.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from gate.access.decide import case_of, decide
from gate.domain.decision import Verdict
from gate.domain.passage import Direction
from gate.domain.policy import Policy
from recognition.reading import Candidate, Colour, Consensus
from registry.rules.addresses import Address
from registry.rules.kinds import VehicleKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import LOOKALIKES, PlateColour
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import PlateRecord, Registration, VehicleId
from registry.spreadsheets import importing as exchange
from registry.spreadsheets.export import export
from registry.spreadsheets.grid import SheetFault
from registry.spreadsheets.reading.aside import read_now
from registry.spreadsheets.sheets import write_xlsx
from registry.spreadsheets.unused import understand
from registry.store import sample, snapshot_loader
from registry.store.store import Actor
from registry.views.search import Entry, Index

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ROUNDS = 20_000


def plates(rng: random.Random, count: int) -> list[str]:
    """Different ordinary plates, most of them of one city."""
    letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"
    found: dict[str, None] = {}
    while len(found) < count:
        city = rng.choice(("吉A", "吉A", "吉A", "吉B", "辽A", "黑A"))
        serial = "".join(rng.choice(digits) for _ in range(4))
        place = rng.randrange(5)
        found[f"{city}{serial[:place]}{rng.choice(letters)}{serial[place:]}"] = None
    return list(found)


def register(keys: Iterable[str]) -> RegistrySnapshot:
    """A register of owners' cars."""

    def plate_record(number: int, key: str) -> PlateRecord:
        kind, colour = VehicleKind.OWNER, PlateColour.BLUE
        home = f"{number % 33 + 1}-{number % 3 + 1}-{number}"
        return PlateRecord(
            key, Registration(VehicleId(number), kind, home, colour, ValidityPeriod())
        )

    return RegistrySnapshot(
        MappingProxyType({key: plate_record(n, key) for n, key in enumerate(keys)})
    )


def seen(text: str) -> Consensus:
    """A plate read well enough to open."""
    best = Candidate(text, 0.995)
    return Consensus(text, 0.995, 4, 4, Colour.BLUE, 0.98, False, None, (best,))


def misread(rng: random.Random, key: str) -> str:
    """The plate with one character taken for one that looks like it."""
    places = [n for n, character in enumerate(key) if LOOKALIKES.get(character)]
    place = rng.choice(places)
    return f"{key[:place]}{rng.choice(LOOKALIKES[key[place]])}{key[place + 1 :]}"


def line(name: str, actions: Iterable[Callable[[], object]], unit: str, factor: float) -> str:
    """A line of p50, p95 and p99 by the clock, and the mean of processor time.

    On a machine that is busy with other things the clock tells of those; the processor does not.
    """
    taken, busy = [], time.thread_time()
    for action in actions:
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    busy = (time.thread_time() - busy) / len(taken)
    cuts = statistics.quantiles(taken, n=100)
    shown = "".join(f"{cuts[place] * factor:>9.1f}" for place in (49, 94, 98))
    return f"{name:<44}{shown}{busy * factor:>9.1f}  {unit}"


def deciding(rng: random.Random, keys: list[str]) -> Iterator[str]:
    known, policy = register(keys), Policy()

    def ask(text: str) -> Verdict:
        return decide(case_of(seen(text), known, Direction.IN, NOON), policy).verdict

    strangers = plates(random.Random(99), ROUNDS)
    for name, texts in (
        ("decide: on record", rng.choices(keys, k=ROUNDS)),
        ("decide: one look-alike away", [misread(rng, k) for k in rng.choices(keys, k=ROUNDS)]),
        ("decide: strangers", strangers),
    ):
        yield line(name, (lambda t=t: ask(t) for t in texts), "µs", 1e6)


def searching(rng: random.Random, keys: list[str]) -> Iterator[str]:
    entries = []
    for number, key in enumerate(keys):
        home = Address(
            str(number % 200 + 1), str(number % 3 + 1), f"{number % 30 + 1}0{number % 4}"
        )
        entries.append(Entry(number, home, vehicle_id=number, plate=key))
        name, phone = sample.person_name(rng), f"1390{number:07d}"
        entries.append(Entry(number, home, person_id=number, name=name, phone=phone))
    start = time.perf_counter()
    index = Index(entries)
    index.search("zs")  # the initials are made at the first question
    yield f"{'search: making the index':<44}{time.perf_counter() - start:>9.1f}  s"
    people = [entry for entry in entries if entry.name]
    kinds: dict[str, Callable[[], str]] = {
        "part of a plate": lambda: rng.choice(keys)[2:5],
        "the end of a plate": lambda: rng.choice(keys)[-3:],
        "a whole plate": lambda: rng.choice(keys),
        "a plate with a gap (吉A?123*)": lambda: f"{rng.choice(keys)[:2]}?{rng.choice(keys)[3:6]}*",
        "3栋2单元501": lambda: "{0.building}栋{0.unit}单元{0.room}".format(
            rng.choice(entries).address
        ),
        "3-2-501": lambda: str(rng.choice(entries).address),
        "a name": lambda: rng.choice(people).name,
        "initials": lambda: "".join(rng.choice("zlwcyxhg") for _ in range(3)),
        "the end of a phone number": lambda: rng.choice(people).phone[-4:],
    }
    for name, question in kinds.items():
        asked = [question() for _ in range(200)]
        yield line(f"search: {name}", (lambda q=q: index.search(q) for q in asked), "ms", 1e3)


def importing() -> Iterator[str]:
    """The made-up site of 1,559 households, written to xlsx and read into an empty register."""
    content = write_xlsx(_exported())
    engine = create_engine("sqlite://", poolclass=StaticPool)
    SQLModel.metadata.create_all(engine)
    by = Actor("bench", NOON)
    with Session(engine) as session:
        start, busy = time.perf_counter(), time.process_time()
        book = read_now(content)
        assert not isinstance(book, SheetFault)
        plan = exchange.plan(session, understand(book).tables, ZONE, NOON)
        exchange.apply(session, plan, "bench.xlsx", content, by)
        session.commit()
        took, busy = time.perf_counter() - start, time.process_time() - busy
        what = f"import: {len(plan.world.households):,} households, {plan.rows:,} rows of xlsx"
        yield f"{what:<44}{took:>9.1f}{busy:>27.1f}  s"
        start = time.perf_counter()
        known = snapshot_loader.load(session, NOON)
        what = f"snapshot: {len(known.plate_records):,} plates from the database"
        yield f"{what:<44}{(time.perf_counter() - start) * 1e3:>9.0f}  ms"
    engine.dispose()


def _exported() -> list[tuple[str, ...]]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        sample.fill(session, sample.generate(1, NOON), Actor("bench", NOON))
        lines = export(session, ZONE)
    engine.dispose()
    return lines


def main() -> None:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=100_000)
    count = parser.parse_args().vehicles
    rng = random.Random(1)
    keys = plates(rng, count)
    print(f"{f'{count:,} vehicles':<44}{'p50':>9}{'p95':>9}{'p99':>9}{'cpu':>9}")
    for part in (deciding(rng, keys), searching(rng, keys), importing()):
        for text in part:
            print(text, flush=True)


if __name__ == "__main__":
    main()
