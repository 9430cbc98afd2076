"""Whose audit entries stay hidden from whom: nobody learns from a log of a case before they were told of it."""

from __future__ import annotations

from django.db.models import Q

from audit.actor import Actor
from audit.hidden import register_hidden_subjects
from cases.models import Evidence
from cases.services.own import told_cases
from cases.services.standing import subject_of_case, subject_of_dossier
from cases.visibility import involved_cases


def subjects_hidden_from(by: Actor, as_person: bool) -> Q:
    """Cases the reader is involved in, with their evidence: all of them for staff, for the person those not yet told."""
    cases = involved_cases(by)
    if as_person:
        cases = cases.exclude(pk__in=told_cases(by).values("pk"))
    references = list(cases.values_list("reference", flat=True))
    if not references:
        return Q()
    files = Evidence.objects.filter(case__reference__in=references).values_list("reference", flat=True)
    subjects = [name(reference) for reference in references for name in (subject_of_case, subject_of_dossier)]
    return Q(subject__in=[*subjects, *(f"evidence:{reference}" for reference in files)])


register_hidden_subjects(subjects_hidden_from)
