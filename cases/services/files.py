"""Whose a file is: until it is sent it is its author's alone; from then on also those' who read what it was sent with."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from audit.actor import Actor
from cases.models import Appeal, Case, Evidence, Explanation, ExplanationRequest
from cases.services import errors

#: Files that went with an answer or an appeal, also where they were withdrawn since.
SENT = Q(explanation__isnull=False) | Q(appeal__isnull=False)


def waiting_files(case: Case, by: Actor, *, request: ExplanationRequest | None) -> list[Evidence]:
    """What the actor has added and not yet sent: to a request, or without one to an appeal."""
    found = Evidence.objects.filter(case=case, request=request, explanation=None, appeal=None)
    return list(found.filter(withdrawn_at=None, uploaded_by_id=by.user_id))


def send_files(sent: Explanation | Appeal, *, case: Case, by: Actor) -> None:
    """Bind what the sender has added to the answer or the appeal it goes with; inside the sender's transaction."""
    is_answer = isinstance(sent, Explanation)
    waiting = waiting_files(case, by, request=sent.request if isinstance(sent, Explanation) else None)
    Evidence.objects.filter(pk__in=[file.pk for file in waiting]).update(
        **{"explanation" if is_answer else "appeal": sent}
    )


def sent_files(case: Case) -> QuerySet[Evidence]:
    """Every file of a case that was sent, also those withdrawn since: what whoever decides has to know of."""
    return case.evidence.filter(SENT).select_related("uploaded_by", "request")


def told_files(request: ExplanationRequest, by: Actor) -> QuerySet[Evidence]:
    """The files of a request that the cardholder or their manager sees: the sent ones, also where they were withdrawn
    since, and what they added themselves."""
    waiting = Q(uploaded_by_id=by.user_id, withdrawn_at=None)
    return request.evidence.filter(SENT | waiting)


def own_file(case: Case, reference: str, by: Actor) -> Evidence:
    """A file the actor may take back: their own. Raises CaseNotFound for anybody else's as for one that is not there."""
    found = case.evidence.filter(reference=reference, withdrawn_at=None, uploaded_by_id=by.user_id)
    file = found.select_related("case").first()
    if file is None:
        raise errors.CaseNotFound
    return file
