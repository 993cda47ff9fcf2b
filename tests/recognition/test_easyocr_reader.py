"""The second reader without EasyOCR: its files in the tree, what it refuses, that it is not there.

The reader itself is tried by `make easyocr-test`, in an environment of its own.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from recognition.alphabet import ALPHABET
from recognition.easyocr_reader import (
    SECOND_MANIFEST,
    EasyOcrReader,
    NotInstalledError,
    evidence_of,
    installed,
)
from recognition.manifest import MODELS, ModelError, checked_files, load_manifest
from recognition.one_line import HEIGHT, WIDTH
from recognition.reader import READER_MANIFEST


def test_the_files_in_the_tree_are_the_manifests_and_small() -> None:
    manifest = load_manifest(SECOND_MANIFEST)
    files = checked_files(manifest)
    assert {Path(name).suffix for name in files} == {".pth", ".py", ".yaml"}
    assert sum(map(len, files.values())) < 5_000_000
    assert manifest.alphabet == ALPHABET
    assert (MODELS / manifest.card).exists()


def test_the_settings_are_what_easyocr_asks_for() -> None:
    settings = yaml.safe_load((MODELS / "plate_crnn.yaml").read_text(encoding="utf-8"))
    assert settings["character_list"] == ALPHABET[1:]
    assert settings["imgH"] == HEIGHT
    assert WIDTH == 3 * HEIGHT
    assert settings["lang_list"] == ["en"]


def test_its_opinions_were_measured_beside_the_first_reader_in_the_tree() -> None:
    """Red after either network was trained anew: run `python -m recognition.training weigh`."""
    manifest = load_manifest(SECOND_MANIFEST)
    assert manifest.partner == load_manifest(READER_MANIFEST).sha256
    evidence = evidence_of(manifest, load_manifest(READER_MANIFEST))
    assert evidence.agree >= 1
    assert evidence.ceiling < 1


@pytest.mark.parametrize("suffix", [".pth", ".py", ".yaml"])
def test_any_other_file_is_refused(tmp_path: Path, suffix: str) -> None:
    manifest = load_manifest(SECOND_MANIFEST)
    for name, content in checked_files(manifest).items():
        (tmp_path / name).write_bytes(content)
    assert len(checked_files(manifest, tmp_path)) == 3
    with (tmp_path / f"plate_crnn{suffix}").open("ab") as stream:
        stream.write(b"\n# more")
    with pytest.raises(ModelError, match="sha256"):
        checked_files(manifest, tmp_path)


def test_easyocr_is_not_in_this_environment_and_the_reader_says_what_to_do() -> None:
    """A real absence: EasyOCR cannot be beside the torch that trains (see decision 0019)."""
    assert importlib.util.find_spec("easyocr") is None
    assert not installed()
    with pytest.raises(NotInstalledError, match="pip install"):
        EasyOcrReader()


def test_what_runs_at_a_gate_does_not_load_torch() -> None:
    """Reading with the networks of the tree, everything of the run time imported."""
    code = (
        "import sys, numpy as np\n"
        "import gate.cameras.worker, gate.app.wiring, gate.cli.check, gate.cli.replay\n"
        "from recognition.pipeline import PlateReader\n"
        "from recognition import easyocr_reader\n"
        "PlateReader.default().read(np.zeros((360, 640, 3), np.uint8))\n"
        "sys.exit(', '.join({'torch', 'easyocr', 'torchvision'} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
