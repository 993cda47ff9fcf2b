"""One passage, with everything that is known: why did it open, or stay shut, in one screen."""

from collections.abc import Iterable, Mapping
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.dates import span_text
from gate.console.components.decision_texts import (
    actor_text,
    household_text,
    reason_aloud,
    reason_text,
    remark_text,
    verdict_look,
)
from gate.console.components.plate_chip import plate_chip
from gate.console.records import passage_pictures
from gate.console.records.entry_texts import entry_line
from gate.console.records.evidence_texts import evidence_words
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.entries import PassageDecided, PassageRead, Record
from gate.domain.passage import PassageId
from gate.reports.model import OpeningRow, PassageDetail, PassageRow


def add(pages: Pages) -> None:
    """Register the page."""
    path = "/passages/{passage}"
    pages.add(path, "nav.passage", Permission.READ_LOG_TODAY, build, under="/log")


async def build(visit: PageContext) -> None:
    """Fill the page."""
    passage = PassageId(visit.request.path_params["passage"])
    detail = await ask(lambda: visit.services.reports.passage(passage))
    if detail is None:
        widgets.empty(visit.say("passage.gone"), icon="search_off")
    elif not _may_see(visit, detail.row):
        visit.client.status_code = 403
        widgets.empty(visit.say("passage.not_today"), visit.say("shell.not_allowed_hint"), "lock")
    else:
        pictures = visit.services.pictures
        seen = await ask(lambda: passage_pictures.shown(detail.row, detail.records, pictures))
        other = detail.paired
        before = await ask(lambda: passage_pictures.shown(other, (), pictures)) if other else None
        _draw(visit, detail, seen, before)


def _may_see(visit: PageContext, row: PassageRow) -> bool:
    """Return whether this is today, or the role may see every day."""
    today = visit.local(visit.now()).date()
    return visit.may(Permission.READ_LOG) or visit.local(row.started).date() == today


def _draw(
    visit: PageContext,
    detail: PassageDetail,
    seen: passage_pictures.ShownPicture | None,
    before: passage_pictures.ShownPicture | None,
) -> None:
    row = detail.row
    _head(visit, row)
    with widgets.div("two"):
        with widgets.div("col-flex"):
            if seen is not None:
                passage_pictures.draw(visit, seen, visit.say("passage.pictures"))
            if detail.paired is not None:
                _paired(visit, row, detail.paired, before)
        with widgets.div("col-flex"):
            _facts(visit, row)
            _votes(visit, detail.records)
    _evidence(visit, detail.records)
    _openings(visit, detail.openings)
    _steps(visit, detail.records)


def _head(visit: PageContext, row: PassageRow) -> None:
    widgets.hidden_heading(visit.say("nav.passage"))
    with widgets.div("page-head"):
        widgets.raw(plate_chip(row.plate or row.plate_read, row.colour, size="big"))
        if row.plate_read and row.plate_read != row.plate:
            read = escape(visit.say("passage.read_as"))
            chip = plate_chip(row.plate_read, row.colour, size="small", against=row.plate)
            widgets.raw(f'<span class="soft">{read}</span> {chip}')
        widgets.badge(*verdict_look(visit.texts, row.verdict, row.outcome))
        if row.reason:
            with widgets.div("grow"):
                widgets.words(reason_text(visit.texts, row.reason)).style("font-weight:700")
                widgets.words(f"“{reason_aloud(visit.texts, row.reason)}”", "small soft")


def _paired(
    visit: PageContext,
    row: PassageRow,
    other: PassageRow,
    seen: passage_pictures.ShownPicture | None,
) -> None:
    key = "passage.came_in" if other.direction == "in" else "passage.went_out"
    dwell = span_text(visit, row.dwell if row.dwell is not None else other.dwell)
    if seen is not None and seen.missing is None:
        passage_pictures.draw(visit, seen, f"{visit.say(key)} {visit.time(other.started)}")
    link = escape(visit.say("passage.other"))
    stayed = escape(visit.say("passage.stayed", span=dwell)) if dwell else ""
    widgets.raw(f'{stayed} <a href="/passages/{other.passage}">{link}</a>', "card")


def _facts(visit: PageContext, row: PassageRow) -> None:
    say, texts = visit.say, visit.texts
    names = {str(view.lane): view.name for view in visit.services.lanes.views()}
    by = actor_text(texts, row.actor)
    pairs = (
        ("passage.time", visit.time(row.started)),
        ("passage.lane", names.get(str(row.lane), str(row.lane))),
        ("passage.trigger", texts.name_of("trigger", row.trigger)),
        ("passage.household", household_text(texts, row.household)),
        ("passage.standing", texts.name_of("standing", row.standing) if row.standing else ""),
        ("passage.class", texts.name_of("plate_class", row.plate_class) if row.plate_class else ""),
        ("passage.sure", f"{row.confidence:.3f}" if row.confidence else ""),
        ("passage.frames", f"{row.agreeing} / {row.frames}" if row.frames else ""),
        ("passage.by", by),
        ("passage.remark", remark_text(texts, row.remark)),
        ("passage.opening", texts.name_of("opening", row.opening) if row.opening else ""),
        ("passage.outcome", texts.name_of("outcome", row.outcome) if row.outcome else ""),
    )
    with widgets.div("card"):
        widgets.heading(say("passage.facts"), 3)
        widgets.facts((say(key), escape(value)) for key, value in pairs)


