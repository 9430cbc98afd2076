"""Template tags of casework: words for states, sources and dispositions, the clock, and who works on a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from audit.language import current_language
from audit.struck_words import in_words
from cases.actions.rows import Row
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition
from cases.models import Alert, Case
from cases.pages.answers import answers_of, parted
from cases.pages.basis import Check, checks_of_hit, checks_of_reason
from cases.pages.calendar import business_days_left
from cases.pages.day_picture import day_svg, legend_of
from cases.pages.link_picture import links_svg
from cases.pages.outcomes import forecast_bulk, short_why
from cases.pages.queue import OPEN
from cases.pages.strip_table import strip_table
from cases.pages.strips import VERDICTS
from cases.pages.undo import undo_context
from cases.pages.words import MISUSE_TAGS, OWN_WORDS, RISK_WORDS, SOURCES, STATES, TOLD_LABELS, TOLD_WORDS
from cases.services.amount_words import AMOUNTS, OWN_AMOUNTS
from cases.services.choice_words import METHODS, disposition_word
from cases.services.money import shown_stake
from cases.services.money_told import Kind, Told, told_money
from fraud.company.calendar import CompanyCalendar
from fraud.detection.models import Score
from fraud.web.dates import say_day
from fraud.web.markup import format_html, format_html_join
from fraud.web.tags import money
from fraud.web.words import band_word
from rules.money import to_decimal

register = template.Library()


@register.simple_tag
def case_money(case: Any) -> SafeString:
    """The amount of a case with the word for what it is; none where it is at stake."""
    return _with_word(case, TOLD_WORDS)


@register.simple_tag
def own_money(case: Any) -> SafeString:
    """The same as its cardholder is told of it."""
    return _with_word(case, OWN_WORDS)


def _with_word(case: Any, words: Mapping[str, str | Promise]) -> SafeString:
    told = told_money(case)
    minor = None if told.kind == Kind.MERGED else told.minor
    amount, word = money(minor, case.currency), words.get(told.kind)
    return format_html('{} <small class="muted">{}</small>', amount, word) if word else amount


@register.simple_tag
def money_of_case(case: Any) -> Told:
    """What is told of the money of a case."""
    return told_money(case)


@register.filter
def told_label(told: Told) -> str | Promise:
    """The heading of the amount of a case."""
    return TOLD_LABELS[told.kind]


@register.simple_tag
def amount_name(code: str) -> str:
    """`written_off` → Written off: what staff call an amount of a case."""
    return str(AMOUNTS[code])


@register.simple_tag
def own_amount_name(code: str) -> str:
    """The same as its cardholder reads it."""
    return str(OWN_AMOUNTS[code])


@register.simple_tag
def amount_text(minor: int, currency: str) -> str:
    """An amount as somebody would type it: 84000, 12.34."""
    return f"{to_decimal(minor, currency):f}"


@register.filter
def letter(text: str) -> str:
    """A text of a letter, numbers that were struck out of it in words."""
    return in_words(text or "", current_language())


@register.simple_tag
def case_state(code: str) -> SafeString:
    """The state of a case as a tag."""
    word, meaning = STATES.get(code, (code, ""))
    return format_html('<span class="tag {}">{}</span>', meaning, word)


@register.filter
def state_word(code: str) -> str | Promise:
    """`in_review` → In review."""
    return STATES.get(code, (code, ""))[0]


@register.simple_tag
def risk_word(band: str) -> str | Promise:
    """`high` → High risk: the band where nothing beside it says that it is one."""
    return RISK_WORDS.get(band, "–")


@register.filter
def source_word(code: str) -> str | Promise:
    """`control_sample` → Random check."""
    return SOURCES.get(code, code)


@register.simple_tag
def filter_words(name: str) -> list[tuple[str, str | Promise]]:
    """(code, word) of what a filter of the queue offers: state, band or source."""
    if name == "state":
        return [(state.value, state_word(state.value)) for state in OPEN]
    if name == "band":
        return [(code, band_word(code)) for code in Score.Band.values]
    return [(code, source_word(code)) for code in Case.Source.values]


@register.filter
def left_word(code: str) -> str:
    """How a claim was taken out of a case: waiting, dropped."""
    words = {
        Alert.Left.WAITING.value: pgettext("claim", "waiting for a seat"),
        Alert.Left.DROPPED.value: pgettext("claim", "dropped"),
    }
    return words.get(code, code)


register.filter("disposition_word", disposition_word)


@register.simple_tag
def disposition_tag(code: str) -> SafeString:
    """Why a case ended, as a tag: danger for misuse, success for legitimate."""
    if not code:
        return format_html("{}", "")
    meaning = MISUSE_TAGS[DISPOSITIONS[Disposition(code)].is_misuse] if code in DISPOSITIONS else ""
    return format_html('<span class="tag {}">{}</span>', meaning, disposition_word(code))


@register.simple_tag
def outcome_tag(case: Any) -> SafeString:
    """Why a case ended, as a tag; without its colour, and saying so, where another case has decided anew on all of its payments."""
    if not case.disposition or not shown_stake(case).is_replaced:
        return disposition_tag(case.disposition)  # type: ignore[no-any-return]
    said = gettext("%(outcome)s, decided anew") % {"outcome": disposition_word(case.disposition)}
    return format_html('<span class="tag outline">{}</span>', said)


@register.simple_tag
def clock(due_on: date | None, today: date, calendar: CompanyCalendar) -> SafeString:
    """Business days left; red only when late. The date itself is on hover."""
    if due_on is None:
        return format_html('<span class="muted">{}</span>', "–")
    left = business_days_left(calendar, today, due_on)
    if due_on < today:
        n = max(-left, 1)
        text, kind = ngettext("%(n)d day late", "%(n)d days late", n) % {"n": n}, "late"
    elif due_on == today or left == 0:
        text, kind = gettext("today"), "today"
    else:
        text, kind = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}, ""
    said = say_day(due_on, current_language(), today=today)
    return format_html(
        '<time class="clock {}" datetime="{}" title="{}">{}</time>', kind, due_on.isoformat(), said, text
    )


@register.simple_block_tag
def deviating(content: str, row: Any, column: str) -> SafeString:
    """Mark a value that a rule or the model singled out; why is on hover."""
    why = row.deviates.get(column)
    if not why:
        return format_html("{}", content)
    return format_html('<span class="deviates" title="{}">{}</span>', why, content)


@register.simple_tag
def legitimate_reasons() -> list[tuple[str, str]]:
    """(code, label) of every reason for closing as legitimate, in the reader's language."""
    return [(code, pair[1 if current_language() == "ko" else 0]) for code, pair in LEGITIMATE_REASONS.items()]


