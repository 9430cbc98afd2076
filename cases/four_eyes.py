"""When a decision needs a second person, and the hash that binds an approval to what was proposed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cases.dispositions import Disposition, label_for

AMOUNT = "amount"
CURRENCY = "currency"
CONTRADICTS_SCORE = "contradicts_score"
SAMPLE = "sample"
REVERSAL = "reversal"

_BANDS: Mapping[str, int] = {"low": 0, "medium": 1, "high": 2}


def content_hash(
    *,
    case: str,
    number: int,
    disposition: str,
    disposition_reason: str,
    amount_minor: int,
    currency: str,
    reason: str,
    policy_clause: str,
    message: str,
    proposed_by: str,
    claims: Sequence[str],
    at_stake_minor: int,
) -> str:
    """SHA-256 (64 hex digits) over the canonical JSON of everything an approver agrees to.

    `claims` are the external ids with versions the decision speaks of, `at_stake_minor` what could be asked for: a claim
    that joins, changes or is paid back later voids the approval.
    """
    body: dict[str, Any] = {
        "case": case,
        "number": number,
        "disposition": disposition,
        "disposition_reason": disposition_reason,
        "amount_minor": amount_minor,
        "currency": currency,
        "reason": reason,
        "policy_clause": policy_clause,
        "message": message,
        "proposed_by": proposed_by,
        "claims": sorted(claims),
        "at_stake_minor": at_stake_minor,
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def contradicts_score(disposition: Disposition, band: str) -> bool:
    """Two bands apart: misuse where the score was low, or no misuse where it was high."""
    is_misuse = label_for(disposition)
    if is_misuse is None or not band:  # a case that nothing scored has no score to contradict
        return False
    return abs(_BANDS[band] - _BANDS["high" if is_misuse else "low"]) >= 2


def is_sampled(digest: str, share: float) -> bool:
    """Whether the decision falls into the random share: the first 52 bits of its hash as a number in [0, 1).

    Anybody can repeat the draw from the stored content, so a skipped sample shows.
    """
    return int(digest[:13], 16) / 16**13 < share


def why_second_person(
    *,
    disposition: Disposition,
    amount_minor: int,
    is_company_currency: bool,
    limit_minor: int,
    band: str,
    is_reversal: bool,
    digest: str,
    share: float,
) -> str:
    """The first reason that applies (reversal, currency, amount, contradicts_score, sample), or an empty text.

    What is known before anything is typed comes first, so a dialog that foretells it and the decision give the same reason.
    An amount in a currency the limit does not speak of always needs a second person.
    """
    if is_reversal:
        return REVERSAL
    if amount_minor > 0 and (why := why_of_currency(is_company_currency=is_company_currency)):
        return why
    if amount_minor > limit_minor and is_company_currency:
        return AMOUNT
    if contradicts_score(disposition, band):
        return CONTRADICTS_SCORE
    return SAMPLE if is_sampled(digest, share) else ""


def why_of_currency(*, is_company_currency: bool) -> str:
    """Why any amount needs a second person, or an empty text: the limit is in the company's currency and says nothing of others."""
    return "" if is_company_currency else CURRENCY
