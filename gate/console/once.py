"""Something that may be done once: what stands between a doubled click and a doubled deed. Pure."""


class Once:
    """True the first time only."""

    def __init__(self) -> None:
        self._taken = False

    def take(self) -> bool:
        """Return True the first time only."""
        taken, self._taken = self._taken, True
        return not taken
