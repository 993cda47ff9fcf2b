"""The second reader: EasyOCR with a plate network of our own (extra `easyocr`).

The network is in EasyOCR's custom-network form: `plate_crnn.py` (class Model), `.yaml`, `.pth`.
Rules: nothing is downloaded; nothing is imported before a reader is made, so a gate without EasyOCR
or with the second reader off never loads torch; every file is checked against the manifest first
and EasyOCR sees only a private copy of the checked bytes; weights are loaded as tensors and cannot
run code; an error at run time ends the second opinions, never the first ones.
"""

import importlib.util
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET
from recognition.manifest import MODELS, Manifest, ModelError, checked_files, load_manifest
from recognition.one_line import HEIGHT, WIDTH, one_line
from recognition.reader import READER_MANIFEST
from recognition.second_opinion import Evidence, Opinion

Image = NDArray[np.uint8]

SECOND_MANIFEST = MODELS / "plate_crnn.json"
PACKAGE = "easyocr"
REMEDY = "pip install 'gate[easyocr]'"
_WEIGHTS_ONLY = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"

_log = logging.getLogger(__name__)


class NotInstalledError(ModelError):
    """EasyOCR is not there: the gate reads with its first reader alone."""


def installed() -> bool:
    """Return whether EasyOCR can be imported, without importing it."""
    return importlib.util.find_spec(PACKAGE) is not None


def evidence_of(manifest: Manifest, first: Manifest) -> Evidence:
    """What the opinions are worth beside this first reader; nothing where that was not measured."""
    if manifest.partner != first.sha256 or not manifest.evidence:
        return Evidence()
    return Evidence(**manifest.evidence)


class EasyOcrReader:
    """One EasyOCR reader: one object a lane, not shared between threads."""

    def __init__(
        self, manifest: Path = SECOND_MANIFEST, threads: int = 1, first: Path = READER_MANIFEST
    ) -> None:
        """Check the files and load them. Takes some seconds: torch is imported.

        Args:
            threads: of torch, for the whole process. first: manifest of the first reader.

        Raises:
            NotInstalledError: EasyOCR is not there.
            ModelError: a file is missing, damaged, of another version, or no plate network.
        """
        if not installed():
            raise NotInstalledError(f"EasyOCR is not installed; {REMEDY}")
        self.manifest = load_manifest(manifest)
        if self.manifest.alphabet != ALPHABET:
            raise ModelError(f"{manifest}: another alphabet than the program's; install it again")
        self.evidence = evidence_of(self.manifest, load_manifest(first))
        files = checked_files(self.manifest, manifest.parent)
        self._reader = _loaded(files, Path(self.manifest.weights).stem, threads)
        self._works = True

    def opinion(self, plate: Image, *, two_lines: bool) -> Opinion | None:
        """Read one upright plate (BGR uint8, any size); None where nothing was read."""
        if not self._works:
            return None
        line = one_line(plate, two_lines=two_lines)
        try:
            found = self._reader.recognize(
                line, [[0, WIDTH, 0, HEIGHT]], [], reformat=False, contrast_ths=0.0
            )
        except Exception:
            # Whatever goes wrong in there must not stop the lane's eye.
            _log.exception("the second reader failed and is not asked again")
            self._works = False
            return None
        (_, text, confidence), *_ = found
        return Opinion(str(text), min(max(float(confidence), 0.0), 1.0)) if text else None


def _loaded(files: dict[str, bytes], name: str, threads: int) -> Any:
    """EasyOCR's reader on a private copy of the checked files."""
    import easyocr
    import torch

    torch.set_num_threads(threads)
    # EasyOCR asks for pinned memory also where there is no accelerator to pin it for.
    warnings.filterwarnings("ignore", message=".*pin_memory.*")
    with tempfile.TemporaryDirectory(prefix="gate-second-") as private:
        folder = Path(private)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        _import_network(name, folder / f"{name}.py")
        with _tensors_only():
            try:
                return easyocr.Reader(
                    ["en"],
                    gpu=False,
                    model_storage_directory=private,
                    user_network_directory=private,
                    recog_network=name,
                    detector=False,
                    download_enabled=False,
                    verbose=False,
                    quantize=False,
                )
            except Exception as error:
                raise ModelError(f"{name}: EasyOCR cannot load it ({error})") from error
            finally:
                sys.path[:] = [entry for entry in sys.path if entry != private]


def _import_network(name: str, file: Path) -> None:
    """Import the checked code under the name that EasyOCR imports, before anything else can."""
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ModelError(f"{file.name}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module


@contextmanager
def _tensors_only() -> Iterator[None]:
    """EasyOCR loads weights as pickles, which can run code; torch then obeys this instead."""
    before = os.environ.get(_WEIGHTS_ONLY)
    os.environ[_WEIGHTS_ONLY] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_WEIGHTS_ONLY]
        else:
            os.environ[_WEIGHTS_ONLY] = before
