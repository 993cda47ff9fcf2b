"""What is sealed comes back only with its key and for its purpose; key files are kept private."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.errors import VaultError
from gate.storage.encryption import (
    FileKeyring,
    NoEncryption,
    open_vault,
    rotate,
    seal_text,
    unseal_text,
)

VAULT = FileKeyring({1: bytes(32)})


@given(st.binary(max_size=200))
def test_what_was_sealed_comes_back(plain: bytes) -> None:
    sealed = VAULT.seal(plain, "body")
    assert VAULT.unseal(sealed, "body") == plain
    assert len(plain) < 8 or plain not in sealed


@given(st.binary(max_size=50), st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(plain: bytes, at: int, by: int) -> None:
    sealed = bytearray(VAULT.seal(plain, "body"))
    at %= len(sealed)
    sealed[at] ^= by
    if sealed[0] == 0:
        return  # Marked as clear: then it is not believed to be sealed, and reads as noise.
    with pytest.raises(VaultError):
        VAULT.unseal(bytes(sealed), "body")


def test_a_value_cannot_be_moved_to_another_purpose() -> None:
    with pytest.raises(VaultError):
        VAULT.unseal(VAULT.seal(b"x", "picture"), "body")


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert VAULT.seal(b"same", "body") != VAULT.seal(b"same", "body")


def test_clear_values_stay_readable_after_sealing_is_switched_on() -> None:
    assert VAULT.unseal(NoEncryption().seal(b"old", "body"), "body") == b"old"
    with pytest.raises(VaultError, match="key file"):
        NoEncryption().unseal(VAULT.seal(b"new", "body"), "body")


def test_a_rotated_key_seals_and_the_old_one_still_reads(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "vault.key"
    old = open_vault(file)
    sealed = old.seal(b"before", "body")
    assert rotate(file) == 2
    new = open_vault(file)
    assert new.unseal(sealed, "body") == b"before"
    assert new.seal(b"after", "body")[0] == 2
    assert new.mac(b"m") == old.mac(b"m")
    with pytest.raises(VaultError, match="not in the key file"):
        old.unseal(new.seal(b"after", "body"), "body")


def test_the_key_file_is_private(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    open_vault(file)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        open_vault(file)


def test_a_damaged_key_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    file.write_text("1:!nonsense!")
    file.chmod(0o600)
    with pytest.raises(VaultError, match="damaged"):
        open_vault(file)
    assert file.read_text() == "1:!nonsense!"


def test_a_missing_key_file_is_made_only_when_allowed(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read"):
        open_vault(tmp_path / "vault.key", create=False)


@given(st.text(max_size=40))
def test_personal_texts_are_sealed_and_empty_ones_stay_empty(text: str) -> None:
    if text.startswith("sealed:") or any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    sealed = seal_text(VAULT, text, "phone")
    assert unseal_text(VAULT, sealed, "phone") == text
    assert (sealed == "") == (text == "")
    assert unseal_text(VAULT, text, "phone") == text
