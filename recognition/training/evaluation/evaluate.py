"""Measures a reader as it will run (ONNX on the CPU): real val pictures and balanced rendered ones.

The real pictures are few and mostly blue, so classes and provinces are measured on rendered plates
drawn evenly, with a seed that training never uses; every figure says which pictures it is from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import PROVINCES, SLOTS, decode, encode
from recognition.reader import Logits, PlateNetwork, PlateText
from recognition.rectify import upright
from recognition.training.evaluation.scores import (
    Judged,
    accuracy,
    calibration_error,
    kept_above,
    reliability,
)
from recognition.training.synthetic.crops import RealPlate, has_old_prefix, load_added, load_crops
from recognition.training.synthetic.glyphs import GlyphSet, load_glyphs
from recognition.training.synthetic.plate_classes import READABLE, PlateClass
from recognition.training.synthetic.render import (
    HEIGHT,
    WIDTH,
    Shard,
    read_shard,
    render,
    write_shard,
)

_BALANCED_SEED = 424242
_BATCH = 64
WRONG_BUT_SURE = 0.95
"""Every wrong reading stated at least so sure is listed by name."""
OPENING = 0.99
"""What opens a barrier unless a site says otherwise: right and wrong readings so sure are counted
for every group."""
FEWEST = 7
"""Characters of the shortest plate; what is read shorter, the program drops."""
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture to be read: its truth, and the groups that it counts in."""

    image: NDArray[np.uint8]
    text: str
    groups: tuple[str, ...]
    name: str


def real_pictures(data: Path, split: str = "val") -> list[LabelledPicture]:
    """The cut-outs of a data folder's split, in the order of its label file."""
    return [_real(plate) for plate in load_crops(data, split)]


def added_pictures(data: Path, split: str = "val") -> list[LabelledPicture]:
    """Those of `added/`, cut out at their corners as the program does where these are known."""
    return [_added(plate) for plate in load_added(data, split) if not has_old_prefix(plate.text)]


def old_army_pictures(data: Path | None, each: int) -> list[LabelledPicture]:
    """Plates with a prefix that no reading can have: real val ones, then `each` rendered ones."""
    plates = load_added(data, "val") if data is not None else []
    real = [_added(plate) for plate in plates if has_old_prefix(plate.text)]
    rng = np.random.default_rng(_BALANCED_SEED)
    shard = render(rng, each, glyph_sets(data), PlateClass.ARMY_OLD)
    return real + rendered_pictures(shard)


def old_army_lines(network: PlateNetwork, pictures: Sequence[LabelledPicture]) -> Iterator[str]:
    """What is read on plates that the alphabet cannot write: the surer, the worse."""
    result = read_all(network, pictures)
    whole = [r for r in result.readings if len(r.text) >= FEWEST]
    counts = (f"{sum(r.confidence >= t for r in whole)} at {t}" for t in (0.5, 0.9, OPENING))
    yield f"### Old army plates: {len(pictures)} pictures"
    yield ""
    yield f"Read as a plate of {FEWEST} or more characters: {len(whole)}; {', '.join(counts)}."
    yield ""


def _added(plate: RealPlate) -> LabelledPicture:
    quad = plate.quad
    image = plate.image if quad is None else upright(plate.image, quad, WIDTH, HEIGHT)
    province = next((c for c in plate.text if c in PROVINCES), "none")
    groups = [f"source {plate.source}", f"class {plate.kind}", f"province {province}"]
    groups += ["two lines"] * plate.two_lines + ["O second"] * (plate.text[1:2] == "O")
    groups += ["WJ and PLA"] * (plate.kind in {"wj", "pla"})
    return LabelledPicture(image, plate.text, ("all", *groups), plate.path)


def _real(plate: RealPlate) -> LabelledPicture:
    groups = ("all", f"source {plate.source}", f"colour {plate.colour}")
    return LabelledPicture(plate.image, plate.text, groups, plate.path)


def balanced_shard(cache: Path, glyphs: tuple[GlyphSet, ...], each: int = 40) -> Shard:
    """`each` rendered plates of every class that can be read, in order; kept in `cache`."""
    path = cache / f"balanced-{each}.npy"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(_BALANCED_SEED)
        parts = [render(rng, each, glyphs, plate_class) for plate_class in READABLE]
        write_shard(path, _joined(parts))
    return read_shard(path)


def _joined(parts: Sequence[Shard]) -> Shard:
    return Shard(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("images", "labels", "colours", "lines", "classes")
        )
    )


def rendered_pictures(shard: Shard) -> list[LabelledPicture]:
    """A shard's pictures, grouped by class and by province."""
    order = list(PlateClass)
    found = []
    for index, row in enumerate(shard.labels):
        text = decode(tuple(int(v) for v in row))
        groups = ["all", f"class {order[shard.classes[index]]}"]
        groups += [f"province {c}" for c in text if c in PROVINCES][:1]
        found.append(LabelledPicture(shard.images[index], text, tuple(groups), f"rendered {index}"))
    return found


