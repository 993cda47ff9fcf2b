"""Who uses Gate: users, roles, what each role may do, and log-in.

Passwords are argon2id hashes (pwdlib's recommended parameters). A log-in that fails says the same
thing whether the name or the password was wrong, takes the same work, and is throttled per name.
The table of rights is the only place where a role is compared with anything.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

import pyotp
from pwdlib import PasswordHash
from sqlmodel import Session, col, select

from gate.entries import Audited
from gate.people_tables import UserRow
from gate.ports import Journal, Unit

FAILURES_BEFORE_WAIT = 5
WAIT = timedelta(minutes=5)
SHORTEST_PASSWORD = 8


class Role(StrEnum):
    """What a person is at this site."""

    GUARD = "guard"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Action(StrEnum):
    """What may be asked of the pages and the API."""

    WATCH = "watch"
    OPERATE = "operate"
    REGISTER_VISITOR = "register_visitor"
    HAND_OVER = "hand_over"
    READ_LOG_TODAY = "read_log_today"
    READ_LOG = "read_log"
    READ_CHARTS = "read_charts"
    SEARCH_REGISTRY = "search_registry"
    CHANGE_REGISTRY = "change_registry"
    REVEAL_PERSON = "reveal_person"
    EXPORT = "export"
    READ_AUDIT = "read_audit"
    CHANGE_SETTINGS = "change_settings"
    MANAGE_USERS = "manage_users"
    MANAGE_TOKENS = "manage_tokens"
    RESET_FIRE = "reset_fire"


_GUARD = frozenset(
    {
        Action.WATCH,
        Action.OPERATE,
        Action.REGISTER_VISITOR,
        Action.HAND_OVER,
        Action.READ_LOG_TODAY,
        Action.SEARCH_REGISTRY,
        Action.RESET_FIRE,
    }
)
_MANAGER = _GUARD | {
    Action.READ_LOG,
    Action.READ_CHARTS,
    Action.CHANGE_REGISTRY,
    Action.REVEAL_PERSON,
    Action.EXPORT,
    Action.READ_AUDIT,
    Action.CHANGE_SETTINGS,
}
_AUDITOR = frozenset(
    {Action.WATCH, Action.READ_LOG, Action.READ_CHARTS, Action.READ_AUDIT, Action.EXPORT}
)


def may(role: Role, action: Action) -> bool:
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


@dataclass(frozen=True, slots=True)
class User:
    """A person who is logged in."""

    name: str
    role: Role
    language: str = "zh_CN"


class LogInRefused(StrEnum):
    """Why there was no log-in."""

    WRONG = "wrong"
    WAIT = "wait"
    DISABLED = "disabled"
    CODE_NEEDED = "code_needed"
    CODE_WRONG = "code_wrong"


class UserError(Exception):
    """A user cannot be made or changed; the message says why and what to do."""


class People:
    """Users of the site. Thread-safe: every call has its own transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._hash = PasswordHash.recommended()
        self._nobody = self._hash.hash(secrets.token_hex(16))

    def log_in(self, name: str, password: str, at: datetime, code: str = "") -> User | LogInRefused:
        """Check name, password and, where the user has one, the six-digit code.

        The slow hash runs outside of any transaction: nobody's log-in holds up a passage.
        """
        with self._journal.reading() as session:
            row = _find(session, name)
            kept = row.password if row is not None else self._nobody
        right = self._hash.verify(password, kept)
        with self._journal.unit() as unit:
            row = _find(unit.session, name)
            answer = LogInRefused.WRONG if row is None else _answer(row, right, at, code)
            _count(row, answer, at)
            entered = isinstance(answer, User)
            unit.append(
                Audited(
                    by=name[:64],
                    action="log_in" if entered else "log_in_refused",
                    why="" if isinstance(answer, User) else answer.value,
                )
            )
            return answer

    def get(self, name: str) -> User | None:
        """Return the user if there is one who may still log in."""
        with self._journal.reading() as session:
            row = _find(session, name)
            return _user(row) if row is not None and not row.disabled else None

    def all(self) -> tuple[UserRow, ...]:
        """Return every user, by name."""
        with self._journal.reading() as session:
            rows = tuple(session.exec(select(UserRow).order_by(UserRow.name)))
            session.expunge_all()
            return rows

    def add(self, name: str, role: Role, password: str, by: str) -> User:
        """Make a user. Raises UserError for a bad or taken name or a short password."""
        name = name.strip()
        if not name or len(name) > 64 or any(character.isspace() for character in name):
            raise UserError("a user's name has 1 to 64 characters and no spaces")
        _check_password(password)
        hashed = self._hash.hash(password)
        with self._journal.unit() as unit:
            if _find(unit.session, name) is not None:
                raise UserError(f"there is a user {name!r} already; choose another name")
            row = UserRow(name=name, role=role.value, password=hashed)
            unit.session.add(row)
            unit.append(Audited(by=by, action="user_added", target=name, detail={"role": role}))
            return _user(row)

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give a user a new password. Raises UserError."""
        _check_password(password)
        hashed = self._hash.hash(password)
        with self._journal.unit() as unit:
            _need(unit, name).password = hashed
            unit.append(Audited(by=by, action="password_changed", target=name))

    def set_role(self, name: str, role: Role, by: str) -> None:
        """Change what a user may do. Raises UserError, also for the last admin."""
        with self._journal.unit() as unit:
            row = _need(unit, name)
            if role is not Role.ADMIN:
                _keep_an_admin(unit.session, row)
            before, row.role = row.role, role.value
            detail: dict[str, object] = {"before": before, "after": role.value}
            unit.append(Audited(by=by, action="role_changed", target=name, detail=detail))

    def set_disabled(self, name: str, disabled: bool, by: str) -> None:
        """Lock a user out, or let it in again. Raises UserError, also for the last admin."""
        with self._journal.unit() as unit:
            row = _need(unit, name)
            if disabled:
                _keep_an_admin(unit.session, row)
            row.disabled = disabled
            action = "user_disabled" if disabled else "user_enabled"
            unit.append(Audited(by=by, action=action, target=name))

    def set_language(self, name: str, language: str) -> None:
        """Remember the language of a user's pages. Raises UserError."""
        with self._journal.unit() as unit:
            _need(unit, name).language = language

    def start_second_factor(self, name: str, by: str) -> str:
        """Give a user a secret for six-digit codes; return its otpauth:// address, shown once."""
        secret = pyotp.random_base32()
        with self._journal.unit() as unit:
            _need(unit, name).totp = secret
            unit.append(Audited(by=by, action="second_factor_on", target=name))
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Gate")

    def stop_second_factor(self, name: str, by: str) -> None:
        """Take the second factor away, e.g. for a lost telephone. Raises UserError."""
        with self._journal.unit() as unit:
            _need(unit, name).totp = ""
            unit.append(Audited(by=by, action="second_factor_off", target=name))


