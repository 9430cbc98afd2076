"""Webhooks as a list: what each address is told, how it stands, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.people import is_among
from audit.permissions import can
from cases.models import Webhook, WebhookMessage
from cases.services.webhooks import EVENTS

_S, _M = Webhook.State, WebhookMessage.State
#: Tries that fail by chance are nobody's concern.
TRIES = 3
MOST = 50
STATES: dict[str, tuple[str | Promise, str]] = {
    _S.PROPOSED: (pgettext_lazy("webhook", "awaiting approval"), "accent"),
    _S.ACTIVE: (pgettext_lazy("webhook", "is told"), "success"),
    _S.RETURNED: (pgettext_lazy("webhook", "returned"), ""),
    _S.STOPPED: (pgettext_lazy("webhook", "stopped"), ""),
}


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """An address with its figures; `may_decide`: the reader is a second person for it."""

    webhook: Webhook
    events: list[str]
    word: str
    tag: str
    n_waiting: int
    n_dead: int
    last_sent_at: datetime | None
    may_decide: bool


def webhook_rows(by: Actor) -> list[WebhookRow]:
    """Every address, those in use and those to decide first."""
    counted = Webhook.objects.select_related("proposed_by", "decided_by").annotate(
        n_waiting=Count("messages", filter=Q(messages__state=_M.WAITING)),
        n_dead=Count("messages", filter=Q(messages__state=_M.DEAD)),
        last_sent_at=Max("messages__sent_at"),
    )
    order = (_S.PROPOSED, _S.ACTIVE, _S.STOPPED, _S.RETURNED)
    return [
        WebhookRow(
            webhook=one,
            events=[str(EVENTS[event]) for event in one.events if event in EVENTS],
            word=str(STATES[one.state][0]),
            tag=STATES[one.state][1],
            n_waiting=one.n_waiting,
            n_dead=one.n_dead,
            last_sent_at=one.last_sent_at,
            may_decide=one.state == _S.PROPOSED
            and can(by, "cases.approve_webhook")
            and not is_among(by, [one.proposed_by]),
        )
        for one in sorted(counted.order_by("pk"), key=lambda row: order.index(_S(row.state)))
    ]


def stuck_messages() -> Iterable[WebhookMessage]:
    """Messages that were given up or failed three times, the oldest first."""
    stuck = Q(state=_M.DEAD) | Q(state=_M.WAITING, attempts__gte=TRIES)
    return WebhookMessage.objects.filter(stuck).select_related("webhook").order_by("pk")[:MOST]
