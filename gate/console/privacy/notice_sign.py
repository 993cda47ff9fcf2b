"""The notice at the lane, for paper: that plates are read here, why, how long, whom to ask.

PIPL art. 17 and 26, 公共安全视频图像信息系统管理条例: a conspicuous sign. The times are the site's
own settings, so the sign says what the program does. Both languages are on it.
"""

from html import escape

from gate.auth.permissions import Permission
from gate.console.components.printing import print_button
from gate.console.privacy.retention import retention_of
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.i18n.texts import Language, Texts


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/privacy/sign", "privacy.sign", Permission.READ_AUDIT, build, under="/privacy")


def build(visit: PageContext) -> None:
    """Draw the sign, and a field for whom to ask."""
    with widgets.div("no-print card col-flex").style("margin-bottom:12px"):
        widgets.words(visit.say("notice.hint"), "soft")
        contact = widgets.text_field(visit.say("notice.contact"))
        contact.props("debounce=300")
    print_button(visit)
    sign = widgets.raw("", "paper notice", tag="article")

    def draw() -> None:
        sign.set_content(sign_html(visit, str(contact.value or "")))

    contact.on_value_change(draw)
    draw()


def sign_html(visit: PageContext, contact: str) -> str:
    """Return the sign in both languages."""
    kept = retention_of(visit)
    times = {
        "pictures": kept.pictures_days,
        "passages": kept.passages_days,
        "visitors": kept.visitors_days,
    }
    return "".join(
        _in(Texts(language), visit.services.site, contact, times) for language in Language
    )


def _in(texts: Texts, site: str, contact: str, times: dict[str, int]) -> str:
    lines = [
        texts.say("notice.who", site=site),
        texts.say("notice.why"),
        texts.say("notice.what"),
        texts.say("notice.times", **times),
        texts.say("notice.rights"),
        texts.say("notice.ask", contact=contact or "＿" * 12),
    ]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    title = escape(texts.say("notice.title"))
    return f'<section lang="{texts.language.tag}"><h2>{title}</h2>{body}</section>'
