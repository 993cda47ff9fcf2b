"""Pictures, sounds and the static files, each behind the check of who asks.

A lane's newest picture is one JPEG per request: a browser allows six connections to one host, and
endless streams of several tabs would use them up and freeze every page. The page names the picture
that it has (If-None-Match) and gets none while there is no newer one: drawing the same picture
again and again is most of what a console at rest costs the hut's PC.
"""

import re
import zlib
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from gate.auth.permissions import Permission, may
from gate.console.dependencies import Services
from gate.console.session.authentication import Authentication
from gate.console.session.sessions import COOKIE
from gate.console.ui import sound
from gate.domain.passage import LaneId

_STATIC: Final = {
    "theme.css": "text/css",
    "console.js": "text/javascript",
    "presses.js": "text/javascript",
}
_SOUNDS: Final = {
    "ask.wav": sound.ASK,
    "grave.wav": sound.ALARM,
    "serious.wav": sound.WARN,
    "notice.wav": sound.NOTICE,
    "lost.wav": sound.LOST,
    "back.wav": sound.BACK,
}
# Pictures are personal data: a shared browser must not keep them on its disk.
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def router(services: Services, authentication: Authentication) -> APIRouter:
    """Return the routes under /console."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    def watcher(request: Request) -> None:
        user = authentication.who(request.cookies.get(COOKIE))
        if user is None or not may(user.role, Permission.WATCH):
            raise HTTPException(403)

    @routes.get("/lane/{lane}.jpg", dependencies=[Depends(watcher)])
    def preview(lane: str, request: Request) -> Response:
        picture = services.lanes.preview(LaneId(lane))
        if picture is None:
            return Response(status_code=204, headers=_NEVER_KEPT)
        headers = {**_NEVER_KEPT, "ETag": f'"{zlib.crc32(picture):08x}"'}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(picture, media_type="image/jpeg", headers=headers)

    @routes.get("/picture/{sha256}.jpg", dependencies=[Depends(watcher)])
    def picture(sha256: str) -> Response:
        known = services.pictures.get(sha256) if _SHA256.fullmatch(sha256) else None
        if known is None:
            return Response(status_code=404)
        return Response(known, media_type="image/jpeg", headers=_NEVER_KEPT)

    routes.get("/static/{name}")(_static)
    routes.get("/sound/{name}")(_sound)
    return routes


def _static(name: str) -> Response:
    """Return a file of the pages' looks; it is asked anew each time, for updates must show."""
    if name not in _STATIC:
        return Response(status_code=404)
    body = files("gate.console").joinpath("static", name).read_bytes()
    return Response(body, media_type=_STATIC[name], headers={"Cache-Control": "no-cache"})


def _sound(name: str) -> Response:
    if name not in _SOUNDS:
        return Response(status_code=404)
    return Response(sound.tones(_SOUNDS[name]), media_type="audio/wav")
