"""How a page changes the register: who may, aside from the event loop, and what is said after."""

from collections.abc import Callable
from typing import TypeVar

from nicegui import run
from sqlalchemy.exc import SQLAlchemyError

from gate.console import register_desk
from gate.console.visit import Visit
from gate.errors import GateError
from gate.people import Action
from gate.ports import Unit
from registry.errors import RegistryError
from registry.store import Author

T = TypeVar("T")


class NotDone:
    """The change was not made, and the person has been told why."""


NOT_DONE = NotDone()


async def make(visit: Visit, right: Action, act: Callable[[Unit, Author], T]) -> T | NotDone:
    """Make a change as who is logged in now, or say why not."""
    user = visit.act(right)
    if user is None:
        return NOT_DONE
    try:
        done = await run.io_bound(register_desk.change, visit.services, user, act)
    except RegistryError as error:
        visit.warn("register.refused", why=str(error))
        return NOT_DONE
    except (GateError, SQLAlchemyError):
        visit.warn("shell.not_kept")
        return NOT_DONE
    return done  # type: ignore[return-value]  # None only while the program stops.
