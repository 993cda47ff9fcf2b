"""The headers of every answer, and what a page may load: the tightest that its program allows.

NiceGUI builds its pages with scripts in the page and with `eval`; pages of ours that have no script
(log-in, what is not there, what went wrong) and the API's answers may load and run none.
'self' covers the page's own socket (CSP 3); an old browser that does not know that polls instead.
"""

from typing import Final

_NEVER: Final = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
PAGES: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' blob:; "  # Alarms must sound while the service is away.
    f"connect-src 'self'; form-action 'self'; {_NEVER}"
)
PLAIN: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    f"form-action 'self'; {_NEVER}"
)
DATA: Final = f"default-src 'none'; form-action 'none'; {_NEVER}"
POLICY: Final = "Content-Security-Policy"

ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def headers(path: str) -> dict[str, str]:
    """Return the headers of an answer at this path; the answer's own go first."""
    data = path.startswith("/api/") or path in {"/healthz", "/readyz", "/metrics"}
    return ALWAYS | {POLICY: DATA if data else PAGES}
