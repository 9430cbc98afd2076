"""Questions back: what a text could mean, as conditions to copy, none of which loses a number, a period or a denial of what it stands for."""

from __future__ import annotations

import re

from rules.language.mending.completing import judge
from rules.language.mending.doubts import to_copy, warned_of
from rules.language.mending.kinds import shop_kind
from rules.language.mending.meanings import Meanings, could_mean
from rules.language.mending.naming_place import Names
from rules.language.mending.plain_words import PLAIN_EXAMPLE
from rules.language.mending.spoken import Spoken, hear, not_understood
from rules.language.mending.spoken.edges import edges_in
from rules.language.mending.spoken.hearing import heard, said_words
from rules.language.mending.spoken.numerals import in_digits
from rules.language.mending.trades import named_codes
from rules.language.mending.unsaid import asked_back, not_carried, numbers_lost, office_word
from rules.language.mending.unsaid.parts import after_denial
from rules.language.problems import Problem, RuleNotValid, told_at
from rules.language.text import quote

#: How Korean words end that go on to the next, and are no name.
_GOES_ON = re.compile(r"[0-9,]|[은는이가을를인고나만며지면서게히로]$")
#: What stands behind a Korean word and belongs to it.
_PARTICLE = re.compile(r"(?:에서|에는|에만|에|의|이|가|은|는|을|를|으로|로)?(?=\s)|")
_FORBIDS = re.compile(r"^(?:(?:no|never)\s+)?(?:(?:at|in)\s+)?(?:(?:any|an?|the)\s+)?", re.IGNORECASE)
#: Parts of a day or a date: what a text says of them stands otherwise in a rule (9 at night, the third quarter, 2026년 3월까지).
_RECKONED = re.compile(
    r"\b(?:date|month|time|year|day_of_month)\(|\bhour\b|first_digit|is_multiple|is_round|days_since_hired|merchant_age_days|change\(|\bweekday in|mcc matches|mcc in \("
)


def heard_rule(text: str, names: Names) -> Spoken | None:
    """The rule a text says as one speaks, where it is one."""
    for said in dict.fromkeys((text, in_digits(text), in_digits(text, ones=True))):
        spoken = hear(said, names, lambda part: not judge(part, names))
        if spoken is not None and spoken.readings and not any(judge(one, names) for one in spoken.readings):
            return spoken
        if spoken is not None and spoken.text and not judge(spoken.text, names):
            return None if warned_of(spoken.text, names) & {"always_hits", "every_payment"} else spoken
    return None


def is_unread(text: str, names: Names) -> bool:
    """Whether a sentence is not read as a rule as it stands, with every word of it."""
    spoken = heard_rule(text, names)
    return spoken is None or bool(spoken.text and not_carried(text, spoken.text))


def asked(text: str, meant: Meanings, names: Names) -> RuleNotValid:
    """What could be meant, or how it is written, at its place; and how the rest of the sentence is written beside it."""
    code = meant.code or ("can_write" if meant.is_one else "could_mean")
    choices = to_copy(text, meant, names)
    if not meant.code:
        choices = _carrying(text, meant, choices)
        code = "can_write" if len(choices) == 1 else code
    if not choices:
        return RuleNotValid([told_at(text, meant.start, meant.end, "plain_example", example=PLAIN_EXAMPLE)])
    told = [told_at(text, meant.start, meant.end, code, choices=", ".join(choices))]
    if meant.trade:
        named = {"en": named_codes(meant.trade, "en"), "ko": named_codes(meant.trade, "ko")}
        word = _FORBIDS.sub("", text[meant.start : meant.end])
        told.append(told_at(text, meant.end - len(word), meant.end, "trade_is", **named))
    return RuleNotValid([*told, *_beside(text, meant, choices, names)])


def _carrying(text: str, meant: Meanings, choices: list[str]) -> list[str]:
    """The choices without those that lose a number or a period: of the words they stand for, or one that another of them has."""
    part = text[meant.start : meant.end]
    whole = [one for one in choices if _RECKONED.search(one) or not _numbers_gone(part, one)]
    lost = {one: set(numbers_lost(text, one)) for one in whole}
    fewest = set.intersection(*lost.values()) if lost else set()
    return [one for one in whole if _RECKONED.search(one) or lost[one] == fewest]


def _numbers_gone(part: str, choice: str) -> bool:
    """Whether numbers of a part are not in a choice, besides those that are reckoned with (9만원대, about 100,000)."""
    is_reckoned = "amount >=" in choice and "amount <" in choice
    return not is_reckoned and bool(numbers_lost(part, choice))


def _beside(text: str, meant: Meanings, choices: list[str], names: Names) -> list[Problem]:
    """What stands before and behind the part that is asked about, as a rule has it; nothing where one of the two can be read otherwise, or
    several payments are spoken of: what is asked about may be meant of each of them."""
    told = []
    behind = after_denial(text, meant.end)
    behind += len(_PARTICLE.match(text, behind)[0])  # type: ignore[index]  # matches nothing as well
    for start, end in ((0, meant.start), (behind, len(text))):
        side = text[start:end]
        if not heard(side) or any(not _loses(text, one, start, end) for one in choices):
            continue
        spoken = heard_rule(side, names)
        rule = spoken.text if spoken is not None else ""
        if not rule or "same " in rule or not_carried(side, rule) or _is_open(side):
            return []
        told.append(told_at(text, start, end, "write_beside", instead=rule))
    return told


def _is_open(text: str) -> bool:
    return any(question(text) for question in (office_word, asked_back, could_mean, shop_kind))


def _loses(text: str, choice: str, start: int, end: int) -> bool:
    return any(start <= low < end for low, _ in not_carried(text, choice))


def named_first(text: str, names: Names) -> RuleNotValid | None:
    """``Starbucks over 30,000``: where all but the beginning is read, that is a name to look for, of a shop or in the purpose."""
    unknown = not_understood(text)
    if not unknown or not text.strip():
        return None
    start, end = len(text) - len(text.lstrip()), unknown[-1][1]
    rest = text[end:]
    is_name = all(token.kind in {"unknown", "place"} for token in said_words(text[start:end]))
    if end - start < 2 or not is_name or not rest.strip() or _GOES_ON.search(text[start:end]):
        return None
    behind = heard_rule(rest, names)
    if behind is None or not behind.text or not_carried(rest, behind.text):
        return None
    name = quote(text[start:end])
    choices = f"merchant.name contains {name}, purpose_text contains {name}"
    return RuleNotValid([told_at(text, start, end, "could_mean", choices=choices)])


def with_edges(text: str, told: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """What is told of a text that is not read whole, with the first and last days of months it tells, in place of what their words alone would say."""
    edges = edges_in(text)
    if not edges or "\n" in text:
        return told
    kept = [one for one in told if not any(start < one.column <= end for start, end, _ in edges)]
    said = [told_at(text, start, end, "write_as", instead=rule) for start, end, rule in edges]
    return tuple(sorted([*kept, *said], key=lambda one: (one.line, one.column)))
