"""What people and programs do to visitor passes. See gate.services.registry_changes."""

from dataclasses import replace
from datetime import datetime

from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from gate.services.lists import Giver
from gate.services.registry_changes import Deed
from registry.store import store, visits
from registry.store.store import Actor
from registry.store.visits import GrantRefusal, PassRequest
from registry.tables.records import VisitorPass


def announce(wanted: PassRequest, giver: Giver) -> Deed[VisitorPass | GrantRefusal]:
    """Make a visitor pass, or say why there is none: the one way for pages and programs.

    What the pass rests on follows from who gives it, whatever `wanted` says.
    """
    wanted = replace(wanted, source=giver.source)

    def act(unit: UnitOfWork, by: Actor) -> VisitorPass | GrantRefusal:
        made = visits.grant(unit.session, wanted, by)
        if isinstance(made, VisitorPass):
            home = store.label_of(unit.session, wanted.household_id)
            detail: dict[str, object] = {"pass": made.id, "household": home}
            unit.append(Audited(by.who, "visitor_registered", made.plate, detail=detail))
        return made

    return act


def revoke(number: int, why: str) -> Deed[VisitorPass]:
    """End a pass now."""

    def act(unit: UnitOfWork, by: Actor) -> VisitorPass:
        row = visits.revoke(unit.session, store.get(unit.session, VisitorPass, number), by)
        unit.append(Audited(by.who, "pass_revoked", row.plate, why))
        return row

    return act


def extend(number: int, until: datetime) -> Deed[VisitorPass | GrantRefusal]:
    """Move the end of a pass."""

    def act(unit: UnitOfWork, by: Actor) -> VisitorPass | GrantRefusal:
        row = store.get(unit.session, VisitorPass, number)
        made = visits.extend(unit.session, row, until, by)
        if isinstance(made, VisitorPass):
            detail: dict[str, object] = {"until": until.isoformat()}
            unit.append(Audited(by.who, "pass_extended", row.plate, detail=detail))
        return made

    return act
