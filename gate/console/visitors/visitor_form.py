"""The visitor form: whom the driver visits, by which name, and for how long; under 20 s of typing.

Rules of this file:
- The owner's name is asked AS THE VISITOR SAYS IT and never shown: match, near or no match.
- Without a match the household itself must have confirmed, and the form says how.
- With a waiting vehicle, one press registers and lets it in.
- Enter goes on to the next field that a registration needs, and from the last one to the button.
"""

import logging
from itertools import pairwise
from typing import Final

from nicegui import run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.access.manual_admission import VISITOR
from gate.auth.permissions import Permission
from gate.auth.users import User
from gate.console.components import answering
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_choices import typed
from gate.console.components.plate_field import PlatePad
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.console.visitors.visitor_again import ask_again
from gate.console.visitors.visitor_days import VisitDayFields
from gate.domain.errors import GateError
from gate.services import visitors
from gate.services.visitors import Already, Checked, Home, VisitorStay, Wanted
from registry.rules.kinds import NameMatch
from registry.rules.plates import Plate, PlateColour
from registry.store.visits import GrantRefusal

_log = logging.getLogger(__name__)
PURPOSES: Final = ("visit", "delivery", "work", "care", "moving", "taxi", "other")
_FITS: Final = {
    NameMatch.MATCH: ("good", "check_circle"),
    NameMatch.NEAR: ("ask", "hearing"),
    NameMatch.NONE: ("bad", "cancel"),
}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add(
        "/visitors/new",
        "nav.visitor_new",
        Permission.REGISTER_VISITOR,
        build,
        under="/visitors/new",
    )


def build(visit: PageContext) -> None:
    """Fill the page."""
    VisitorForm(visit)


