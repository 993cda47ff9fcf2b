"""Users as the database last told them, for log-ins while it cannot be read or written.

Rules of this file:
- What was read last counts: a user who was changed or locked out since then is as after the change,
  because every change is followed by a reading.
- A code of the second factor that was used meanwhile counts as used also when the database is back.
"""

from collections.abc import Iterable
from dataclasses import replace

from gate.auth.totp import StoredSecret
from gate.storage.account_tables import UserRow


class RememberedPeople:
    """Rows by name. Thread-safe: everything is one assignment."""

    def __init__(self) -> None:
        self._rows: dict[str, UserRow] | None = None
        self._used: dict[str, StoredSecret] = {}

    @property
    def read(self) -> bool:
        """Whether the users were ever read."""
        return self._rows is not None

    def note(self, rows: Iterable[UserRow]) -> None:
        """Remember every user there is."""
        self._rows = {row.name: _copy(row) for row in rows}

    def get(self, name: str) -> UserRow | None:
        """Return a copy of the user's row, None for nobody."""
        row = (self._rows or {}).get(name)
        return None if row is None else _copy(row)

    def used(self, row: UserRow) -> None:
        """Note the codes of a user who logged in while the database took nothing."""
        if row.totp:
            self._used[row.name] = StoredSecret(
                row.totp, row.totp_step, tuple(row.recovery.split())
            )

    def catch_up(self, row: UserRow) -> None:
        """Take the codes that were used meanwhile from a row of the database."""
        used = self._used.get(row.name)
        if used is None or used.secret != row.totp:
            return
        row.totp_step = max(row.totp_step, used.step)
        left = [code for code in row.recovery.split() if code in used.recovery]
        row.recovery = " ".join(left)
        self._used[row.name] = replace(used, step=row.totp_step, recovery=tuple(left))


def _copy(row: UserRow) -> UserRow:
    return UserRow(**row.model_dump())
