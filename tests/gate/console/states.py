"""What is not a page of its own but must look right too: errors, sheets, a service that is away.

Each state is a function from a browser session that is logged in as the admin to a page that shows
it. It leaves the site as it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page

from gate.auth.permissions import Role
from gate.i18n.texts import Language, Texts
from tests.gate.console.browsing import log_in, open_context, rest, settle
from tests.gate.console.sample_site import PASSWORD
from tests.gate.console.serving import Served
from tests.gate.console.taken_space import space_taken

LANE = {"arm": "closed", "mode": "automatic", "locked": False, "maintenance": False}
KEPT_OUT = "kept-out"


@dataclass(frozen=True, slots=True)
class Stage:
    """A session, and what makes another one with the same language, theme and size."""

    browser: Browser
    pages: Served
    page: Page
    language: Language
    theme: str
    size: tuple[int, int]

    def open(self, path: str) -> Page:
        """Go to a page and wait for its socket."""
        self.page.goto(f"{self.pages.url}{path}")
        settle(self.page)
        return self.page

    @contextmanager
    def stranger(self) -> Iterator[BrowserContext]:
        """A session of nobody yet."""
        context = open_context(
            self.browser, self.pages.url, language=self.language, theme=self.theme, size=self.size
        )
        try:
            yield context
        finally:
            context.close()

    def say(self, key: str) -> str:
        """A text in this session's language."""
        return Texts(self.language).say(key)

    def press(self, key: str) -> None:
        """Press the button with this text; the last one, where a sheet has it too."""
        self.page.get_by_role("button", name=self.say(key)).last.click()

    def person(self, name: str) -> None:
        """Make a guard of this name, unless there is one."""
        people = self.pages.site.services.people
        if name not in {one.name for one in people.all()}:
            people.add(name, Role.GUARD, PASSWORD, "tests")


Shown = Callable[[Stage], Iterator[Page]]


def _plain(path: str) -> Shown:
    def shown(stage: Stage) -> Iterator[Page]:
        with stage.stranger() as context:
            page = context.new_page()
            page.goto(f"{stage.pages.url}{path}")
            yield page

    return shown


def _broken(stage: Stage) -> Iterator[Page]:
    def fail() -> NoReturn:
        raise RuntimeError("as a fault of the program would")

    lanes = stage.pages.site.lanes
    vars(lanes)["views"] = fail
    try:
        stage.page.goto(f"{stage.pages.url}/live")
        yield stage.page
    finally:
        del vars(lanes)["views"]


def _waits(stage: Stage) -> Iterator[Page]:
    stage.person(KEPT_OUT)
    with stage.stranger() as context:
        said = {"name": KEPT_OUT, "password": "a wrong one"}
        while context.request.post(f"{stage.pages.url}/login", form=said).status != 429:
            pass
        page = context.new_page()
        page.goto(f"{stage.pages.url}/login")
        page.fill("#name", KEPT_OUT)
        page.fill("#password", "a wrong one")
        page.click("button[type=submit]")
        yield page


def _away(stage: Stage) -> Iterator[Page]:
    page = stage.open("/live")
    page.evaluate("window.socket.disconnect()")
    page.wait_for_selector("#popup[aria-hidden=false]")
    rest(page)
    page.wait_for_timeout(1000)
    yield page


def _wrong_role(stage: Stage) -> Iterator[Page]:
    with stage.stranger() as context:
        page = context.new_page()
        log_in(page, stage.pages.url, "guard")
        page.goto(f"{stage.pages.url}/users")
        settle(page)
        yield page


def _space_taken(stage: Stage) -> Iterator[Page]:
    with space_taken(stage.pages):
        page = stage.open("/ask")
        rest(page)
        yield page


def _arm(key: str, **lane: object) -> Shown:
    """The sheet of the south arm, and one deed further where `key` names one."""

    def shown(stage: Stage) -> Iterator[Page]:
        lanes = stage.pages.site.lanes
        before = lanes.views()[0]
        lanes.change("south", **(LANE | lane))
        try:
            page = stage.open("/live")
            page.keyboard.press("b")
            page.keyboard.press("1")
            page.wait_for_selector("[role=dialog]")
            if key:
                stage.press(key)
                page.wait_for_function("() => document.querySelectorAll('.q-dialog').length === 1")
                page.wait_for_selector("[role=dialog]")
            rest(page)
            yield page
        finally:
            lanes.change("south", **{name: getattr(before, name) for name in LANE})

    return shown


def _token_secret(stage: Stage) -> Iterator[Page]:
    page = stage.open("/tokens")
    stage.press("tokens.add")
    page.get_by_label(stage.say("tokens.name")).fill("App")
    page.get_by_role("checkbox").first.click()
    stage.press("tokens.make")
    page.wait_for_selector(".secret")
    rest(page)
    yield page


def _second_factor(stage: Stage) -> Iterator[Page]:
    yield from _enrolling(stage, finish=False)


def _recovery_codes(stage: Stage) -> Iterator[Page]:
    yield from _enrolling(stage, finish=True)


def _enrolling(stage: Stage, *, finish: bool) -> Iterator[Page]:
    name = "telephone"
    stage.person(name)
    people, clock = stage.pages.site.services.people, stage.pages.site.clock
    with stage.stranger() as context:
        page = context.new_page()
        log_in(page, stage.pages.url, name)
        page.goto(f"{stage.pages.url}/account")
        settle(page)
        page.get_by_role("button", name=stage.say("users.factor_on")).click()
        page.wait_for_selector(".secret")
        if finish:
            code = pyotp.TOTP(page.locator(".secret").inner_text()).at(clock.now().utc)
            page.get_by_label(stage.say("account.code")).fill(code)
            page.keyboard.press("Enter")
            page.wait_for_selector(".codes")
        rest(page)
        yield page
    people.stop_second_factor(name, "tests")


def _code_needed(stage: Stage) -> Iterator[Page]:
    name = "telephone"
    stage.person(name)
    people, clock = stage.pages.site.services.people, stage.pages.site.clock
    secret, now = pyotp.random_base32(), clock.now().utc
    people.turn_on_second_factor(name, secret, pyotp.TOTP(secret).at(now), now, "tests")
    with stage.stranger() as context:
        page = context.new_page()
        page.goto(f"{stage.pages.url}/login")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("#code")
        yield page
    people.stop_second_factor(name, "tests")


STATES: dict[str, Shown] = {
    "not_there": _plain("/nowhere"),
    "session_ended": _plain("/login?why=ended"),
    "logged_out": _plain("/login?why=out"),
    "too_many_tries": _waits,
    "code_needed": _code_needed,
    "broken": _broken,
    "away": _away,
    "wrong_role": _wrong_role,
    "space_taken": _space_taken,
    "arm": _arm(""),
    "arm_lock": _arm("arm_sheet.lock"),
    "arm_maintenance": _arm("arm_sheet.begin_maintenance"),
    "arm_unlock": _arm("arm_sheet.unlock", mode="locked", locked=True),
    "arm_in_maintenance": _arm("", mode="maintenance", maintenance=True),
    "arm_fault_and_fire": _arm("", mode="fire", arm="fault"),
    "token_secret": _token_secret,
    "second_factor": _second_factor,
    "recovery_codes": _recovery_codes,
}
"""By name; a state lasts until its iterator is left."""
