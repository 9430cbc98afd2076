"""Filters of the claims list: from the URL's query to a queryset that an index carries, and to removable chips."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.asked import address_problems, read_choice, read_day, understood_spans
from audit.typed import decimal_number, whole_number
from fraud.claims.identity import cardholders_of, claims_involving, people_named
from fraud.claims.models import Claim, Merchant
from fraud.claims.units import within_units
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.web.tags import current_language
from fraud.web.words import BANDS, TXN_TYPES
from rules.money import MoneyNotValid, format_money, is_known_currency, to_minor

MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class ClaimFilters:
    """What the list is narrowed to. `problems` are sentences about filters that could not be read and were left out."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    low: int | None = None  # minor units of `currency`
    high: int | None = None
    currency: str = "KRW"
    is_of_currency: bool = False  # the currency was asked for by itself, not only as that of the amounts
    txn_type: str = ""
    rule: str = ""
    band: str = ""
    employee_no: str = ""
    merchant: Merchant | None = None
    run: ScreeningRun | None = None
    file: str = ""
    problems: tuple[str, ...] = ()
    chips: tuple[dict[str, str], ...] = field(default=())

    @property
    def is_about_scores(self) -> bool:
        """Whether being on the list, or its place there, says something of a claim's hits or score."""
        return bool(self.rule or self.band or self.run)


#: What the list reads of an address: its filters and the place in it.
KNOWN = frozenset(
    [
        "q",
        "from",
        "to",
        "min",
        "max",
        "currency",
        "type",
        "rule",
        "band",
        "person",
        "file",
        "merchant",
        "run",
        "after",
    ]
)


def read_filters(
    query: QueryDict, *, may_see_scores: bool = True, known: Collection[str] = KNOWN
) -> ClaimFilters:
    """The filters of a query. What cannot be read is left out and named in `problems`; risk is for those who see scores."""
    problems = address_problems(query, known)
    query = understood_spans(query)
    given = query.get("currency", "").strip().upper()
    if given and not is_known_currency(given):
        problems.append(
            _("There is no currency “%(text)s”; write three letters such as KRW.") % {"text": given[:30]}
        )
        given = ""
    currency = given or "KRW"
    values: dict[str, Any] = {
        "text": query.get("q", "").strip()[:MAX_TEXT],
        "since": read_day(query.get("from", "").strip(), problems),
        "until": read_day(query.get("to", "").strip(), problems),
        "low": _amount(query.get("min", ""), currency, problems),
        "high": _amount(query.get("max", ""), currency, problems),
        "currency": currency,
        "is_of_currency": bool(given),
        "txn_type": read_choice(query.get("type", "").strip(), TXN_TYPES, problems),
        "rule": query.get("rule", "").strip()[:20],
        "band": read_choice(query.get("band", "").strip(), BANDS, problems) if may_see_scores else "",
        "employee_no": query.get("person", "").strip()[:60],
        "file": query.get("file", "").strip()[:20],
        "merchant": _merchant(query.get("merchant", "").strip(), problems),
        "run": _run(query.get("run", "").strip(), problems),
    }
    filters = ClaimFilters(**values, problems=tuple(problems))
    return ClaimFilters(**values, problems=tuple(problems), chips=tuple(_chips(filters, query)))


def filter_claims(filters: ClaimFilters, by: Actor) -> QuerySet[Claim]:
    """Claims of the departments they see that meet the filters. Where a filter is about scores or hits, without those the reader is involved in."""
    claims = within_units(Claim.objects.all(), by)
    if filters.is_about_scores:
        claims = claims.exclude(pk__in=claims_involving(by, Claim.objects.all()).values("pk"))
    if filters.text:
        claims = claims.filter(_text_condition(filters.text))
    if filters.since:
        claims = claims.filter(transacted_at__gte=_midnight(filters.since))
    if filters.until:
        claims = claims.filter(transacted_at__lt=_midnight(filters.until + timedelta(days=1)))
    if filters.is_of_currency or filters.low is not None or filters.high is not None:
        claims = claims.filter(currency=filters.currency)
    if filters.low is not None:
        claims = claims.filter(amount_minor__gte=filters.low)
    if filters.high is not None:
        claims = claims.filter(amount_minor__lte=filters.high)
    if filters.txn_type:
        claims = claims.filter(txn_type=filters.txn_type)
    if filters.employee_no:
        claims = claims.filter(cardholder__in=cardholders_of(filters.employee_no))
    if filters.merchant:
        claims = claims.filter(merchant=filters.merchant)
    if filters.file:
        claims = claims.filter(file__reference=filters.file)
    if filters.rule:
        hits = RuleHit.objects.filter(rule_version__rule__code=filters.rule, is_shadow=False)
        claims = claims.filter(pk__in=hits.values("claim_id"))
    if filters.run:
        claims = claims.filter(pk__in=Score.objects.filter(run=filters.run).values("claim_id"))
    if filters.band:
        claims = claims.annotate(shown_band=Subquery(_shown_scores(filters).values("band")[:1]))
        claims = claims.filter(shown_band=filters.band)
    return claims


