"""Template tags shared by every page: money, dates, bands, reasons, names in two languages, URLs that keep filters.

All of them escape what they are given and need no inline style or script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from audit import clock
from audit.language import current_language
from audit.people import name_of
from audit.permissions import ROLE_LABELS, Role
from fraud.web.commands import COMMANDS, Command, case_keys, key_of
from fraud.web.dates import say_day, say_moment
from fraud.web.folding import constant_tag
from fraud.web.markup import format_html, format_html_join
from fraud.web.shell_tags import PAGING, demo_logins, hidden_query, querystring, rail, without
from rules.language.korean import with_particles
from rules.money import format_number

__all__ = ["PAGING", "register"]

register = template.Library()
for _tag in (querystring, without, hidden_query, rail):
    register.simple_tag(_tag, takes_context=True)
register.simple_tag(demo_logins)
register.filter("full_name", name_of)


@register.simple_tag
@constant_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing from our sprite; decorative, so it needs a word beside it or an aria-label around it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("fraud/icons.svg"), name
    )


@register.simple_tag
def money(minor: int | None, currency: str = "KRW", word: str = "", says: bool = True) -> SafeString:
    """Money with separators and its currency. Negative amounts carry a minus and the word refund (or `word`), which is
    left out (`says=False`) where something else beside it says what they are."""
    if minor is None:
        return format_html('<span class="muted">{}</span>', "–")
    digits = format_number(minor, currency).replace("-", "−")
    if currency == "KRW" and current_language() == "ko":
        text = format_html("{}원", digits)
    else:
        text = format_html('<span class="unit">{}</span>{}', currency, digits)
    if minor >= 0:
        return format_html('<span class="money">{}</span>', text)
    if not says:
        return format_html('<span class="money negative">{}</span>', text)
    return format_html(
        '<span class="money negative">{} <small>{}</small></span>', text, word or pgettext("money", "refund")
    )


@register.simple_tag
def day(value: date | datetime | None) -> SafeString:
    """A date as people say it, the full date on hover."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    on = timezone.localtime(value).date() if isinstance(value, datetime) else value
    text = say_day(on, current_language(), today=clock.today())
    return format_html('<time datetime="{}" title="{}">{}</time>', on.isoformat(), on.isoformat(), text)


@register.simple_tag
def moment(value: datetime | None, has_time: bool = True) -> SafeString:
    """Date and time as people say them, the exact second with its zone on hover; only the date without a known time."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    if not has_time:
        return day(value)
    local = timezone.localtime(value)
    text = say_moment(local, current_language(), today=clock.today())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S %Z}", text
    )


@register.simple_tag
def clock_time(value: datetime | None) -> SafeString:
    """Only the time of day, everything else on hover; for lists within one day."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        f"{local:%H:%M}",
    )


@register.simple_tag
def duration(seconds: float | None) -> str:
    """Seconds as people say them: 0.8 s, 42 s, 3 min 5 s, 1 h 20 min."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return gettext("%(n)s s") % {"n": f"{seconds:.1f}"}
    whole = int(seconds)
    if whole < 60:
        return gettext("%(n)s s") % {"n": whole}
    if whole < 3600:
        return gettext("%(m)s min %(s)s s") % {"m": whole // 60, "s": whole % 60}
    return gettext("%(h)s h %(m)s min") % {"h": whole // 3600, "m": whole % 3600 // 60}


_BANDS = {"low": 1, "medium": 2, "high": 3}


@register.simple_tag
def band(value: str, probability: float | None = None) -> SafeString:
    """A risk band: three steps and the word, with the probability where it is calibrated. Never a bare colour."""
    if value not in _BANDS:
        return format_html('<span class="muted">{}</span>', "–")
    words = {
        "low": pgettext("risk band", "Low"),
        "medium": pgettext("risk band", "Medium"),
        "high": pgettext("risk band", "High"),
    }
    steps = format_html_join(
        "",
        '<rect x="{}" width="8" height="8" rx="1.5" class="{}"/>',
        ((index * 9.5, "on" if index < _BANDS[value] else "off") for index in range(3)),
    )
    tail = "" if probability is None else f" {probability * 100:.0f} %"
    return format_html(
        '<span class="band {}"><svg viewBox="0 0 27 8" aria-hidden="true">{}</svg>{}{}</span>',
        value,
        steps,
        words[value],
        tail,
    )


#: Of an amount's bar: so much of it shows of whatever is above nothing.
_SLIVER = 0.01


@register.simple_tag
def amount_bar(value: float, largest: float, level: str = "") -> SafeString:
    """A thin bar for a value among its neighbours, as long as its share of the largest; the smallest keep a sliver."""
    share = 0.0 if largest <= 0 or value <= 0 else max(_SLIVER, min(1.0, value / largest))
    return format_html(
        '<svg class="amount-bar {}" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="3"/><rect class="on" width="{}" height="3"/></svg>',
        level,
        f"{share * 100:.1f}",
    )


@register.simple_tag
def t2(thing: Any, name: str) -> Any:
    """The field in the reader's language: `name_ko`/`name_en`, or `name` for the one without a suffix."""
    language = current_language()
    other = "en" if language == "ko" else "ko"
    for candidate in (f"{name}_{language}", name, f"{name}_{other}"):
        found = thing.get(candidate) if isinstance(thing, Mapping) else getattr(thing, candidate, None)
        if found:
            return found
    return ""


