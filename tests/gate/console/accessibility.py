"""What axe says of a page: only faults that keep somebody out."""

from collections.abc import Mapping
from types import MappingProxyType

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A theme is a class of the body: nothing but colours hangs on it.
CONTRAST = {"runOnly": ["color-contrast"]}


def serious(
    page: Page, options: Mapping[str, object] = MappingProxyType({})
) -> list[tuple[str, list[str]]]:
    """Return the serious faults of a page as it is: the rule, and where it is broken."""
    chosen = {"resultTypes": ["violations"], **options}
    violations = Axe().run(page, options=chosen).response["violations"]
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in violations
        if one["impact"] in {"serious", "critical"}
    ]
