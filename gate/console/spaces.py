"""Parking spaces: whose each is, which vehicles share it, which one stands there now."""

from html import escape

from gate.console import register_desk, widgets
from gate.console.asking_aside import ask
from gate.console.lane_words import household_text
from gate.console.pages import Pages
from gate.console.plate_chip import plate_chip
from gate.console.register_desk import SpaceLine
from gate.console.visit import Visit
from gate.people import Action


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/spaces", "nav.spaces", Action.SEARCH_REGISTRY, build)


async def build(visit: Visit) -> None:
    """Fill the page."""
    await SpacesPage(visit).draw()


class SpacesPage:
    """The list of spaces."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with widgets.div("page-head"):
            widgets.heading(visit.say("nav.spaces")).classes("grow")
            self._part = widgets.text_field(visit.say("spaces.name")).classes(remove="field")
            self._part.props("debounce=300").on_value_change(self.draw)
        self._list = widgets.div("card")

    async def draw(self) -> None:
        """Draw the list as it is now."""
        visit, part = self._visit, str(self._part.value or "").strip()
        services, say = visit.services, visit.say
        lines = await ask(
            lambda: register_desk.read(services, lambda s: register_desk.spaces(s, part))
        )
        self._list.clear()
        with self._list:
            if lines is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
            elif not lines:
                widgets.empty(say("spaces.none"), icon="local_parking")
            else:
                heads = [say("spaces.name"), say("log.household"), say("spaces.plates")]
                heads += [say("spaces.taken"), say("by_hand.remark")]
                cells = (self._cells(line) for line in lines)
                widgets.table(heads, cells, caption=say("nav.spaces"))
                if len(lines) == register_desk.MOST:
                    widgets.words(say("spaces.more", n=register_desk.MOST), "small soft")

    def _cells(self, line: SpaceLine) -> list[str]:
        visit = self._visit
        taken = (
            widgets.badge_html(visit.say("spaces.is_taken"), "ask", "directions_car")
            if line.taken_by
            else widgets.badge_html(visit.say("spaces.is_free"), "good", "crop_free")
        )
        return [
            f"<b>{escape(line.name)}</b>",
            escape(household_text(visit.texts, line.household)),
            " ".join(plate_chip(plate, size="small") for plate in line.plates),
            f"{taken} {plate_chip(line.taken_by, size='small') if line.taken_by else ''}",
            escape(line.note),
        ]
