"""What people put on record at a sample site: holds, disclosures, tokens, a block, an ambulance.

So that no list of a page is empty where it is looked at.
"""

from datetime import datetime, timedelta

from gate.auth.permissions import Role
from gate.auth.tokens import Scope, Tokens
from gate.auth.users import User
from gate.console.dependencies import Services
from gate.privacy import disclosures, holds
from gate.services import lists as list_deeds
from gate.services import registry_changes
from gate.services.units import change
from registry.rules import addresses
from registry.rules.kinds import BlockReason, ListedKind, PersonRole
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, parse
from registry.store import store
from registry.tables.records import Household

MANAGER = User("manager", Role.MANAGER)


def file_papers(services: Services) -> None:
    """Write them, as the manager would."""
    now = services.clock.now().utc
    with services.journal.unit() as unit:
        why = "业主投诉剐蹭，待调解"
        held = holds.place_hold(unit, by="manager", why=why, now=now, plate="吉A88888")
        holds.place_hold(unit, by="manager", why="保险理赔", now=now, plate="吉B66666")
        holds.release_hold(unit, held, by="manager", why="已和解", now=now)
        disclosures.disclose(
            unit,
            by="manager",
            now=now,
            authority="长春市公安局交警支队",
            document="长公交调证字〔2026〕118号",
            officer="李某 警号 012345",
            scope="吉A88888 2026-03-01 至 03-07 出入记录",
            basis="刑事诉讼法第五十四条",
            handed_over="密封光盘一张",
        )
    _tokens(services, now)
    lists = (
        list_deeds.block(
            _plate("吉A77777"), BlockReason.STOLEN, "报案回执 0311", now + timedelta(days=30)
        ),
        list_deeds.list_vehicle(
            _plate("吉A120J7"), ListedKind.EMERGENCY, "省医院救护车队", ValidityPeriod(None, None)
        ),
    )
    for deed in lists:
        change(services, MANAGER, deed)


def settle_owner(services: Services, home: str, name: str) -> None:
    """Let somebody own a home, e.g. 79-1-101, unless it has people already."""
    address = addresses.parse(home)
    assert address is not None
    made = change(services, MANAGER, registry_changes.add_household(address, ""))
    if isinstance(made, Household):
        fields = {"name": name, "phone": "13900009999"}
        act = registry_changes.add_person(store.id_of(made), fields, PersonRole.OWNER)
        change(services, MANAGER, act)


def _tokens(services: Services, now: datetime) -> None:
    tokens = Tokens(services.journal)
    scopes = frozenset({Scope.PASSES_WRITE, Scope.PASSES_READ})
    tokens.make("业主小程序", scopes, timedelta(days=365), by="admin", at=now)
    _, ended = tokens.make("旧系统", scopes, timedelta(days=30), by="admin", at=now)
    tokens.revoke(ended, by="admin")


def _plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found
