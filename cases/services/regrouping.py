"""Claims from one case into another and back, while nobody was asked about them: merging, taking a merge back, splitting.

Both cases keep what happened in their chains, and a claim keeps its row in the case it has left. What a claim may cost its
cardholder is the same before and after: money is worked out from where the claims are (`cases/services/money.py`), and a case
whose cardholder was asked keeps its claims, so that the letter stays true; such cases are linked instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.actor import Actor
from audit.services import actor_of, record
from cases.models import Alert, Case, Decision, Recovery
from cases.services import errors
from cases.services.casework import casework
from cases.services.claim_changes import VOIDED
from cases.services.company import due_on, lock_until, present
from cases.services.heads import head_of
from cases.services.money import shown_stake
from cases.services.opening_rows import create_case, free_key
from cases.services.queue import TAKE_DAYS, take_case
from cases.services.seeing import may_see
from cases.services.steps import case_subject, check_step, move, read_case
from cases.services.texts import NOTE_MIN, clean_line
from cases.services.whereabouts import said_where, whereabouts
from cases.workflow import Action, State, Transition

Left = Alert.Left


@casework
def merge_cases(
    *,
    case: Case,
    other: Case,
    reason: str,
    by: Actor,
    expected_version: int | None,
    other_version: int | None,
) -> Case:
    """Take the claims of another open case of the same cardholder into this one; the other closes as merged into it.

    Returns the case that goes on. A proposal that waits in either is void. Raises CasesDiffer, NotAssigned, OwnCase, StaleCase,
    TransitionNotAllowed (also once the cardholder was asked in one of them), ReasonTooShort.
    """
    case, other = _lock(case, other)
    row = check_step(case, Action.MERGE, by=by, expected_version=expected_version)
    _refuse_unlike(case, other)
    if other.state == State.NEW:  # as where many are closed at once: a new one is taken first
        other = take_case(case=other, by=by, expected_version=other_version)
        other_version = other.version
    ending = check_step(other, Action.END_MERGED, by=by, expected_version=other_version)
    refuse_counted(case, other)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    alerts = list(other.alerts.filter(left_at=None).select_related("claim"))
    if not alerts:
        raise errors.CasesDiffer("empty")
    _put_into(case, alerts, came_from=other)
    leave(alerts, Left.MERGED)
    void_proposal(case, by, said)
    void_proposal(other, by, said)
    told = {"claims": names_of(alerts)}
    ended = {"merged_into_id": case.pk, "lock_until": None, **head_of(other)}
    _move(other, ending, by, "case.merged", said, {**told, "other": case.reference}, ended)
    _move(case, row, by, "case.took_in", said, {**told, "other": other.reference}, head_of(case))
    return read_case(case)


@casework
def unmerge_case(
    *,
    case: Case,
    other: Case,
    reason: str,
    by: Actor,
    expected_version: int | None,
    other_version: int | None,
) -> Case:
    """Open a case again that was merged into `other`: the claims it had brought, as far as they are still there, come back.

    It goes on with whoever holds the other one, if they may see it. Raises CasesDiffer where the other case is not the one, was merged further, or holds
    none of the claims any more (it says where they are) or no others; NotAssigned, StaleCase, TransitionNotAllowed (also once the cardholder was asked in it).
    """
    case, other = _lock(case, other)
    row = check_step(case, Action.UNMERGE, by=by, expected_version=expected_version)
    if case.merged_into_id != other.pk:
        raise errors.CasesDiffer("not_merged")
    if other.merged_into is not None:
        raise errors.CasesDiffer("merged_on", other=other.reference, further=other.merged_into.reference)
    giving = check_step(other, Action.SPLIT, by=by, expected_version=other_version)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    here = list(other.alerts.filter(left_at=None).select_related("claim"))
    known = {alert.claim_id for alert in here}
    back = list(case.alerts.filter(left_why=Left.MERGED, claim__in=known).select_related("claim"))
    brought = [alert for alert in here if alert.came_from_id == case.pk]
    if not back:
        raise errors.CasesDiffer("moved", other=other.reference, where=said_where(whereabouts(case)))
    if len(brought) == len(here):
        raise errors.CasesDiffer("all_of_it", other=other.reference)
    return_alerts(back)
    leave(brought, Left.UNMERGED)
    void_proposal(other, by, said)
    told = {"claims": names_of(back)}
    opened = {
        "merged_into_id": None,
        "closed_at": None,
        "bundle_key": free_key(case.bundle_key),
        "assignee_id": _holder_who_sees(case, other),
        "lock_until": lock_until(TAKE_DAYS),
        "due_on": due_on(State.IN_REVIEW, present()),
        **head_of(case),
    }
    _move(case, row, by, "case.unmerged", said, {**told, "other": other.reference}, opened)
    _move(other, giving, by, "case.gave_back", said, {**told, "other": case.reference}, head_of(other))
    return read_case(case)


def _holder_who_sees(case: Case, other: Case) -> int | None:
    """Who holds the other one, where this one is theirs to see too; else whoever takes it."""
    holder = other.assignee
    return holder.pk if holder is not None and may_see(actor_of(holder), case) else None


@casework
def split_case(
    *, case: Case, claims: Sequence[str], reason: str, by: Actor, expected_version: int | None
) -> Case:
    """Put chosen claims, by their external ids, into a new case of their own; returns it. Merging it back undoes it.

    Raises ClaimsNotHere, ClaimsStay where none would be left, NotAssigned, StaleCase, TransitionNotAllowed, ReasonTooShort.
    """
    (case,) = _lock(case)
    row = check_step(case, Action.SPLIT, by=by, expected_version=expected_version)
    refuse_counted(case)
    said = clean_line(reason, minimum=NOTE_MIN, field="reason")
    alerts = alerts_named(case, claims, field="claims")
    if len(alerts) == case.alerts.filter(left_at=None).count():
        raise errors.ClaimsStay(field="claims")
    new = _split_off(case, alerts, by, said)
    leave(alerts, Left.SPLIT)
    void_proposal(case, by, said)
    told = {"claims": names_of(alerts), "other": new.reference}
    _move(case, row, by, "case.split", said, told, head_of(case))
    return read_case(new)


def _split_off(case: Case, alerts: Sequence[Alert], by: Actor, reason: str) -> Case:
    """The new case: opened as the one it comes from was, named after and weighed by its own claims."""
    new = create_case(
        by,
        reason=reason,
        bundle_key=free_key(case.bundle_key),
        cardholder=case.cardholder,
        run_id=case.run_id,
        source=case.source,
        pattern=case.pattern,
        headline=case.headline,
        currency=case.currency,
        split_from=case,
        reopened_from_id=case.reopened_from_id,
    )
    _put_into(new, alerts, came_from=case)
    Case.objects.filter(pk=new.pk).update(**head_of(new))
    return new


def _lock(*cases: Case) -> list[Case]:
    """The cases as they stand now, under their locks, always taken in the same order."""
    found = {
        row.pk: row
        for row in Case.objects.select_for_update(of=("self",))
        .filter(pk__in=[case.pk for case in cases])
        .select_related("cardholder__department", "assignee")
        .order_by("pk")
    }
    if len(found) < len({case.pk for case in cases}):
        raise errors.CaseNotFound
    return [found[case.pk] for case in cases]


def _refuse_unlike(case: Case, other: Case) -> None:
    if case.pk == other.pk:
        raise errors.CasesDiffer("same")
    if case.cardholder_id != other.cardholder_id:
        raise errors.CasesDiffer("person")
    if case.currency != other.currency:
        raise errors.CasesDiffer("currency")
    if case.drawn_blind or other.drawn_blind:
        raise errors.CasesDiffer("sample")


def counted_towards(case: Case) -> Case | None:
    """The earlier case whose money counts towards this one, which was opened anew: it keeps its claims. None where there is none."""
    earlier = shown_stake(case).earlier
    counted = Recovery.objects.filter(case__in=earlier).select_related("case").first() if earlier else None
    return counted.case if counted is not None else None


def refuse_counted(*cases: Case) -> None:
    """Refuse to move claims of cases that money of an earlier case counts towards. Raises CasesDiffer.

    `money_lines` reckons with lines that part and meet, and has to for claims that moved before this was refused; how each part takes its
    share is not proven far enough to let new ones come about.
    """
    for case in cases:
        earlier = counted_towards(case)
        if earlier is not None:
            raise errors.CasesDiffer("counted", earlier=earlier.reference, case=case.reference)


def _put_into(case: Case, alerts: Iterable[Alert], *, came_from: Case) -> None:
    """A row in the case for each claim; one that was in it before and has left comes back, one that is in it stays."""
    known = {alert.claim_id: alert for alert in case.alerts.all()}
    for alert in alerts:
        there = known.get(alert.claim_id)
        if there is None:
            Alert.objects.create(
                claim_id=alert.claim_id,
                claim_version=alert.claim_version,
                run_id=alert.run_id,
                score_id=alert.score_id,
                case=case,
                channel=alert.channel,
                inclusion_probability=alert.inclusion_probability,
                came_from=came_from,
            )
        elif there.left_at is not None:
            Alert.objects.filter(pk=there.pk).update(left_at=None, left_why="", came_from=came_from)


def alerts_named(
    case: Case, names: Collection[str], *, field: str, left: Collection[str] = ()
) -> list[Alert]:
    """The case's rows of claims by external id: those in it, or those that left it in one of these ways. Raises ClaimsNotHere."""
    wanted = set(names)
    rows = case.alerts.filter(claim__external_id__in=wanted).select_related("claim")
    rows = rows.filter(left_why__in=left) if left else rows.filter(left_at=None)
    found = list(rows.order_by("claim_id"))
    missing = sorted(wanted - {alert.claim.external_id for alert in found})
    if missing or not found:
        raise errors.ClaimsNotHere(field=field, claims=missing, have_left=bool(left))
    return found


