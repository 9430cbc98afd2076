"""The claims of a case as its dossier has them: every version, where it came from, what was found in it and what the scores were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.models import Alert, Case
from cases.pages.case import ClaimRow
from cases.papers.dossier.values import plain, values_of
from fraud.claims.models import Claim
from fraud.claims.money import ClaimMoney, money_of
from fraud.detection.hit_facts import hit_facts_text
from fraud.detection.sentences import reason_sentence, weight_of
from fraud.web.api_money import decimal_text

#: What a delivery says of a claim. No card number is kept anywhere; its stand-in (a token) stays inside the house.
FACTS = (
    "version", "received_at", "line", "is_history", "claim_no", "source_version", "merchant_name", "approver_no",
    "card_last4", "card_kind", "card_status", "card_limit_minor", "authorization_code", "txn_type", "entry_mode", "installments",
    "country", "transacted_at", "has_time", "settled_at", "submitted_at", "claim_approved_at", "paid_at", "cancelled_at",
    "amount_minor", "currency", "original_minor", "original_currency", "cancel_minor", "vat_minor", "vat_claimed_minor",
    "service_minor", "purpose_code", "purpose_text", "account_code", "project_code", "pre_approval_id", "pre_approved_minor",
    "trip_no", "evidence_type", "receipt_id", "n_attendees", "attendees", "is_recurring", "self_declared_personal", "extra",
)  # fmt: skip

_IN_CASE = ("channel", "claim_version", "created_at", "left_at", "left_why")


def claim_facts(case: Case) -> list[dict[str, Any]]:
    """Every claim that is part of the case, oldest payment first; of those that left it, being another person's, only that they did."""
    alerts = case.alerts.select_related(
        "claim__cardholder", "claim__department", "claim__merchant", "claim__file"
    ).order_by("claim__transacted_at", "claim_id")
    found = list(alerts)
    money = money_of([alert.claim for alert in found])
    return [_left(alert) if alert.left_at else _claim(alert, money[alert.claim_id]) for alert in found]


def _left(alert: Alert) -> dict[str, Any]:
    return {"claim": alert.claim.external_id, "in_case": values_of(alert, _IN_CASE)}


def _claim(alert: Alert, money: ClaimMoney) -> dict[str, Any]:
    claim = alert.claim
    earlier = claim.earlier_versions.select_related("cardholder", "department", "merchant", "file")
    back = Claim.objects.filter(original_claim=claim).order_by("transacted_at", "pk")
    return {
        "claim": claim.external_id,
        "source_system": claim.source_system,
        "first_received_at": plain(claim.first_received_at),
        "in_case": values_of(alert, _IN_CASE),
        "now": _facts(claim),
        "earlier_versions": [
            {**_facts(version), "superseded_at": plain(version.superseded_at)}
            for version in earlier.order_by("version")
        ],
        "other_sources": [
            values_of(source, ("source_system", "external_id", "received_at", "line", "fields"))
            for source in claim.sources.order_by("received_at", "pk")
        ],
        "came_back": [
            {
                "claim": one.external_id,
                **values_of(one, ("txn_type", "amount_minor", "currency", "transacted_at", "received_at")),
            }
            for one in back
        ],
        "money": {
            name: decimal_text(getattr(money, f"{name}_minor"), claim.currency)
            for name in ("spent", "returned", "net")
        },
    }


def _facts(told: Any) -> dict[str, Any]:
    return {
        **values_of(told, FACTS),
        "cardholder": told.cardholder.employee_no,
        "department": told.department.code if told.department else "",
        "mcc": told.merchant.mcc,
        "business_number": told.merchant.brn,
        "file": told.file.reference if told.file else None,
    }


def found_facts(rows: Sequence[ClaimRow], language: str) -> list[dict[str, Any]]:
    """Per claim the rules that matched with their facts, and the score of the run that judged it with its reasons in words."""
    return [
        {
            "claim": row.claim.external_id,
            "hits": [
                {
                    "rule": hit.rule_version.rule.code,
                    "name": getattr(hit.rule_version.rule, f"name_{language}"),
                    "version": hit.rule_version.number,
                    "run": hit.run.reference,
                    "facts": hit.facts,
                    "said": hit_facts_text(hit.facts, row.claim.currency, language),
                }
                for hit in row.hits
            ],
            "score": _score(row, language),
        }
        for row in rows
    ]


def _score(row: ClaimRow, language: str) -> dict[str, Any] | None:
    score = row.score
    if score is None:
        return None
    names = (
        "claim_version", "band", "is_calibrated", "rule_score", "tree_probability", "anomaly_score", "novelty", "z",
    )  # fmt: skip
    model = score.run.model_version
    return {
        **values_of(score, names),
        "probability": score.hybrid_probability if score.is_calibrated else None,
        "expected_loss": decimal_text(score.expected_loss_minor, row.claim.currency),
        "inclusion_probability": row.alert.inclusion_probability,
        "run": score.run.reference,
        "model_version": model.reference if model else None,
        "rule_set": score.run.rule_set_hash,
        "code_version": score.run.code_version,
        "reasons": [
            {
                "kind": str(reason.get("kind") or reason.get("source") or ""),
                "code": reason["code"],
                **weight_of(reason),
                "said": reason_sentence(reason, language),
            }
            for reason in score.reasons or []
        ],
    }
