"""Webhooks through the interface: the same steps as on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.models import Webhook, WebhookMessage
from cases.pages.webhooks import stuck_messages, webhook_rows
from cases.services import webhooks
from cases.services.errors import CaseNotFound
from cases.services.webhooks import EVENTS
from fraud.web.api import ONLY_PAGING, PAGING
from fraud.web.api_strict import StrictCharField, StrictSerializer


class WebhookAnswer(serializers.Serializer):
    number = serializers.IntegerField(source="webhook.pk")
    name = serializers.CharField(source="webhook.name")
    url = serializers.CharField(source="webhook.url")
    events = serializers.ListField(child=serializers.ChoiceField(list(EVENTS)), source="webhook.events")
    webhook_state = serializers.ChoiceField(Webhook.State.values, source="webhook.state")
    version = serializers.IntegerField(source="webhook.version")
    n_waiting = serializers.IntegerField()
    n_dead = serializers.IntegerField()
    last_sent_at = serializers.DateTimeField(allow_null=True)


class StuckMessage(serializers.Serializer):
    number = serializers.IntegerField(source="pk")
    webhook = serializers.CharField(source="webhook.name")
    event_id = serializers.CharField()
    event = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    is_dead = serializers.SerializerMethodField()

    def get_is_dead(self, message: WebhookMessage) -> bool:
        return message.state == WebhookMessage.State.DEAD


class WebhookPage(serializers.Serializer):
    results = WebhookAnswer(many=True)
    next = serializers.CharField(allow_null=True)
    stuck = StuckMessage(many=True)


class WebhookBody(StrictSerializer):
    name = StrictCharField(max_length=60)
    url = StrictCharField(max_length=500)
    events = serializers.ListField(
        child=serializers.ChoiceField(list(EVENTS)), min_length=1, max_length=len(EVENTS)
    )
    reason = StrictCharField(max_length=300)


class NoBody(StrictSerializer):
    """No fields."""


class WebhookReason(StrictSerializer):
    reason = StrictCharField(max_length=300)


class StepDone(serializers.Serializer):
    """`secret` is there where a new one was made: it is told this once."""

    number = serializers.IntegerField()
    webhook_state = serializers.CharField()
    version = serializers.IntegerField()
    secret = serializers.CharField(required=False)


@extend_schema_view(
    get=describe(
        "List webhooks and messages that did not arrive",
        answer=WebhookPage,
        parameters=PAGING,
        operation_id="webhooks_list",
    ),
    post=describe(
        "Propose a webhook", answer=StepDone, body=WebhookBody, ok=201, operation_id="webhooks_propose"
    ),
)
class Webhooks(CaseworkView):
    """Nothing is sent before a second person agrees. The secret is in the answer to the proposal only."""

    told_once = ("secret",)
    permission = "cases.view_webhook"
    filters = ONLY_PAGING

    def get(self, request: Request) -> Response:
        page = self.page_of(webhook_rows(self.by), key=lambda row: f"{row.webhook.pk:012}")
        stuck = StuckMessage(stuck_messages(), many=True).data
        return self.paged(WebhookAnswer(page.rows, many=True).data, page, stuck=stuck)

    def post(self, request: Request) -> Response:
        row, secret = webhooks.propose_webhook(**self.input(WebhookBody), by=self.by)
        return Response(_done(row, secret), status=201, headers={"Cache-Control": "no-store"})


def _done(row: Webhook, secret: str = "") -> dict[str, Any]:
    told = {"number": row.pk, "webhook_state": row.state, "version": row.version}
    return {**told, "secret": secret} if secret else told


def _webhook(number: int) -> Webhook:
    row = Webhook.objects.filter(pk=number).first()
    if row is None:
        raise CaseNotFound
    return row


def _step(
    name: str, permission: str, summary: str, service: Callable[..., Any], body: type[StrictSerializer]
) -> type[CaseworkView]:
    """One step on one webhook."""

    class Step(CaseworkView):
        told_once = ("secret",)

        def post(self, request: Request, number: int) -> HttpResponseBase:
            asked, row = self.input(body), _webhook(number)
            made = service(webhook=row, by=self.by, expected_version=self.version(), **asked)
            row.refresh_from_db()
            return Response(
                _done(row, made if isinstance(made, str) else ""), headers={"Cache-Control": "no-store"}
            )

    Step.permission = permission
    Step.__name__ = f"Webhook{name.title()}"
    decorate = extend_schema_view(
        post=describe(summary, answer=StepDone, body=body, versioned=True, operation_id=f"webhooks_{name}")
    )
    found: type[CaseworkView] = decorate(Step)
    return found


STEPS: dict[str, type[CaseworkView]] = {
    "approve": _step(
        "approve", "cases.approve_webhook", "Agree to a webhook", webhooks.approve_webhook, NoBody
    ),
    "return": _step(
        "return",
        "cases.approve_webhook",
        "Turn a proposed webhook down",
        webhooks.return_webhook,
        WebhookReason,
    ),
    "stop": _step("stop", "cases.change_webhook", "Stop a webhook", webhooks.stop_webhook, WebhookReason),
    "rotate": _step(
        "rotate", "cases.change_webhook", "Give a webhook a new secret", webhooks.rotate_secret, NoBody
    ),
}


@extend_schema_view(post=describe("Send a webhook message again", answer=StepDone, body=NoBody))
class SendMessageAgain(CaseworkView):
    permission = "cases.change_webhook"

    def post(self, request: Request, number: int) -> Response:
        self.input(NoBody)
        message = WebhookMessage.objects.select_related("webhook").filter(pk=number).first()
        if message is None:
            raise CaseNotFound
        webhooks.send_message_again(message=message, by=self.by)
        return Response(_done(message.webhook))
