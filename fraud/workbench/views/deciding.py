"""A proposed change is agreed to or returned by a second person: one way for lists, parameters, the policy and the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from audit.permissions import NotPermitted
from fraud.web.refusals import refusal_sentence
from rules.exceptions import RuleServiceError


def decide(
    request: HttpRequest,
    *,
    is_agreed: bool | None,
    agree: Callable[[], str],
    turn_down: Callable[[], Any],
    show: Callable[..., HttpResponse],
    to: Callable[[], str],
) -> HttpResponse:
    """`agree` does it and says what holds now; `show(request, status=…, refusal=…)` is the page a refusal is told on, `to` where it leads.

    Raises Http404 for a step that is neither (None).
    """
    try:
        if is_agreed is None:
            raise Http404
        if is_agreed:
            messages.success(request, agree())
        else:
            turn_down()
            messages.success(request, _("The proposal was returned."))
    except NotPermitted as error:
        return show(request, status=403, refusal=refusal_sentence(error))
    except RuleServiceError as error:
        return show(request, status=error.status, refusal=str(error))
    return redirect(to())
