"""Claims that got no seat: kept as rows, let go with the reason, so that no night loses one silently."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.actor import Actor
from audit.services import record
from cases.models import Alert, HeldBack
from cases.selection import Bundle
from cases.services.company import present
from cases.workflow import State
from fraud.company.values import from_json
from fraud.detection.models import ScreeningRun

How = HeldBack.How
_IDS = 500


@dataclass(frozen=True, slots=True)
class Waited:
    """What a night did to those that wait: waiting now, of these new, and how the others' waiting ended."""

    n_waiting: int
    n_new: int
    n_seated: int
    n_expired: int
    n_outdated: int


def keep_waiting(
    *,
    run: ScreeningRun,
    held: Sequence[Bundle],
    seated: Mapping[int, HeldBack.How],
    rows: Mapping[int, Mapping[str, Any]],
    at: datetime,
    by: Actor,
) -> Waited:
    """Bring the rows of held-back claims up to this night, inside the transaction that opens its cases.

    `held`: bundles without a seat; `seated`: claim → whether it opened or joined a case; `rows`: `expected_loss_minor` by
    claim. A claim that competed on `held_back_nights` further nights expires. Each ending is an audit entry of the run.
    """
    places = {claim: bundle for bundle in held for claim in bundle.claims}
    limit = from_json(run.settings_used).held_back_nights
    waiting = list(HeldBack.objects.select_for_update().filter(resolved_at=None).order_by("pk"))
    elsewhere = _in_open_cases({row.claim_id for row in waiting})
    for row in waiting:
        row.last_run = run
        row.nights_waited += 1
        how = seated.get(row.claim_id) or (How.JOINED if row.claim_id in elsewhere else None)
        if how is None and row.claim_id not in places:
            how = How.OUTDATED
        if how is None:
            row.why, row.pattern = (HeldBack.Why(places[row.claim_id].why_held), places[row.claim_id].pattern)
            how = How.EXPIRED if row.nights_waited >= limit else None
        if how is not None:
            row.resolved_at, row.how = at, how
    changed = ["last_run", "nights_waited", "why", "pattern", "resolved_at", "how"]
    HeldBack.objects.bulk_update(waiting, changed, batch_size=_IDS)
    known = {row.claim_id for row in waiting}
    new = [
        HeldBack(
            claim_id=claim,
            run=run,
            last_run=run,
            why=HeldBack.Why(bundle.why_held),
            pattern=bundle.pattern,
            expected_loss_minor=rows[claim]["expected_loss_minor"],
            since=at,
        )
        for claim, bundle in places.items()
        if claim not in known
    ]
    HeldBack.objects.bulk_create(new, batch_size=_IDS)
    _record(run, new, waiting, by)
    ended = [row.how for row in waiting if row.how]
    return Waited(
        n_waiting=len(waiting) - len(ended) + len(new),
        n_new=len(new),
        n_seated=ended.count(How.OPENED) + ended.count(How.JOINED),
        n_expired=ended.count(How.EXPIRED),
        n_outdated=ended.count(How.OUTDATED),
    )


def let_go(claim_ids: Collection[int], *, how: HeldBack.How) -> int:
    """End the waiting of claims that a person took up by hand; the case's own entry says so. Returns how many waited."""
    waiting = HeldBack.objects.filter(claim__in=list(claim_ids), resolved_at=None)
    return waiting.update(resolved_at=present(), how=how)


def _in_open_cases(claim_ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for ids in _chunks(sorted(claim_ids)):
        alerts = Alert.objects.filter(claim__in=ids, left_at=None).exclude(case__state=State.CLOSED)
        found.update(alerts.values_list("claim_id", flat=True))
    return found


def _record(run: ScreeningRun, new: Sequence[HeldBack], waiting: Sequence[HeldBack], by: Actor) -> None:
    """One entry for what is held back from tonight on and one for each way waiting ended, naming the claims."""
    said = {
        "run.held_back": [row.claim_id for row in new],
        "run.held_back_seated": [r.claim_id for r in waiting if r.how in (How.OPENED, How.JOINED)],
        "run.held_back_expired": [row.claim_id for row in waiting if row.how == How.EXPIRED],
        "run.held_back_outdated": [row.claim_id for row in waiting if row.how == How.OUTDATED],
    }
    for action, claims in said.items():
        if claims:
            record(
                action=action,
                by=by,
                subject=f"run:{run.reference}",
                after={"n": len(claims), "claims": claims},
            )


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _IDS):
        yield ids[start : start + _IDS]
