"""The shell around a lane: one thread and one inbox. Everybody else only puts messages in.

Whatever goes wrong in handling a message becomes an alarm; the arm stays as it is.
"""

import logging
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from gate.cameras.messages import Preview
from gate.domain.ports import Clock, LaneView
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import Message
from gate.lanes.worker import LaneWorker
from gate.logs.context import at_lane

MAX_WAITING = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Envelope:
    """A message, and where its answer goes; no message at all ends the thread."""

    message: Message | None
    answer: Future[bool] | None = None


class LaneThread:
    """One lane's thread."""

    def __init__(self, work: LaneWorker, clock: Clock, hub: EventBus) -> None:
        self._work, self._clock, self._hub = work, clock, hub
        self._inbox: queue.Queue[_Envelope] = queue.Queue(MAX_WAITING)
        self._preview: Preview | None = None
        self._view = work.view()
        self.lost_messages = 0
        name = f"lane-{self._view.lane}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def view(self) -> LaneView:
        """What pages show of this lane now."""
        return self._view

    @property
    def preview(self) -> Preview | None:
        """The newest small picture."""
        return self._preview

    @property
    def waiting_messages(self) -> int:
        """Length of the inbox."""
        return self._inbox.qsize()

    @property
    def is_alive(self) -> bool:
        """Whether the lane's thread works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End after what is in the inbox; return whether the thread has ended."""
        self._inbox.put(_Envelope(None))
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def tell(self, message: Message) -> None:
        """Put a message into the inbox; never blocks. Previews are only kept."""
        if isinstance(message, Preview):
            self._preview = message
            self._hub.publish("preview", self._view.lane)
        else:
            self._put(_Envelope(message))

    def ask(self, message: Message) -> "Future[bool]":
        """Put a person's message in; the future tells whether it did anything."""
        answer: Future[bool] = Future()
        if not self._put(_Envelope(message, answer)):
            answer.set_result(False)
        return answer

    def _put(self, envelope: _Envelope) -> bool:
        try:
            self._inbox.put_nowait(envelope)
        except queue.Full:
            self.lost_messages += 1
            with at_lane(self._view.lane):
                _log.error("inbox full, %s lost", type(envelope.message))
            return False
        return True

    def _run(self) -> None:
        while True:
            envelope = self._next()
            if envelope is not None and envelope.message is None:
                return
            done = self._handle(envelope.message if envelope is not None else None)
            if envelope is not None and envelope.answer is not None:
                envelope.answer.set_result(done)

    def _next(self) -> _Envelope | None:
        due = self._work.next_deadline()
        try:
            if due is None:
                return self._inbox.get()
            return self._inbox.get(timeout=max(0.0, due - self._clock.monotonic()) + 0.001)
        except queue.Empty:
            return None

    def _handle(self, message: Message | None) -> bool:
        with at_lane(self._view.lane):
            try:
                return self._work.handle(message)
            except Exception as error:
                _log.exception("a lane could not handle %s", type(message).__name__)
                self._work.report_fault(error)
                return False
            finally:
                self._publish()

    def _publish(self) -> None:
        view = self._work.view()
        if view != self._view:
            self._view = view
            self._hub.publish("lane", view)
