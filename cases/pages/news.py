"""What is new in a case since its reader last opened it: hits, changed payments, money back, answers; each by its name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.models import AccessRecord, AuditEvent
from cases.models import Case
from fraud.claims.models import ClaimChange

_ACTIONS = (
    "case.alert_added",
    "case.hits_added",
    "case.claim_changed",
    "explanation.submitted",
    "explanation.submitted_late",
)


def news_of(case: Case, by: Actor) -> list[str]:
    """Each kind of news once, oldest first, in the reader's language; the look that is being taken does not count."""
    subject = f"case:{case.reference}"
    looks = AccessRecord.objects.filter(subject=subject, actor=by.username).order_by("-id")
    since = looks.values_list("at", flat=True)[1:2].first()
    events = AuditEvent.objects.filter(subject=subject, action__in=_ACTIONS).order_by("seq")
    if since is not None:
        events = events.filter(recorded_at__gt=since)
    return list(dict.fromkeys(_said(event) for event in events))


def _said(event: AuditEvent) -> str:
    if event.action == "case.claim_changed":
        is_money = (event.after or {}).get("kind") == ClaimChange.Kind.MONEY
        return _("money that came back") if is_money else _("a changed payment")
    if event.action.startswith("explanation."):
        return _("an explanation")
    return _("hits")
