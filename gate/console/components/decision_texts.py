"""A lane and its decisions in words: what stands beside the drawing and what a guard reads aloud.

Pure but for the catalogues. Everything returns HTML with people's words escaped.
"""

from html import escape
from typing import Final

from gate.console.components.plate_chip import plate_chip
from gate.console.ui.widgets import badge_html
from gate.domain.decision import Decision, Verdict
from gate.domain.passage import PassageEnd
from gate.domain.ports import LaneView
from gate.i18n.texts import Texts

VERDICT_ICONS: Final = {
    Verdict.ADMIT: "check_circle",
    Verdict.REFUSE: "block",
    Verdict.ASK_GUARD: "contact_support",
}
LEFT_ICON: Final = "logout"
_VERDICT_KINDS: Final = {Verdict.ADMIT: "good", Verdict.REFUSE: "bad", Verdict.ASK_GUARD: "ask"}
_ARM: Final = {
    "open": ("good", "expand_less"),
    "opening": ("good", "expand_less"),
    "closed": ("", "remove"),
    "closing": ("", "expand_more"),
    "fault": ("bad", "error"),
}
_HELD_UP: Final = frozenset({"held_open", "fire"})
_MODE: Final = {"fire": "bad", "held_open": "ask", "locked": "bad", "maintenance": "ask"}


def icon_html(name: str) -> str:
    """Return an icon that a screen reader skips."""
    return f'<i class="q-icon material-icons" aria-hidden="true">{name}</i>'


def actor_text(texts: Texts, actor: str) -> str:
    """Return who acted, in the reader's language where it was nobody but the program."""
    return texts.say("shell.auto") if actor == "auto" else actor


def state_badges(texts: Texts, view: LaneView) -> str:
    """Return arm, loop, mode, link and camera as badges; what is well and silent is left out."""
    kind, icon = _ARM.get(view.arm, ("ask", "help"))
    badges = [badge_html(texts.name_of("arm", view.arm), kind, icon), _presence(texts, view)]
    badges += [
        badge_html(texts.name_of("mode", mode), _MODE.get(mode, ""), "flag")
        for mode in modes_of(view)
    ]
    if view.link == "down":
        badges.append(badge_html(texts.say("link.down"), "bad", "link_off"))
    badges += [
        badge_html(texts.say(f"link.{fault}"), "bad", "link_off") for fault in view.board_faults
    ]
    if view.camera != "live":
        said = texts.name_of("camera", view.camera)
        if view.camera_why:
            said = f"{said}：{texts.name_of('camera.why', view.camera_why)}"
        badges.append(badge_html(said, "bad", "videocam_off"))
    return "".join(badges)


def modes_of(view: LaneView) -> list[str]:
    """Return every mode but automatic that an arm is in; the one that has the say comes first."""
    set_ = {"maintenance": view.maintenance, "locked": view.locked}
    below = [mode for mode, on in set_.items() if on and mode != view.mode]
    return [mode for mode in (view.mode, *below) if mode not in {"", "automatic"}]


def _presence(texts: Texts, view: LaneView) -> str:
    if view.presence == "not_wired":
        return ""
    kind = "ask" if view.presence == "unknown" else ""
    icon = {"present": "directions_car", "clear": "crop_free"}.get(view.presence, "help")
    return badge_html(texts.name_of("presence", view.presence), kind, icon)


def reason_text(texts: Texts, reason: str) -> str:
    """Return why, in a few words."""
    return _reason(texts, reason, "text")


def reason_aloud(texts: Texts, reason: str) -> str:
    """Return the line that a guard may read to the driver."""
    return _reason(texts, reason, "say")


def _reason(texts: Texts, reason: str, form: str) -> str:
    key = f"reasons.{reason}.{form}"
    return texts.say(key) if texts.knows(key) else texts.name_of("reasons", reason)


def household_text(texts: Texts, household: str) -> str:
    """Return 3-2-501 as people say it: 3栋2单元501."""
    parts = household.split("-")
    if len(parts) == 3:
        return texts.say("lane.household3", building=parts[0], unit=parts[1], room=parts[2])
    if len(parts) == 2:
        return texts.say("lane.household2", building=parts[0], room=parts[1])
    return household


