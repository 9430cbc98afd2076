"""The text of an explanation request: what was paid, the question each pattern asks, what the policy says, what to attach, until when.

Questions have one home, the list of questions. A text is what stands around them and only says where they go; the letter
is put together from both, so that it lists exactly what the cardholder's form asks.

A rule's question is written for the cardholder (plain words, no thresholds) and filled with the facts of the hit; where
there is none, or a fact is missing, a general question stands in. The adopted paragraphs of the policy that these rules cite are quoted as they
hold on the day; a letter that was sent keeps its words. Scores, rule names and codes never enter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone

from audit.language import spoken
from cases.models import Case, Explanation
from cases.services.company import company_today, due_on
from cases.services.conflicts import user_of
from cases.services.money import claims_of
from cases.services.request_words import PLACES, WORDS
from cases.services.same_questions import Ask, asked_once
from cases.workflow import State
from fraud.claims.models import Claim
from fraud.claims.money import ClaimMoney, money_of
from fraud.detection.models import RuleHit
from fraud.web.dates import say_day, say_moment
from rules.language.korean import with_particles
from rules.models import Rule
from rules.money import format_money
from rules.services.paragraphs import policy_on, quoted

_PLACE = re.compile(r"\{([a-z_.0-9]+)\}")
_MAX_CLAIMS = 20
_MAX_QUESTIONS = 8  # of the rendered text; a reviewer may ask more

# "1. …", "2) …", "Q3: …", "① …" at the beginning of a line; not a day such as "11. 19."
_NUMBERED = re.compile(
    r"^[ \t]*(?:(?:Q|질문)?[ \t]*\d{1,2}[ \t]*[.):](?![ \t]*\d)|[①-⑳])[ \t]*(?=\S)", re.M | re.I
)


@dataclass(frozen=True, slots=True)
class RequestText:
    """A request ready to send: `text` in `language` around `questions`, [{"id", "text"}], answered one by one."""

    language: str
    text: str
    questions: list[dict[str, str]] = field(default_factory=list)
    due_on: date | None = None
    has_address: bool = True  # False: mail cannot reach the cardholder, and whoever asks is told so before

    @property
    def letter(self) -> str:
        """What the cardholder reads: the text with the questions at their place, else at its end."""
        words = WORDS[self.language]
        listed = "\n".join(f"{number}. {one['text']}" for number, one in enumerate(self.questions, 1))
        asked = f"{words['ask']}\n{listed}" if listed else ""
        place = next((word for word in PLACES.values() if word in self.text), "")
        before, _place, after = self.text.partition(place) if place else (self.text, "", "")
        for word in PLACES.values():
            after = after.replace(word, "")
        return "\n\n".join(part for part in (before.strip(), asked, after.strip()) if part)


def numbered(texts: Sequence[str]) -> list[dict[str, str]]:
    """Questions as they are kept, without numbers that were typed before them."""
    return [{"id": str(n), "text": _NUMBERED.sub("", text, count=1)} for n, text in enumerate(texts, 1)]


def has_own_questions(text: str) -> bool:
    """Whether a text numbers questions of its own, which no form would ask."""
    return bool(_NUMBERED.search(text))


def request_text(case: Case, *, language: str = "", due: date | None = None) -> RequestText:
    """The text for the case as it stands, in the cardholder's language unless another is named; nothing answered is asked again."""
    login = user_of(case.cardholder)
    language = spoken(language or (login.language if login else None))
    words = WORDS[language]
    due = due or due_on(State.AWAITING_EXPLANATION)
    claims = claims_of(case)
    answered = _answered(case)
    last = answered.last
    questions, rules = _questions(case, claims, language, answered)
    policy = quoted(rules, language, policy_on(company_today())) if rules else []
    shown = claims[:_MAX_CLAIMS]
    money = money_of(shown)
    listed = [_claim_line(claim, language) + _returned(claim, money[claim.pk], language) for claim in shown]
    if len(claims) > _MAX_CLAIMS:
        listed.append(words["more"].format(n=len(claims) - _MAX_CLAIMS))
    parts = [
        words["hello"].format(name=case.cardholder.name or case.cardholder.employee_no),
        words[("again" if last else "intro") + ("_one" if len(claims) == 1 else "_many")].format(
            date=say_day(last, language, today=company_today()) if last else ""
        ),
        "\n".join(f"- {line}" for line in listed),
        PLACES[language],
        *(["\n- ".join((words["policy"], *policy))] if policy else []),
        words["attach_title"] + "\n- " + words["attach"],
        words["honest"],
        words["deadline"].format(due_on=say_day(due, language, today=company_today()) if due else ""),
    ]
    return RequestText(language, "\n\n".join(parts), questions, due)


def _claim_line(claim: Claim, language: str) -> str:
    when = timezone.localtime(claim.transacted_at)
    today = company_today()
    day = (
        say_moment(when, language, today=today)
        if claim.has_time
        else say_day(when.date(), language, today=today)
    )
    card = f" (****{claim.card_last4})" if claim.card_last4 else ""
    return f"{day} {claim.merchant_name} {format_money(claim.amount_minor, claim.currency, language)}{card}"


def _returned(claim: Claim, money: ClaimMoney, language: str) -> str:
    """Nobody is asked about a payment as if its money were still gone."""
    if not money.returned_minor:
        return ""
    told = format_money(money.returned_minor, claim.currency, language)
    return WORDS[language]["returned" if money.net_minor else "cancelled"].format(amount=told)


