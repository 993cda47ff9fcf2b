"""Lanes as they are now, and changes as they happen (server-sent events)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from gate.api.auth import ReadsLanes
from gate.api.dependencies import ApiModel, Services
from gate.domain.ports import LaneView

router = APIRouter(tags=["lanes"])
WAITING = 256
"""Changes kept for a slow listener; the oldest goes first when there are more."""


class LaneOut(ApiModel):
    """A lane now."""

    lane: str
    name: str
    direction: str
    state: str
    since: datetime
    passage: str | None
    verdict: str | None
    reason: str | None
    arm: str
    mode: str
    link: str
    presence: str
    camera: str


@router.get("/lanes", summary="All lanes as they are now")
def lanes(caller: ReadsLanes, to: Services) -> list[LaneOut]:
    """Return every lane, without any plate."""
    del caller
    return [_out(view) for view in to.lanes.views()]


@router.get("/events", summary="Changes of lanes as they happen (text/event-stream)")
async def events(request: Request, caller: ReadsLanes) -> StreamingResponse:
    """Stream each change of a lane as one event until the caller disconnects."""
    del caller
    queue: asyncio.Queue[LaneOut] = asyncio.Queue(WAITING)
    loop = asyncio.get_running_loop()

    def on_change(topic: str, value: object) -> None:
        if topic == "lane" and isinstance(value, LaneView):
            loop.call_soon_threadsafe(_put, queue, _out(value))

    leave = request.app.state.events.subscribe(on_change)
    stream = _stream(request, queue)

    async def told() -> AsyncIterator[str]:
        try:
            async for line in stream:
                yield line
        finally:
            leave()

    return StreamingResponse(told(), media_type="text/event-stream")


async def _stream(request: Request, queue: "asyncio.Queue[LaneOut]") -> AsyncIterator[str]:
    while not await request.is_disconnected():
        try:
            change = await asyncio.wait_for(queue.get(), timeout=15)
        except TimeoutError:
            yield ": still here\n\n"
            continue
        data = json.dumps(change.model_dump(mode="json"), ensure_ascii=False)
        yield f"event: lane\ndata: {data}\n\n"


def _put(queue: "asyncio.Queue[LaneOut]", change: LaneOut) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(change)


def _out(view: LaneView) -> LaneOut:
    return LaneOut(
        lane=view.lane,
        name=view.name,
        direction=view.direction,
        state=view.state,
        since=view.since,
        passage=view.passage,
        verdict=view.decision.verdict if view.decision else None,
        reason=view.decision.reason if view.decision else None,
        arm=view.arm,
        mode=view.mode,
        link=view.link,
        presence=view.presence,
        camera=view.camera,
    )
