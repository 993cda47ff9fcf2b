"""The live page: both lanes, the feed of passages, alarms. What a guard looks at all night.

Lanes are drawn from memory the moment they change; feed and alarms are asked of the journal aside,
one question at a time, however many changes come meanwhile.
"""

from collections.abc import Callable

from gate.auth.permissions import Permission
from gate.console.live.alarms import AlarmStrip
from gate.console.live.conditions import ConditionStrip
from gate.console.live.feed import Feed
from gate.console.live.lane_card import LaneCard
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.domain.passage import LaneId
from gate.domain.ports import LaneView


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/live", "nav.live", Permission.WATCH, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    widgets.hidden_heading(visit.say("nav.live"))
    ConditionStrip(visit)
    alarms = AlarmStrip(visit)
    views = visit.services.lanes.views()
    with widgets.div("live live-one" if len(views) == 1 else "live"):
        cards = {
            view.lane: LaneCard(visit, view, number) for number, view in enumerate(views, start=1)
        }
        feed = Feed(visit)
    _keys(visit, cards, alarms)

    def changed(kind: str, payload: object) -> None:
        if kind == "lane" and isinstance(payload, LaneView) and payload.lane in cards:
            cards[payload.lane].show(payload)
            alarms.lane_changed()
        elif kind == "entry":
            feed.changed()
            alarms.changed()

    visit.listen(changed)
    await feed.refresh()
    await alarms.refresh()


def _keys(visit: PageContext, cards: dict[LaneId, LaneCard], alarms: AlarmStrip) -> None:
    handlers: dict[str, Callable[[], object]] = {
        "a": lambda: visit.go("/ask"),
        "k": alarms.acknowledge_first,
        "h": lambda: _of_lane(visit, cards, lambda card: card.press(card.hold_or_end)),
        "d": lambda: _of_lane(visit, cards, lambda card: card.press("lower")),
        "b": lambda: _of_lane(visit, cards, lambda card: card.press("arm")),
    }
    for card in cards.values():
        handlers |= _lane_keys(card)
    visit.keys.lay(handlers)


def _lane_keys(card: LaneCard) -> dict[str, Callable[[], object]]:
    return {
        f"{card.number}": lambda: card.press("raise"),
        f"shift+{card.number}": lambda: card.press("emergency"),
    }


def _of_lane(
    visit: PageContext, cards: dict[LaneId, LaneCard], act: Callable[[LaneCard], object]
) -> None:
    """Wait for the digit of the lane that was meant; where there is one lane, do not ask."""
    if not visit.may(Permission.OPERATE):
        return

    def of(card: LaneCard) -> Callable[[], object]:
        return lambda: act(card)

    choices = {str(card.number): of(card) for card in cards.values()}
    visit.keys.then(choices)
