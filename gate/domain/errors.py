"""What can be broken in the gate's own parts: one base, one error for each thing a caller may do.

Expected outcomes are values (`Written`, `Standing`, `Decision`); these are what should not be.
"""


class GateError(Exception):
    """Base of every error that the package `gate` raises on purpose."""


class JournalAway(GateError):  # noqa: N818 - the ports name it so; it says a state, not a mistake
    """Nothing could be written durably: neither the database nor the spool took it."""


class OpeningRefused(GateError):  # noqa: N818 - an order that must not be obeyed, not a mistake
    """The order to raise is not to be obeyed: its passage already has one, or its pass is spent."""


class DatabaseUnusable(GateError):  # noqa: N818 - a state of the file, named for the operator
    """The database cannot be opened: damaged, newer than this program, or not to be reached."""


class VaultError(GateError):
    """A key is missing, open to others, or does not fit what it should unlock."""


class RestoreRefused(GateError):  # noqa: N818 - says why a restore was not begun
    """A backup is incomplete or changed; nothing was replaced."""