def leave(alerts: Iterable[Alert], why: Alert.Left) -> None:
    """The claims are no longer in their cases; the rows stay and say why."""
    pks = [alert.pk for alert in alerts]
    Alert.objects.filter(pk__in=pks).update(left_at=present(), left_why=why)


def return_alerts(alerts: Iterable[Alert]) -> None:
    """The claims are in their cases again."""
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(left_at=None, left_why="")


def names_of(alerts: Iterable[Alert]) -> list[str]:
    """The claims' external ids, for an entry."""
    return sorted(alert.claim.external_id for alert in alerts)


def void_proposal(case: Case, by: Actor, reason: str) -> None:
    """A proposal that waits spoke of other claims: it is void and says why. Part of a step that moves the case back to review."""
    proposed = case.decisions.filter(state=Decision.State.PROPOSED).first()
    if proposed is None:
        return
    with override(settings.LANGUAGE_CODE):
        said = _("The claims of the case were changed: %(reason)s") % {"reason": reason}
    Decision.objects.filter(pk=proposed.pk).update(
        state=Decision.State.VOID, decided_at=present(), decided_reason=said
    )
    record(action=VOIDED, by=by, subject=case_subject(case), reason=said, after={"decision": proposed.number})


def _move(
    case: Case,
    row: Transition,
    by: Actor,
    event: str,
    reason: str,
    details: dict[str, Any],
    fields: dict[str, Any],
) -> None:
    move(case, row, by=by, event=event, reason=reason, details=details, fields=fields)
