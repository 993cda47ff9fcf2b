"""From the lanes' threads to the open pages: one subscription, spread on the event loop.

`SiteEvents` calls on any thread and must get its thread back at once; NiceGUI elements may only be
touched on the event loop. A page that is closed is forgotten with its client.
"""

import asyncio
import logging
from collections.abc import Callable

from nicegui import Client

from gate.domain.ports import SiteEvents

OnChange = Callable[[str, object], None]
_log = logging.getLogger(__name__)


class EventBridge:
    """Changes of the site, for pages."""

    def __init__(self, events: SiteEvents) -> None:
        self._events = events
        self._listeners: dict[int, tuple[Client, OnChange]] = {}
        self._count = 0
        self._unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        """Subscribe; call on the running event loop."""
        loop = asyncio.get_running_loop()

        def on_change(kind: str, payload: object) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._spread, kind, payload)

        self._unsubscribe = self._events.subscribe(on_change)

    def stop(self) -> None:
        """Unsubscribe and forget every page."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._listeners.clear()

    def listen(self, client: Client, on_change: OnChange) -> Callable[[], None]:
        """Call `on_change` on the event loop, inside the client, until the page is gone.

        Returns what ends it before: for what comes and goes within a page.
        """
        self._count += 1
        key = self._count
        self._listeners[key] = (client, on_change)

        def leave() -> None:
            self._listeners.pop(key, None)

        client.on_delete(leave)
        return leave

    @property
    def listeners(self) -> int:
        """How many page parts listen: must not grow while pages come and go."""
        return len(self._listeners)

    def _spread(self, kind: str, payload: object) -> None:
        for client, on_change in tuple(self._listeners.values()):
            try:
                with client:
                    on_change(kind, payload)
            except Exception:  # One broken page must not keep the news from the others.
                _log.exception("a page could not take the change %s", kind)
