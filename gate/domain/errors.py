"""What can be broken in the gate's own parts: one base, one error for each thing a caller may do.

Expected outcomes are values (`Written`, `Standing`, `Decision`); these are what should not be.
"""


class GateError(Exception):
    """Base of every error that the package `gate` raises on purpose."""


class JournalUnavailableError(GateError):
    """Nothing could be written durably: neither the database nor the spool took it."""


class OpeningRefusedError(GateError):
    """The order to raise is not to be obeyed: its passage already has one, or its pass is spent."""


class DatabaseUnusableError(GateError):
    """The database cannot be opened: damaged, newer than this program, or not to be reached."""


class VaultError(GateError):
    """A key is missing, open to others, or does not fit what it should unlock."""


class RestoreRefusedError(GateError):
    """A backup is incomplete or changed; nothing was replaced."""
