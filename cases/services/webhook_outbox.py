"""Messages to other systems: written with the entry they tell of, in its transaction, and sent by the sweep.

A payload has ids and states: no person, no amount, no score. The receiver asks the interface for more, with rights of its own.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from audit.faults import hit
from audit.models import AuditEvent
from cases.models import Webhook, WebhookMessage
from cases.services.company import present
from cases.services.outbox import LONGEST_WAIT, MAX_ATTEMPTS
from cases.services.steps import UNDO_SECONDS
from cases.services.webhooks import secrets_of
from cases.webhooks.posting import AddressRefused, PostFailed, post
from cases.webhooks.signing import HEADER, signature
from cases.workflow import State

#: Action of the audit log → event.
_EVENTS = {
    "case.opened": "case.opened",
    "explanation.requested": "request.sent",
    "decision.approved": "case.decided",
    "decision.taken": "case.decided",
    "appeal.decided": "case.decided",
    "run.finished": "run.finished",
    "run.failed": "run.finished",
    "run.cancelled": "run.finished",
}
_RUN_STATES = {"run.finished": "finished", "run.failed": "failed", "run.cancelled": "cancelled"}
#: Steps that may be taken back wait that long, as their mails do.
_UNDOABLE = frozenset({"request.sent", "case.decided"})
LEASE = timedelta(minutes=2)
BATCH = 200
#: Seconds a sweep gives to messages: mail and deadlines wait meanwhile.
SWEEP_SECONDS = 40.0
_S, _M = Webhook.State, WebhookMessage.State
_log = logging.getLogger(__name__)


def enqueue_messages(entries: Sequence[AuditEvent]) -> None:
    """Write a message for every address that wants to know of these entries; called with them, in their transaction."""
    told = [(entry, event) for entry in entries if (event := _event_of(entry))]
    undone = [entry.subject for entry in entries if entry.action == "case.undone"]
    if undone:
        _take_back(undone)
    if not told:
        return
    webhooks = list(Webhook.objects.filter(state=_S.ACTIVE))
    now = present()
    rows = [
        WebhookMessage(
            webhook=webhook,
            event_id=f"{entry.subject}#{entry.seq}",
            event=event,
            payload=_payload(entry, event),
            next_attempt_at=now + timedelta(seconds=UNDO_SECONDS if event in _UNDOABLE else 0),
        )
        for entry, event in told
        for webhook in webhooks
        if event in webhook.events
    ]
    WebhookMessage.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _event_of(entry: AuditEvent) -> str:
    """The event an entry is, "" for none. A recovery is closed by whichever step takes its case from there to the end."""
    before, after = entry.before or {}, entry.after or {}
    if before.get("state") == State.RECOVERING and after.get("state") == State.CLOSED:
        return "recovery.closed"
    return _EVENTS.get(entry.action, "")


def _payload(entry: AuditEvent, event: str) -> dict[str, str]:
    kind, _, reference = entry.subject.partition(":")
    state = _RUN_STATES.get(entry.action) or str((entry.after or {}).get("state", ""))
    return {
        "id": f"{entry.subject}#{entry.seq}",
        "event": event,
        "at": entry.at,
        kind: reference,
        "state": state,
    }


def _take_back(subjects: list[str]) -> None:
    """The step was undone before its message left: the newest one of each subject that may be undone is not sent."""
    for subject in subjects:
        waiting = WebhookMessage.objects.filter(
            event_id__startswith=f"{subject}#", state=_M.WAITING, event__in=_UNDOABLE, attempts=0
        )
        newest = waiting.order_by("-pk").values_list("event_id", flat=True).first()
        waiting.filter(event_id=newest).update(state=_M.CANCELLED)


def send_messages(*, now: datetime | None = None, limit: int = BATCH) -> dict[str, int]:
    """Send what is due, as `send_outbox` does with mail; returns how many were sent, failed and given up.

    An address that fails is left in peace for the rest of the sweep, and a sweep ends after some seconds: one receiver
    that does not answer holds up neither the others nor anything else.
    """
    done = {"sent": 0, "failed": 0, "dead": 0}
    ends, resting = time.monotonic() + SWEEP_SECONDS, set[int]()
    due = WebhookMessage.objects.filter(
        state=_M.WAITING, webhook__state=_S.ACTIVE, next_attempt_at__lte=now or present()
    )
    for message in due.select_related("webhook").order_by("next_attempt_at", "pk")[:limit]:
        if time.monotonic() > ends:
            break
        if message.webhook_id in resting or not _claim(message, now or present()):
            continue
        result = _send(message, now)
        done[result] += 1
        if result != "sent":
            resting.add(message.webhook_id)
    return done


def _claim(message: WebhookMessage, at: datetime) -> bool:
    seen = WebhookMessage.objects.filter(pk=message.pk, state=_M.WAITING, attempts=message.attempts)
    claimed = seen.update(attempts=message.attempts + 1, next_attempt_at=at + LEASE)
    message.attempts += 1
    return claimed == 1


def _send(message: WebhookMessage, now: datetime | None) -> str:
    hit("webhook_claimed")
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Cleancard-Webhook/1",
        "Cleancard-Event": message.event,
        HEADER: signature(secrets_of(message.webhook), int(present().timestamp()), body),
    }
    try:
        status = post(
            message.webhook.url,
            body,
            headers,
            allowed=settings.WEBHOOK_NETWORKS,
            ports=settings.WEBHOOK_PORTS,
        )
    except (PostFailed, AddressRefused) as error:
        return _failed(message, now or present(), error)
    hit("webhook_sent")
    WebhookMessage.objects.filter(pk=message.pk).update(
        state=_M.SENT, status=status, sent_at=present(), error=""
    )
    return "sent"


def _failed(message: WebhookMessage, now: datetime, error: Exception) -> str:
    is_dead = message.attempts >= MAX_ATTEMPTS
    values: dict[str, Any] = {
        "error": str(error)[:300],
        "status": getattr(error, "status", None),
        "state": _M.DEAD if is_dead else _M.WAITING,
        "next_attempt_at": now + min(timedelta(minutes=2**message.attempts), LONGEST_WAIT),
    }
    # Only while this attempt is the last one, and nobody stopped the address meanwhile.
    WebhookMessage.objects.filter(pk=message.pk, state=_M.WAITING, attempts=message.attempts).update(**values)
    if is_dead:
        _log.error("webhook.dead", extra={"event": message.event_id, "webhook": message.webhook.name})
    return "dead" if is_dead else "failed"
