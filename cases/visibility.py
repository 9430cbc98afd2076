"""One case for one person: the case, or the same answer as for one that does not exist.

Every page and every endpoint of staff asks here before it reads a form. Nobody sees a case they are involved in, whatever
their roles; what they tried is kept in the case's audit chain, the answer tells them nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404

from audit.actor import Actor
from audit.models import AuditEvent
from audit.paging import read_together_as
from audit.people import number_key
from audit.people_rows import key_of
from audit.prepared import MOST_IN_LIST, prepared
from audit.reading import read_once
from audit.services import record_refusal
from cases.models import Alert, Case, OutboxMessage, Recovery, RecoveryPosting, StatementEntry
from cases.services.conflicts import Relations, answers_of, relations_of
from cases.services.dead_mail import stuck_mails
from cases.services.seeing import cases_of_others
from cases.services.standing import case_subject
from fraud.claims.identity import barred_cardholders, claims_involving, lists_number
from fraud.claims.models import Cardholder, Claim, ClaimVersion
from fraud.claims.units import outside_units, seen_departments, sees_department, within_units
from fraud.detection.models.screening import pinned

_KNOWN_SECONDS = 300
_MOST_KNOWN = 20_000  # cases that one reader's counts have looked at


def visible_cases(by: Actor) -> QuerySet[Case]:
    """Cases of the departments they see that they are not involved in.

    Involved are the cardholder, who approved or attended a claim, who reports to the cardholder, and who has answered for them.
    """
    cases = cases_of_others(by)
    involved = _is_named(by)
    return cases if involved is None else cases.exclude(involved)


def involved_cases(by: Actor) -> QuerySet[Case]:
    """The cases the person is involved in."""
    is_named = _is_named(by)
    if is_named is None:
        return Case.objects.none()
    return Case.objects.filter(Q(cardholder__in=barred_cardholders(by)) | is_named)


def hidden_cases(by: Actor) -> frozenset[int]:
    """Keys of all cases `visible_cases` leaves out, for sums: what a list leaves out is not counted either. Reads every case."""
    return read_once(("hidden cases", by), lambda: _hidden(by))


def _hidden(by: Actor) -> frozenset[int]:
    outside, key = outside_units(by), number_key(by.employee_no)
    if outside is None:
        named = key and not by.is_system
        return frozenset(_involved.rows(barred_cardholders(by) or {0}, key)) if named else frozenset()
    found = Case.objects.filter(Q(pk__in=involved_cases(by).values("pk")) | outside)
    return frozenset(found.values_list("pk", flat=True))


@prepared
def _involved(barred: Collection[int], key: str) -> QuerySet[Case, Any]:
    return Case.objects.filter(Q(cardholder__in=barred) | _names(key)).values_list("pk", flat=True)


def hidden_among(by: Actor, case_ids: Collection[int]) -> frozenset[int]:
    """Those of some cases that `visible_cases` leaves out: it costs what they cost, however many others there are. For counts."""
    asked = frozenset(case_ids)
    outside, key = outside_units(by), "" if by.is_system else number_key(by.employee_no)
    hidden: frozenset[int] = frozenset()
    if not asked or (outside is None and not key):
        return hidden
    if outside is not None:
        hidden |= frozenset(Case.objects.filter(outside, pk__in=asked).values_list("pk", flat=True))
    return hidden | _theirs(by, key) & asked | _named_among(key, asked) if key else hidden


def seen_among(by: Actor, cases: Iterable[Case | None]) -> list[Case]:
    """Those of some cases that the reader may see, in their order: a case names no other one to who may not open it.

    No query where there are none, nor for a reader whom nothing is hidden from.
    """
    named = [case for case in cases if case is not None]
    hidden = hidden_among(by, [case.pk for case in named])
    return [case for case in named if case.pk not in hidden]


def hidden_names(by: Actor, references: Collection[str]) -> frozenset[str]:
    """Those of some references whose cases the reader may not see; no query where there are none."""
    if not references:
        return frozenset()
    named = list(Case.objects.filter(reference__in=references))
    return frozenset(references) - {case.reference for case in seen_among(by, named)}


def _theirs(by: Actor, key: str) -> frozenset[int]:
    """Cases of the cardholders the person may not judge, and those they have answered in; each found by an index."""

    def read() -> frozenset[int]:
        return frozenset(_of_people.rows(barred_cardholders(by) or {0})) | frozenset(_answered.rows(key))

    return read_once(("cases of one's own", key), read)


_of_people = prepared(
    lambda barred: Case.objects.filter(cardholder__in=barred).order_by().values_list("pk", flat=True)
)
_answered = prepared(lambda key: answers_of(key).order_by().values_list("request__case_id", flat=True))


def _named_among(key: str, case_ids: frozenset[int]) -> frozenset[int]:
    """Those of the cases whose claims name the person as approver or guest.

    What was found is remembered until a claim joins a case or is rewritten; but for writers that overtake one another, five minutes
    are the most.
    """
    marks = _marks()[:2]
    name = "cases:named:" + sha256(f"{key}{marks}".encode()).hexdigest()
    known, named = cache.get(name, (frozenset(), frozenset()))
    if rest := list(case_ids - known):
        parts = (rest[at : at + MOST_IN_LIST] for at in range(0, len(rest), MOST_IN_LIST))
        named |= frozenset(pk for part in parts for pk in _naming.rows(part, key))
        known |= case_ids
        if len(known) <= _MOST_KNOWN:
            cache.set(name, (known, named), _KNOWN_SECONDS)
    return named & case_ids  # type: ignore[no-any-return]


def newest_entry() -> int:
    """The key of the newest audit entry; 0 before the first.

    Nothing changes without an entry in the same transaction, so this is the version of everything that is counted: what is remembered
    under it is forgotten by whatever anybody does, in every process. Only of writers that overtake one another the later one may be
    missed, until what was remembered is too old. One step along an index, in one query with the other marks of a page.
    """
    newest = _marks()[2]
    return newest[0][0] if newest else 0


def _marks() -> list[list[tuple[Any, ...]]]:
    return read_once("newest alert, version and entry", _newest)


def _newest() -> list[list[tuple[Any, ...]]]:
    models: tuple[type[Model], ...] = (Alert, ClaimVersion, AuditEvent)
    return read_together_as(
        "newest",
        lambda: [model._default_manager.order_by("-pk").values_list("pk")[:1] for model in models],
        len(models),
    )


@prepared
def _naming(case_ids: Collection[int], key: str) -> QuerySet[Alert, Any]:
    return _alerts_naming(key).filter(case__in=case_ids).values_list("case_id", flat=True)


def seen_by(by: Actor) -> Hashable:
    """What `cases_of_others` depends on."""
    return frozenset(barred_cardholders(by)), seen_departments(by)


def find_case(reference: str, by: Actor, *, trying: str = "") -> Case:
    """The case with all its page needs at hand. Raises Http404 when it does not exist or is not theirs to see.

    `trying`: the permission behind a step somebody attempts; an attempt on one's own case is kept as a security event.
    """
    return find_related_case(reference, by, trying=trying)[0]


def find_related_case(reference: str, by: Actor, *, trying: str = "") -> tuple[Case, Relations]:
    """`find_case` with how the person stands to the case, which had to be asked."""
    found = _with_its_page.rows(reference)
    if not found:
        raise Http404
    case = found[0]
    relations = relations_of(by, case)
    if relations.involvement:
        if trying:
            record_refusal(by=by, action=trying, subject=case_subject(case), code="own_case")
        raise Http404
    if not sees_department(by, case.cardholder.department_id):
        if trying:
            record_refusal(by=by, action=trying, subject=case_subject(case), code="other_unit")
        raise Http404
    return case, relations


@prepared
def _with_its_page(reference: str) -> QuerySet[Case]:
    # reopened_from, merged_into and split_from are seldom set: three cases more in every row cost more than to ask then
    rows = Case.objects.select_related("cardholder__department", "merchant", "assignee", "run__model_version")
    return rows.defer(*pinned("run")).filter(reference=reference)


def find_claim(claim_id: int, by: Actor, *, trying: str) -> Claim:
    """A claim for a step that opens or feeds a case. Raises Http404, also for everybody involved in it, who may not know."""
    return claims_to_act_on(Q(pk=claim_id), by, trying=trying, n=1)[0]


def claims_to_act_on(which: Q, by: Actor, *, trying: str, n: int = 0) -> list[Claim]:
    """The claims of `which` the person is not involved in, what they tried with others kept. Raises Http404 below `n`."""
    wanted = within_units(Claim.objects.filter(which), by)
    own = set(claims_involving(by, wanted).values_list("pk", flat=True))
    for pk in sorted(own):
        record_refusal(by=by, action=trying, subject=f"claim:{pk}", code="own_case")
    found = wanted.exclude(pk__in=own).select_related("cardholder__department", "merchant")
    claims = list(found)
    if len(claims) < n:
        raise Http404
    return claims


def find_recovery(reference: str, by: Actor, *, trying: str = "") -> Recovery:
    """The recovery of a case, by the case's rules. Raises Http404, also for a case without one."""
    case = find_case(reference, by, trying=trying)
    found = Recovery.objects.select_related(
        "case__cardholder__department", "decision", "write_off_requested_by"
    )
    row = found.filter(case=case).first()
    if row is None:
        raise Http404
    return row