def is_held_up(view: LaneView) -> bool:
    """Whether the arm stands open for everybody, so that no answer can stop a vehicle."""
    return view.mode in _HELD_UP or (view.arm == "open" and view.state in {"asking", "refused"})


def held_up_html(texts: Texts, view: LaneView) -> str:
    """Return that no answer can stop a vehicle, where that is so."""
    return badge_html(texts.say("ask.held_open"), "bad", "warning") if is_held_up(view) else ""


def waiting_html(view: LaneView) -> str:
    """Return for how long the vehicle has been waiting, counted on by the browser."""
    since = (view.arrived or view.since).isoformat()
    return f'<span class="badge" data-waiting="{since}"></span>'


def is_left(view: LaneView) -> bool:
    """Whether the last vehicle that asked went without an answer."""
    asked = view.decision is not None and view.decision.verdict is Verdict.ASK_GUARD
    return asked and view.state != "asking"


def verdict_look(texts: Texts, verdict: str, outcome: str) -> tuple[str, str, str]:
    """Return a verdict as word, kind and icon of a badge, "" while there is none.

    outcome: how the passage ended, "" while it runs. A question that nobody answered is one only
    while the vehicle waits.
    """
    known = next((one for one in Verdict if one.value == verdict), None)
    if known is None:
        return texts.say("live.looking"), "", "hourglass_empty"
    if known is Verdict.ASK_GUARD and outcome:
        key = "verdict.went_through" if outcome == PassageEnd.PASSED.value else "verdict.left"
        return texts.say(key), "", LEFT_ICON
    return texts.say(f"verdict.{verdict}"), _VERDICT_KINDS[known], VERDICT_ICONS[known]


def answer_class(view: LaneView) -> str:
    """Return the class of the answer's block."""
    if view.decision is None or is_left(view):
        return "answer"
    return f"answer answer-{view.decision.verdict.value}"


def answer_html(texts: Texts, view: LaneView, why: str = "") -> str:
    """Return the last plate large with its cut-out, the verdict, who or why not, seconds since.

    why: the reason with its figures; "" where the plain one will do.
    """
    picture = ""
    if view.picture.plate:
        alt = escape(texts.say("lane.cutout"))
        picture = (
            f'<img class="cutout" src="/console/picture/{view.picture.plate}.jpg" alt="{alt}">'
        )
    plate = view.decision.plate if view.decision and view.decision.plate else view.plate
    chip = plate_chip(plate, view.colour, size="big")
    since = f'<span class="soft small" data-since="{view.since.isoformat()}"></span>'
    if view.state == "asking":
        since = waiting_html(view)
    left = f'<div class="col-flex" style="align-items:flex-start;gap:6px">{chip}{picture}</div>'
    return f'{left}<div class="words">{_verdict(texts, view, why)}{since}</div>'


def _verdict(texts: Texts, view: LaneView, why: str) -> str:
    decision = view.decision
    if decision is None:
        return f'<div class="verdict">{escape(texts.name_of("lane.state", view.state))}</div>'
    left = is_left(view)
    ended = PassageEnd.BACKED_OUT.value if left else ""
    said, _, icon = verdict_look(texts, decision.verdict.value, ended)
    sign, word = icon_html(icon), escape(said)
    who = escape(why or who_text(texts, decision))
    if left:
        return f'<div class="verdict soft">{sign}{word}</div><div class="soft">{who}</div>'
    held = held_up_html(texts, view) if view.state in {"asking", "refused"} else ""
    aloud = escape(reason_aloud(texts, decision.reason.value))
    return (
        f'<div class="verdict">{sign}{word}</div><div>{who}</div>'
        f'<div class="aloud">“{aloud}”</div>{held}'
    )


def who_text(texts: Texts, decision: Decision) -> str:
    """Return who it is, or why nobody knows."""
    reason = reason_text(texts, decision.reason.value)
    if decision.household:
        return f"{reason} · {household_text(texts, decision.household)}"
    return reason


def remark_text(texts: Texts, remark: str) -> str:
    """Return a remark of a hand raise, whose first word is a code of the reason list."""
    code, colon, rest = remark.partition(":")
    if not texts.knows(f"by_hand.reason.{code}"):
        return remark
    said = texts.say(f"by_hand.reason.{code}")
    return f"{said}：{rest.strip()}" if colon and rest.strip() else said
