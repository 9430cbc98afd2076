"""Opening a night's cases: the chosen claims are explained, bundled, and written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import polars as pl

from audit import faults
from audit.actor import Actor
from audit.permissions import require
from audit.transactions import one_transaction
from cases.models import HeldBack
from cases.selection import Bundle, Seats, Selection, adapted_novelty, rare_share, select_alerts
from cases.services.held_back import Waited, keep_waiting
from cases.services.joining import hold_claims, joinable_cases, standing_of
from cases.services.new_hits import NewHits, add_new_hits, new_hits, standing_claims
from cases.services.night_cases import Writer
from cases.services.night_claims import (
    asked_about,
    candidate_claims,
    chosen_claims,
    novelty_outcomes,
    sample_population,
)
from cases.services.standing import hold_cases
from fraud.company.values import from_json
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening.services import explain_claims, keep, put_stage, stage_of
from fraud.detection.screening.stages import Stage, started_at

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
    writer = Writer(run, rows, _reasons(leads), by)
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
