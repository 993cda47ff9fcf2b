"""What the pages of blocks, visitors and spaces ask of the register. No page in here.

Rows stay inside: pages get frozen values. Each change is one transaction with its history and one
line of the audit; the lanes' register takes it in at once.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from gate.auth.users import User
from gate.console.dependencies import Services
from gate.domain.ports import Unit
from registry.store.store import Author

T = TypeVar("T")


def read(services: Services, question: Callable[[Session], T]) -> T:
    """Ask the register in a session that only reads."""
    with services.journal.reading() as session:
        return question(session)


def change(services: Services, user: User, act: Callable[[Unit, Author], T]) -> T:
    """Change the register in one transaction and let the lanes know."""
    with services.journal.unit() as unit:
        result = act(unit, Author(user.name, services.clock.now().utc))
    services.registry.refresh()
    return result
