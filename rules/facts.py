"""A hit in words: the stored facts of a rule hit → one sentence for reviewers, and the question to the cardholder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.fact_words import (
    KEY_WORDS,
    LIMITS_ARE,
    NOTHING,
    NOTHING_WORDS,
    PERIOD_WORDS,
    THIS_PAYMENT,
    YES_NO_WORDS,
    duration_words,
    unit_words,
    word_of,
)
from rules.fields import FIELDS
from rules.language import RuleNotValid, parse, to_text
from rules.language import nodes as n
from rules.money import format_money
from rules.starter_parameters import STARTER_PARAMETERS

Fact = Mapping[str, Any]
Facts = Mapping[str, Fact]

#: What a question to the cardholder may name: facts of their own claim, never a threshold, score or rule.
_UNKNOWN = {"en": "missing", "ko": "없음"}


def hit_sentence(
    facts: Facts, lang: str, *, parameter_labels: Mapping[str, str] | None = None, is_brief: bool = False
) -> str:
    """What made the rule true, in ``ko`` or ``en``: "3 payments by one cardholder at one merchant within 30 minutes, total KRW 1,140,000
    · set limits: Single payment limit KRW 500,000".

    ``facts`` are those of ``Outcome.facts`` (stored as JSON). Unknown names are shown as they are, so an old hit stays readable.
    ``parameter_labels`` are today's labels of parameters; without it the starter's labels are used. ``is_brief``: only what was
    measured first and the amount that was the limit.
    """
    windows: dict[str, list[str]] = {}
    measured: list[tuple[int, str]] = []
    limits: list[str] = []
    for name, fact in facts.items():
        if fact.get("is_context"):
            continue
        if name == "net_amount" and fact.get("value") == facts.get("amount", {}).get("value"):
            name = "amount"  # nothing came back
        node = _node(name)
        if isinstance(node, n.Window):
            scope, words = _window(node, fact, lang)
            windows.setdefault(scope, []).append(words)
        elif isinstance(node, n.ParameterRef):
            if not is_brief or (fact.get("kind") == "money" and not limits):
                limits.append(
                    f"{_parameter_label(node.name, lang, parameter_labels)} {fact_text(fact, lang)}"
                )
        elif words := _measured(name, fact, lang):
            measured.append((_rank(name, fact), words))
    parts = [_scoped(scope, words, lang) for scope, words in windows.items()]
    if parts and any(rank == 3 for rank, _ in measured):  # the window's sum comes first
        own = (3, THIS_PAYMENT[lang == "ko"].format(fact_text(facts["amount"], lang)))
        measured = [own if rank == own[0] else (rank, words) for rank, words in measured]
    ordered = sorted(measured, key=lambda part: part[0])
    if is_brief:  # of a window also this payment beside it
        ordered = [part for part in ordered if part[0] == 3][:1] if parts else ordered[:1]
        parts = parts[:1]
    parts += [words for _, words in ordered]
    said, held = "; ".join(dict.fromkeys(parts)), ", ".join(dict.fromkeys(limits))
    if is_brief:
        return f"{said} ({held})" if said and held else said
    return " · ".join(part for part in (said, held and LIMITS_ARE[lang == "ko"].format(held)) if part)


def _measured(name: str, fact: Fact, lang: str) -> str:
    """One field in words: `no overtime approved`, `amount KRW 97,400`; empty for what goes without saying."""
    value, ko = fact.get("value"), lang == "ko"
    if fact.get("kind") == "yes_no" and name in YES_NO_WORDS and value is not None:
        return YES_NO_WORDS[name][bool(value)][ko]
    label = FIELDS[name].label(lang) if name in FIELDS else name
    if value == NOTHING:
        return f"{label}: {NOTHING_WORDS[ko]}"
    has_colon = fact.get("kind") == "yes_no" or value is None
    word = word_of(name, str(value), lang)
    said = (
        f"{fact_text(fact, lang)} ({word})"
        if word and name.endswith("mcc")
        else word or fact_text(fact, lang)
    )
    return f"{label}{':' if has_colon else ''} {said}"


def _rank(name: str, fact: Fact) -> int:
    """The most telling first: what was so or was missing, words, numbers, then the amount, last codes."""
    if name == "amount":
        return 3
    if fact.get("kind") == "yes_no" or fact.get("value") in (None, NOTHING):
        return 0
    if fact.get("kind") == "code" or name.endswith("mcc"):
        return 4
    return 2 if isinstance(fact.get("value"), int | float) else 1


def fact_text(fact: Fact, lang: str) -> str:
    """One value in words: money with its currency, counts with their unit, durations in the largest fitting unit."""
    value, kind = fact.get("value"), fact.get("kind")
    if value is None:
        return _UNKNOWN["ko" if lang == "ko" else "en"]
    if kind == "money" and fact.get("currency"):
        return format_money(int(value), str(fact["currency"]), lang)
    if kind == "percent":
        return f"{float(value) * 100:,.4g}%"
    if kind == "number" or kind == "money":
        shown = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
        return unit_words(shown, value, str(fact.get("unit", "")), lang)
    if kind == "yes_no":
        return {"ko": ("아니요", "예"), "en": ("no", "yes")}["ko" if lang == "ko" else "en"][bool(value)]
    if kind == "duration":
        return duration_words(int(value), lang)
    if kind == "datetime":
        return _moment(str(value), bool(fact.get("date_only")))
    return str(value)


def _moment(text: str, date_only: bool) -> str:
    return text[:10] if date_only else f"{text[:10]} {text[11:16]}"


def _node(name: str) -> n.Expression | None:
    try:
        return parse(name)
    except RuleNotValid:
        return None


def _parameter_label(name: str, lang: str, labels: Mapping[str, str] | None) -> str:
    if labels and name in labels:
        return labels[name]
    spec = STARTER_PARAMETERS.get(name)
    return spec.label(lang) if spec is not None else f"${name}"


def _window(node: n.Window, fact: Fact, lang: str) -> tuple[str, str]:
    """(where and when, what) of a window's value."""
    ko = lang == "ko"
    keys = " ".join(KEY_WORDS[key][ko] for key in node.keys if key in KEY_WORDS).replace(
        "에서 같은", "의 같은"
    )
    if "business_date" in node.keys:
        time = PERIOD_WORDS["day"][ko]
    elif node.period is not None:
        time = PERIOD_WORDS[node.period][ko]
    elif isinstance(node.within, n.DurationLiteral):
        length = duration_words_of(node.within, lang)
        time = f"{length} 이내" if ko else f"within {length}"
    else:
        time = ""
    if node.mode in {"before", "others"}:
        time = f"이전 {time}".strip() if ko else f"{time} before".strip()
    if node.mode == "others":
        time = f"{time} 다른 사용자".strip() if ko else f"{time} by others".strip()
    shown = fact_text(fact, lang)
    names = {
        "count": (
            f"{fact.get('value')} payments" if fact.get("value") != 1 else "1 payment",
            f"{fact.get('value')}건",
        ),
        "sum": (f"total {shown}", f"합계 {shown}"),
        "mean": (f"mean {shown}", f"평균 {shown}"),
        "median": (f"usual amount {shown}", f"평소 금액 {shown}"),
        "percentile": (f"{_fraction(node)} percentile {shown}", f"{_fraction(node)} 백분위수 {shown}"),
        "deviation": (f"standard deviation {shown}", f"표준편차 {shown}"),
        "change": (f"change {shown}", f"증감 {shown}"),
        "min": (f"smallest {shown}", f"최소 {shown}"),
        "max": (f"highest {shown}", f"최대 {shown}"),
        "distinct": (f"{shown} in all", f"서로 다른 값 {shown}"),
        "share": (f"share {shown}", f"비중 {shown}"),
        "since_last": (f"{shown} after the previous one", f"직전 건 이후 {shown}"),
    }
    return f"{keys} {time}".strip(), names.get(node.function, (shown, shown))[ko]


def _fraction(node: n.Window) -> str:
    """Which percentile a window asks for, as written; a parameter's value stands among the limits."""
    return (
        "" if node.fraction is None or isinstance(node.fraction, n.ParameterRef) else to_text(node.fraction)
    )


def duration_words_of(node: n.DurationLiteral, lang: str) -> str:
    """A duration of the rule's text in words."""
    if node.unit == "business day":
        return f"{node.amount:f}영업일" if lang == "ko" else f"{node.amount:f} business days"
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}[node.unit]
    return duration_words(int(node.amount * seconds), lang)


def _scoped(scope: str, words: list[str], lang: str) -> str:
    """Values of one window together: counts come first in English, the scope first in Korean."""
    words = sorted(dict.fromkeys(words), key=lambda word: not word[:1].isdigit())
    if lang == "ko":
        return f"{scope} {', '.join(words)}"
    return f"{words[0]} {scope}{''.join(f', {word}' for word in words[1:])}"
