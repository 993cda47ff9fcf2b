"""Weights that are not the manifest's are refused, whatever is wrong with them."""

from pathlib import Path

import pytest

from recognition.manifest import (
    Manifest,
    ModelError,
    checked_weights,
    digest,
    load_manifest,
    save_manifest,
)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    weights = tmp_path / "net.onnx"
    weights.write_bytes(b"weights")
    return Manifest(
        name="net",
        kind="reader",
        weights="net.onnx",
        sha256=digest(weights),
        width=160,
        height=48,
        card="net.md",
        alphabet="-吉A",
        slots=8,
        colours=("blue", "white"),
        temperatures=(1.5, 1.0),
    )


def test_a_manifest_survives_the_file(manifest, tmp_path):
    save_manifest(manifest, tmp_path / "net.json")
    assert load_manifest(tmp_path / "net.json") == manifest


def test_the_right_weights_are_given(manifest, tmp_path):
    assert checked_weights(manifest, tmp_path) == b"weights"


@pytest.mark.parametrize("content", [b"", b"weight", b"weights and more"])
def test_other_weights_are_refused(manifest, tmp_path, content):
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="sha256"):
        checked_weights(manifest, tmp_path)


def test_missing_weights_are_refused(manifest, tmp_path):
    (tmp_path / "net.onnx").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        checked_weights(manifest, tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "net", "wings": 2}', "{"])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    (tmp_path / "net.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="not a manifest"):
        load_manifest(tmp_path / "net.json")


def test_a_missing_manifest_is_refused(tmp_path):
    with pytest.raises(ModelError, match="not a manifest"):
        load_manifest(tmp_path / "net.json")
