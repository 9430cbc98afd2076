"""Webhooks: proposed, agreed to, stopped, given a new secret; messages that did not arrive are sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.permissions import NotPermitted
from cases.models import Webhook, WebhookMessage
from cases.pages.webhooks import stuck_messages, webhook_rows
from cases.services import errors, webhooks
from cases.services.webhooks import EVENTS
from cases.views.actions import sentence_of, status_of, version_seen
from fraud.web.access import page


@page("cases.view_webhook")
@require_GET
def webhook_list(request: HttpRequest) -> HttpResponse:
    """All addresses and what did not arrive."""
    return _show(request)


@page("cases.change_webhook")
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose an address; its secret is shown by this answer and never again."""
    text = {name: request.POST.get(name, "") for name in ("name", "url", "reason")}
    try:
        row, secret = webhooks.propose_webhook(
            **text, events=request.POST.getlist("events"), by=request.actor
        )  # type: ignore[attr-defined]
    except errors.CaseworkError as error:
        return _show(
            request,
            status=error.status,
            refusal=error.sentence,
            wrong=getattr(error, "field", ""),
            typed=request.POST,
        )
    return _show(request, secret=secret, secret_of=row)


@page("cases.change_webhook", "cases.approve_webhook")
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """approve, return, stop, rotate; a refusal shows the list with its reason."""
    row = get_object_or_404(Webhook, pk=pk)
    asked: dict[str, Any] = {"webhook": row, "by": request.actor, "expected_version": version_seen(request)}  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    try:
        if name == "approve":
            webhooks.approve_webhook(**asked)
            said = _("Agreed. From now on it is told.")
        elif name == "return":
            webhooks.return_webhook(**asked, reason=reason)
            said = _("Returned.")
        elif name == "stop":
            webhooks.stop_webhook(**asked, reason=reason)
            said = _("Stopped. Nothing is sent there any more.")
        elif name == "rotate":
            return _show(request, secret=webhooks.rotate_secret(**asked), secret_of=row, is_new=True)
        else:
            raise Http404
    except (errors.CaseworkError, NotPermitted) as error:
        return _show(request, status=status_of(error), refusal=sentence_of(error), refused=pk)
    messages.success(request, said)
    return redirect("cases:webhooks")


@page("cases.change_webhook")
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a message that was given up leave with the next sweep."""
    message = get_object_or_404(WebhookMessage.objects.select_related("webhook"), pk=pk)
    try:
        webhooks.send_message_again(message=message, by=request.actor)  # type: ignore[attr-defined]
    except errors.CaseworkError as error:
        return _show(request, status=error.status, refusal=error.sentence)
    messages.success(request, _("The message leaves with the next sweep."))
    return redirect("cases:webhooks")


def _show(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    typed = more.pop("typed", None)
    chosen = typed.getlist("events") if typed is not None else []  # type: ignore[attr-defined]
    context = {
        "rows": webhook_rows(by),
        "stuck": list(stuck_messages()),
        "offered": [(code, word, code in chosen) for code, word in EVENTS.items()],
        "typed": typed or {},
        **more,
    }
    response = render(request, "cases/webhooks/page.html", context, status=status)
    if "secret" in more:
        response.headers["Cache-Control"] = "no-store"
    return response