@register.inclusion_tag("cases/_undo.html", takes_context=True)
def undo_offer(context: Any) -> dict[str, Any]:
    """The undo of the last step while it would still work; nothing otherwise."""
    request = context["request"]
    return {"undo": undo_context(request), "request": request, "csrf_token": context.get("csrf_token")}


register.simple_tag(answers_of, name="answers_of")
register.simple_tag(parted, name="parted")


@register.simple_tag
def hit_checks(case: Any, found: Any) -> SafeString:
    """Links from a rule's reason to the payments its windows counted."""
    return _links(checks_of_hit(case, found.hit, found.claim))


@register.simple_tag
def reason_checks(case: Any, reason: Any, lead: Any) -> SafeString:
    """Links from a model's reason to what its numbers were computed from."""
    return _links(checks_of_reason(case, reason, lead.claim) if lead else [])


def _links(checks: list[Check]) -> SafeString:
    if not checks:
        return SafeString("")
    links = format_html_join(" · ", '<a href="{}">{}</a>', ((check.url, check.text) for check in checks))
    return format_html('<div class="note">{} {}</div>', gettext("Check:"), links)


register.simple_tag(forecast_bulk, name="forecast_bulk")
register.filter("short_why", short_why)


@register.filter
def maximum(row: Row, name: str) -> int:
    """The most characters, or the largest number, that a field of an action takes."""
    return row.maximum(name)


@register.filter
def method_word(code: str) -> str | Promise:
    """`bank_transfer` → Bank transfer."""
    return METHODS.get(code, code)


@register.simple_tag
def day_picture(day: Any) -> SafeString:
    """The axis of one day of a case."""
    return day_svg(day)


@register.simple_tag
def day_legend(days: Any) -> SafeString:
    """Shape and word of each kind of moment in the pictures."""
    return legend_of(days.kinds)


@register.simple_tag
def link_picture(nodes: Any, case: Any) -> SafeString:
    """The tree of who is linked to whom."""
    return links_svg(nodes, case.reference)


register.simple_tag(strip_table, name="strip_picture")


@register.filter
def verdict_word(code: str) -> str | Promise:
    """What became of a payment, in a word."""
    return VERDICTS.get(code, code)
