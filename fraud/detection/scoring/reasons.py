"""Stored reasons as sentences in Korean and English, for people who decide. Pure: facts in, text out.

A reason is ``{"kind": rule | tree | anomaly | novelty | audit | intercept, "code": ..., "value": log-odds, "facts": {...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fraud.detection.scoring import feature_words as words
from fraud.detection.scoring import reason_texts as texts
from fraud.detection.scoring.feature_texts import ZERO
from rules.money import format_money

LANGUAGES = ("ko", "en")
_UNCOUNTED = 6.0
_NOTHING = 0.005  # log-odds that are shown as 0.00
#: Kinds whose values are log-odds that add up to a score's z; the value of novelty is a tail, that of an audit says nothing.
SUMMED = ("rule", "tree", "anomaly", "intercept")
_ONE_IN_TWO = 0.29  # log10(1.95), which is said as 1 in 2


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
        value = float(reason.get("value") or 0)
        said = details(facts, lang, is_against=value >= 0)
        key = "tree_together" if value > _NOTHING and texts.RANK_ORDINARY[lang] in said else "tree"
        return texts.SENTENCES[key][lang].format(concept=concept, details=said)
    if kind == "anomaly":
        tail, detector = float(facts.get("tail") or 0.0), texts.DETECTORS.get(code, {}).get(lang, code)
        key = _anomaly_words(tail, float(reason.get("value") or 0.0))
        return texts.SENTENCES[key][lang].format(rank=_rank(tail, lang), detector=detector)
    if kind == "novelty":
        tail = float(reason.get("value") or 0.0)
        said = details(facts, lang, is_against=False)
        key = "novelty" if _is_rare(tail) else "novelty_ordinary"
        return texts.SENTENCES[key][lang].format(details=said[:1].upper() + said[1:], rank=_rank(tail, lang))
    if kind == "unusual":
        return _unusual_sentence(facts, lang)
    known = texts.SENTENCES.get(kind) or texts.SENTENCES["other"]
    return known[lang].format(code=code)


def _anomaly_words(tail: float, value: float) -> str:
    """Which sentence: by how rare the claim is to the detector, and by whether that raised or lowered the score."""
    if value < -_NOTHING:
        return "anomaly_lowers" if _is_rare(tail) else "anomaly_ordinary"
    if tail >= 1.0:
        return "anomaly"
    if value > _NOTHING:
        return "anomaly_slight" if _is_rare(tail) else "anomaly_raises"
    return "anomaly_ordinary"


def weight_of(reason: Mapping[str, Any]) -> dict[str, Any]:
    """`in_sum`: whether it is a part of z; `value`: its log-odds, None where it is none; `tail`: -log10 of how rare novelty is, else None."""
    kind, value = _kind(reason), float(reason.get("value") or 0.0)
    in_sum = kind in SUMMED
    return {
        "in_sum": in_sum,
        "value": value if in_sum else None,
        "tail": value if kind == "novelty" else None,
    }


def parts_of_sum(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The reasons whose values add up to the score's z, as they are stored."""
    return [reason for reason in reasons if _kind(reason) in SUMMED]


def sentences(reasons: Sequence[Mapping[str, Any]], lang: str, *, top: int = 3) -> list[str]:
    """Sentences of the strongest reasons that speak for misuse: all rules, the ``top`` positive parts of trees and anomalies."""
    kept = [r for r in reasons if _kind(r) in ("rule", "novelty", "audit")]
    learned = sorted(
        (r for r in reasons if _kind(r) in ("tree", "anomaly") and r.get("value", 0) > 0),
        key=lambda r: -r["value"],
    )
    return [sentence(r, lang) for r in [*kept, *learned[:top]]]


