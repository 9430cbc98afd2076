"""What a case says of its claims at its head: what it is named after, where, how likely, how much. Worked out from the claims in it.

A night names the cases it opens (`leading_reason`); where claims are moved between cases afterwards, `head_of` names them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cases.models import Alert, Case
from cases.selection.terms import MODEL_PATTERN
from cases.services.money import expected_loss_of, priority_of
from fraud.detection.models import RuleHit
from fraud.detection.sentences import tells_payment

_BY_RULES = (Alert.Channel.MODEL, Alert.Channel.RULE, Alert.Channel.LEARNING)
_BY_RUN = (*_BY_RULES, Alert.Channel.NOVELTY)
Banned = tuple[bool, float, str]  # absolute ban, weight, code


def leading_reason(reasons: Sequence[Mapping[str, Any]], *, pattern: str, channel: str) -> dict[str, Any]:
    """The reason a case is headed by: its rule, what makes it unusual, else the strongest positive one that describes the payment."""
    tests: list[Callable[[Mapping[str, Any]], bool]] = [
        lambda r: r["kind"] == "rule" and r["code"] == pattern,
        lambda r: channel == "novelty" and r["kind"] == "novelty",
        lambda r: r["kind"] == "rule" and r["value"] > 0,
        # What happened, before what was known of the person or the place.
        lambda r: r["kind"] == "tree" and r["value"] > 0 and tells_payment(r),
        lambda r: r["kind"] == "novelty" and tells_payment(r),
        lambda r: r["kind"] in ("tree", "anomaly") and r["value"] > 0,
        lambda r: r["kind"] == "novelty",
    ]
    for test in tests:
        found = next((reason for reason in reasons if test(reason)), None)
        if found:
            return {name: found[name] for name in ("kind", "code", "value", "facts")}
    return {"kind": channel, "code": pattern, "facts": {}}


def head_of(case: Case) -> dict[str, Any]:
    """The columns of a case that speak of its claims, for the claims that are in it now.

    A case without claims keeps what it was named after, where and how likely; nothing is expected to be lost in it.
    """
    alerts = list(case.alerts.filter(left_at=None).select_related("score", "claim"))
    named = _named(case, alerts) if alerts else {}
    case.band = named.get("band", case.band)
    expected = expected_loss_of(case)
    n_told = len(alerts) or case.n_claims
    return {
        **named,
        "headline": {**named.get("headline", case.headline or {}), "n_claims": n_told},
        "n_claims": len(alerts),
        "expected_loss_minor": expected,
        "priority": priority_of(case, expected),
    }


def _named(case: Case, alerts: Sequence[Alert]) -> dict[str, Any]:
    scores = [alert.score for alert in alerts if alert.score is not None]
    best = max(scores, key=lambda score: score.hybrid_probability, default=None)
    places = {alert.claim.merchant_id for alert in alerts}
    return {
        **_pattern(case, alerts),
        "merchant_id": places.pop() if len(places) == 1 else None,
        "probability": best.hybrid_probability if best else 0.0,
        "is_calibrated": best.is_calibrated if best else False,
        "band": best.band if best else Case.NOT_SCORED,
    }


def _pattern(case: Case, alerts: Sequence[Alert]) -> dict[str, Any]:
    """`pattern` and `headline` after the claim that leads, as a night chooses it: an absolute ban first, then the highest in its order.

    Claims that no run raised name a case only where nothing else is in it: it keeps how it was opened.
    """
    raised = [alert for alert in alerts if alert.channel in _BY_RUN and _judged_in(alert)]
    if not raised:
        return {"pattern": case.pattern, "headline": case.headline or {}}
    hits = _hits_of(raised)

    def rank(alert: Alert) -> tuple[bool, float, int]:
        found = hits.get(alert.claim_id, [])
        likely = alert.score.queue_probability if alert.score else 0.0
        return any(is_ban for is_ban, _weight, _code in found), likely, -alert.claim_id

    lead = max(raised, key=rank)
    codes = [
        code
        for _ban, _weight, code in sorted(hits.get(lead.claim_id, []), key=lambda h: (not h[0], -h[1], h[2]))
    ]
    pattern = next(iter(codes), "") if lead.channel in _BY_RULES else ""
    own = MODEL_PATTERN if lead.channel == Alert.Channel.RULE else lead.channel
    pattern = pattern or own
    reasons = (lead.score.reasons if lead.score else None) or []
    return {"pattern": pattern, "headline": leading_reason(reasons, pattern=pattern, channel=lead.channel)}


def _hits_of(alerts: Sequence[Alert]) -> dict[int, list[Banned]]:
    """Claim → the rules that hit it in the run that judged it."""
    judged = {alert.claim_id: _judged_in(alert) for alert in alerts}
    rows = RuleHit.objects.filter(claim__in=judged, is_shadow=False).values_list(
        "claim_id",
        "run_id",
        "rule_version__is_always_open",
        "rule_version__weight",
        "rule_version__rule__code",
    )
    found: dict[int, list[Banned]] = {}
    for claim, run, is_ban, weight, code in rows:
        if judged[claim] == run:
            found.setdefault(claim, []).append((is_ban, weight, code))
    return found


def _judged_in(alert: Alert) -> int | None:
    return alert.score.run_id if alert.score else alert.run_id
