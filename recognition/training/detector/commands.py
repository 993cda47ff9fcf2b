"""Verbs of the detector and of whole pictures: train, export, evaluate, approach, samples.

Each is one command, see `python -m recognition.training VERB --what detector --help`.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

SCRATCH = Path(".train/detector")


def run(words: list[str]) -> int:
    """Run one verb; return the exit status."""
    given = _parser().parse_args(words)
    match given.verb:
        case "train":
            return _train(given)
        case "export":
            return _export(given)
        case "evaluate":
            return _evaluate(given)
        case "approach":
            return _approach(given)
        case _:
            return _samples(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recognition.training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    train = verbs.add_parser("train", help="train one network; goes on where it stopped")
    train.add_argument("--part", choices=("finder", "refiner"), required=True)
    train.add_argument("--every", type=int, default=200, help="steps between checkpoints")
    train.add_argument("--rate", type=float, default=2e-3)
    train.add_argument("--steps", type=int, default=16_000)
    train.add_argument("--batch", type=int, default=4)
    train.add_argument("--side", type=int, default=384, help="pixels of the square scenes")
    train.add_argument("--drawn", type=int, default=6000, help="plates drawn beforehand")
    train.add_argument("--workers", type=int, default=1)
    train.add_argument("--threads", type=int, default=1)
    train.add_argument("--from-weights", type=Path, help="exported weights (ONNX) to start from")
    export = verbs.add_parser("export", help="write ONNX weights and their manifests")
    export.add_argument("--out", type=Path, required=True, help="folder of the weights")
    evaluate = verbs.add_parser("evaluate", help="read the val scenes and say what is right")
    evaluate.add_argument("--split", default="val", choices=("train", "val"))
    evaluate.add_argument("--added", action="store_true", help="those of added/scenes.csv")
    evaluate.add_argument("--scenes", type=int, default=0, help="composed scenes instead")
    evaluate.add_argument("--foreign", action="store_true", help="what foreign plates are read as")
    evaluate.add_argument("--wrong", action="store_true", help="list every wrong picture")
    approach = verbs.add_parser("approach", help="what voting gains on simulated approaches")
    approach.add_argument("--passages", type=int, default=60)
    approach.add_argument("--frames", type=int, default=16)
    approach.add_argument("--second", action="store_true", help="with the second reader's opinions")
    approach.add_argument("--opening", type=float, help="confidence that opens; none: several")
    samples = verbs.add_parser("samples", help="a sheet of training scenes")
    samples.add_argument("--out", type=Path, required=True)
    for verb in (train, export, evaluate, approach, samples):
        verb.add_argument("--data", type=Path, help="folder of scenes/, foreign/ and crops/")
        verb.add_argument("--folder", type=Path, default=SCRATCH, help="scratch folder of this run")
        verb.add_argument("--seed", type=int, default=1)
    return parser


def _train(given: argparse.Namespace) -> int:
    from recognition.training.detector.train import Part, Plan, train

    plan = Plan(
        part=Part(given.part),
        data=given.data,
        out=given.folder,
        steps=given.steps,
        batch=given.batch,
        side=given.side,
        drawn=given.drawn,
        seed=given.seed,
        workers=given.workers,
        threads=given.threads,
        every=given.every,
        rate=given.rate,
        weights=given.from_weights,
    )
    train(plan, lambda line: print(line, flush=True))
    return 0


def _export(given: argparse.Namespace) -> int:
    from recognition.manifest import Manifest, digest, save_manifest
    from recognition.training.detector.net import CLOSE_UP
    from recognition.training.detector.train import Part, export

    sizes = {Part.FINDER: (640, 640), Part.REFINER: (CLOSE_UP[1], CLOSE_UP[0])}
    for part, file in export(given.folder, given.out).items():
        width, height = sizes[part]
        manifest = Manifest(
            name=file.stem,
            kind=part.value,
            weights=file.name,
            sha256=digest(file),
            width=width,
            height=height,
            card="detector.md",
        )
        save_manifest(manifest, file.with_suffix(".json"))
        print(f"{file.name}: {file.stat().st_size} bytes, sha256 {manifest.sha256}")
    return 0


def _evaluate(given: argparse.Namespace) -> int:
    from recognition.pipeline import PlateReader
    from recognition.training.evaluation.scene_scores import (
        ADDED,
        SCENES,
        corner_report,
        described,
        foreign_pictures,
        foreign_table,
        outcomes,
        table,
        truths,
    )

    if given.scenes:
        return _evaluate_composed(given)
    if given.data is None:
        return _no_data()
    reader = PlateReader.default()
    if given.foreign:
        found = outcomes(reader, given.data / "foreign", foreign_pictures(given.data))
        print(foreign_table(found))
        return 0
    folder, labels = ("added/scenes", ADDED) if given.added else ("scenes", SCENES)
    found = outcomes(reader, given.data / folder, truths(given.data, given.split, labels))
    print(table(found))
    print(corner_report(found))
    if given.wrong:
        print("\n".join(described(outcome) for outcome in found if not outcome.right))
    return 0


def _evaluate_composed(given: argparse.Namespace) -> int:
    from recognition.detector import Detector, DetectorSettings
    from recognition.training.detector.data import stock_from
    from recognition.training.detector.scores import findings_table, measure

    stock = stock_from(given.data, 400, given.seed + 1)
    # Composed scenes hold a dozen plates: here nothing is left out because others are clearer.
    detector = Detector.default(DetectorSettings(rough=0.1, share=0.0, most=32))
    print(findings_table(measure(detector, stock, given.seed, given.scenes)))
    return 0


def _approach(given: argparse.Namespace) -> int:
    from recognition.pipeline import PlateReader
    from recognition.training.evaluation.approach import OPENINGS, report, simulate

    reader = PlateReader.default()
    openings = OPENINGS if given.opening is None else (given.opening,)
    if given.second:
        from recognition.training.second_reader.export import TrainedSecond

        reader.second = TrainedSecond()
        reader.settings = replace(reader.settings, ask_below=openings[0])
    found = simulate(reader, given.data, range(given.passages), given.frames, given.seed)
    print(report(list(found), openings))
    return 0


def _samples(given: argparse.Namespace) -> int:
    from recognition.training.detector.data import stock_from
    from recognition.training.synthetic.scenes import compose

    stock = stock_from(given.data, 200, given.seed)
    rng = np.random.default_rng(given.seed)
    views = []
    for _ in range(12):
        scene = compose(stock, rng, 384, 384)
        for quads, colour in ((scene.plates, (0, 255, 0)), (scene.ignore, (255, 0, 255))):
            for quad in quads:
                cv2.polylines(scene.image, [quad.round().astype(np.int32)], True, colour, 1)
        views.append(scene.image)
    rows = [np.hstack(views[start : start + 4]) for start in (0, 4, 8)]
    cv2.imwrite(str(given.out), np.vstack(rows))
    return 0


def _no_data() -> int:
    print("evaluate needs --data: the folder of scenes/labels.csv", file=sys.stderr)
    return 2
