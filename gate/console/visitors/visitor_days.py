"""The part of the visitor form for chosen days: from, to, how often, and whose consent.

A carer or a delivery service that comes for weeks needs somebody of the household who agreed. The
guard chooses by role and the end of the phone number that was called: the name is not shown.
"""

from collections.abc import Callable, Sequence
from datetime import date

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.services.visitors import Chosen, Consenter

_NOBODY = "0"


class VisitDayFields:
    """First and last day, number of times, and who of the household agreed."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say, today = visit.say, visit.local(visit.now()).date().isoformat()
        with widgets.div("col-flex") as self._fields:
            self._place(say, today)
        self._fields.set_visibility(False)

    def _place(self, say: Callable[..., str], today: str) -> None:
        with widgets.div("filters"):
            self._first = widgets.text_field(say("visitor.first"), today)
            self._first.props("type=date stack-label")
            self._last = widgets.text_field(say("visitor.last"), today)
            self._last.props("type=date stack-label")
            self._times = widgets.text_field(say("visitor.times"))
            self._times.props("type=number min=1 max=1000 inputmode=numeric")
        self._consent = widgets.choice_field(say("visitor.consent"), self._nobody(), _NOBODY)

    def _nobody(self) -> dict[str, str]:
        return {_NOBODY: self._visit.say("visitor.consent_none")}

    def show(self, people: Sequence[Consenter], *, shown: bool) -> None:
        """Show or hide the fields; people: of the household that is visited."""
        self._fields.set_visibility(shown)
        options = self._nobody() | {str(one.id): self._words(one) for one in people}
        kept = self._consent.value if self._consent.value in options else _NOBODY
        self._consent.set_options(options, value=kept)

    def _words(self, one: Consenter) -> str:
        return f"{self._visit.texts.name_of('person_role', one.role)} {one.phone}".strip()

    def chosen(self) -> Chosen | None:
        """Return what was chosen; None where the days or the number are none."""
        try:
            first = date.fromisoformat(str(self._first.value))
            last = date.fromisoformat(str(self._last.value))
            times = int(self._times.value) if self._times.value else None
        except ValueError:
            return None
        if last < first or (times is not None and times < 1):
            return None
        consent = int(str(self._consent.value or _NOBODY))
        return Chosen(first, last, times, consent or None)