def visible_recoveries(by: Actor) -> QuerySet[Recovery]:
    """Recoveries of the cases the person is not involved in: for lists, counts, sums and exports."""
    is_narrowed = by.employee_no or by.units
    return Recovery.objects.filter(case__in=visible_cases(by)) if is_narrowed else Recovery.objects.all()


def visible_entries(by: Actor) -> QuerySet[StatementEntry]:
    """Entries of statements that speak of no case the person is involved in, of none of their own pay and of nobody they report to."""
    rows = StatementEntry.objects.annotate(person_key=key_of("employee_no"))
    seen = seen_departments(by)
    if seen is not None:  # of money nobody is named for, only who sees every department knows
        people = Cardholder.objects.filter(department__in=seen).annotate(key=key_of("employee_no"))
        cases = Case.objects.filter(cardholder__department__in=seen)
        rows = rows.filter(
            Q(case_named__in=cases.values("reference")) | Q(person_key__in=people.values("key"))
        )
    if not by.employee_no:
        return rows
    involved = involved_cases(by)
    barred = Cardholder.objects.filter(pk__in=barred_cardholders(by)).values_list("employee_no", flat=True)
    numbers = {by.employee_no, *barred}
    own = RecoveryPosting.objects.filter(recovery__case__in=involved, entry__isnull=False)
    return (
        rows.exclude(case_named__in=involved.values("reference"))
        .exclude(pk__in=own.values("entry"))
        .exclude(person_key__in=[key for number in numbers if (key := number_key(number))])
    )


