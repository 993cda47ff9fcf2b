"""The command line: `gate`, also `python -m gate`.

The verbs and their options are in gate/cli/parser.py. Exit status: 0 done, 1 partly, 2 not at all.
"""

import os
import sys
from collections.abc import Sequence

from gate.cli.parser import Run, parser
from gate.domain.errors import GateError
from gate.storage import private_files

MAX_PIXELS = 1 << 26
"""Of a picture that is decoded: 67 megapixels. OpenCV's own limit lets a small file take 3 GB."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status."""
    # OpenCV reads it when it is loaded; the cameras' processes inherit it.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))
    private_files.begin()
    options = parser().parse_args(arguments)
    run: Run = options.run
    try:
        return run(options)
    except GateError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


if __name__ == "__main__":
    sys.exit(main())
