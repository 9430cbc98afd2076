"""Subscriptions of other systems: proposed by the administrator, agreed to by a second person, stopped, given a new secret."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.people import require_second_person
from audit.permissions import require
from audit.redaction import find_struck
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import Webhook, WebhookMessage
from cases.services import errors
from cases.services.company import present
from cases.services.texts import clean_key, clean_line
from cases.webhooks.addresses import AddressRefused, port_words, read_url
from cases.webhooks.signing import derive_secret

REASON_MIN = 5
#: How long the earlier secret signs beside the new one.
OVERLAP = timedelta(hours=24)
EVENTS: Mapping[str, str | Promise] = {
    "case.opened": pgettext_lazy("webhook", "a case was opened"),
    "request.sent": pgettext_lazy("webhook", "an explanation was asked for"),
    "case.decided": pgettext_lazy("webhook", "a case was decided"),
    "recovery.closed": pgettext_lazy("webhook", "a recovery was closed"),
    "run.finished": pgettext_lazy("webhook", "a night ended"),
}
_S, _M = Webhook.State, WebhookMessage.State


def secrets_of(webhook: Webhook) -> list[str]:
    """The secrets that sign now: the newest first, the earlier one while both hold."""
    salts = [webhook.salt]
    if webhook.earlier_salt and webhook.earlier_until and webhook.earlier_until > present():
        salts.append(webhook.earlier_salt)
    return [derive_secret(settings.CARD_TOKEN_KEY, salt) for salt in salts]


@one_transaction()
def propose_webhook(
    *, name: str, url: str, events: Collection[str], reason: str, by: Actor
) -> tuple[Webhook, str]:
    """Propose to tell an address of events; the row and its secret, which is shown this once. Nothing is sent before a second person agrees.

    Raises NotPermitted, WebhookNotValid naming the field, ReasonTooShort.
    """
    require(by, "cases.change_webhook")
    title = clean_key(name, minimum=2, maximum=60, field="name")
    if Webhook.objects.filter(name=title).exists():
        raise errors.WebhookNotValid("name_taken", field="name")
    check_url(url.strip())
    wanted = sorted(set(events) & set(EVENTS), key=list(EVENTS).index)
    if not wanted or set(events) - set(EVENTS):
        raise errors.WebhookNotValid("no_events", field="events")
    row = Webhook.objects.create(
        name=title,
        url=url.strip(),
        events=wanted,
        reason=clean_line(reason, minimum=REASON_MIN, field="reason"),
        salt=secrets.token_hex(16),
        proposed_by_id=by.person_id,
        proposed_at=present(),
    )
    _record("webhook.proposed", row, by, row.reason, {"url": row.url, "events": wanted})
    return row, secrets_of(row)[0]


def check_url(url: str) -> None:
    """Raises WebhookNotValid with what would be right."""
    if find_struck(url):
        raise errors.WebhookNotValid("number_inside", field="url")
    try:
        read_url(url, settings.WEBHOOK_NETWORKS, settings.WEBHOOK_PORTS)
    except AddressRefused as refused:
        raise errors.WebhookNotValid(
            refused.code, field="url", ports=port_words(settings.WEBHOOK_PORTS)
        ) from None


@one_transaction()
def approve_webhook(*, webhook: Webhook, by: Actor, expected_version: int) -> Webhook:
    """Let an address be told from now on. Raises NotPermitted for whoever proposed it, WebhookMoved."""
    require(by, "cases.approve_webhook")
    row = _read(webhook, _S.PROPOSED, expected_version)
    require_second_person(by, [row.proposed_by], "cases.approve_webhook")
    _change(row, state=_S.ACTIVE, decided_by_id=by.person_id, decided_at=present())
    _record("webhook.approved", row, by)
    return row


@one_transaction()
def return_webhook(*, webhook: Webhook, reason: str, by: Actor, expected_version: int) -> Webhook:
    """Turn a proposal down. Raises NotPermitted, WebhookMoved, ReasonTooShort."""
    require(by, "cases.approve_webhook")
    row = _read(webhook, _S.PROPOSED, expected_version)
    require_second_person(by, [row.proposed_by], "cases.approve_webhook")
    said = clean_line(reason, minimum=REASON_MIN, field="reason")
    _change(row, state=_S.RETURNED, decided_by_id=by.person_id, decided_at=present(), answer=said)
    _record("webhook.returned", row, by, said)
    return row


@one_transaction()
def stop_webhook(*, webhook: Webhook, reason: str, by: Actor, expected_version: int) -> Webhook:
    """Tell an address nothing more, at once; what waits is given up. Raises NotPermitted, WebhookMoved, ReasonTooShort.

    One person is enough: less leaves the house, and a receiver that has been broken into cannot wait for a second one.
    """
    require(by, "cases.change_webhook")
    row = _read(webhook, _S.ACTIVE, expected_version)
    said = clean_line(reason, minimum=REASON_MIN, field="reason")
    _change(row, state=_S.STOPPED, answer=said)
    row.messages.filter(state__in=(_M.WAITING, _M.DEAD)).update(state=_M.CANCELLED)
    _record("webhook.stopped", row, by, said)
    return row


@one_transaction()
def rotate_secret(*, webhook: Webhook, by: Actor, expected_version: int) -> str:
    """A new secret, shown this once; the earlier one signs beside it for a day. Raises NotPermitted, WebhookMoved."""
    require(by, "cases.change_webhook")
    row = _read(webhook, _S.ACTIVE, expected_version)
    _change(row, salt=secrets.token_hex(16), earlier_salt=row.salt, earlier_until=present() + OVERLAP)
    _record("webhook.secret_changed", row, by)
    return secrets_of(row)[0]


@one_transaction()
def send_message_again(*, message: WebhookMessage, by: Actor) -> WebhookMessage:
    """Let the next sweep try a message anew that was given up. Raises NotPermitted, WebhookMoved."""
    require(by, "cases.change_webhook")
    dead = WebhookMessage.objects.filter(pk=message.pk, state=_M.DEAD, webhook__state=_S.ACTIVE)
    if dead.update(state=_M.WAITING, attempts=0, next_attempt_at=present(), error="") != 1:
        raise errors.WebhookMoved
    message.refresh_from_db()
    _record("webhook.sent_again", message.webhook, by, more={"message": message.event_id})
    return message


def _read(webhook: Webhook, state: str, version: int) -> Webhook:
    row = Webhook.objects.select_for_update().select_related("proposed_by").get(pk=webhook.pk)
    if row.version != version or row.state != state:
        raise errors.WebhookMoved
    return row


def _change(row: Webhook, **values: Any) -> None:
    if Webhook.objects.filter(pk=row.pk, version=row.version).update(**values, version=row.version + 1) != 1:
        raise errors.WebhookMoved
    row.refresh_from_db()


def _record(
    action: str, row: Webhook, by: Actor, reason: str = "", more: Mapping[str, Any] | None = None
) -> None:
    record(action=action, by=by, subject=CONFIG, reason=reason, after={"webhook": row.name, **(more or {})})
