"""The list behind one month of a strip: each payment with what became of it, since when that is known, and the case it was in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from audit.actor import Actor
from cases.models import Alert, Case
from cases.pages.strips import VERDICTS, outcomes_in
from cases.visibility import visible_cases
from fraud.claims.models import Claim

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A payment of the list; `case` the newest one the reader may see."""

    claim: Claim
    verdict: str
    known_at: datetime | None
    case: Case | None

    @property
    def word(self) -> str:
        return str(VERDICTS[self.verdict])


def outcome_rows(case: Case, by: Actor, about: str, month: date) -> list[OutcomeRow] | None:
    """The rows of the month, newest first; None for a cell the case does not have."""
    found = outcomes_in(case, by, about, month)
    if found is None:
        return None
    ids = [one.claim_id for one in found[:MAX_SHOWN]]
    claims = Claim.objects.select_related("merchant", "cardholder").in_bulk(ids)
    cases = newest_cases(ids, by)
    rows = [
        OutcomeRow(claims[one.claim_id], one.verdict, one.known_at, cases.get(one.claim_id))
        for one in found[:MAX_SHOWN]
        if one.claim_id in claims
    ]
    return sorted(rows, key=lambda row: row.claim.transacted_at, reverse=True)


def newest_cases(claim_ids: list[int], by: Actor) -> dict[int, Case]:
    """The newest case of each claim that the reader may see. One query."""
    alerts = Alert.objects.filter(claim__in=claim_ids, case__in=visible_cases(by)).select_related("case")
    return {alert.claim_id: alert.case for alert in alerts.order_by("pk")}
