"""Stored reasons as sentences in Korean and English, for people who decide. Pure: facts in, text out.

A reason is ``{"kind": rule | tree | anomaly | novelty | audit | intercept, "code": ..., "value": log-odds, "facts": {...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fraud.scoring import reason_texts as texts
from rules.money import format_money

LANGUAGES = ("ko", "en")


def sentence(reason: Mapping[str, Any], lang: str) -> str:
    """One sentence for one reason; an unknown kind is told plainly rather than left out.

    For a rule, ``facts["title"]`` (``{"ko": ..., "en": ...}`` or a text) is its name in the rule book.
    """
    lang = lang if lang in LANGUAGES else "en"
    kind = str(reason.get("kind") or reason.get("source") or "")
    code, facts = str(reason.get("code", "")), reason.get("facts") or {}
    if kind == "rule":
        title = _title(facts.get("title"), lang)
        return texts.SENTENCES["rule_titled" if title else "rule"][lang].format(code=code, title=title)
    if kind == "tree":
        concept = texts.CONCEPTS.get(code, {}).get(lang) or label(code, lang)
        return texts.SENTENCES["tree"][lang].format(concept=concept, details=details(facts, lang))
    if kind == "anomaly":
        tail, detector = float(facts.get("tail") or 0.0), texts.DETECTORS.get(code, {}).get(lang, code)
        key = "anomaly" if tail >= 1.0 else "anomaly_ordinary"
        return texts.SENTENCES[key][lang].format(rank=_rank(tail, lang), detector=detector)
    if kind == "novelty":
        rank = _rank(float(reason.get("value") or 0.0), lang)
        return texts.SENTENCES["novelty"][lang].format(details=details(facts, lang), rank=rank)
    known = texts.SENTENCES.get(kind) or texts.SENTENCES["other"]
    return known[lang].format(code=code)


def sentences(reasons: Sequence[Mapping[str, Any]], lang: str, *, top: int = 3) -> list[str]:
    """Sentences of the strongest reasons that speak for misuse: all rules, the ``top`` positive parts of trees and anomalies."""
    kept = [r for r in reasons if _kind(r) in ("rule", "novelty", "audit")]
    learned = sorted(
        (r for r in reasons if _kind(r) in ("tree", "anomaly") and r.get("value", 0) > 0),
        key=lambda r: -r["value"],
    )
    return [sentence(r, lang) for r in [*kept, *learned[:top]]]


def details(facts: Mapping[str, Any], lang: str) -> str:
    """The named features with their values, strongest first; a yes/no feature that says no is left out."""
    told = [feature_text(name, value, facts, lang) for name, value in (facts.get("features") or {}).items()]
    return ", ".join(text for text in told if text) or texts.UNKNOWN[lang]


def feature_text(name: str, value: Any, facts: Mapping[str, Any], lang: str) -> str:
    """One feature in words; empty for a yes/no feature that says no or a value that is not known."""
    if value is None or value is False:
        return ""
    own = texts.FEATURES.get(name, {}).get(lang)
    pair = (facts.get("baselines") or {}).get(name)
    currency = str(facts.get("currency") or "")
    if own and (pair or "{" not in own):
        money = (
            {k: _money(pair[k], currency, lang) for k in ("value", "usual")}
            if pair
            else {"value": "", "usual": ""}
        )
        return own.format(
            ratio=_number(value), number=_number(value), own=money["value"], usual=money["usual"]
        )
    return f"{label(name, lang)}: {_value(name, value, currency, lang)}"


def label(name: str, lang: str) -> str:
    """The catalogue's words for a feature, or its name."""
    from fraud.features.catalogue import COMPUTED

    if name == "amount":
        return texts.CONCEPTS["amount"][lang].lower() if lang == "en" else texts.CONCEPTS["amount"][lang]
    feature = COMPUTED.get(name)
    return name if feature is None else (feature.ko if lang == "ko" else feature.en)


def _value(name: str, value: Any, currency: str, lang: str) -> str:
    from fraud.features.catalogue import COMPUTED

    feature = COMPUTED.get(name)
    unit = "money" if name == "amount" else feature.unit if feature else ""
    if isinstance(value, bool):
        return (texts.YES if value else texts.NO)[lang]
    if not isinstance(value, (int, float)):
        return str(value)
    if unit == "money":
        return _money(value, currency, lang)
    pattern = texts.UNITS.get(unit, {}).get(lang, "{number}")
    return pattern.format(number=_number(value), percent=_number(100 * value))


def _number(value: Any) -> str:
    """At most three digits that matter: 0.0123, 3.8, 1,240."""
    number = float(value)
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 1 else f"{number:.2g}"


def _money(minor: Any, currency: str, lang: str) -> str:
    return format_money(round(minor), currency, lang) if currency else f"{round(minor):,}"


def _rank(tail: float, lang: str) -> str:
    """``1 in 1,000`` for a tail of 3, rounded to two digits."""
    n = 10.0 ** max(tail, 0.0)
    return texts.RANK[lang].format(n=f"{float(f'{n:.2g}'):,.0f}")


def _title(title: Any, lang: str) -> str:
    if isinstance(title, Mapping):
        return str(title.get(lang) or title.get("en") or title.get("ko") or "")
    return str(title or "")


def _kind(reason: Mapping[str, Any]) -> str:
    return str(reason.get("kind") or reason.get("source") or "")
