"""Roles and what each of them may do. Pure."""

from enum import StrEnum
from typing import assert_never


class Role(StrEnum):
    """What a person is at this site."""

    GUARD = "guard"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What may be asked of the pages and the API."""

    WATCH = "watch"
    OPERATE = "operate"
    REGISTER_VISITOR = "register_visitor"
    HAND_OVER = "hand_over"
    SEE_INSIDE = "see_inside"
    CORRECT_INSIDE = "correct_inside"
    READ_LOG_TODAY = "read_log_today"
    READ_LOG = "read_log"
    READ_CHARTS = "read_charts"
    SEARCH_REGISTRY = "search_registry"
    CHANGE_REGISTRY = "change_registry"
    REVEAL_PERSON = "reveal_person"
    EXPORT = "export"
    READ_AUDIT = "read_audit"
    CHANGE_SETTINGS = "change_settings"
    PROTECT_DATA = "protect_data"
    MANAGE_USERS = "manage_users"
    MANAGE_TOKENS = "manage_tokens"
    RESET_FIRE = "reset_fire"


_GUARD = frozenset(
    {
        Permission.WATCH,
        Permission.OPERATE,
        Permission.REGISTER_VISITOR,
        Permission.HAND_OVER,
        Permission.SEE_INSIDE,
        Permission.CORRECT_INSIDE,
        Permission.READ_LOG_TODAY,
        Permission.SEARCH_REGISTRY,
        Permission.RESET_FIRE,
    }
)


_MANAGER = _GUARD | {
    Permission.READ_LOG,
    Permission.READ_CHARTS,
    Permission.CHANGE_REGISTRY,
    Permission.REVEAL_PERSON,
    Permission.EXPORT,
    Permission.READ_AUDIT,
    Permission.CHANGE_SETTINGS,
    Permission.PROTECT_DATA,
}


_AUDITOR = frozenset(
    {
        Permission.WATCH,
        Permission.SEE_INSIDE,
        Permission.READ_LOG,
        Permission.READ_CHARTS,
        Permission.READ_AUDIT,
        Permission.EXPORT,
    }
)


def may(role: Role, action: Permission) -> bool:
    """Return whether the role has the right. Admins manage people and settings beside all else."""
    match role:
        case Role.GUARD:
            return action in _GUARD
        case Role.MANAGER:
            return action in _MANAGER
        case Role.AUDITOR:
            return action in _AUDITOR
        case Role.ADMIN:
            return True
        case _ as unreachable:
            assert_never(unreachable)
