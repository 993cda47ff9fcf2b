"""Who uses Gate: users, roles, what each role may do, and log-in.

A log-in that fails says the same thing whether the name or the password was wrong, and takes the
same work (gate/auth/passwords.py). How often may be tried is the log-in page's affair
(gate/console/session/guesses.py), by who tries and never by the name alone, which would let anybody
keep its owner out. Wrong codes of the second factor are counted per name: they come after the right
password.
A log-in works on what can be read: where the database takes nothing the record goes to the spool.
A change of password or second factor, and being locked out, end the log-ins from before.
The table of rights is the only place where a role is compared with anything.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from gate.auth import totp
from gate.auth.passwords import Passwords
from gate.auth.permissions import Role
from gate.auth.remembered_users import RememberedPeople
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import Journal, UnitOfWork
from gate.storage.account_tables import UserRow

FAILURES_BEFORE_WAIT = 5
WAIT = timedelta(minutes=5)
MIN_PASSWORD = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class User:
    """A person who is logged in.

    role: what the person may do now. factor_missing: an admin who must set up a second factor
    before acting as one, and has a guard's rights until then. since: log-ins from before are over.
    """

    name: str
    role: Role
    language: str = "zh_CN"
    factor_missing: bool = False
    since: datetime | None = None


class LogInRefused(StrEnum):
    """Why there was no log-in."""

    WRONG = "wrong"
    WAIT = "wait"
    DISABLED = "disabled"
    CODE_NEEDED = "code_needed"
    CODE_WRONG = "code_wrong"


class UserFault(StrEnum):
    """Why a user cannot be made or changed."""

    NAME = "name"
    TAKEN = "taken"
    NOBODY = "nobody"
    OLD_PASSWORD = "old_password"
    SHORT_PASSWORD = "short_password"
    DIFFER = "differ"
    CODE = "code"
    LAST_ADMIN = "last_admin"


class UserError(Exception):
    """A user cannot be made or changed; the message says why and what to do."""

    def __init__(self, fault: UserFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class Users:
    """Users of the site. Thread-safe: every call has its own transaction.

    factor_required: an admin without a second factor is a guard until one is set up.
    """

    def __init__(self, journal: Journal, *, factor_required: bool = False) -> None:
        self._journal = journal
        self._factor_required = factor_required
        self._passwords = Passwords()
        self._remembered = RememberedPeople()

    def log_in(self, name: str, password: str, at: datetime, code: str = "") -> User | LogInRefused:
        """Check name, password and, where the user has one, the six-digit code.

        The slow hash runs outside of any transaction: nobody's log-in holds up a passage.
        """
        row = self._look_up(name)
        right = self._passwords.right(password, None if row is None else row.password)
        try:
            with self._journal.unit() as unit:
                answer = self._answer(_find(unit.session, name), right, at, code)
                unit.append(_log_in_noted(name, answer))
        except JournalUnavailableError:
            answer = self._answer(row, right, at, code)
            if row is not None and right:
                self._remembered.used(row)
            self._note_aside(_log_in_noted(name, answer))
        return answer

    def remember(self) -> None:
        """Read the users, so that they may log in when the database cannot be read later on."""
        with self._journal.reading() as session:
            self._remembered.note(session.exec(select(UserRow)))

    def _look_up(self, name: str) -> UserRow | None:
        """Return a copy of the user's row. Raises JournalUnavailableError where the users
        were never read.
        """
        try:
            self.remember()
        except JournalUnavailableError:
            if not self._remembered.read:
                raise
            _log.warning("the database cannot be read; a log-in is judged by what was read last")
        return self._remembered.get(name)

    def _note_aside(self, entry: Audited) -> None:
        """Put a log-in on record while the database takes no transaction."""
        try:
            self._journal.append(entry)
        except JournalUnavailableError:
            _log.critical(
                "%s of %r is not on record: nothing takes entries", entry.action, entry.by
            )

    def get(self, name: str) -> User | None:
        """Return the user if there is one who may still log in."""
        row = self._look_up(name)
        return self._user(row) if row is not None and not row.disabled else None

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
            raise UserError(UserFault.NAME, "a user's name has 1 to 64 characters and no spaces")
        _check_password(password)
        hashed = self._passwords.hash(password)
        with self._changing() as unit:
            if _find(unit.session, name) is not None:
                message = f"there is a user {name!r} already; choose another name"
                raise UserError(UserFault.TAKEN, message)
            row = UserRow(name=name, role=role.value, password=hashed)
            unit.session.add(row)
            unit.append(Audited(by=by, action="user_added", target=name, detail={"role": role}))
            return self._user(row)

    def set_password(self, name: str, password: str, by: str, at: datetime) -> None:
        """Give a user a new password; the log-ins from before are over. Raises UserError."""
        _check_password(password)
        hashed = self._passwords.hash(password)
        with self._changing() as unit:
            row = _need(unit, name)
            row.password, row.log_ins_since = hashed, _whole_second(at)
            unit.append(Audited(by=by, action="password_changed", target=name))

    def change_own_password(self, name: str, old: str, new: str, at: datetime) -> None:
        """Give oneself a new password. Raises UserError where the old one is wrong."""
        row = self._look_up(name)
        if not self._passwords.right(old, None if row is None else row.password):
            raise UserError(UserFault.OLD_PASSWORD, "the old password is wrong")
        self.set_password(name, new, name, at)

    def end_log_ins(self, name: str, by: str, at: datetime) -> None:
        """End every log-in of this user, on all computers. Raises UserError."""
        with self._changing() as unit:
            _need(unit, name).log_ins_since = _whole_second(at)
            unit.append(Audited(by=by, action="log_ins_ended", target=name))

    def set_role(self, name: str, role: Role, by: str) -> None:
        """Change what a user may do. Raises UserError, also for the last admin."""
        with self._changing() as unit:
            row = _need(unit, name)
            if role is not Role.ADMIN:
                _keep_an_admin(unit.session, row)
            before, row.role = row.role, role.value
            detail: dict[str, object] = {"before": before, "after": role.value}
            unit.append(Audited(by=by, action="role_changed", target=name, detail=detail))

    def set_disabled(self, name: str, disabled: bool, by: str, at: datetime) -> None:
        """Lock a user out, or let it in again. Raises UserError, also for the last admin.

        The log-ins from before stay over when the user is let in again.
        """
        with self._changing() as unit:
            row = _need(unit, name)
            if disabled:
                _keep_an_admin(unit.session, row)
            row.disabled, row.log_ins_since = disabled, _whole_second(at)
            action = "user_disabled" if disabled else "user_enabled"
            unit.append(Audited(by=by, action=action, target=name))

    def set_language(self, name: str, language: str) -> None:
        """Remember the language of a user's pages. Raises UserError."""
        with self._changing() as unit:
            _need(unit, name).language = language

    def turn_on_second_factor(
        self, name: str, secret: str, code: str, at: datetime, by: str
    ) -> tuple[str, ...]:
        """Ask for a code of this secret at every log-in from now on; return the recovery codes.

        They are shown once. The log-ins from before, which asked for no such code, are over. Raises
        UserError where the code is not of this secret: a telephone that was not set up must not
        lock its owner out.
        """
        used = totp.use(totp.StoredSecret(secret, 0, ()), code, at)
        if used is None:
            message = "the code is wrong: check the clock of the telephone and try again"
            raise UserError(UserFault.CODE, message)
        codes = totp.new_recovery_codes()
        with self._changing() as unit:
            row = _need(unit, name)
            row.totp, row.totp_step = secret, used.step
            row.log_ins_since = _whole_second(at)
            row.recovery = " ".join(totp.digests(codes))
            unit.append(Audited(by=by, action="second_factor_on", target=name))
        return codes

    def stop_second_factor(self, name: str, by: str, at: datetime) -> None:
        """Take the second factor away, e.g. for a lost telephone. Raises UserError.

        Whoever holds that telephone may be logged in: the log-ins from before are over.
        """
        with self._changing() as unit:
            row = _need(unit, name)
            row.totp, row.recovery, row.totp_step = "", "", 0
            row.log_ins_since = _whole_second(at)
            unit.append(Audited(by=by, action="second_factor_off", target=name))

    @contextmanager
    def _changing(self) -> Iterator[UnitOfWork]:
        """Give a transaction; what it changed is remembered."""
        with self._journal.unit() as unit:
            yield unit
        with suppress(JournalUnavailableError):
            self.remember()

    def _user(self, row: UserRow) -> User:
        role = Role(row.role)
        missing = self._factor_required and role is Role.ADMIN and not row.totp
        return User(
            name=row.name,
            role=Role.GUARD if missing else role,
            language=row.language,
            factor_missing=missing,
            since=row.log_ins_since,
        )

    def _answer(
        self, row: UserRow | None, right: bool, at: datetime, code: str
    ) -> User | LogInRefused:
        if row is None or not right:
            return LogInRefused.WRONG
        if row.disabled:
            return LogInRefused.DISABLED
        self._remembered.catch_up(row)
        return _code_refused(row, at, code) or self._user(row)