def _find(session: Session, name: str) -> UserRow | None:
    return session.exec(select(UserRow).where(UserRow.name == name)).one_or_none()


def _need(unit: Unit, name: str) -> UserRow:
    row = _find(unit.session, name)
    if row is None:
        raise UserError(f"there is no user {name!r}")
    return row


def _user(row: UserRow) -> User:
    return User(name=row.name, role=Role(row.role), language=row.language)


def _answer(row: UserRow, right: bool, at: datetime, code: str) -> User | LogInRefused:
    if row.wait_until is not None and at < row.wait_until:
        return LogInRefused.WAIT
    if not right:
        return LogInRefused.WRONG
    if row.disabled:
        return LogInRefused.DISABLED
    if row.totp and not code:
        return LogInRefused.CODE_NEEDED
    if row.totp and not pyotp.TOTP(row.totp).verify(code, for_time=at, valid_window=1):
        return LogInRefused.CODE_WRONG
    return _user(row)


def _count(row: UserRow | None, answer: User | LogInRefused, at: datetime) -> None:
    if row is None:
        return
    if isinstance(answer, User):
        row.failures, row.wait_until = 0, None
    elif answer in {LogInRefused.WRONG, LogInRefused.CODE_WRONG}:
        row.failures += 1
        if row.failures >= FAILURES_BEFORE_WAIT:
            row.failures, row.wait_until = 0, at + WAIT


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"a password has at least {SHORTEST_PASSWORD} characters")


def _keep_an_admin(session: Session, row: UserRow) -> None:
    if row.role != Role.ADMIN:
        return
    admins = select(UserRow).where(
        UserRow.role == Role.ADMIN.value, col(UserRow.disabled).is_(False)
    )
    if len(session.exec(admins).all()) <= 1:
        raise UserError(f"{row.name!r} is the last admin; make another one first")
