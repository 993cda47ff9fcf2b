"""`python -m registry.spreadsheets.reading.child`: a file on stdin, its sheets as lines of JSON on
stdout.

The process limits itself before it looks at the file, and imports nothing of the service: what a
small file unpacks to ends this process and no other.

Lines: {"sheet": name, "hidden": …, "since_1904": …}, then [number, cells, places of numbers] for
each of its rows; {"fault": …} where nothing can be read; {"end": true} last.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Final

from registry.spreadsheets.grid import MAX_BYTES, Book, SheetFault
from registry.spreadsheets.reading.whole import read

MAX_MEMORY: Final = 1 << 30
MAX_CPU_S: Final = 30
_POLITE: Final = 10


def main() -> None:
    """Read, and say what was read."""
    _limit()
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    out = sys.stdout
    for line in lines(read(content)):
        out.write(line)
        out.write("\n")
    out.flush()


def lines(found: Book | SheetFault) -> Iterator[str]:
    """What was read, as `registry.spreadsheets.reading.aside.understood` takes it."""
    if isinstance(found, SheetFault):
        yield json.dumps({"fault": found.value})
    else:
        for sheet in found:
            head = {"sheet": sheet.name, "hidden": sheet.hidden, "since_1904": sheet.since_1904}
            yield json.dumps(head)
            for row in sheet.rows:
                yield json.dumps([row.number, row.cells, sorted(row.numbers)])
    yield json.dumps({"end": True})


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_CPU_S),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(_POLITE)  # the lanes come first


if __name__ == "__main__":
    main()