def details(facts: Mapping[str, Any], lang: str, *, is_against: bool = True) -> str:
    """The named features in words, strongest first, each meaning once.

    `is_against`: values that say nothing for suspicion are left out, unless nothing else is known.
    """
    told: dict[str, str] = {}
    plain: dict[str, str] = {}
    for name, value in (facts.get("features") or {}).items():
        text = feature_text(name, value, facts, lang)
        if not text:
            continue
        plain.setdefault(words.meaning(name), text)
        if _tells(name, float(value), is_against=is_against):
            told.setdefault(words.meaning(name), text)
    return ", ".join((told or dict(list(plain.items())[:1])).values()) or texts.UNKNOWN[lang]


def _tells(name: str, value: float, *, is_against: bool) -> bool:
    return words.speaks(name, value) if is_against else not words.is_of_nothing(name, value)


def feature_text(name: str, value: Any, facts: Mapping[str, Any], lang: str) -> str:
    """One feature in words; empty for a yes/no feature that says no or a value that is not known."""
    if value is None or value is False:
        return ""
    if value == 0 and name in ZERO:
        return ZERO[name][lang]
    pair = (facts.get("baselines") or {}).get(name)
    currency = str(facts.get("currency") or "")
    pattern = words.words_of(name, lang)
    shown = _value(name, value, currency, lang)
    if not pattern or ("{own}" in pattern and not pair):
        return f"{label(name, lang)}: {shown}"
    one, _, many = pattern.partition("|")
    return (one if value == 1 or not many else many).format(
        value=shown,
        count=_number(value),
        ratio=_number(value),
        percent=_number(_percent(value)),
        rank=_rank(float(value), lang) if "{rank}" in pattern else "",
        own=_money(pair["value"], currency, lang) if pair else "",
        usual=_money(pair["usual"], currency, lang) if pair else "",
    )


def headline_details(facts: Mapping[str, Any], lang: str, *, code: str = "", is_against: bool = True) -> str:
    """What was measured of the payment itself, for the head of a case; where the reason speaks of the past alone, in the light of what."""
    features = facts.get("features") or {}
    own = {name: value for name, value in features.items() if words.is_of_payment(name)}
    telling = {n: v for n, v in own.items() if v is not None and _tells(n, float(v), is_against=is_against)}
    said = details({**facts, "features": telling}, lang, is_against=is_against) if telling else ""
    return said or texts.BACKGROUND.get(code, texts.BACKGROUND["other"])[lang]


