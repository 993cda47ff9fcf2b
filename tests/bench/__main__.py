"""`make bench`: the figures of this machine, one part after the other.

python -m tests.bench [PART …] runs some of them only. DATA in the environment names a folder of
real pictures (scenes/, crops/) for accuracy beside the times.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

PARTS = ("recognition", "road", "station", "wire", "registry", "journal", "console")


def main(wanted: Sequence[str]) -> int:
    """Run the parts, each in a process of its own, so that none warms the next one up."""
    failed = 0
    for part in wanted or PARTS:
        print(f"\n== {part}", flush=True)
        data = [os.environ["DATA"]] if part == "recognition" and "DATA" in os.environ else []
        failed |= subprocess.run(
            [sys.executable, "-m", f"tests.bench.bench_{part}", *data], check=False
        ).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
