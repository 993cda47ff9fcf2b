"""What each verb of `python -m recognition.training --what second` does: EasyOCR's plate network.

`weigh` measures what its opinions are worth beside the first reader that is in the tree, and writes
that into the manifest: do it again whenever either network was trained anew.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.easyocr_reader import SECOND_MANIFEST
from recognition.manifest import load_manifest, save_manifest
from recognition.pipeline import PlateReader
from recognition.reader import PlateNetwork, PlateText, preprocess
from recognition.reading import Box, Reading
from recognition.rectify import upright
from recognition.second_opinion import Evidence, Opinion
from recognition.training.evaluation.evaluate import (
    LabelledPicture,
    balanced_shard,
    glyph_sets,
    real_pictures,
    rendered_pictures,
)
from recognition.training.evaluation.scene_scores import outcomes, truths
from recognition.training.reader.commands import calibration_pictures, run_training
from recognition.training.reader.dataset import augmented
from recognition.training.second_reader.scores import Case, evidence_from, resolved, tally
from recognition.training.synthetic.backdrops import load_picture
from recognition.training.synthetic.crops import RealPlate, load_crops

NAME = "second"
_WORSE_SEED = 31
_NOWHERE = Box(((0, 0), (1, 0), (1, 1), (0, 1)), 1.0)

Opinions = Callable[[NDArray[np.uint8], NDArray[np.int64]], list[Opinion | None]]


def train(options: argparse.Namespace) -> int:
    """Trains the second reader's network on the first reader's pictures."""
    from recognition.training.reader.train import Files
    from recognition.training.second_reader.train import SECOND, read_texts

    run_training(options, SECOND, Files(options.folder, NAME), read_texts)
    return 0


def export(options: argparse.Namespace) -> int:
    """Writes the files that EasyOCR wants and their manifest, and weighs them."""
    from recognition.training.reader.train import Files, load_average
    from recognition.training.second_reader.export import export_second
    from recognition.training.second_reader.train import SECOND

    net = load_average(Files(options.folder, NAME).state, SECOND)
    options.manifest = export_second(net, options.out)
    return weigh(options)


def weigh(options: argparse.Namespace) -> int:
    """Measures what the opinions are worth and writes it into the manifest."""
    from recognition.training.second_reader.export import TrainedSecond

    path = options.manifest or SECOND_MANIFEST
    first, opinions = PlateNetwork(), TrainedSecond(path).opinions
    real, rendered = calibration_pictures(options)
    if options.data is not None:
        real += worse_pictures(options.data, options.copies, half=0)
    groups = [cases(first, opinions, some) for some in (real, rendered) if some]
    evidence = evidence_from(groups, options.threshold, options.sure)
    manifest = replace(
        load_manifest(path), evidence=asdict(evidence), partner=first.manifest.sha256
    )
    save_manifest(manifest, path)
    for seen in groups:
        _say(f"{tally(seen, options.threshold, options.sure)}")
    _say(f"{path}: {evidence}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Prints how well the second reader reads and what it does to doubtful readings."""
    from recognition.training.second_reader.export import TrainedSecond

    path = options.manifest or SECOND_MANIFEST
    first, second = PlateNetwork(), TrainedSecond(path)
    opinions, evidence = second.opinions, second.evidence
    _say(f"{evidence}")
    seen = {title: cases(first, opinions, pictures) for title, pictures in _sets(options)}
    if options.data is not None and (options.data / "scenes" / "labels.csv").exists():
        seen["Val scenes, main plate"] = scene_cases(options.data, opinions)
    for title, some in seen.items():
        for line in _report(title, some, options.threshold, evidence):
            _say(line)
    return 0


def _sets(options: argparse.Namespace) -> Iterator[tuple[str, list[LabelledPicture]]]:
    if options.data is not None:
        yield "Real val cut-outs", real_pictures(options.data)
        yield "Real val cut-outs not weighed on", real_pictures(options.data)[1::2]
        worse = worse_pictures(options.data, options.copies, half=1)
        yield f"The same, each photographed {options.copies} times worse", worse
    shard = balanced_shard(options.folder, glyph_sets(options.data), options.each)
    yield "Rendered, balanced", rendered_pictures(shard)


def worse_pictures(data: Path, copies: int, half: int) -> list[LabelledPicture]:
    """Every second val cut-out, `copies` times cut and photographed a little worse."""
    rng = np.random.default_rng([_WORSE_SEED, half])
    plates: list[RealPlate] = load_crops(data, "val")[half::2]
    return [
        LabelledPicture(augmented(rng, plate), plate.text, ("all",), plate.path)
        for plate in plates
        for _ in range(copies)
    ]


def cases(
    first: PlateNetwork, opinions: Opinions, pictures: Sequence[LabelledPicture]
) -> list[Case]:
    """Both readers on the same pictures, as they run at a gate."""
    crops = [picture.image for picture in pictures]
    texts = [text for crop in crops for text in first.read([crop])]
    doubles = np.array([text.two_lines >= 0.5 for text in texts], np.int64)
    said = opinions(preprocess(crops, first.manifest), doubles)
    return [
        Case(picture.text, _reading(text), opinion)
        for picture, text, opinion in zip(pictures, texts, said, strict=True)
    ]


def scene_cases(data: Path, opinions: Opinions) -> list[Case]:
    """Both readers on the main plate of every val scene in which one is found."""
    reader = PlateReader.default()
    size = (reader.network.manifest.width, reader.network.manifest.height)
    found = []
    for outcome in outcomes(reader, data / "scenes", truths(data)):
        if outcome.truth.texts and outcome.readings:
            main = outcome.readings[0]
            image = load_picture(data / "scenes" / outcome.truth.path)
            plate = upright(image, np.array(main.box.corners, np.float32), *size)
            (said,) = opinions(plate[None], np.array([main.two_lines], np.int64))
            truth = main.text if outcome.right else outcome.truth.texts[0]
            found.append(Case(truth, main, said))
    return found


def _reading(text: PlateText) -> Reading:
    return Reading(
        text=text.text,
        confidence=text.confidence if text.text else 0.0,
        box=_NOWHERE,
        colour=text.colour,
        colour_confidence=text.colour_confidence,
        two_lines=text.two_lines >= 0.5,
        log_probs=text.log_probs,
    )


def _report(
    title: str, seen: Sequence[Case], threshold: float, evidence: Evidence
) -> Iterator[str]:
    right = sum(case.opinion is not None and case.opinion.text == case.truth for case in seen)
    both = sum(
        case.opinion is not None and case.opinion.text == case.reading.text
        for case in seen
        if not case.right
    )
    wrong = sum(not case.right for case in seen)
    yield f"### {title}: {len(seen)} pictures"
    yield f"second reader right: {right / max(1, len(seen)):.1%}"
    yield f"first reader wrong: {wrong}; of these the second reads the same: {both}"
    yield f"doubtful below {threshold}: {tally(seen, threshold, evidence.sure)}"
    yield f"resolved: {resolved(seen, threshold, evidence)}"
    yield ""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
