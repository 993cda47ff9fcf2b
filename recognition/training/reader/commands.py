"""What each verb of `python -m recognition.training` does for the reader."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognition.reader import READER_MANIFEST, PlateNetwork
from recognition.training.evaluation.error_page import error_page
from recognition.training.evaluation.evaluate import (
    LabelledPicture,
    added_pictures,
    balanced_shard,
    glyph_sets,
    old_army_lines,
    old_army_pictures,
    read_all,
    real_pictures,
    rendered_pictures,
    report_lines,
    slot_labels,
)
from recognition.training.reader.calibrate import fit_temperatures
from recognition.training.reader.reprint import reprint_shards
from recognition.training.synthetic.atlas import draw_atlas
from recognition.training.synthetic.crops import load_added, load_crops, load_scene_plates
from recognition.training.synthetic.negatives import nothing_shards
from recognition.training.synthetic.render import (
    FOCUS_SHARES,
    read_shard,
    render,
    render_shards,
    write_shard,
)
from recognition.training.synthetic.samples import write_samples

if TYPE_CHECKING:
    from recognition.training.reader.dataset import Batch
    from recognition.training.reader.progress import Read
    from recognition.training.reader.train import Files, Net, Task

_CALIBRATION_SEED = 777


def synth(options: argparse.Namespace) -> int:
    """Renders shards."""
    cv2.setNumThreads(1)
    drawn = 0
    for focus, share in FOCUS_SHARES.items():
        drawn += render_shards(
            options.folder,
            round(share * options.pictures),
            seed=options.seed,
            glyph_folder=None if options.data is None else options.data / "glyphs",
            shard_size=options.shard_size,
            part=options.part,
            parts=options.parts,
            focus=focus,
        )
    if options.data is not None and options.part == 0:
        some, size, seed = options.pictures, options.shard_size, options.seed
        drawn += reprint_shards(options.folder, options.data, some, seed=seed, shard_size=size)
        few = some // 8
        drawn += nothing_shards(options.folder, options.data, few, seed=seed, shard_size=size)
    _say(f"{drawn} shards drawn in {options.folder}")
    return 0


def train(options: argparse.Namespace) -> int:
    """Trains, measuring on the real validation cut-outs where there is a data folder."""
    from recognition.training.reader.train import READER, Files, warmed

    weights = options.from_weights
    start = None if weights is None else partial(warmed, weights)
    run_training(options, READER, Files(options.folder), start=start)
    return 0


def run_training(
    options: argparse.Namespace,
    task: "Task[Net]",
    files: "Files",
    read: "Read | None" = None,
    start: "Callable[[Iterator[Batch]], Net] | None" = None,
) -> None:
    """Trains a task's network on the rendered pictures of the folder and the real train plates.

    read: as in `progress.measure_on`. start: as in `train.train`.
    """
    import torch

    from recognition.training.reader import train as training
    from recognition.training.reader.dataset import RealPlates, Rendered, batches
    from recognition.training.reader.progress import measure_on

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    recipe = training.Recipe(
        steps=options.steps,
        batch=options.batch,
        rate=options.rate,
        warmup=min(300, options.steps // 4 + 1),
        decay=options.decay,
        average=options.average,
        real_share=options.real_share,
        seed=options.seed,
        every=options.every,
        device=options.device,
        half=options.half,
    )
    real = None
    if options.data is not None:
        plates = load_crops(options.data, "train") + load_scene_plates(options.data, "train")
        plates += load_added(options.data, "train")
        real = RealPlates(plates) if plates else None
    stream = batches(
        np.random.default_rng(options.seed),
        Rendered(options.shards or options.folder),
        real,
        recipe.batch,
        recipe.real_share,
    )
    held_back = {}
    if options.data is not None:
        held_back = {"": real_pictures(options.data), "added ": added_pictures(options.data)}
    measure = measure_on(held_back, read)
    training.train(recipe, stream, files, task, measure, start)


def calibration_pictures(
    options: argparse.Namespace,
) -> tuple[list[LabelledPicture], list[LabelledPicture]]:
    """Every second real val picture, and rendered ones of a seed that nothing else uses."""
    real = []
    if options.data is not None:
        real = real_pictures(options.data)[::2] + added_pictures(options.data)[::2]
    path = options.folder / f"calibration-{options.pictures}.npy"
    if not path.exists():
        rng = np.random.default_rng(_CALIBRATION_SEED)
        write_shard(path, render(rng, options.pictures, glyph_sets(options.data)))
    return real, rendered_pictures(read_shard(path))


def export(options: argparse.Namespace) -> int:
    """Exports once to calibrate, then again with the temperatures."""
    from recognition.training.reader.export import export_reader
    from recognition.training.reader.train import READER, Files, load_average

    net = load_average(Files(options.folder).state, READER, *options.mean_with)
    plain = export_reader(net, options.folder / "uncalibrated", options.name)
    real, rendered = calibration_pictures(options)
    pictures = real + rendered
    result = read_all(PlateNetwork(plain), pictures)
    # Real pictures are few: together they count as much as all the rendered ones.
    weight = len(rendered) / len(real) if real else 1.0
    weights = np.array([weight] * len(real) + [1.0] * len(rendered), np.float32)
    temperatures = fit_temperatures(result.logits.characters, slot_labels(pictures), weights)
    manifest = export_reader(net, options.out, options.name, temperatures)
    _say(f"{manifest}: temperatures {temperatures}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Prints the figures; the real ones on the half of val that calibration has not seen, too."""
    network = PlateNetwork(options.manifest or READER_MANIFEST)
    results = {}
    if options.data is not None:
        sets = {"Real val cut-outs": real_pictures(options.data)}
        sets["Added val plates"] = added_pictures(options.data)
        for title, pictures in sets.items():
            if len(pictures) > 1:
                results[title] = read_all(network, pictures)
                results[f"{title} not calibrated on"] = read_all(network, pictures[1::2])
    shard = balanced_shard(options.folder, glyph_sets(options.data), options.each)
    results["Rendered, balanced"] = read_all(network, rendered_pictures(shard))
    lines = [line for title, result in results.items() for line in report_lines(title, result)]
    lines += old_army_lines(network, old_army_pictures(options.data, options.each))
    _say("\n".join(lines))
    if options.report:
        options.report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if options.html:
        options.html.write_text(error_page(results), encoding="utf-8")
    return 0


def samples(options: argparse.Namespace) -> int:
    """Draws the sheet of samples."""
    rng = np.random.default_rng(options.seed)
    write_samples(options.out, rng, glyph_sets(options.data), options.data)
    return 0


def atlas(options: argparse.Namespace) -> int:
    """Draws the atlas in the tree anew."""
    draw_atlas(Path(options.font))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
