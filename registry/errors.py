"""What can be broken in the register. Expected outcomes are values; these are not expected."""


class RegistryError(Exception):
    """Base of this package's exceptions."""


class RecordMissingError(RegistryError):
    """A row that the caller named by id is not there (any more)."""


class UnsavedError(RegistryError):
    """A row that should have been stored has no id."""
