"""Reads plates that were cut out upright: characters with their probabilities, colour, lines.

Preprocess, infer and postprocess are three functions; `PlateNetwork` holds the session. Rules: the
network reads one- and two-line plates from the same squashed picture, so nothing is segmented; the
stated confidence is the calibrated probability of the *least sure* slot, blanks included, because
one wrong or missing character is another plate; the grammar that is handed in ranks texts and
never makes one surer than the picture makes it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from recognition.manifest import MODELS, Manifest, ModelError, checked_weights, load_manifest
from recognition.plate_colours import allowed_colours
from recognition.reading import Candidate, Colour

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Plausible = Callable[[str], bool]

READER_MANIFEST = MODELS / "reader.json"
# A text that the grammar allows may stand before a better one that it forbids, but only where the
# picture leaves it at least this share of the best text's probability.
_GRAMMAR_REACH = 0.01
_MAX_CANDIDATES = 5
_BEAM = 12
_SURE = 0.9995
# Readings less sure than this are looked at again with the edges moved by these shares of width and
# height: what depends on the cut cannot then seem sure. Of 1,260 rendered plates 125 were wrong in
# place of 139, of 335 real cut-outs 5 as before (moved both ways: 125 and 8).
_DOUBTFUL = 0.97
_CLOSER = (-0.015, -0.04)


@dataclass(frozen=True, slots=True)
class Logits:
    """What the network says of n plates: characters (n, slots, alphabet), colours (n, colours),
    two_lines (n,), all float32 and before any softmax.
    """

    characters: Floats
    colours: Floats
    two_lines: Floats


@dataclass(frozen=True, slots=True)
class PlateText:
    """One plate's reading.

    text: best text, empty where the picture shows no characters. confidence: 0..1, of the least
    sure slot. colour_confidence, two_lines: probabilities 0..1. log_probs: float32 (slots,
    alphabet), each row a distribution. candidates: other texts, best first, at most five.
    """

    text: str
    confidence: float
    colour: Colour
    colour_confidence: float
    two_lines: float
    log_probs: Floats = field(repr=False, compare=False)
    candidates: tuple[Candidate, ...] = ()


def preprocess(crops: Sequence[Image], manifest: Manifest) -> Image:
    """Upright plates, BGR uint8 of any size, as one uint8 batch (n, height, width, 3)."""
    batch = np.empty((len(crops), manifest.height, manifest.width, 3), np.uint8)
    for place, crop in zip(batch, crops, strict=True):
        high, wide = crop.shape[:2]
        shrinks = wide > 1.3 * manifest.width or high > 1.3 * manifest.height
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cv2.resize(crop, (manifest.width, manifest.height), dst=place, interpolation=how)
    return batch


def another_look(crop: Image, manifest: Manifest, across: float, down: float) -> Image:
    """The crop at the network's size with its edges moved outwards by shares of its size.

    Outside the crop its border is carried on; negative shares cut a little off.
    """
    (fitted,) = preprocess([crop], manifest)
    x, y = across * manifest.width, down * manifest.height
    scale_x, scale_y = 1 / (1 + 2 * across), 1 / (1 + 2 * down)
    matrix = np.array([[scale_x, 0, x * scale_x], [0, scale_y, y * scale_y]], np.float32)
    size = (manifest.width, manifest.height)
    moved = cv2.warpAffine(fitted, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8)


def averaged(looks: Logits, manifest: Manifest) -> Logits:
    """Several looks at one plate as one: the mean of the probabilities that each would state."""
    heat = np.array(manifest.temperatures or (1.0,) * manifest.slots, np.float32)[:, None]
    return Logits(
        _mean_logits(looks.characters / heat) * heat,
        _mean_logits(looks.colours),
        looks.two_lines.mean(axis=0, keepdims=True),
    )


def _mean_logits(logits: Floats) -> Floats:
    probabilities = np.exp(log_softmax(logits)).mean(axis=0, keepdims=True)
    return np.asarray(np.log(np.maximum(probabilities, 1e-12)), dtype=np.float32)


def infer(session: ort.InferenceSession, batch: Image) -> Logits:
    """Runs the network on a batch of `preprocess`."""
    name = session.get_inputs()[0].name
    characters, colours, two_lines = session.run(None, {name: batch})
    return Logits(characters, colours, two_lines)


def log_softmax(logits: Floats) -> Floats:
    """Natural logarithms of the softmax over the last axis."""
    low = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(low - np.log(np.exp(low).sum(axis=-1, keepdims=True)), dtype=np.float32)


def postprocess(
    logits: Logits,
    manifest: Manifest,
    plausible: Plausible | None = None,
    told: Sequence[frozenset[Colour]] | None = None,
) -> tuple[PlateText, ...]:
    """Texts, calibrated probabilities, colours and alternatives of a batch.

    plausible: whether a text can be a plate; None ranks by the picture alone. told: the colours
    that can be told of each plate (`recognition.chroma`); any other is unknown and doubts nothing.
    None: all.
    """
    temperatures = np.array(manifest.temperatures or (1.0,) * manifest.slots, np.float32)
    log_probs = log_softmax(logits.characters / temperatures[:, None])
    colours = np.exp(log_softmax(logits.colours))
    two_lines = 1 / (1 + np.exp(-logits.two_lines))
    return tuple(
        _plate_text(
            log_probs[i],
            colours[i],
            float(two_lines[i]),
            manifest,
            plausible,
            frozenset(Colour) if told is None else told[i],
        )
        for i in range(len(log_probs))
    )


@dataclass(frozen=True, slots=True)
class _Path:
    """A text with the logarithms of its joint probability and of its least sure slot."""

    text: str
    joint: float
    least: float


def _plate_text(
    log_probs: Floats,
    colours: Floats,
    two_lines: float,
    manifest: Manifest,
    plausible: Plausible | None,
    told: frozenset[Colour],
) -> PlateText:
    paths = _ranked(_paths(log_probs, manifest.alphabet), plausible)
    named = [Colour(name) for name in manifest.colours]
    best = paths[0]
    agreement = sum(
        float(p)
        for name, p in zip(named, colours, strict=True)
        if name in allowed_colours(best.text)
    )
    colour, confidence = int(colours.argmax()), float(np.exp(best.least))
    known = named[colour] in told
    return PlateText(
        text=best.text,
        confidence=_doubted(confidence, agreement) if known else confidence,
        colour=named[colour] if known else Colour.UNKNOWN,
        colour_confidence=float(colours[colour]) if known else 0.0,
        two_lines=two_lines,
        log_probs=log_probs,
        candidates=tuple(
            Candidate(path.text, float(np.exp(path.least)))
            for path in paths[1 : 1 + _MAX_CANDIDATES]
            if path.text
        ),
    )


def _doubted(confidence: float, agreement: float) -> float:
    """A colour that contradicts the text caps the confidence; one that agrees adds nothing."""
    return confidence if agreement >= 0.5 else min(confidence, agreement)


def _paths(log_probs: Floats, alphabet: str) -> list[_Path]:
    """The most probable texts, best first: sure slots are taken as they are, others branch."""
    beam = [_Path("", 0.0, 0.0)]
    for slot in log_probs:
        width = 1 if float(slot.max()) > np.log(_SURE) else 3
        choices = np.argsort(-slot)[:width]
        grown = [
            _Path(
                path.text + (alphabet[index] if index else ""),
                path.joint + float(slot[index]),
                min(path.least, float(slot[index])),
            )
            for path in beam
            for index in choices
        ]
        beam = sorted(grown, key=lambda path: -path.joint)[:_BEAM]
    unique: dict[str, _Path] = {}
    for path in beam:
        unique.setdefault(path.text, path)
    return list(unique.values())


def _ranked(paths: list[_Path], plausible: Plausible | None) -> list[_Path]:
    """What the grammar allows first, as far as the picture lets it; the rest as it was."""
    if plausible is None:
        return paths
    reach = paths[0].joint + float(np.log(_GRAMMAR_REACH))
    return sorted(paths, key=lambda path: not (path.joint >= reach and plausible(path.text)))


class PlateNetwork:
    """The reader's session: one object a lane, not shared between threads."""

    def __init__(self, manifest: Path = READER_MANIFEST, threads: int = 1) -> None:
        """Loads and checks the weights; raises ModelError where they are not the manifest's.

        threads: cores that one reading may use (1 is best where several lanes share a machine).
        """
        self.manifest = load_manifest(manifest)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        weights = checked_weights(self.manifest, manifest.parent)
        self._session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        _check_outputs(self._session, self.manifest)

    def logits(self, crops: Sequence[Image]) -> Logits:
        """The network's raw outputs, for measuring and calibrating."""
        return infer(self._session, preprocess(crops, self.manifest))

    def read(
        self, crops: Sequence[Image], plausible: Plausible | None = None
    ) -> tuple[PlateText, ...]:
        """Reads upright plates (BGR uint8, any size), in their order; () for none.

        A doubtful plate is looked at once more, a little closer, and the looks are averaged; the
        first counts twice. (Edges moved outwards as well cost provinces at the edge of a cut-out.)
        """
        if not crops:
            return ()
        logits = self.logits(crops)
        texts = list(postprocess(logits, self.manifest, plausible))
        for index, text in enumerate(texts):
            if text.confidence < _DOUBTFUL:
                again = self._again(crops[index], logits, index)
                (texts[index],) = postprocess(again, self.manifest, plausible)
        return tuple(texts)

    def _again(self, crop: Image, logits: Logits, index: int) -> Logits:
        closer = self.logits([another_look(crop, self.manifest, *_CLOSER)])
        first = slice(index, index + 1)
        looks = Logits(
            *(
                np.concatenate([seen[first], seen[first], again])
                for seen, again in (
                    (logits.characters, closer.characters),
                    (logits.colours, closer.colours),
                    (logits.two_lines, closer.two_lines),
                )
            )
        )
        return averaged(looks, self.manifest)


def _check_outputs(session: ort.InferenceSession, manifest: Manifest) -> None:
    shape = session.get_outputs()[0].shape
    wanted = [manifest.slots, len(manifest.alphabet)]
    if list(shape[1:]) != wanted:
        raise ModelError(
            f"{manifest.weights}: gives {shape[1:]} per plate, its manifest says {wanted}; "
            "weights and manifest are of different versions: install the files again"
        )