def _find(session: Session, name: str) -> UserRow | None:
    return session.exec(select(UserRow).where(UserRow.name == name)).one_or_none()


def _need(unit: UnitOfWork, name: str) -> UserRow:
    row = _find(unit.session, name)
    if row is None:
        raise UserError(UserFault.NOBODY, f"there is no user {name!r}")
    return row


def _use_code(row: UserRow, code: str, at: datetime) -> bool:
    kept = totp.StoredSecret(row.totp, row.totp_step, tuple(row.recovery.split()))
    after = totp.use(kept, code, at)
    if after is None:
        return False
    row.totp_step, row.recovery = after.step, " ".join(after.recovery)
    return True


def _whole_second(at: datetime) -> datetime:
    """Tokens count whole seconds: a log-in right after the change must count as after it."""
    return at.replace(microsecond=0)


def _code_refused(row: UserRow, at: datetime, code: str) -> LogInRefused | None:
    """Use the code of a user who has a second factor; return why it does not do."""
    if not row.totp:
        return None
    if row.wait_until is not None and at < row.wait_until:
        return LogInRefused.WAIT
    if not code:
        return LogInRefused.CODE_NEEDED
    if _use_code(row, code, at):
        row.failures, row.wait_until = 0, None
        return None
    row.failures += 1
    if row.failures >= FAILURES_BEFORE_WAIT:
        row.failures, row.wait_until = 0, at + WAIT
    return LogInRefused.CODE_WRONG


def _log_in_noted(name: str, answer: User | LogInRefused) -> Audited:
    if isinstance(answer, User):
        return Audited(by=name[:64], action="log_in")
    return Audited(by=name[:64], action="log_in_refused", why=answer.value)


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        message = f"a password has at least {MIN_PASSWORD} characters"
        raise UserError(UserFault.SHORT_PASSWORD, message)


def _keep_an_admin(session: Session, row: UserRow) -> None:
    if row.role != Role.ADMIN:
        return
    admins = select(UserRow).where(
        UserRow.role == Role.ADMIN.value, col(UserRow.disabled).is_(False)
    )
    if len(session.exec(admins).all()) <= 1:
        message = f"{row.name!r} is the last admin; make another one first"
        raise UserError(UserFault.LAST_ADMIN, message)