@dataclass(frozen=True, slots=True)
class Result:
    """What a network read on pictures, in their order."""

    pictures: tuple[LabelledPicture, ...]
    logits: Logits
    readings: tuple[PlateText, ...]

    def judged(self, group: str = "all") -> Judged:
        """Truth and reading of one group."""
        chosen = [i for i, p in enumerate(self.pictures) if group in p.groups]
        return Judged(
            tuple(self.pictures[i].text for i in chosen),
            tuple(self.readings[i].text for i in chosen),
            np.array([self.readings[i].confidence for i in chosen], np.float32),
        )

    def groups(self) -> tuple[str, ...]:
        """All groups, "all" first, the others by name."""
        names = {group for picture in self.pictures for group in picture.groups}
        return tuple(sorted(names, key=lambda name: (name != "all", name)))

    def wrong(self) -> list[int]:
        """Places of the wrong readings, the surest first."""
        places = [i for i, r in enumerate(self.readings) if r.text != self.pictures[i].text]
        return sorted(places, key=lambda i: -self.readings[i].confidence)


def read_all(network: PlateNetwork, pictures: Sequence[LabelledPicture]) -> Result:
    """Reads the pictures as the program does; the logits are those of the first look alone."""
    parts = [network.logits([p.image for p in some]) for some in _some(pictures)]
    readings = [r for some in _some(pictures) for r in network.read([p.image for p in some])]
    logits = Logits(
        np.concatenate([p.characters for p in parts]),
        np.concatenate([p.colours for p in parts]),
        np.concatenate([p.two_lines for p in parts]),
    )
    return Result(tuple(pictures), logits, tuple(readings))


def _some(pictures: Sequence[LabelledPicture]) -> Iterator[Sequence[LabelledPicture]]:
    for start in range(0, len(pictures), _BATCH):
        yield pictures[start : start + _BATCH]


def slot_labels(pictures: Sequence[LabelledPicture]) -> NDArray[np.int64]:
    """(n, slots) alphabet indices of the true texts."""
    return np.array([encode(p.text) for p in pictures], np.int64).reshape(-1, SLOTS)


def report_lines(title: str, result: Result) -> Iterator[str]:
    """The result as Markdown: accuracy by group, thresholds, reliability."""
    yield f"### {title}: {len(result.pictures)} pictures"
    yield ""
    yield f"| group | pictures | right | right but for the province | right at {OPENING} | wrong |"
    yield "|---|---|---|---|---|---|"
    for group in result.groups():
        judged = result.judged(group)
        whole, loose = accuracy(judged)
        kept = kept_above(judged, OPENING)
        right = f"{kept.share - kept.wrong / len(judged.texts):.2%} | {kept.wrong}"
        yield f"| {group} | {len(judged.texts)} | {whole:.2%} | {loose:.2%} | {right} |"
    yield ""
    yield "| threshold | kept | of the right ones | wrong kept |"
    yield "|---|---|---|---|"
    everything = result.judged()
    for threshold in THRESHOLDS:
        kept = kept_above(everything, threshold)
        yield f"| {threshold} | {kept.share:.1%} | {kept.of_right:.1%} | {kept.wrong} |"
    yield ""
    bars = reliability(everything.sure, everything.right())
    yield f"Whole plates, expected calibration error {calibration_error(bars):.4f}:"
    yield ""
    yield "| stated | pictures | mean stated | right |"
    yield "|---|---|---|---|"
    for bar in bars:
        span = f"{bar.low:.1f} to {bar.high:.1f}"
        yield f"| {span} | {bar.count} | {bar.stated:.3f} | {bar.right:.3f} |"
    yield ""
    yield _slots_line(result)
    yield ""
    sure = [i for i in result.wrong() if result.readings[i].confidence >= WRONG_BUT_SURE]
    yield f"Wrong but sure, at {WRONG_BUT_SURE} or more: {len(sure)}."
    for place in sure:
        picture, reading = result.pictures[place], result.readings[place]
        said = f"{picture.text} read as {reading.text}, stated {reading.confidence:.4f}"
        yield f"- {picture.name} ({picture.groups[1]}): {said}"
    yield ""


def _slots_line(result: Result) -> str:
    labels = slot_labels(result.pictures)
    log_probs = np.stack([r.log_probs for r in result.readings])
    stated = np.exp(log_probs.max(axis=2))
    right = log_probs.argmax(axis=2) == labels
    bars = reliability(stated.ravel(), right.ravel())
    by_slot = " ".join(f"{v:.2%}" for v in right.mean(axis=0))
    return f"Single slots right: {by_slot}; calibration error {calibration_error(bars):.4f}."


def glyph_sets(data: Path | None) -> tuple[GlyphSet, ...]:
    """The glyphs of a data folder, or the atlas alone."""
    folder = None if data is None else data / "glyphs"
    return load_glyphs(folder if folder is not None and folder.exists() else None)
