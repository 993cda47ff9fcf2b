"""What a use case needs of the site, and how it reads and changes the registry.

Each change is one transaction with its history and one line of the audit; the registry that the
lanes decide by takes it in at once.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from gate.auth.users import User
from gate.domain.ports import Clock, Journal, Registry, UnitOfWork
from gate.reports.reports import Reports
from gate.settings.runtime import Settings
from registry.rules.corrections import Correction
from registry.rules.snapshot import RegistrySnapshot
from registry.store.store import Actor

T = TypeVar("T")

RegistrySession: TypeAlias = Session
"""A session of the registry, for those who hand it on to views and deeds and ask nothing of it."""


class ServiceParts(Protocol):
    """What use cases need of the site; the pages' and the API's parts both are such."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def registry(self) -> "KnownVehicles": ...
    @property
    def reports(self) -> Reports: ...
    @property
    def settings(self) -> Settings: ...


def read(services: ServiceParts, question: Callable[[Session], T]) -> T:
    """Ask the register in a session that only reads."""
    with services.journal.reading() as session:
        return question(session)


def change(services: ServiceParts, user: User, act: Callable[[UnitOfWork, Actor], T]) -> T:
    """Change the register in one transaction and let the lanes know."""
    with services.journal.unit() as unit:
        result = act(unit, Actor(user.name, services.clock.now().utc))
    services.registry.refresh()
    return result


class KnownVehicles(Registry, Protocol):
    """Who may enter, from memory; `refresh` takes in what was just committed.

    assume: corrections of who is inside that are kept, but that the database has yet to take.
    """

    @property
    def snapshot(self) -> RegistrySnapshot: ...
    def refresh(self) -> None: ...
    def assume(self, corrections: Sequence[Correction]) -> None: ...
