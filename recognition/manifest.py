"""What a weight file is: its name, its sha256, what it reads and what its outputs mean.

A manifest is a JSON file beside the weights. Loading checks the weights against it and refuses a
mismatch, so a truncated copy or weights of another alphabet can never give readings.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

MODELS = Path(__file__).with_name("models")


class ModelError(Exception):
    """A network's files are missing, damaged, or not what the program expects."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """weights: file name beside the manifest. sha256: of that file, lower-case hex.

    width, height: of the network's picture in pixels. alphabet, slots, colours: what the outputs
    stand for, in their order (empty for a detector). temperatures: one per slot, by which logits
    are divided to make stated probabilities true (empty: 1). card: file name of the model card.
    files: other files that the weights need (the network's code), name -> sha256. evidence: figures
    measured on held-back plates, by name; partner: sha256 of the weights they were measured beside.
    """

    name: str
    kind: str
    weights: str
    sha256: str
    width: int
    height: int
    card: str
    alphabet: str = ""
    slots: int = 0
    colours: tuple[str, ...] = ()
    temperatures: tuple[float, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, float] = field(default_factory=dict)
    partner: str = ""


def digest(path: Path) -> str:
    """sha256 of a file, lower-case hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save_manifest(manifest: Manifest, path: Path) -> None:
    """Writes the manifest as JSON."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def load_manifest(path: Path) -> Manifest:
    """The manifest of a JSON file; raises ModelError where it is missing, damaged or unknown."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["colours"] = tuple(raw.get("colours", ()))
        raw["temperatures"] = tuple(float(t) for t in raw.get("temperatures", ()))
        return Manifest(**raw)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path}: not a manifest ({error}); install the program's files again"
        ) from error


def checked_weights(manifest: Manifest, folder: Path = MODELS) -> bytes:
    """The weight file's bytes, after its sha256 was found to be the manifest's."""
    return _checked(folder / manifest.weights, manifest.sha256)


def checked_files(manifest: Manifest, folder: Path = MODELS) -> dict[str, bytes]:
    """The bytes of the weights and of every file that they need, by name, all checked."""
    wanted = {manifest.weights: manifest.sha256, **manifest.files}
    return {name: _checked(folder / name, sha256) for name, sha256 in wanted.items()}


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error}); install the files again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(
            f"{path}: sha256 is {found[:12]}…, the manifest says {sha256[:12]}…; "
            "the file is damaged or of another version: install the files again"
        )
    return content
