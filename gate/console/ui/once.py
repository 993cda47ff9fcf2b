"""Something that may be done once: what stands between a doubled click and a doubled deed. Pure."""

from collections.abc import Awaitable, Callable


class OneShot:
    """True the first time only, until it is given back."""

    def __init__(self) -> None:
        self._taken = False

    def take(self) -> bool:
        """Return True the first time only."""
        taken, self._taken = self._taken, True
        return not taken

    def give_back(self) -> None:
        """Let it be taken again: what was tried was not done."""
        self._taken = False


def until_done(attempt: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[None]]:
    """Return a handler that attempts one at a time, and never again once it was done.

    attempt: returns whether it was done; where it was not, the person may mend what was typed and
    press again.
    """
    once = OneShot()

    async def pressed() -> None:
        if not once.take():
            return
        done = False
        try:
            done = await attempt()
        finally:
            if not done:
                once.give_back()

    return pressed