class VisitorForm:
    """One visitor. passage: the vehicle that waits for it, or ""."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        query = visit.request.query_params
        self._passage = query.get("passage", "")
        self._plate: Plate | None = None
        self._home: Home | None = None
        self._checked: Checked | None = None
        self._asked: tuple[str, Home, Plate | None] | None = None
        self._once = OneShot()
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.visitor_new"))
            if self._passage:
                widgets.badge(say("visitor.waiting"), "ask", "directions_car")
        with widgets.div("two"):
            with widgets.div("card col-flex"):
                self._pad = PlatePad(
                    visit,
                    query.get("plate", ""),
                    on_change=self._plate_typed,
                    compare=False,
                    ask_colour=_colour(visit, self._passage),
                )
            with widgets.div("card col-flex"):
                self._whom()
                self._what()
                self._buttons()
        for field, after in pairwise((self._pad.field, self._address, self._said, self._phone)):
            widgets.enter_goes_to(field, after)
        widgets.enter_goes_to(self._phone, self._confirmation, self._save)
        widgets.enter_goes_to(self._confirmation, self._save)

    def _whom(self) -> None:
        say = self._visit.say
        self._address = widgets.text_field(say("visitor.household"))
        self._address.props("debounce=250 input-class=mono")
        self._address.on_value_change(self._address_typed)
        self._found = widgets.raw("", "row-flex").props("aria-live=polite")
        self._said = widgets.text_field(say("visitor.said"))
        self._said.on("keydown.enter", self._check)
        self._said.on("blur", self._check)
        self._fit = widgets.raw("", "row-flex").props("aria-live=polite")
        self._confirmation = widgets.text_field(say("visitor.confirmation"))
        self._confirmation.set_visibility(False)

    def _what(self) -> None:
        say = self._visit.say
        purposes = {one: say(f"visitor.purpose.{one}") for one in PURPOSES}
        stays = {one.value: say(f"visitor.stay.{one.value}") for one in VisitorStay}
        with widgets.div("filters"):
            self._phone = widgets.text_field(say("visitor.phone")).props("type=tel maxlength=20")
            self._purpose = widgets.choice_field(say("visitor.purpose"), purposes, clearable=True)
            self._stay = widgets.choice_field(
                say("visitor.stay"), stays, VisitorStay.ONCE_TODAY.value
            )
            self._stay.on_value_change(self._stay_chosen)
            self._name = widgets.text_field(say("visitor.name"))
        self._days = VisitDayFields(self._visit)
        self._remark = widgets.text_field(say("by_hand.remark"))

    async def _stay_chosen(self) -> None:
        shown = self._stay.value == VisitorStay.CHOSEN.value
        home, services = self._home, self._visit.services
        agree = await ask(lambda: visitors.consenters(services, home)) if home else ()
        self._days.show(agree or (), shown=shown)

    def _buttons(self) -> None:
        say = self._visit.say
        with widgets.div("row-flex"):
            label = say("visitor.keep_and_admit" if self._passage else "visitor.keep")
            self._save = widgets.button(label, self._keep, kind="good big", icon="check")
            widgets.button(say("shell.back"), ui.navigate.back, kind="big")
        widgets.words(say("visitor.notice"), "small soft")

    def _plate_typed(self, plate: Plate | None) -> None:
        self._plate = plate

    async def _address_typed(self) -> None:
        typed = str(self._address.value or "")
        services = self._visit.services
        home = await ask(lambda: visitors.find_home(services, typed)) if typed else None
        if typed != str(self._address.value or ""):
            return  # Typed on meanwhile: a newer question is on its way.
        if home != self._home:
            self._checked = self._asked = None
            self._fit.set_content("")
        self._home = home
        await self._stay_chosen()
        self._found.set_content(self._home_html(typed))
        await self._check()  # Who types fast has said the name before the household was found.

    def _home_html(self, typed: str) -> str:
        if self._home is not None:
            said = household_text(self._visit.texts, self._home.label)
            return widgets.badge_html(said, "good", "home")
        return (
            widgets.badge_html(self._visit.say("visitor.no_home"), "ask", "help") if typed else ""
        )

    async def _check(self) -> None:
        said, home = str(self._said.value or "").strip(), self._home
        user = self._visit.act(Permission.REGISTER_VISITOR)
        if not said or home is None or user is None:
            return
        services, plate = self._visit.services, self._plate
        if (question := (said, home, plate)) == self._asked:
            return  # Enter asked it already; leaving the field is no second question.
        self._asked = question
        self._checked = await ask(lambda: visitors.check_name(services, user, home, said, plate))
        if self._checked is None:
            self._asked = None
            self._visit.warn("shell.not_kept")
            return
        outcome = self._checked.outcome
        kind, icon = _FITS[outcome]
        text = self._visit.say(f"visitor.fits.{outcome.value}")
        self._fit.set_content(widgets.badge_html(text, kind, icon))
        self._confirmation.set_visibility(outcome is not NameMatch.MATCH)

    async def _keep(self) -> None:
        user = self._visit.act(Permission.REGISTER_VISITOR)
        if user is None:
            return
        if self._plate is None:
            self._pad.complain()
        elif self._home is None:
            self._visit.warn("visitor.need_home")
            self._address.run_method("focus")
        elif self._stay.value == VisitorStay.CHOSEN.value and self._days.chosen() is None:
            self._visit.warn("visitor.need_days")
        else:
            await self._register(user, self._plate, self._home)

    async def _register(self, user: User, plate: Plate, home: Home, *, again: bool = False) -> None:
        if not self._once.take():
            return
        made: int | GrantRefusal | Already | None = None
        try:
            made = await self._pass(user, plate, home, again=again)
        finally:
            if not isinstance(made, int):
                self._once.give_back()
        if isinstance(made, Already):
            self._ask_again(made, plate, home)
        elif isinstance(made, int):
            await self._go_on(made, plate)
        else:
            self._visit.warn(f"visitor.refused.{made}" if made else "shell.not_kept")

    def _ask_again(self, made: Already, plate: Plate, home: Home) -> None:
        async def again() -> None:
            user = self._visit.act(Permission.REGISTER_VISITOR)
            if user is not None:
                await self._register(user, plate, home, again=True)

        ask_again(self._visit, made, str(plate), lambda: self._go_on(made.id, plate), again)

    async def _go_on(self, made: int, plate: Plate) -> None:
        """The visitor has a pass: let in who waits, or show the pass."""
        if self._passage:
            self._visit.tell("visitor.kept", plate=str(plate))
            await self._admit(plate)
        else:
            self._visit.tell_there(f"/visitors?new={made}", "visitor.kept", plate=str(plate))

    async def _pass(
        self, user: User, plate: Plate, home: Home, *, again: bool
    ) -> int | GrantRefusal | Already | None:
        wanted = Wanted(
            plate=plate,
            home=home,
            stay=VisitorStay(str(self._stay.value)),
            evidence=self._checked.evidence if self._checked else None,
            confirmation=str(self._confirmation.value or "").strip(),
            visitor_name=str(self._name.value or "").strip(),
            phone=str(self._phone.value or "").strip(),
            purpose=str(self._purpose.value or ""),
            remark=str(self._remark.value or "").strip(),
            chosen=self._days.chosen(),
            colour=self._pad.colour,
            again=again,
        )
        try:
            return await run.io_bound(visitors.register, self._visit.services, user, wanted)
        except (GateError, SQLAlchemyError):
            _log.exception("a visitor was not registered")
            return None

    async def _admit(self, plate: Plate) -> None:
        """Let the vehicle in that waits; where something speaks against it, ask first."""
        visit = self._visit
        view = next((v for v in visit.services.lanes.views() if v.passage == self._passage), None)
        if view is None:
            visit.tell_there("/live", "visitor.kept_gone", plate=str(plate))
            return
        choice = typed(visit.services, view, plate.text)
        if choice.against:
            answering.ask_why(visit, view, choice, then=self._on)
        elif await answering.admit(visit, view, choice, VISITOR):
            self._on()

    def _on(self) -> None:
        """Go on to the next vehicle that waits; what was done is said there."""
        visit = self._visit
        there = "/ask" if visit.services.lanes.asking() else "/live"
        visit.tell_there(there, "visitor.let_in")


def _colour(visit: PageContext, passage: str) -> PlateColour:
    """Return the plate's colour on the vehicle that waits, as it was seen; unknown for none."""
    views = visit.services.lanes.views() if passage else ()
    seen = next((view.colour for view in views if view.passage == passage), "")
    return next((one for one in PlateColour if one.value == seen), PlateColour.UNKNOWN)
