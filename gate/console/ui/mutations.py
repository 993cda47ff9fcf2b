"""How a page changes the register or a log-in: who may, aside from the event loop, what is said."""

import logging
from collections.abc import Callable
from typing import TypeVar

from nicegui import run
from sqlalchemy.exc import SQLAlchemyError

from gate.auth.permissions import Permission
from gate.auth.users import User, UserError
from gate.console.ui.page import PageContext
from gate.domain.errors import GateError, JournalUnavailableError
from gate.domain.ports import UnitOfWork
from gate.services import units
from registry.errors import RegistryError
from registry.store.store import Actor

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Rejected:
    """The change was not made, and the person has been told why."""


NOT_DONE = Rejected()


async def make(
    visit: PageContext, right: Permission, act: Callable[[UnitOfWork, Actor], T]
) -> T | Rejected:
    """Make a change as who is logged in now, or say why not."""
    return await work(visit, right, lambda user: units.change(visit.services, user, act))


async def work(visit: PageContext, right: Permission, doing: Callable[[User], T]) -> T | Rejected:
    """Do something to the register, aside, as who is logged in now, or say why not."""
    user = visit.act(right)
    if user is None:
        return NOT_DONE
    try:
        done = await run.io_bound(doing, user)
    except RegistryError:
        _log.exception("the register was not changed")
        visit.warn("register.refused")
        return NOT_DONE
    except (GateError, SQLAlchemyError):
        visit.warn("shell.not_kept")
        return NOT_DONE
    return done  # type: ignore[return-value]  # None only while the program stops.


async def log_in(visit: PageContext, right: Permission, change: Callable[[str], object]) -> bool:
    """Change a log-in as who is logged in now, or say why not; return whether it was done.

    change: is given the name of who acts.
    """
    user = visit.act(right)
    if user is None:
        return False
    try:
        await run.io_bound(change, user.name)
    except UserError as error:
        visit.warn(f"users.fault.{error.fault.value}")
        return False
    except JournalUnavailableError:
        visit.warn("shell.not_kept")
        return False
    visit.tell("users.done")
    return True
