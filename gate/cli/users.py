"""`gate user add`: make a user. The password comes from the keyboard, or a pipe's first line."""

import getpass
import sys
from pathlib import Path

from gate.app.store import open_store
from gate.auth.permissions import Role
from gate.auth.users import UserError, UserFault
from gate.settings.config import load


def add_user(config: Path, name: str, role: str) -> int:
    """Add a user and return the exit status. Raises ConfigError."""
    store = open_store(load(config))
    try:
        store.people.add(name, Role(role), _password(), by="command line")
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{name} may log in as {role}")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise UserError(UserFault.DIFFER, "the two passwords differ; try again")
    return first
