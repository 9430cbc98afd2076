"""Opening a night's cases: the chosen claims are explained, bundled, and written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

import polars as pl
from django.db.models import F

from audit import clock, faults
from audit.actor import Actor
from audit.permissions import require
from audit.services import record, record_first
from audit.transactions import one_transaction
from cases.models import Alert, Case, HeldBack
from cases.selection import Bundle, Seats, Selection, adapted_novelty, rare_share, select_alerts
from cases.services.company import due_on
from cases.services.heads import leading_reason
from cases.services.held_back import Waited, keep_waiting
from cases.services.joining import hold_claims, joinable_cases, lock_joinable, standing_of
from cases.services.new_hits import NewHits, add_new_hits, new_hits, standing_claims
from cases.services.night_claims import (
    asked_about,
    candidate_claims,
    chosen_claims,
    novelty_outcomes,
    sample_population,
)
from cases.services.numbering import last_number, reference
from cases.services.standing import hold_cases
from cases.workflow import State
from fraud.company.values import CompanyValues, from_json
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening.services import explain_claims, keep, put_stage, stage_of
from fraud.detection.screening.stages import Stage, started_at

_BANDS = (Case.NOT_SCORED, "low", "medium", "high")
_IDS = 500
How = HeldBack.How


@dataclass(frozen=True, slots=True)
class Opened:
    """What a night opened: new cases, cases that got further alerts, alerts, and the claims that wait for a seat now."""

    n_cases: int
    n_joined: int
    n_alerts: int
    n_held_back: int
    n_expired: int = 0


def open_cases(*, run: ScreeningRun, token: str, by: Actor) -> Opened:
    """Open the cases of a scored run; the caller holds the run's lease under `token`.

    Everything is written in one transaction together with the stage's end, so it happens once or not at all.
    Raises NotPermitted and LeaseLost.
    """
    require(by, "cases.open_case")
    finished = stage_of(run, "opening")
    if finished and finished["state"] == "done":
        counts = finished["counts"]
        return Opened(
            run.n_cases, counts.get("joined", 0), run.n_alerts, run.n_held_back, counts.get("expired", 0)
        )
    current = Stage("opening", started_at(run, "opening"))
    put_stage(run, current.row("running"))
    further = new_hits(run)
    selection, n_taken_back = _select(run)
    faults.hit("open.selected")
    _explain(run, selection, [claim for claims in further.values() for claim in claims])
    faults.hit("open.explained")
    with one_transaction():
        keep(run, token)
        opened, waited = _write(run, _still_free(selection, further), by)
        n_renewed = add_new_hits(run=run, hits=further, by=by)
        current.counts = _counts(selection, opened, waited) | {
            "taken_back": n_taken_back,
            "renewed": n_renewed,
        }
        ScreeningRun.objects.filter(pk=run.pk).update(
            n_cases=opened.n_cases, n_alerts=opened.n_alerts, n_held_back=opened.n_held_back
        )
        put_stage(run, current.row("done"))
        faults.hit("open.written")
    faults.hit("open.done")
    run.refresh_from_db()
    return opened


def _select(run: ScreeningRun) -> tuple[Selection, int]:
    seats = _seats(run)
    candidates, n_taken_back = candidate_claims(run, seats.threshold)
    standing = standing_claims(run)["claim_id"]  # what stands in an open case needs no seat: see new_hits
    candidates = candidates.filter(~pl.col("claim_id").is_in(standing.implode()))
    people = candidates["cardholder_id"].unique().to_list()
    takes_part = run.source != ScreeningRun.LOOK_BACK
    if not takes_part:  # what waits for a seat waits for tonight's, and an open case is about the present
        own = list(Score.objects.filter(run=run).values_list("claim_id", flat=True))
        candidates = candidates.filter(pl.col("claim_id").is_in(own))
    cases = joinable_cases(people) if takes_part else []
    chosen = select_alerts(
        candidates, seats, cases, population=sample_population(run), asked=asked_about(run)
    )
    return (chosen if takes_part else replace(chosen, held=[])), n_taken_back


def _seats(run: ScreeningRun) -> Seats:
    values = from_json(run.settings_used)
    likely, rare = novelty_outcomes(run)
    return Seats(
        model=values.model_seats,
        novelty=adapted_novelty(values.novelty_seats, likely[0] + rare[0], likely[1] + rare[1]),
        rare_share=rare_share(likely, rare),
        sample=values.control_sample_size,
        threshold=values.alert_threshold,
        seed=run.reference,
        per_rule=values.rule_budget,
        per_person=values.person_budget,
        least=values.least_seats,
    )


def _still_free(selection: Selection, further: NewHits) -> Selection:
    """The selection without the claims somebody opened a case for since it was made, under the locks of all it is about."""
    bundles = (*selection.bundles, *selection.held)
    claims = {claim for bundle in bundles for claim in bundle.claims}
    hold_claims(claims)
    hold_cases([*further, *(bundle.case_id for bundle in bundles if bundle.case_id is not None)])
    taken = standing_of(claims)
    if not taken:
        return selection

    def rest(bundles: list[Bundle]) -> list[Bundle]:
        left = [replace(b, claims=[claim for claim in b.claims if claim not in taken]) for b in bundles]
        return [bundle for bundle in left if bundle.claims]

    return replace(selection, bundles=rest(selection.bundles), held=rest(selection.held))


def _explain(run: ScreeningRun, selection: Selection, standing: list[int]) -> None:
    # What is held back is explained tonight too: it is listed with its reasons, and a later night no longer has this frame.
    chosen = standing + [claim for bundle in (*selection.bundles, *selection.held) for claim in bundle.claims]
    novel = [claim for bundle in selection.bundles if bundle.channel == "novelty" for claim in bundle.claims]
    explain_claims(run=run, claim_ids=chosen, novel=novel)


def _counts(selection: Selection, opened: Opened, waited: Waited) -> dict[str, Any]:
    return {
        "over_threshold": selection.n_over_threshold,
        "held_back": waited.n_waiting,
        "held_back_new": waited.n_new,
        "held_back_seated": waited.n_seated,
        "expired": waited.n_expired,
        "outdated": waited.n_outdated,
        "cases": opened.n_cases,
        "joined": opened.n_joined,
        "alerts": dict(sorted(selection.counts.items())),
        "sample_population": selection.n_population,
        "seats": sum(selection.seats.values()),
        "seats_used": sum(selection.seats.values()) - selection.seats["free"],
        "seats_free": selection.seats["free"],
    }


def _write(run: ScreeningRun, selection: Selection, by: Actor) -> tuple[Opened, Waited]:
    wanted = [claim for bundle in (*selection.bundles, *selection.held) for claim in bundle.claims]
    rows = chosen_claims(run, wanted)
    leads = [rows[bundle.claims[0]]["score_id"] for bundle in selection.bundles]
    writer = _Writer(run, rows, _reasons(leads), by)
    ordered = sorted(selection.bundles, key=lambda bundle: (-writer.loss(bundle), bundle.claims[0]))
    seen = [writer.loss(bundle) for bundle in ordered if bundle.channel != "control_sample"]
    writer.blind_priority = int(median(seen)) if seen else 0
    joining = {id(bundle): writer.join(bundle) for bundle in ordered if bundle.case_id is not None}
    alone = [bundle for bundle in ordered if joining.get(id(bundle)) is None]
    opened = writer.open(alone)
    seated = {
        claim: How.OPENED if joining.get(id(bundle)) is None else How.JOINED
        for bundle in ordered
        for claim in bundle.claims
    }
    waited = Waited(0, 0, 0, 0, 0)
    if run.source != ScreeningRun.LOOK_BACK:
        waited = keep_waiting(run=run, held=selection.held, seated=seated, rows=rows, at=writer.at, by=by)
    n_joined = sum(n or 0 for n in joining.values())
    return Opened(len(opened), n_joined, writer.n_alerts, waited.n_waiting, waited.n_expired), waited


def _reasons(ids: list[int]) -> dict[int, Any]:
    """Reasons of these scores, by claim."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), _IDS):
        scores = Score.objects.filter(pk__in=ids[start : start + _IDS])
        found.update(scores.values_list("claim_id", "reasons"))
    return found


class _Writer:
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
