"""`python -m recognition.training VERB`: render, train, measure and export the plate networks.

Verbs of the reader are here, and with `--what second` those of the second reader (EasyOCR's). A
verb with `--what detector` (or `scenes`: whole pictures), and
`approach`, are handed to `recognition.training.detector.commands.run`, which parses its own
arguments.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

SCRATCH = Path(".train/reader")
_SECOND_VERBS = ("train", "export", "weigh", "evaluate")


def main(arguments: list[str] | None = None) -> int:
    """Runs one verb; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    at = words.index("--what") if "--what" in words else len(words)
    if words[:1] == ["approach"] or words[at + 1 : at + 2] in (["detector"], ["scenes"]):
        verbs = import_module("recognition.training.detector.commands")
        return int(verbs.run(words[:at] + words[at + 2 :]))
    options = _parser().parse_args(words)
    own = _SECOND_VERBS if options.what == "second" else ("weigh",)
    name = "second_reader" if options.verb in own else "reader"
    verbs = import_module(f"recognition.training.{name}.commands")
    return int(getattr(verbs, options.verb)(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recognition.training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, text in (
        (
            "synth",
            "render training pictures into shards (resumable; several parts may run at once)",
        ),
        ("train", "train the reader, going on from the last saved state"),
        ("export", "calibrate and write ONNX weights and their manifest"),
        ("evaluate", "measure the exported weights"),
        ("weigh", "measure what the second reader's opinions are worth beside the first's"),
        ("samples", "a sheet of rendered plates beside real ones"),
        ("atlas", "draw the glyph atlas from a font (needs Pillow)"),
    ):
        _add_arguments(name, verbs.add_parser(name, help=text))
    return parser


def _add_arguments(name: str, verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--what", choices=("reader", "second", "detector"), default="reader")
    verb.add_argument("--data", type=Path, help="folder of crops/, scenes/ and glyphs/")
    verb.add_argument("--folder", type=Path, default=SCRATCH, help="scratch folder of this run")
    verb.add_argument("--seed", type=int, default=1)
    if name in {"export", "weigh", "evaluate"}:
        verb.add_argument("--threshold", type=float, default=0.99, help="second: opening threshold")
        verb.add_argument("--sure", type=float, default=0.5, help="second: least sure opinion")
        verb.add_argument("--copies", type=int, default=6, help="second: photographs of a plate")
    match name:
        case "synth":
            verb.add_argument("--pictures", type=int, default=80_000)
            verb.add_argument("--shard-size", type=int, default=4_000)
            verb.add_argument("--part", type=int, default=0)
            verb.add_argument("--parts", type=int, default=1)
        case "train":
            verb.add_argument("--steps", type=int, default=20_000)
            verb.add_argument("--batch", type=int, default=64)
            verb.add_argument("--rate", type=float, default=1.6e-3)
            verb.add_argument("--decay", type=float, default=0.3, help="share of the steps")
            verb.add_argument(
                "--average",
                type=float,
                default=0.999,
                help="of the weights; less for a short decay",
            )
            verb.add_argument("--real-share", type=float, default=0.3)
            verb.add_argument("--every", type=int, default=250)
            verb.add_argument("--threads", type=int, default=2)
            verb.add_argument("--device", default="cpu")
            verb.add_argument("--half", action="store_true", help="reader: bfloat16 activations")
            verb.add_argument(
                "--shards", type=Path, help="rendered pictures, where not in --folder"
            )
            verb.add_argument(
                "--from-weights", type=Path, help="exported weights (ONNX) to start from"
            )
        case "export":
            verb.add_argument("--out", type=Path, required=True, help="folder of the weights")
            verb.add_argument("--name", default="reader")
            verb.add_argument(
                "--mean-with",
                type=Path,
                action="append",
                default=[],
                metavar="STATE",
                help="reader: an earlier state of the run; the mean of the weights is exported",
            )
            verb.add_argument(
                "--pictures", type=int, default=2_000, help="rendered to calibrate on"
            )
        case "evaluate":
            verb.add_argument("--manifest", type=Path, help="default: the weights in the tree")
            verb.add_argument("--html", type=Path, help="write the wrong readings to this page")
            verb.add_argument("--each", type=int, default=40, help="rendered plates of a class")
            verb.add_argument("--report", type=Path, help="write the figures to this file too")
        case "weigh":
            verb.add_argument("--manifest", type=Path, help="default: the weights in the tree")
            verb.add_argument("--pictures", type=int, default=2_000, help="rendered to weigh on")
        case "samples":
            verb.add_argument("--out", type=Path, required=True)
        case "atlas":
            verb.add_argument("--font", type=Path, required=True, help="NotoSansCJK-Bold.ttc")
        case _:
            raise ValueError(f"{name}: no such verb")


if __name__ == "__main__":
    sys.exit(main())
