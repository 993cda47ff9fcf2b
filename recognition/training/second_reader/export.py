"""Writes the second reader's network in EasyOCR's custom-network form, with its manifest."""

import shutil
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET
from recognition.easyocr_reader import SECOND_MANIFEST, evidence_of
from recognition.manifest import (
    MODELS,
    Manifest,
    checked_files,
    digest,
    load_manifest,
    save_manifest,
)
from recognition.models.plate_crnn import Model
from recognition.one_line import HEIGHT, WIDTH
from recognition.reader import READER_MANIFEST
from recognition.second_opinion import Opinion
from recognition.training.second_reader.train import opinions

NAME = SECOND_MANIFEST.stem
# EasyOCR cuts seven letters off every name: it expects weights of a data-parallel network.
_PREFIX = "module."
_LANGUAGES = ["en"]
_SIZES = {"input_channel": 1, "output_channel": 96, "hidden_size": 64}


def export_second(net: Model, folder: Path) -> Path:
    """Write NAME.pth, .yaml, .py and .json to the folder; return the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{NAME}.pth"
    state = {
        _PREFIX + key: value.detach().clone().contiguous()
        for key, value in net.state_dict().items()
    }
    torch.save(state, weights)
    settings = folder / f"{NAME}.yaml"
    settings.write_text(_settings(), encoding="utf-8")
    code = folder / f"{NAME}.py"
    if code.resolve() != (MODELS / code.name).resolve():
        shutil.copyfile(MODELS / code.name, code)
    manifest = Manifest(
        name=NAME,
        kind="second",
        weights=weights.name,
        sha256=digest(weights),
        width=WIDTH,
        height=HEIGHT,
        card=f"{NAME}.md",
        alphabet=ALPHABET,
        files={file.name: digest(file) for file in (settings, code)},
    )
    path = folder / f"{NAME}.json"
    save_manifest(manifest, path)
    return path


def load_exported(manifest: Path) -> Model:
    """The network of exported files, without EasyOCR."""
    file = manifest.with_suffix(".pth")
    state = torch.load(file, map_location="cpu", weights_only=True)
    net = Model(len(ALPHABET), **_SIZES)
    net.load_state_dict({key.removeprefix(_PREFIX): value for key, value in state.items()})
    return net.eval()


class TrainedSecond:
    """A second reader that says what EasyOCR says with the exported network, without EasyOCR."""

    def __init__(self, manifest: Path = SECOND_MANIFEST) -> None:
        """Load the network; raises ModelError where a file is not the manifest's."""
        loaded = load_manifest(manifest)
        checked_files(loaded, manifest.parent)
        self.evidence = evidence_of(loaded, load_manifest(READER_MANIFEST))
        self._net = load_exported(manifest)

    def opinion(self, plate: NDArray[np.uint8], *, two_lines: bool) -> Opinion | None:
        """Read one upright plate (48, 160, 3)."""
        (said,) = self.opinions(plate[None], np.array([two_lines], np.int64))
        return said

    def opinions(
        self, plates: NDArray[np.uint8], doubles: NDArray[np.int64]
    ) -> list[Opinion | None]:
        """Read many, (n, 48, 160, 3); doubles: 1 where a plate has two lines."""
        return opinions(self._net, plates, doubles)


def _settings() -> str:
    """What EasyOCR asks of a custom network's YAML."""
    return yaml.safe_dump(
        {
            "network_params": _SIZES,
            "imgH": HEIGHT,
            "lang_list": _LANGUAGES,
            "character_list": ALPHABET[1:],
        },
        allow_unicode=True,
        sort_keys=False,
    )
