"""Pictures go to disk aside, sealed and whole; what cannot be kept is counted."""

import hashlib
import threading
from pathlib import Path

from gate.storage.pictures import Pictures, is_name
from tests.gate.journal.journal_cast import file_keyring

JPEG = b"\xff\xd8" + bytes(5000) + b"\xff\xd9"


class SlowVault:
    """Seals only after it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def seal(self, plain: bytes, purpose: str) -> bytes:
        self.let.wait(10)
        return b"\0" + plain

    def unseal(self, sealed: bytes, purpose: str) -> bytes:
        return sealed[1:]

    def mac(self, message: bytes) -> bytes:
        return b""


def test_a_picture_is_named_by_its_content_and_comes_back(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, file_keyring())
    name = pictures.put(JPEG)
    assert name == hashlib.sha256(JPEG).hexdigest()
    assert pictures.settle()
    assert pictures.get(name) == JPEG
    on_disk = tmp_path / name[:2] / name[2:4] / f"{name}.sealed"
    assert JPEG not in on_disk.read_bytes()
    assert [found for found, _ in pictures.names()] == [name]
    pictures.close()


def test_put_does_not_wait_and_the_picture_can_be_read_meanwhile(tmp_path: Path) -> None:
    keyring = SlowVault()
    pictures = Pictures(tmp_path, keyring)
    name = pictures.put(JPEG)
    assert pictures.get(name) == JPEG
    assert pictures.counts().waiting == 1
    keyring.let.set()
    assert pictures.settle()
    assert pictures.counts().written == 1
    pictures.close()


def test_a_full_queue_drops_and_counts(tmp_path: Path) -> None:
    keyring = SlowVault()
    pictures = Pictures(tmp_path, keyring, queue=2)
    names = [pictures.put(JPEG + bytes([n])) for n in range(5)]
    assert pictures.counts().dropped == 3
    assert "too slow" in pictures.counts().trouble
    keyring.let.set()
    assert pictures.settle()
    assert [pictures.get(name) is not None for name in names] == [True, True, False, False, False]
    pictures.close()


def test_the_same_picture_is_written_once(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, file_keyring())
    assert pictures.put(JPEG) == pictures.put(JPEG)
    pictures.settle()
    pictures.put(JPEG)
    pictures.settle()
    assert len(list(pictures.names())) == 1
    pictures.close()


def test_a_disk_that_refuses_is_counted_and_the_lane_goes_on(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file stands where the folder should be")
    pictures = Pictures(tmp_path / "pictures", file_keyring())
    name = pictures.put(JPEG)
    pictures.settle()
    counts = pictures.counts()
    assert (counts.failed, counts.written) == (1, 0)
    assert counts.trouble
    assert pictures.get(name) is None
    pictures.close()


def test_a_changed_file_is_not_shown(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, file_keyring())
    name = pictures.put(JPEG)
    pictures.settle()
    pictures.path(name).write_bytes(file_keyring().seal(b"another picture", "picture"))
    assert pictures.get(name) is None
    pictures.path(name).write_bytes(b"\x01noise")
    assert pictures.get(name) is None
    pictures.close()


def test_a_removed_picture_is_gone(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path, file_keyring())
    name = pictures.put(JPEG)
    pictures.settle()
    assert pictures.remove(name)
    assert not pictures.remove(name)
    assert pictures.get(name) is None
    pictures.close()


def test_names_that_are_none_reach_no_path(tmp_path: Path) -> None:
    pictures = Pictures(tmp_path / "pictures", file_keyring())
    for name in ("", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 31 + "/a"):
        assert not is_name(name)
        assert pictures.get(name) is None
        assert not pictures.remove(name)
    assert pictures.put(b"") == ""
    pictures.close()
