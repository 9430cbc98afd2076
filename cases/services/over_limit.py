"""What of a case lies over the limit that its rule names, by the facts stored with its hits; nothing is worked out anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from cases.dispositions import Disposition
from cases.models import Case, Decision
from cases.services import errors
from cases.services.casework import casework
from cases.services.decisions import propose_decision
from cases.services.money import shown_stake
from cases.services.steps import check_step, read_case
from cases.services.texts import shown_money
from cases.workflow import AGAINST, Action
from fraud.detection.models import RuleHit
from rules.services.paragraphs import clause_words, policy_on

_SINGLE, _PER_HEAD = "$single_limit", "$per_head_limit"


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The part above the limit, minor units of the case's currency, and the rule whose facts say so."""

    minor: int
    code: str
    clause: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A hit of the leading rule, and what was paid as it is now, minor units."""

    hit: RuleHit
    minor: int


def over_limit_of(case: Case, found: tuple[list[Paid], int] | None = None) -> OverLimit | None:
    """What the hits of the case's leading rule state as over the limit; None where they do not state it for every claim.

    Several payments: each one's part where the limit is of one payment, the largest total where it is of all together. Facts
    that no longer hold, since a payment was corrected or money came back, state nothing. `found`: those hits and how many
    claims the case has, where a page has read them.
    """
    if case.is_blind:
        return None
    hits, n_claims = found if found is not None else _hits(case)
    known = [over_of(one.hit.facts, case.currency) for one in hits]
    if not hits or len(hits) < n_claims:
        return None
    if any(over is None or over.paid_minor != one.minor for over, one in zip(known, hits, strict=True)):
        return None
    apart = sum(over.minor for over in known if over and not over.is_together)
    minor = apart + max((over.minor for over in known if over and over.is_together), default=0)
    stake = shown_stake(case)
    if stake.spent_minor != stake.at_stake_minor or not 0 < minor < stake.at_stake_minor:
        return None
    rule = hits[0].hit.rule_version.rule
    clause = clause_words(rule, current_language(), policy_on())
    return OverLimit(minor, rule.code, clause)


@casework
def propose_part(*, case: Case, by: Actor, expected_version: int | None) -> Decision:
    """Propose that the part within the limit is accepted and the rest comes back. Raises OverNotKnown, and as propose_decision."""
    case = read_case(case)
    check_step(case, Action.PROPOSE, by=by, expected_version=expected_version, outcome=AGAINST)
    over = over_limit_of(case)
    if over is None:
        raise errors.OverNotKnown
    money = shown_money(over.minor, case.currency)
    reason = _("%(rule)s: the part within the limit is accepted, %(money)s above it is to come back.")
    return propose_decision(
        case=case,
        disposition=Disposition.CONFIRMED_MISUSE,
        reason=reason % {"rule": over.code, "money": money},
        message=message_of(over, case.currency),
        policy_clause=over.clause[:200],
        amount_minor=over.minor,
        currency=case.currency,
        by=by,
        expected_version=expected_version,
    )


def message_of(over: OverLimit, currency: str) -> str:
    """What the cardholder is told of it; no threshold."""
    message = _("The part within what the policy allows is accepted; %(money)s above it is to be repaid.")
    return message % {"money": shown_money(over.minor, currency)}


@dataclass(frozen=True, slots=True)
class Over:
    """What one hit says: the payment, the part above the limit, and whether that is of several payments together; minor units."""

    paid_minor: int
    minor: int
    is_together: bool = False


def over_of(facts: Mapping[str, Any] | None, currency: str) -> Over | None:
    """The part over the limit by a hit's facts, or None where they hold no limit and amount in this currency."""
    values = (facts or {}).get("values") or {}
    paid = _money(values, "net_amount", currency) or _money(values, "amount", currency)
    if not paid:
        return None
    per_head, of_head = _money(values, "per_head", currency), _money(values, _PER_HEAD, currency)
    single, agreed = _money(values, _SINGLE, currency), _money(values, "pre_approved_amount", currency)
    sums = [_money(values, name, currency) for name in values if name.startswith("sum(")]
    totals = [total for total in sums if total is not None]
    if per_head and of_head is not None:
        return _over(paid, paid, of_head * round(paid / per_head))
    if single is not None:
        return _over(paid, max(totals), single, is_together=True) if totals else _over(paid, paid, single)
    return _over(paid, paid, agreed) if agreed is not None else None


def _over(paid: int, total: int, limit: int, *, is_together: bool = False) -> Over | None:
    return Over(paid, total - limit, is_together) if total > limit else None


def _money(values: Mapping[str, Any], name: str, currency: str) -> int | None:
    """A fact of money in minor units of this currency."""
    fact = values.get(name)
    is_money = isinstance(fact, Mapping) and fact.get("kind") == "money" and fact.get("currency") == currency
    value = fact.get("value") if isinstance(fact, Mapping) and is_money else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _hits(case: Case) -> tuple[list[Paid], int]:
    """Hits of the leading rule on claims that are in the case, in the run that judged each; and how many claims it has."""
    rows = case.alerts.filter(left_at=None).values_list("claim_id", "run_id", "score__run_id")
    judged = {claim: score_run or run for claim, run, score_run in rows}
    hits = RuleHit.objects.filter(claim__in=judged, rule_version__rule__code=case.pattern, is_shadow=False)
    rows_of = hits.select_related("rule_version__rule", "claim").order_by("claim_id")
    own = [hit for hit in rows_of if judged[hit.claim_id] in (None, hit.run_id)]
    return [Paid(hit, hit.claim.amount_minor) for hit in own], len(judged)