def find_entry(pk: int, by: Actor, *, trying: str = "") -> StatementEntry:
    """An entry somebody may see. Raises Http404; an attempt on one of their own is kept as a security event."""
    found = visible_entries(by).select_related("file", "twin__file", "set_aside_by").filter(pk=pk).first()
    if found is None:
        if trying and StatementEntry.objects.filter(pk=pk).exists():
            record_refusal(by=by, action=trying, subject=f"entry:{pk}", code="own_case")
        raise Http404
    return found


def visible_mails(by: Actor) -> QuerySet[OutboxMessage]:
    """Mail that has not left, without that about cases the person is involved in."""
    hidden = hidden_cases(by)
    return stuck_mails().exclude(case__in=hidden) if hidden else stuck_mails()


def find_mail(pk: int, by: Actor, *, trying: str) -> OutboxMessage:
    """One of them. Raises Http404, also for what has left meanwhile; an attempt on one of their own is kept as a security event."""
    found = visible_mails(by).filter(pk=pk).first()
    if found is None:
        if stuck_mails().filter(pk=pk).exists():
            record_refusal(by=by, action=trying, subject=f"mail:{pk}", code="own_case")
        raise Http404
    return found


def _is_named(by: Actor) -> Q | None:
    """Of cases: that the person approved a claim, is listed in one, or has answered; None for people without an employee number."""
    key = number_key(by.employee_no)
    return None if by.is_system or not key else _names(key)


def _names(key: str) -> Q:
    """Of cases: that the employee with this number approved a claim, is listed in one, or has answered."""
    answered = answers_of(key).filter(request__case=OuterRef("pk"))
    return Q(Exists(_alerts_naming(key).filter(case=OuterRef("pk")))) | Q(Exists(answered))


def _alerts_naming(key: str) -> QuerySet[Alert]:
    """Alerts whose claim names the employee with this number as approver or guest."""
    attendees, listed = lists_number("claim__attendees", key)
    alerts = Alert.objects.alias(approver_key=key_of("claim__approver_no"), attendees_text=attendees)
    return alerts.filter(Q(approver_key=key) | Q(attendees_text__contains=listed))
