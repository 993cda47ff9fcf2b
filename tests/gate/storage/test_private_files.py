"""Nobody else on the machine can read what the site keeps."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate.app.clock import SystemClock
from gate.app.store import open_store
from gate.auth.permissions import Role
from gate.journal import backup
from gate.settings.config import Config
from gate.storage import private_files
from gate.storage.database import FILE, copy_beside, open_database
from gate.storage.pictures import Pictures

pytestmark = pytest.mark.slow

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """The laxest umask that there is."""
    before = os.umask(0)
    yield
    os.umask(before)


def config(data: Path) -> Config:
    text = {
        "data": str(data),
        "boards": {"one": {"protocol": "waveshare", "url": "socket://127.0.0.1:9"}},
        "lanes": {
            "south": {
                "name": "南门",
                "direction": "in",
                "camera": {"source": "none.png"},
                "barrier": {"board": "one", "raise": 1},
            }
        },
    }
    return Config.model_validate(text)


def fill(data: Path) -> Path:
    """Do a little of everything; return the folder of a backup."""
    store = open_store(config(data))
    with closing(store):
        store.people.add("guard", Role.GUARD, PASSWORD, by="test")
        store.pictures.put(b"a picture")
        assert store.pictures.settle()
        copy_beside(data / FILE, "before-upgrade-from-0001")
        made = backup.make(data, data.parent / "usb", store.pictures, store.clock.now().utc)
    return made.folder


def open_to_others(folder: Path) -> list[str]:
    """Return what others could get at: nothing below a folder that is shut."""
    if not folder.stat().st_mode & 0o077:
        return []
    found = [str(folder)]
    for path in folder.iterdir():
        if path.is_dir():
            found += open_to_others(path)
        elif path.stat().st_mode & 0o077:
            found.append(str(path))
    return found


def not_ours_alone(folder: Path) -> list[str]:
    """Return everything that others have any right to, shut in or not."""
    return [str(p) for p in (folder, *folder.rglob("*")) if p.stat().st_mode & 0o077]


def test_whatever_is_made_is_made_for_its_user_alone(tmp_path: Path) -> None:
    made = fill(tmp_path / "site" / "data")
    assert open_to_others(tmp_path / "site" / "data") == []
    assert open_to_others(made) == []
    data = tmp_path / "site" / "data"
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", "journal.spool", "journal.witness"):
        if (data / name).exists():
            assert not (data / name).stat().st_mode & 0o077, name
    assert not (made / FILE).stat().st_mode & 0o077


def test_the_command_line_makes_nothing_for_others(tmp_path: Path) -> None:
    data, written = tmp_path / "data", tmp_path / "config.yaml"
    written.write_text(config(data).model_dump_json(by_alias=True), encoding="utf-8")
    for words in (["user", "add", "guard", "--role", "guard"], ["backup", str(tmp_path / "usb")]):
        command = [sys.executable, "-m", "gate", *words, "--config", str(written)]
        done = subprocess.run(
            command, input=PASSWORD, text=True, capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
    assert not_ours_alone(data) == []
    assert not_ours_alone(tmp_path / "usb") == []


def test_what_an_older_release_left_open_is_closed_at_the_start(tmp_path: Path) -> None:
    data = tmp_path / "site" / "data"
    made = fill(data)
    for path in (data, *data.rglob("*"), made, *made.rglob("*")):
        if "keys" not in path.parts[-2:]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    open_store(config(data)).close()
    assert open_to_others(data) == []
    assert not (data / FILE).stat().st_mode & 0o077
    with closing(open_store(config(data))) as store:
        backup.make(data, data.parent / "usb", store.pictures, store.clock.now().utc)
    assert open_to_others(made) == []


def test_a_restore_leaves_nothing_open(tmp_path: Path) -> None:
    data = tmp_path / "site" / "data"
    made = fill(data)
    for path in made.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with closing(open_store(config(data))) as store:
        keyring = store.keyring
    backup.restore(data, made, keyring, SystemClock())
    assert open_to_others(data) == []
    assert not_ours_alone(data / FILE) == []


def test_a_database_elsewhere_is_closed_as_well(tmp_path: Path) -> None:
    place = tmp_path / "else.db"
    open_database(f"sqlite:///{place}").dispose()
    assert not place.stat().st_mode & 0o077
    place.chmod(0o666)
    open_database(f"sqlite:///{place}").dispose()
    assert not place.stat().st_mode & 0o077


def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    data = tmp_path / "shared"
    data.mkdir(mode=0o755)
    (data / "somebody's").write_text("letter")
    fill(data)
    assert data.stat().st_mode & 0o777 == 0o755
    assert [path for path in open_to_others(data) if "gate.db" in path or "keys" in path] == []


def test_a_shared_folder_is_named_and_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    private_files.close(shared)
    assert shared.stat().st_mode & 0o7777 == 0o1777
    assert "can be read by others" in caplog.text


def test_pictures_begin_in_a_folder_of_their_own(tmp_path: Path) -> None:
    with closing(open_store(config(tmp_path / "data"))) as store:
        pictures = Pictures(tmp_path / "album", store.keyring)
        name = pictures.put(b"a picture")
        assert pictures.settle()
        pictures.close()
    assert not (tmp_path / "album").stat().st_mode & 0o077
    assert not pictures.path(name).stat().st_mode & 0o077
