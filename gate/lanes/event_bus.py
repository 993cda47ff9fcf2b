"""Changes for pages and programs: what the lanes publish, whoever listens.

A listener is called on the publisher's thread and must return at once; one that raises is dropped
and reported, so that a broken page never holds a lane.
"""

import logging
import threading
from collections.abc import Callable

Listener = Callable[[str, object], None]
_log = logging.getLogger(__name__)


class EventBus:
    """One per site. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, on_change: Listener) -> Callable[[], None]:
        """Call `on_change(topic, value)` on each change; return what ends the subscription."""
        with self._lock:
            self._listeners = (*self._listeners, on_change)

        def leave() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not on_change)

        return leave

    def publish(self, topic: str, value: object) -> None:
        """Tell every listener. topic: "lane", "entry", "preview", "camera"."""
        for listener in self._listeners:
            try:
                listener(topic, value)
            except Exception:
                _log.exception("a listener for %s failed and was dropped", topic)
                with self._lock:
                    self._listeners = tuple(x for x in self._listeners if x is not listener)