def _votes(visit: PageContext, records: Iterable[Record]) -> None:
    read = [record.entry for record in records if isinstance(record.entry, PassageRead)]
    if not read:
        return
    last, say = read[-1], visit.say
    with widgets.div("card"):
        widgets.heading(say("passage.votes"), 3)
        widgets.table(
            [say("passage.frame"), say("passage.reading"), say("passage.sure")],
            (
                [f'<span class="mono">{frame}</span>', plate_chip(text, last.colour, size="small",
                 against=last.text), f'<span class="mono">{sure:.3f}</span>']
                for text, sure, frame in last.votes
            ),
            caption=say("passage.votes"),
        )  # fmt: skip
        if last.candidates:
            widgets.heading(say("passage.candidates"), 3)
            widgets.raw(
                " ".join(
                    f"{plate_chip(text, last.colour, size='small', against=last.text)} {sure:.3f}"
                    for text, sure in last.candidates
                )
            )


def _evidence(visit: PageContext, records: Iterable[Record]) -> None:
    """Show the rule's own figures: what was known when it was decided."""
    decided = [record.entry for record in records if isinstance(record.entry, PassageDecided)]
    facts = [
        (name, escape(value))
        for entry in decided
        for name, value in evidence_words(visit.texts, entry.decision.evidence, visit.time)
    ]
    facts += [
        (visit.say("passage.millis"), _millis(visit, entry.millis))
        for entry in decided
        if entry.millis
    ]
    if facts:
        with widgets.div("card").style("margin-top:12px"):
            widgets.heading(visit.say("passage.evidence"), 3)
            widgets.facts(facts)


def _openings(visit: PageContext, openings: Iterable[OpeningRow]) -> None:
    rows = [_opening(visit, row) for row in openings]
    if not rows:
        return
    say = visit.say
    heads = ("order", "time", "by", "opening", "sent", "received", "millis")
    with widgets.div("card").style("margin-top:12px"):
        widgets.heading(say("passage.orders"), 3)
        widgets.table(
            [say(f"passage.{name}") for name in heads], rows, caption=say("passage.orders")
        )


def _opening(visit: PageContext, row: OpeningRow) -> list[str]:
    outcome = (
        visit.texts.name_of("opening", row.outcome) if row.outcome else visit.say("shell.none")
    )
    kind = "good" if row.outcome == "raised" else "bad"
    millis = _millis(visit, row.millis)
    by = actor_text(visit.texts, row.actor)
    return [
        f'<code class="mono small">{escape(str(row.order)[:8])}</code>',
        f'<span class="mono">{visit.time(row.ordered)}</span>',
        escape(by),
        widgets.badge_html(outcome, kind) + _why(visit, row.why),
        f'<code class="mono">{escape(row.sent) or "—"}</code>',
        f'<code class="mono">{escape(row.received) or "—"}</code>',
        f'<span class="mono">{millis}</span>',
    ]


def _millis(visit: PageContext, millis: Mapping[str, float]) -> str:
    """Return how long each stage took, in words, as HTML."""
    stages = (f"{visit.texts.name_of('stage', name)} {ms:.1f}" for name, ms in millis.items())
    return escape(" · ".join(stages))


def _why(visit: PageContext, why: str) -> str:
    return f" {escape(visit.texts.name_of('why', why))}" if why else ""


def _steps(visit: PageContext, records: tuple[Record, ...]) -> None:
    if not records:
        return
    first = records[0].at
    lines = "".join(_step(visit, record, first.monotonic) for record in records)
    with widgets.div("card").style("margin-top:12px"):
        widgets.heading(visit.say("passage.steps"), 3)
        widgets.raw(lines, "steps", tag="ol")


def _step(visit: PageContext, record: Record, first: float) -> str:
    after = max(0.0, record.at.monotonic - first)
    said = (
        entry_line(visit.texts, record.entry)
        if record.entry is not None
        else escape(visit.say("passage.forgotten"))
    )
    clock = visit.local(record.at.utc).strftime("%H:%M:%S.%f")[:-3]
    return (
        f'<li><span class="mono">{clock}</span><span>{said}</span>'
        f'<span class="mono soft">+{after:.3f} s</span></li>'
    )
