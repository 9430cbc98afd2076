"""Which open case takes a further claim: asked by the night and by tips, and asked again under the case's lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from cases.models import Alert, Case
from cases.selection import OpenCase
from cases.workflow import JOINABLE, State
from fraud.claims.models import Claim

_STATES = [state.value for state in JOINABLE]
_UNDECIDED = [*_STATES, State.PENDING_APPROVAL.value]
_IDS = 500


def joinable_cases(cardholder_ids: Sequence[int]) -> list[OpenCase]:
    """Open cases of these people that a new alert may join, with the merchants and weeks of their claims.

    Control samples are left out: they stay single and blind.
    """
    cases = Case.objects.filter(state__in=_STATES).exclude(source=Case.Source.CONTROL_SAMPLE)
    wanted = set(cardholder_ids)
    found = [row for row in cases.values_list("pk", "cardholder_id", "pattern") if row[1] in wanted]
    places = _places([pk for pk, _, _ in found])
    return [OpenCase(pk, person, pattern, places.get(pk, frozenset())) for pk, person, pattern in found]


def lock_joinable(case_id: int, cardholder_id: int) -> Case | None:
    """The case under its lock (in a transaction), or None when it no longer takes a claim of this person.

    Between a choice and its writing a reviewer may have decided or closed it.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .filter(pk=case_id, cardholder_id=cardholder_id)
        .exclude(source=Case.Source.CONTROL_SAMPLE)
        .select_related("cardholder")
        .first()
    )
    return case if case is not None and case.state in _STATES else None


def hold_claims(ids: Iterable[int]) -> None:
    """Take the locks of these claims, in one order: whoever looks whether a case has them, to open one, is the only one who does."""
    wanted = sorted(set(ids))
    if not connection.features.has_select_for_update:
        return
    for start in range(0, len(wanted), _IDS):
        rows = Claim.objects.select_for_update(no_key=True).filter(pk__in=wanted[start : start + _IDS])
        list(rows.order_by("pk").values_list("pk", flat=True))


def standing_of(ids: Iterable[int]) -> set[int]:
    """Which of these claims stand in a case in which facts are still looked for."""
    wanted, found = sorted(set(ids)), set[int]()
    for start in range(0, len(wanted), _IDS):
        alerts = Alert.objects.filter(
            claim_id__in=wanted[start : start + _IDS], left_at=None, case__state__in=_STATES
        )
        found.update(alerts.values_list("claim_id", flat=True))
    return found


def undecided_case_of(claim: Claim) -> Case | None:
    """The case that holds this claim and has no decision yet, under its lock, the oldest first; None without one.

    One that waits for its second person counts: what is told now must reach them before they approve.
    """
    holding = Alert.objects.filter(claim=claim, left_at=None, case__state__in=_UNDECIDED).order_by("case_id")
    for case_id in holding.values_list("case_id", flat=True):
        case = Case.objects.select_for_update(of=("self",)).select_related("cardholder").get(pk=case_id)
        if case.state in _UNDECIDED:
            return case
    return None


def _places(case_ids: Sequence[int]) -> dict[int, frozenset[tuple[int, str]]]:
    zone = timezone.get_default_timezone()
    rows: dict[int, set[tuple[int, str]]] = {}
    for start in range(0, len(case_ids), _IDS):
        alerts = Alert.objects.filter(case_id__in=case_ids[start : start + _IDS], left_at=None)
        for case_id, merchant, at in alerts.values_list(
            "case_id", "claim__merchant_id", "claim__transacted_at"
        ):
            year, week, _ = at.astimezone(zone).isocalendar()
            rows.setdefault(case_id, set()).add((merchant, f"{year}-W{week:02d}"))
    return {case_id: frozenset(found) for case_id, found in rows.items()}