def together(reasons: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What makes a claim unusual as one reason instead of a sentence a detector; None where nothing does.

    Of novelty the distinct points, of the detectors those that find the claim rarer than one in ten. `value` is their log-odds.
    """
    novel = [
        r for r in distinct([r for r in reasons if _kind(r) == "novelty"]) if _is_rare(float(r["value"]))
    ]
    agreeing = sorted(
        (r for r in reasons if _kind(r) == "anomaly" and r.get("value", 0) > 0 and _tail(r) >= 1.0),
        key=lambda r: -_tail(r),
    )
    if not novel and not agreeing:
        return None
    facts: dict[str, Any] = {"features": {}, "baselines": {}}
    for reason in novel:
        for name in ("features", "baselines"):
            facts[name] |= (reason.get("facts") or {}).get(name) or {}
        if currency := (reason.get("facts") or {}).get("currency"):
            facts["currency"] = currency
    facts["rarest"] = float(novel[0]["value"]) if novel else 0.0
    facts["tail"] = _tail(agreeing[0]) if agreeing else 0.0
    facts["detectors"] = [str(r.get("code", "")) for r in agreeing]
    value = sum(float(r["value"]) for r in agreeing)
    return {"kind": "unusual", "code": "unusual", "value": value, "facts": facts}


def _unusual_sentence(facts: Mapping[str, Any], lang: str) -> str:
    """One sentence for `together`: the points that are unusual, how rare the rarest is, how rare all of it, and who finds so."""
    names = [texts.DETECTORS.get(code, {}).get(lang, code) for code in facts.get("detectors") or []]
    rarest, tail = float(facts.get("rarest") or 0), float(facts.get("tail") or 0)
    said = details(facts, lang, is_against=False) if facts.get("features") else ""
    said = said[:1].upper() + said[1:]
    if not said:
        return texts.SENTENCES["anomaly"][lang].format(rank=_rank(tail, lang), detector=", ".join(names))
    if not names:
        return texts.SENTENCES["novelty"][lang].format(details=said, rank=_rank(rarest, lang))
    return texts.SENTENCES["unusual"][lang].format(
        details=said, rank=_rank(rarest, lang), together=_rank(tail, lang), detectors=", ".join(names)
    )


def _tail(reason: Mapping[str, Any]) -> float:
    return float((reason.get("facts") or {}).get("tail") or 0.0)


def distinct(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Novelty reasons, rarest first, without those that say again that the amount is not the person's usual one."""
    kept: dict[str, Mapping[str, Any]] = {}
    for reason in sorted(reasons, key=lambda r: -float(r.get("value") or 0)):
        code = str(reason.get("code", ""))
        kept.setdefault("own amount" if code in words.OWN_AMOUNT else words.meaning(code), reason)
    return list(kept.values())


def label(name: str, lang: str) -> str:
    """The catalogue's words for a feature, or its name."""
    from fraud.detection.features.catalogue import DESCRIBED

    feature = DESCRIBED.get(name)
    return name if feature is None else (feature.ko if lang == "ko" else feature.en)


def _value(name: str, value: Any, currency: str, lang: str) -> str:
    from fraud.detection.features.catalogue import DESCRIBED

    feature = DESCRIBED.get(name)
    unit = feature.unit if feature else ""
    if isinstance(value, bool):
        return (texts.YES if value else texts.NO)[lang]
    if not isinstance(value, (int, float)):
        return str(value)
    if unit == "money":
        return _money(value, currency, lang)
    if name == "weekday" and value in range(1, 8):
        return texts.WEEKDAYS[lang][int(value) - 1]
    if unit in ("minutes", "days"):
        return _duration(float(value) * (1440 if unit == "days" else 1), lang)
    pattern = texts.UNITS.get(unit, {}).get(lang, "{number}")
    return pattern.format(number=_number(value), percent=_number(_percent(value)))


def _duration(minutes: float, lang: str) -> str:
    """Minutes in the unit people would use: `8 hours`, `46 days`."""
    unit, size = next((each for each in texts.LENGTHS if minutes >= 2 * each[1]), texts.LENGTHS[-1])
    number = round(minutes / size, 1 if minutes / size < 10 and unit != "day" else 0)
    one, many, korean = texts.LENGTH_WORDS[unit]
    pattern = korean if lang == "ko" else (one if number == 1 else many)
    return pattern.format(_number(number))


def _number(value: Any) -> str:
    """At most three digits that matter: 0.0123, 3.8, 1,240."""
    number = float(value)
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}".removesuffix(".0") if abs(number) >= 1 else f"{number:.2g}"


def _percent(share: float) -> float:
    """A share in percent, whole where it is more than one."""
    return round(100 * share) if share > 0.01 else 100 * share


def _money(minor: Any, currency: str, lang: str) -> str:
    return format_money(round(minor), currency, lang) if currency else f"{round(minor):,}"


def _rank(tail: float, lang: str) -> str:
    """``1 in 1,000`` for a tail of 3, rounded to two digits; in words where more than half are so."""
    if not _is_rare(tail):
        return texts.RANK_ORDINARY[lang]
    if tail > _UNCOUNTED:
        return texts.RANK_MOST[lang]
    n = 10.0 ** max(tail, 0.0)
    return texts.RANK[lang].format(n=f"{float(f'{n:.2g}'):,.0f}")


def _is_rare(tail: float) -> bool:
    """Whether at most one in two is so: below that "1 in 1" would say nothing."""
    return tail >= _ONE_IN_TWO


def _title(title: Any, lang: str) -> str:
    if isinstance(title, Mapping):
        return str(title.get(lang) or title.get("en") or title.get("ko") or "")
    return str(title or "")


def _kind(reason: Mapping[str, Any]) -> str:
    return str(reason.get("kind") or reason.get("source") or "")
