"""A night's bundles as rows: new cases, further alerts of cases that are open, each with its audit entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from audit import clock
from audit.actor import Actor
from audit.services import record, record_first
from cases.models import Alert, Case
from cases.selection import Bundle
from cases.services.company import due_on
from cases.services.heads import leading_reason
from cases.services.joining import lock_joinable
from cases.services.numbering import last_number, reference
from cases.workflow import State
from fraud.company.values import CompanyValues, from_json
from fraud.detection.models import ScreeningRun

_BANDS = (Case.NOT_SCORED, "low", "medium", "high")


class Writer:
    """Writes bundles as cases and alerts, each with its audit entry."""

    def __init__(
        self, run: ScreeningRun, rows: dict[int, dict[str, Any]], reasons: dict[int, Any], by: Actor
    ) -> None:
        self.run, self.rows, self.reasons, self.by = run, rows, reasons, by
        self.at: datetime = clock.now() if run.is_late else run.cut_off_at
        self.year = run.business_date.year
        self.number = last_number(self.year)
        self.values: CompanyValues = from_json(run.settings_used)
        self.due_on = due_on(State.NEW, self.at)
        self.blind_priority = 0
        self.n_alerts = 0

    def loss(self, bundle: Bundle) -> int:
        """Expected loss of a bundle in minor units."""
        return sum(int(self.rows[claim]["expected_loss_minor"]) for claim in bundle.claims)

    def open(self, bundles: list[Bundle]) -> list[Case]:
        """A new case for each bundle with its alerts, and the first entry of each case's chain."""
        keys = _open_keys({bundle.cardholder_id for bundle in bundles})
        cases = Case.objects.bulk_create((self._case(bundle, keys) for bundle in bundles), batch_size=200)
        pairs = list(zip(cases, bundles, strict=True))
        self._add_alerts([(case, bundle, claim) for case, bundle in pairs for claim in bundle.claims])
        record_first(
            action="case.opened",
            by=self.by,
            entries=[(f"case:{case.reference}", self._opened(case, bundle)) for case, bundle in pairs],
        )
        return cases

    def _opened(self, case: Case, bundle: Bundle) -> dict[str, Any]:
        return {
            "run": self.run.reference,
            "source": bundle.channel,
            "pattern": bundle.pattern,
            "claims": bundle.claims,
            "state": case.state,
            "version": case.version,
        }

    def _case(self, bundle: Bundle, keys: set[str]) -> Case:
        self.number += 1
        lead = self.rows[bundle.claims[0]]
        best = max((self.rows[claim] for claim in bundle.claims), key=lambda row: row["probability"])
        is_blind = bundle.channel == "control_sample"
        merchants = {self.rows[claim]["merchant_id"] for claim in bundle.claims}
        return Case(
            reference=reference(self.year, self.number),
            cardholder_id=lead["cardholder_id"],
            merchant_id=lead["merchant_id"] if len(merchants) == 1 else None,
            run=self.run,
            source=bundle.channel,
            pattern=bundle.pattern,
            bundle_key=_free_key(bundle.key, keys),
            headline=self._headline(bundle),
            state_since=self.at,
            due_on=self.due_on,
            currency=lead["currency"],
            probability=best["probability"],
            band=best["band"],
            is_calibrated=best["is_calibrated"],
            expected_loss_minor=self.loss(bundle),
            # A blind case must not tell by its place in the queue what the score thought of it.
            priority=self.blind_priority if is_blind else self.loss(bundle),
            n_claims=len(bundle.claims),
            drawn_blind=is_blind,
            opened_at=self.at,
        )

    def join(self, bundle: Bundle) -> int | None:
        """Add a bundle's claims to its open case; 0 when the case has them all already.

        None when the case, looked at again under its lock, no longer takes alerts: the bundle then opens its own.
        """
        assert bundle.case_id is not None
        case = lock_joinable(bundle.case_id, bundle.cardholder_id)
        if case is None:
            return None
        rows = list(Alert.objects.filter(case=case).values_list("claim_id", "left_at"))
        known, left = {row[0] for row in rows}, {row[0] for row in rows if row[1] is not None}
        if left & set(bundle.claims):
            return None  # somebody took it out of this case
        new = [claim for claim in bundle.claims if claim not in known]
        if not new:
            return 0
        added = [self.rows[claim] for claim in new]
        loss = sum(int(row["expected_loss_minor"]) for row in added)
        best = max(added, key=lambda row: row["probability"])
        Case.objects.filter(pk=case.pk).update(
            n_claims=F("n_claims") + len(new),
            expected_loss_minor=F("expected_loss_minor") + loss,
            priority=F("priority" if case.is_scored else "expected_loss_minor") + loss,
            probability=max(case.probability, best["probability"]),
            band=max(case.band, best["band"], key=_BANDS.index),
            has_news=True,
            version=F("version") + 1,
        )
        self._add_alerts([(case, bundle, claim) for claim in new])
        record(
            action="case.alert_added",
            by=self.by,
            subject=f"case:{case.reference}",
            after={
                "run": self.run.reference,
                "claims": new,
                "state": case.state,
                "version": case.version + 1,
            },
        )
        return 1

    def _add_alerts(self, added: list[tuple[Case, Bundle, int]]) -> None:
        Alert.objects.bulk_create(
            (
                Alert(
                    claim_id=claim,
                    claim_version=self.rows[claim]["claim_version"],
                    run=self.run,
                    score_id=self.rows[claim]["score_id"],
                    case=case,
                    channel=bundle.channel,
                    inclusion_probability=bundle.inclusion_probability,
                    drawn_by=bundle.drawn_by,
                )
                for case, bundle, claim in added
            ),
            batch_size=500,
        )
        self.n_alerts += len(added)

    def _headline(self, bundle: Bundle) -> dict[str, Any]:
        """What happened, as a code and facts that are rendered in the reader's language."""
        if bundle.channel == "control_sample":
            return {"kind": "audit", "code": "control_sample", "facts": {}, "n_claims": 1}
        reasons = self.reasons.get(bundle.claims[0]) or []
        leading = leading_reason(reasons, pattern=bundle.pattern, channel=bundle.channel)
        return {**leading, "n_claims": len(bundle.claims)}


def _open_keys(cardholders: set[int]) -> set[str]:
    """Bundle keys in use by cases that are not closed."""
    found: set[str] = set()
    people = sorted(cardholders)
    for start in range(0, len(people), 500):
        cases = Case.objects.filter(cardholder_id__in=people[start : start + 500]).exclude(
            state=State.CLOSED.value
        )
        found.update(cases.values_list("bundle_key", flat=True))
    return found


def _free_key(key: str, taken: set[str]) -> str:
    """The bundle key, numbered while a decided case under the same key is not closed yet."""
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}#{number}"
    taken.add(free)
    return free
