"""What is said of a payment before it is filed: the questions it would raise, and what could not be looked at. Never a limit or a score.

Whoever tries one amount after the other learns what the policy says openly, and nothing of any other rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from audit.language import current_language
from cases.services.request_text import claim_facts, fill, general_question, hit_facts
from fraud.claims.models import Claim
from fraud.detection.precheck import Precheck, Sketch, Told
from fraud.web.words import PURPOSES
from rules.mcc_words import mcc_word
from rules.services.paragraphs import Policy, clause_words, policy_on

#: Kinds of places offered to choose from (ISO 18245), as often as claims have them.
KINDS = (
    "5812",
    "5814",
    "5813",
    "4121",
    "5541",
    "7011",
    "4112",
    "4511",
    "5411",
    "5311",
    "5942",
    "5943",
    "5992",
    "7992",
    "4816",
    "7399",
)
#: What a rule missed → the field of the form that would tell it.
_FIELDS: Mapping[str, str] = {
    "has_time": "time",
    "is_night": "time",
    "hour": "time",
    "merchant.mcc": "kind",
    "purpose_code": "purpose",
    "evidence_type": "receipt",
    "receipt_id": "receipt",
    "authorization_code": "authorization_code",
    "pre_approval_id": "pre_approval",
    "n_attendees": "n_attendees",
    "merchant_id": "merchant",
}
#: A field as the reader knows it.
LABELS: Mapping[str, str | Promise] = {
    "time": pgettext_lazy("before filing", "the time"),
    "kind": pgettext_lazy("before filing", "the kind of place"),
    "purpose": pgettext_lazy("before filing", "the purpose"),
    "receipt": pgettext_lazy("before filing", "whether you have the receipt"),
    "authorization_code": pgettext_lazy("before filing", "the approval number on the slip"),
    "pre_approval": pgettext_lazy("before filing", "the number of the pre-approval"),
    "n_attendees": pgettext_lazy("before filing", "how many took part"),
    "merchant": pgettext_lazy("before filing", "the merchant"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question the payment would raise, and the paragraph behind it."""

    question: str
    clause: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A paragraph that could not be looked at, with the `fields` of the form that would let it; none: only after filing."""

    clause: str
    fields: tuple[str, ...]

    @property
    def labels(self) -> str:
        """The fields in the reader's words."""
        return ", ".join(str(LABELS[name]) for name in self.fields)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a check, in the reader's language."""

    asked: list[Asked]
    not_seen: list[NotSeen]
    n_checked: int

    @property
    def wanted(self) -> list[tuple[str, str]]:
        """(field, its words) of everything that was left out and would let more be looked at."""
        names = dict.fromkeys(name for one in self.not_seen for name in one.fields)
        return [(name, str(LABELS[name])) for name in names]

    @property
    def later(self) -> list[str]:
        """Paragraphs that can be looked at only once the claim is filed."""
        return list(dict.fromkeys(one.clause for one in self.not_seen if not one.fields))


def answer_of(found: Precheck, sketch: Sketch) -> Answer:
    """The outcome of a check in words."""
    language = current_language()
    policy = policy_on()
    claim = Claim(
        transacted_at=found.transacted_at,
        has_time=found.has_time,
        merchant_name=sketch.merchant,
        amount_minor=sketch.amount_minor,
        currency=sketch.currency,
        purpose_code=sketch.purpose_code,
        purpose_text=sketch.purpose_text,
        n_attendees=sketch.n_attendees,
    )
    asked: dict[str, Asked] = {}
    for told in found.met:
        facts = {**claim_facts(claim, language), **hit_facts(told.facts, sketch.currency, language)}
        rule = told.version.rule
        question = fill(rule.question_ko if language == "ko" else rule.question_en, facts)
        question = question or general_question(claim, language)
        asked.setdefault(question, Asked(question, clause_words(rule, language, policy)))
    return Answer(
        list(asked.values()), [_not_seen(told, language, policy) for told in found.open], found.n_checked
    )


def _not_seen(told: Told, language: str, policy: Policy) -> NotSeen:
    """Where one thing is missing that nobody can tell before filing, telling the others would not help."""
    fields = [_FIELDS.get(name, "") for name in told.missing]
    return NotSeen(
        clause_words(told.version.rule, language, policy), tuple(dict.fromkeys(fields)) if all(fields) else ()
    )


def kinds() -> list[tuple[str, str]]:
    """(category, its word) to choose from."""
    return [(code, mcc_word(code, current_language())) for code in KINDS]


def purposes() -> list[tuple[str, str]]:
    """(purpose code, its word) to choose from."""
    return [(code, str(word)) for code, word in PURPOSES.items()]


def said_in_short(answer: Answer) -> str:
    """The outcome in one line."""
    if not answer.n_checked:
        return pgettext("before filing", "Nothing was checked.")
    if answer.asked:
        return pgettext("before filing", "Answer these with the claim, and nobody has to ask.")
    if answer.not_seen:
        return pgettext("before filing", "Nothing to add in what could be looked at.")
    return pgettext("before filing", "Nothing to add.")