@dataclass(frozen=True, slots=True)
class _Answers:
    """The day of the last answer, the questions that were answered, and the days on which they were asked."""

    last: date | None
    texts: frozenset[str]
    asked_on: tuple[date, ...]


def _answered(case: Case) -> _Answers:
    """A question is answered by its own answer; each of a letter where somebody answered the letter as a whole in their own words."""
    answers = list(Explanation.objects.filter(request__case=case).select_related("request").order_by("pk"))
    texts = {
        str(question["text"])
        for answer in answers
        for question in answer.request.questions
        if answer.answers.get(str(question["id"])) or not any(answer.answers.values())
    }
    days = {timezone.localtime(answer.request.sent_at).date() for answer in answers}
    last = timezone.localtime(answers[-1].submitted_at).date() if answers else None
    return _Answers(last, frozenset(texts), tuple(sorted(days)))


def _questions(
    case: Case, claims: list[Claim], language: str, answered: _Answers
) -> tuple[list[dict[str, str]], list[Rule]]:
    """What the patterns ask, the heaviest first and each meaning once; the general question where no rule asks. And the rules that ask.

    What was answered is known again in both languages, and as a letter of its day said it.
    """
    by_id = {claim.pk: claim for claim in claims}
    days = (company_today(), *answered.asked_on)
    ways = sorted(((one, day) for one in WORDS for day in days), key=lambda way: way != (language, days[0]))
    hits = RuleHit.objects.filter(claim__in=by_id, is_shadow=False).select_related("rule_version__rule")
    asks: list[Ask] = []
    covered: set[int] = set()
    rules: dict[str, Rule] = {}
    for hit in hits.order_by("-rule_version__weight", "rule_version__rule__code", "claim_id", "-run_id"):
        ask = _ask(hit, by_id[hit.claim_id], ways)
        if not ask.texts()[0]:
            continue
        covered.add(hit.claim_id)
        asks.append(ask)
        rules.setdefault(ask.code, hit.rule_version.rule)
    texts = asked_once(asks, answered.texts)[: _MAX_QUESTIONS - 1]
    for claim in claims:
        if claim.pk in covered:
            continue
        general = [fill(WORDS[one]["fallback"], claim_facts(claim, one, day)) for one, day in ways]
        if not answered.texts.intersection(general) and general[0] not in texts:
            texts.append(general[0])
    still_open = [one["text"] for one in numbered(texts) if one["text"] not in answered.texts]
    return numbered(still_open[:_MAX_QUESTIONS]), list(rules.values())


def _ask(hit: RuleHit, claim: Claim, ways: Sequence[tuple[str, date]]) -> Ask:
    """What a hit would ask, in each language and as said on each day."""
    rule = hit.rule_version.rule
    templates = {"ko": rule.question_ko, "en": rule.question_en}
    template = templates[ways[0][0]]
    facts = [
        {**claim_facts(claim, one, day), **hit_facts(hit.facts, claim.currency, one)} for one, day in ways
    ]
    return Ask(
        code=rule.code,
        template=template,
        merchant=claim.merchant_name,
        day=timezone.localtime(claim.transacted_at).date(),
        words=tuple(partial(fill, templates[one]) for one, _day in ways),
        facts=tuple(facts),
        languages=tuple(one for one, _day in ways),
        is_group=bool({"count", "total"} & set(_PLACE.findall(template))),
        size=int(facts[0].get("count", "0").replace(",", "") or 0),
    )


def fill(template: str, facts: Mapping[str, str]) -> str:
    """The template with every `{name}` replaced and particles that follow it, or an empty text when it is empty or a fact is missing."""
    if not template or any(name not in facts for name in _PLACE.findall(template)):
        return ""
    return with_particles(_PLACE.sub(lambda found: facts[found.group(1)], template))


def general_question(claim: Claim, language: str) -> str:
    """What is asked of a claim where no rule asks."""
    return fill(WORDS[language]["fallback"], claim_facts(claim, language))


def claim_facts(claim: Claim, language: str, today: date | None = None) -> dict[str, str]:
    """What may be said of a claim to its cardholder, as it is said on a day (today)."""
    when = timezone.localtime(claim.transacted_at)
    return {
        "merchant": claim.merchant_name,
        "merchant.name": claim.merchant_name,
        "date": say_day(when.date(), language, today=today or company_today()),
        "time": when.strftime("%H:%M") if claim.has_time else "",
        "amount": format_money(claim.amount_minor, claim.currency, language),
        "purpose_code": claim.purpose_code,
        "purpose_text": claim.purpose_text,
        "n_attendees": "" if claim.n_attendees is None else str(claim.n_attendees),
    }


def hit_facts(facts: Mapping[str, Any] | None, currency: str, language: str) -> dict[str, str]:
    """`count` and `total` of a hit, from the windows that made its rule true. Nothing else: no threshold can slip in.

    The stored facts are {"values": {text of the term: {"kind", "value"}}}.
    """
    found: dict[str, str] = {}
    for term, fact in ((facts or {}).get("values") or {}).items():
        value = fact.get("value") if isinstance(fact, dict) else None
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if term.startswith("count(") and "count" not in found:
            found["count"] = f"{int(value):,}"
        if term.startswith("sum(") and "total" not in found and fact.get("kind") == "money":
            found["total"] = format_money(int(value), currency, language)
    return found
