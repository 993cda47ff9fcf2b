"""A guard at the keyboard: presses keys at a pace and counts them. No mouse.

Chinese is typed as on every Chinese keyboard, by its sound: as many keys as the sound has letters,
and one to choose.
"""

from playwright.sync_api import Page, expect
from pypinyin import lazy_pinyin


class Typist:
    """pace_ms: from one key to the next. presses: keys so far."""

    def __init__(self, page: Page, pace_ms: float = 0.0) -> None:
        self._page, self._pace = page, pace_ms
        self.presses = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._wait(1)
            self._page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Latin letters and digits are keys; what is Chinese comes by its sound."""
        for character in text:
            if character.isascii():
                self.press(character)
            else:
                self._wait(len(lazy_pinyin(character)[0]))
                self._page.keyboard.insert_text(character)
        if not text.isascii():
            self._wait(1)

    def _wait(self, keys: int) -> None:
        self.presses += keys
        if self._pace:
            self._page.wait_for_timeout(keys * self._pace)


def register_visitor(typist: Typist, page: Page, plate: str, home: str, name: str) -> None:
    """From any page to the registered visitor: plate, household, the name as said, phone."""
    typist.press("g", "n")
    page.wait_for_url("**/visitors/new")
    expect(page.get_by_label("车牌", exact=True)).to_be_focused()
    for text in (plate, home, name, "13900001234"):
        typist.type(text)
        typist.press("Enter")
    expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
    expect(page.get_by_role("button", name="登记", exact=True)).to_be_focused()
    typist.press("Enter")
    page.wait_for_url("**/visitors?new=*")
