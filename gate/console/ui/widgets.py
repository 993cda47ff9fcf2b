"""The few building blocks of every page: buttons, badges, banners, tables, sheets, empty states."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from nicegui import ui
from nicegui.element import Element

Click = Callable[..., Any]


def div(classes: str = "", tag: str = "div") -> Element:
    """Return a bare element with classes."""
    return ui.element(tag).classes(classes)


def words(text: str, classes: str = "", tag: str = "div") -> ui.html:
    """Return text in an element; it is escaped."""
    return raw(escape(text), classes, tag)


def raw(html: str, classes: str = "", tag: str = "div") -> ui.html:
    """Return HTML that this program made. Whatever people typed must have been escaped."""
    return ui.html(html, sanitize=False, tag=tag).classes(classes)


def heading(text: str, level: int = 1) -> Element:
    """Return a heading."""
    return words(text, tag=f"h{level}")


def hidden_heading(text: str) -> Element:
    """Return the first heading of a page that has no room to show one: for who hears the page."""
    return heading(text).classes("hidden-text")


def button(
    label: str, on_click: Click | None = None, *, kind: str = "", icon: str = "", key: str = ""
) -> ui.button:
    """Return a button with a target for cold fingers. kind: main, good, bad, plain, big, small.

    key: the key that does the same, drawn on the button.
    """
    made = ui.button(on_click=on_click, icon=icon or None, color=None).classes("btn")
    made.props("no-caps unelevated").classes(" ".join(f"btn-{one}" for one in kind.split()))
    with made:
        words(label, tag="span")
        if key:
            words(key, "key", tag="kbd")
    return made


def press(buttons: Mapping[str, ui.button], chosen: str) -> None:
    """Show which of a group of buttons is chosen, by colour and to who hears the page."""
    for name, made in buttons.items():
        made.classes(add="btn-main" if name == chosen else "", remove="btn-main")
        made.props(f"aria-pressed={'true' if name == chosen else 'false'}")
    buttons[chosen].classes(add="btn-main")


def icon_button(icon: str, label: str, on_click: Click, *, kind: str = "plain") -> ui.button:
    """Return a button that shows only an icon; its label is read and shown as a tip."""
    made = ui.button(on_click=on_click, icon=icon, color=None).classes("btn")
    made.classes(" ".join(f"btn-{one}" for one in kind.split()))
    made.props("no-caps unelevated").props["aria-label"] = label
    with made:
        ui.tooltip(label)
    return made


def badge_html(text: str, kind: str = "", icon: str = "") -> str:
    """Return a state as sign, word and colour. kind: "", good, ask or bad."""
    sign = f'<i class="q-icon material-icons" aria-hidden="true">{escape(icon)}</i>' if icon else ""
    return f'<span class="badge {f"badge-{kind}" if kind else ""}">{sign}{escape(text)}</span>'


def badge(text: str, kind: str = "", icon: str = "") -> Element:
    """Place a badge."""
    return raw(badge_html(text, kind, icon), tag="span")


def banner(kind: str, icon: str) -> Element:
    """Return a strip across the page; fill it with what must not be overlooked."""
    strip = div(f"banner banner-{kind}").props("role=alert")
    with strip:
        ui.icon(icon).props("aria-hidden=true")
    return strip


def empty(text: str, hint: str = "", icon: str = "inbox") -> None:
    """Say kindly that there is nothing."""
    with div("empty"):
        ui.icon(icon).props("aria-hidden=true")
        words(text)
        if hint:
            words(hint, "small")


def loading(text: str) -> None:
    """Say that the answer is on its way."""
    with div("empty").props("role=status"):
        ui.spinner().props("aria-hidden=true")
        words(text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str) -> Element:
    """Place a plain table of HTML cells (escaped by the caller, see `cell`)."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    lines = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    html = (
        f'<table class="grid-table"><caption class="hidden-text">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )
    return raw(html, "table-wrap").props("tabindex=0")


def facts(pairs: Iterable[tuple[str, str]]) -> Element:
    """Place a list of names and values; the values are HTML."""
    body = "".join(f"<dt>{escape(name)}</dt><dd>{value or '—'}</dd>" for name, value in pairs)
    return raw(body, "facts", tag="dl")


def figure(label: str, value: str, hint: str = "") -> Element:
    """Place a number that matters, with what it counts; return its card."""
    card = div("card")
    with card:
        words(label, "soft")
        words(value, "figure")
        if hint:
            words(hint, "small soft")
    return card


def text_field(
    label: str, value: str = "", *, area: bool = False, password: bool = False
) -> ui.input | ui.textarea:
    """Return a field to type into."""
    made = (
        ui.textarea(label, value=value) if area else ui.input(label, value=value, password=password)
    )
    made.props("outlined autocomplete=off spellcheck=false").classes("field")
    if area:
        made.props("autogrow rows=2")
    return made


def secret(text: str) -> Element:
    """Place what is on the screen once; one click marks all of it."""
    return words(text, "secret mono", tag="code").props("tabindex=0")


def copy_button(label: str) -> ui.button:
    """Return a button that copies the secret of the sheet it stands in, in the browser itself."""
    made = button(label, icon="content_copy")
    made.on("click", js_handler="event => gateCopy(event)")
    return made


def enter_goes_to(field: Element, *after: Element) -> None:
    """Let Enter go on from a field, in the browser itself: whoever types never waits.

    after: the first of these that is shown and has nothing typed into it is next.
    """
    ids = [one.id for one in after]
    field.on("keydown.enter", js_handler=f"event => gateFocus(event, {ids})")


def choice_field(
    label: str, options: Mapping[str, str], value: str | None = None, *, clearable: bool = False
) -> ui.select:
    """Return a field to choose one of few; options: value -> words."""
    made = ui.select(dict(options), label=label, value=value, clearable=clearable)
    made.props("outlined options-dense=false behavior=menu").classes("field")
    return made


def sheet(title: str, *, wide: bool = False) -> tuple[ui.dialog, Element]:
    """Return a dialog and the card in it. Fill the card, then `visit.open_sheet(dialog)`.

    It hangs on the page itself: a sheet that opens from a button of another one would go with it.
    """
    with ui.context.client.content:
        dialog = ui.dialog().props("no-backdrop-dismiss")  # A slip beside it loses what was typed.
    dialog.props["aria-label"] = title
    with dialog:
        card = ui.card().classes("sheet sheet-wide" if wide else "sheet")
        with card:
            heading(title, 2)
    return dialog, card
