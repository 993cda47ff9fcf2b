"""uvicorn's protocol with a clock beside every thing that it waits for.

uvicorn counts the time only between two requests. Here the head of a request, its body, and the
taking of the answer have times of their own (`gate.web.connections`), and a head has a size.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gate.web.connections import Connection, Connections, ConnectionStage

MAX_HEAD = 65_536
"""Bytes of a request's head. httptools itself knows no limit."""


class DeadlineProtocol(HttpToolsProtocol):
    """One connection of the web, HTTP/1.1."""

    others: ClassVar[Connections]
    _held: Connection | None = None
    _head = 0
    _unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """TLS, if any, is agreed upon; a request is to come."""
        super().connection_made(transport)
        self._held = self.others.of(transport.get_extra_info("socket").fileno())
        self._enter(ConnectionStage.HEAD, self.others.patience.head_s)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        if self._is(ConnectionStage.IDLE):
            self._enter(ConnectionStage.HEAD, self.others.patience.head_s)
        if self._is(ConnectionStage.HEAD):
            self._head += len(data)
        super().data_received(data)
        if self._is(ConnectionStage.HEAD) and self._head > MAX_HEAD:
            self.send_400_response("the head of this request is too long")

    def on_headers_complete(self) -> None:
        """A whole head has come."""
        self._head = 0
        self._enter(ConnectionStage.BODY, self.others.patience.body_pause_s)
        self._body_until = self.loop.time() + self.others.patience.body_s
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body has come; what has become large may still come slowly, not for ever."""
        if self._held is not None and self._is(ConnectionStage.BODY):
            left = self._body_until - self.loop.time()
            self._held.wait(min(self.others.patience.body_pause_s, max(0.0, left)))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request has come: now it is waited for us."""
        self._enter(ConnectionStage.OURS, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is given; a next request may come."""
        super().on_response_complete()
        if not self.pipeline:
            self._enter(ConnectionStage.IDLE, self.others.patience.idle_s)
            self._watch_taking()

    def pause_writing(self) -> None:
        """The other end does not take what it asked for."""
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        """It takes it again."""
        super().resume_writing()
        if self._held is not None:
            self._held.wait(None if self._is(ConnectionStage.OURS) else self.others.patience.idle_s)

    def _watch_taking(self) -> None:
        """Look now and then whether what lies here unsent becomes less."""
        self._unsent = self.transport.get_write_buffer_size()
        if self._held is not None and self._unsent:
            self._held.wait(self.others.patience.take_s, self._look)

    def _look(self) -> None:
        left = self.transport.get_write_buffer_size()
        if self._held is not None and left >= self._unsent:
            self._held.cut()
        elif left:
            self._watch_taking()
        elif self._is(ConnectionStage.IDLE):
            self._enter(ConnectionStage.IDLE, self.others.patience.idle_s)

    def _is(self, stage: ConnectionStage) -> bool:
        return self._held is not None and self._held.stage is stage

    def _enter(self, stage: ConnectionStage, seconds: float | None) -> None:
        if self._held is not None:
            self._held.enter(stage, seconds)


def protocol(others: Connections) -> type[asyncio.Protocol]:
    """Return the protocol class whose connections are these."""
    bound: dict[str, Any] = {"others": others}
    return type("BoundDeadlineProtocol", (DeadlineProtocol,), bound)