@register.filter
def particles(text: Any) -> str:
    """A sentence whose open Korean particles, as in 금액을(를), follow the words that were put in."""
    said = with_particles(str(text))
    return SafeString(said) if isinstance(text, SafeString) else said


@register.simple_tag
def capped(count: int, cap: int = 1000) -> str:
    """A count that was only taken up to `cap`: 1,000+."""
    return (
        f"{number_format(cap, force_grouping=True)}+"
        if count > cap
        else number_format(count, force_grouping=True)
    )


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """Digits with separators; a dash for nothing (also a name the template does not have) and for not-a-number."""
    return "–" if value in (None, "") or value != value else f"{value:,.{digits}f}".replace("-", "−")


@register.filter
def percent(value: float | None, digits: int = 0) -> str:
    """A share in [0, 1] as a percentage."""
    return "–" if value in (None, "") or value != value else f"{value * 100:.{digits}f} %"


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`mapping|get:key`, nothing where it is absent."""
    return (mapping or {}).get(key)


@register.simple_tag
def avatar(name: str) -> SafeString:
    """A person's first letter, a dashed ring for nobody, a square for the system."""
    if not name:
        return format_html('<span class="avatar none" aria-hidden="true">{}</span>', "")
    if name.startswith("system:"):
        return format_html('<span class="avatar system" aria-hidden="true">{}</span>', "⚙")
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', name[0].upper())


@register.simple_tag
def role_names(roles: frozenset[Role]) -> str:
    """The roles in the reader's language."""
    column = 1 if current_language() == "ko" else 0
    return ", ".join(ROLE_LABELS[role][column] for role in Role if role in roles)


@register.simple_block_tag
def dialog(content: str, name: str, title: str) -> SafeString:
    """`{% dialog "id" title %} … {% enddialog %}`: opened by any `<button data-dialog="id">`, closed by Escape."""
    return format_html(
        '<dialog id="{0}" aria-labelledby="{0}-title"><header><h2 id="{0}-title">{1}</h2>'
        '<button type="button" class="button quiet square" data-close aria-label="{2}">{3}</button></header>{4}</dialog>',
        name,
        title,
        gettext("Close"),
        icon("close"),
        content,
    )


@register.simple_tag
def options(choices: Iterable[tuple[str, Any]], chosen: str = "", has_code: bool = False) -> SafeString:
    """The options of a select from (value, word), the chosen one marked; `has_code` writes the value before the word."""
    pattern = '<option value="{0}"{1}>{0} {2}</option>' if has_code else '<option value="{0}"{1}>{2}</option>'
    marks = SafeString(""), SafeString(" selected")
    return format_html_join("", pattern, ((value, marks[value == chosen], word) for value, word in choices))


@register.simple_tag
def commands() -> tuple[Command, ...]:
    """Every command with its key."""
    return COMMANDS


register.simple_tag(constant_tag(key_of), name="key_of")
register.simple_tag(case_keys)


@register.inclusion_tag("fraud/_components/field.html")
def field(bound: Any, label: str = "", help_text: str = "") -> dict[str, Any]:
    """A form field with its label, help and error, tied together for screen readers."""
    bound.field.widget.attrs.setdefault("aria-describedby", f"{bound.id_for_label}-about")
    if bound.errors:
        bound.field.widget.attrs["aria-invalid"] = "true"
    return {
        "field": bound,
        "label": label or bound.label,
        "help": help_text or bound.help_text,
        "is_check": getattr(bound.field.widget, "input_type", "") == "checkbox",
    }


@register.simple_tag
def took(start: datetime | None, end: datetime | None) -> str:
    """The time between two moments."""
    return "–" if start is None or end is None else duration((end - start).total_seconds())


@register.filter
def number_or_text(value: Any) -> str:
    """Numbers with separators, anything else as it is."""
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


@register.filter
def signed(value: float | None) -> str:
    """A contribution with its sign: +1.24, −0.30."""
    return "" if value is None else f"{value:+.2f}".replace("-", "−")


@register.filter
def calibrated(thing: Any) -> float | None:
    """The probability of a score or case, only where it is calibrated: else people see the band alone."""
    if not getattr(thing, "is_calibrated", False):
        return None
    return getattr(thing, "hybrid_probability", None) or getattr(thing, "probability", None)


@register.filter
def bar_width(value: float, largest: float) -> str:
    """Width of a 48-unit strength bar."""
    return f"{48 * min(1.0, max(0.0, value / largest)) if largest else 0:.1f}"