def _shown_scores(filters: ClaimFilters) -> QuerySet[Score]:
    """The score a line of the list shows: of the chosen run, or else the newest."""
    scores = Score.objects.filter(claim=OuterRef("pk")).order_by("-run_id")
    return scores.filter(run=filters.run) if filters.run else scores


def _text_condition(text: str) -> Q:
    """Claims of people or merchants whose name contains the text, or with that number; each part has an index."""
    places = Merchant.objects.filter(Q(name__icontains=text) | Q(brn=plain_brn(text)))
    return found_by(text, systems_of(text), people_named(text).values("pk"), places.values("pk"))


def found_by(number: str, systems: Collection[str] | None, people: Any, places: Any) -> Q:
    """Claims of people or merchants (keys, or a queryset of them), and those with this number in one of the systems."""
    found = Q(cardholder_id__in=people) | Q(merchant_id__in=places)
    return found if systems is None else found | Q(source_system__in=systems, external_id=number)


def plain_brn(text: str) -> str:
    """A text as a business number is kept."""
    return text.replace("-", "")


def systems_of(text: str) -> list[str] | None:
    """Where a claim with this number may be from; None for a text that is no number."""
    return source_systems() if any(sign.isdigit() for sign in text) else None


def source_systems() -> list[str]:
    """The systems claims came from, found by hopping along the identity index, and remembered for a minute."""
    known: list[str] | None = cache.get("fraud:source-systems")
    if known is None:
        known = []
        while True:
            rest = Claim.objects.filter(source_system__gt=known[-1]) if known else Claim.objects
            after = rest.aggregate(first=Min("source_system"))["first"]
            if after is None or len(known) > 50:
                break
            known.append(after)
        cache.set("fraud:source-systems", known, 60)
    return known


def _chips(filters: ClaimFilters, query: QueryDict) -> list[dict[str, str]]:
    labels: Mapping[str, tuple[str, str]] = {
        "q": (_("Text"), filters.text),
        "from": (_("From"), filters.since.isoformat() if filters.since else ""),
        "to": (_("To"), filters.until.isoformat() if filters.until else ""),
        "min": (_("At least"), _money(filters.low, filters.currency)),
        "max": (_("At most"), _money(filters.high, filters.currency)),
        "currency": (_("Currency"), filters.currency if filters.is_of_currency else ""),
        "type": (_("Kind"), str(TXN_TYPES.get(filters.txn_type, ""))),
        "rule": (_("Rule"), filters.rule),
        "band": (_("Risk"), str(BANDS.get(filters.band, ""))),
        "person": (_("Cardholder"), filters.employee_no),
        "merchant": (_("Merchant"), filters.merchant.name if filters.merchant else ""),
        "run": (_("Run"), filters.run.reference if filters.run else ""),
        "file": (_("File"), filters.file),
    }
    return [
        {"key": key, "value": query.get(key, ""), "label": label, "text": text}
        for key, (label, text) in labels.items()
        if text
    ]


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency, current_language())


def _amount(text: str, currency: str, problems: list[str]) -> int | None:
    if not text.strip():
        return None
    try:
        if (number := decimal_number(text.strip())) is None:
            raise MoneyNotValid(text[:30])
        return to_minor(number, currency)
    except MoneyNotValid:
        problems.append(_("“%(text)s” is not an amount; write digits such as 500000.") % {"text": text[:30]})
        return None


def _merchant(text: str, problems: list[str]) -> Merchant | None:
    if not text:
        return None
    number = whole_number(text, 18)
    found = Merchant.objects.filter(pk=number).first() if number is not None else None
    if found is None:
        problems.append(
            _("There is no merchant with the number “%(text)s”; to look for a name, use the text.")
            % {"text": text[:30]}
        )
    return found


def _run(text: str, problems: list[str]) -> ScreeningRun | None:
    if not text:
        return None
    found = ScreeningRun.objects.defer("rule_set").filter(reference=text).first()
    if found is None:
        problems.append(
            _("There is no run “%(text)s”; a run is written as R-2026-11-20.") % {"text": text[:30]}
        )
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
