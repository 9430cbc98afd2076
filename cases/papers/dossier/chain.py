"""The audit chain of a case as its dossier holds it: every entry, or its place alone where the reader may not read it."""

from __future__ import annotations

import re
from typing import Any

from audit.actor import Actor
from audit.chain import FIELDS, GENESIS, SEALED
from audit.models import AuditEvent, AuditHead
from audit.permissions import can
from cases.models import Case
from cases.services.entry_words import told_entries
from cases.services.standing import case_subject
from cases.visibility import hidden_names

_A_CASE = re.compile(r"C-\d{4}-\d{6,}")
_REFUSED = "access.refused"  # a security event, for the auditor


def head_of(case: Case) -> dict[str, Any]:
    """The head of the case's chain: {subject, seq, hash}."""
    subject = case_subject(case)
    head = AuditHead.objects.filter(subject=subject).first()
    return {"subject": subject, "seq": head.seq if head else 0, "hash": head.hash if head else GENESIS}


def chain_rows(case: Case, head: dict[str, Any], by: Actor, language: str) -> list[dict[str, Any]]:
    """The entries up to the head, in order, as the chain hashes them. Sealed ones have number and hashes alone.

    The auditor reads all of them, as on the audit page; others what the case's timeline tells, without entries that name a case they may not see.
    """
    events = list(AuditEvent.objects.filter(subject=head["subject"], seq__lte=head["seq"]).order_by("seq"))
    if can(by, "audit.view_events"):
        told = {event.pk for event in events}
    else:
        shown = told_entries(case, events, case.evidence.all(), language)
        named = {event.pk: set(_A_CASE.findall(f"{event.before} {event.after}")) for event in events}
        hidden = hidden_names(by, {one for found in named.values() for one in found} - {case.reference})
        told = {one.event.pk for one in shown if one.event.action != _REFUSED}
        told -= {pk for pk, references in named.items() if references & hidden}
    return [_whole(event) if event.pk in told else _sealed(event) for event in events]


def _whole(event: AuditEvent) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in FIELDS}, "hash": event.hash}


def _sealed(event: AuditEvent) -> dict[str, Any]:
    return {"seq": event.seq, "previous_hash": event.previous_hash, "hash": event.hash, SEALED: True}
