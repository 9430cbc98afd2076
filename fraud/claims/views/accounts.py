"""Service accounts: which programs there are, what their tokens may do and until when; a new one, a new token, none any more."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.permissions import NotPermitted, Role
from audit.typed import whole_number
from fraud.claims.accounts import (
    DAYS,
    MAX_DAYS,
    OVERLAP,
    SCOPES,
    AccountNotValid,
    TokenMoved,
    create_account,
    days_of,
    issue_token,
    revoke_tokens,
    token_seen,
    token_state,
)
from fraud.claims.identity import holders_of
from fraud.claims.models import ServiceToken, User
from fraud.web.access import page
from fraud.web.refusals import number_seen, refusal_sentence

SHOWN_TOKENS = 3


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token with its state: living, expiring (within two weeks), ended, revoked."""

    token: ServiceToken
    state: str
    rights: list[str]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A program and its newest tokens."""

    user: User
    tokens: list[TokenRow]
    is_living: bool
    seen: int
    days: str | int  # that a new token is offered: as long as the last one, or what was typed
    is_wrong: bool = False


def account_rows(wrong: str = "", typed: str = "") -> list[AccountRow]:
    """Every program, by name; `wrong`: the one whose new token was refused for the days that were typed."""
    rows = []
    for user in holders_of(Role.DATA_CLIENT).prefetch_related("tokens").order_by("username"):
        tokens = [_row(token) for token in user.tokens.all()[:SHOWN_TOKENS]]
        is_living = any(one.state in ("living", "expiring") for one in tokens)
        is_wrong = user.username == wrong
        days = typed if is_wrong else days_of(tokens[0].token if tokens else None)
        rows.append(AccountRow(user, tokens, is_living, token_seen(user), days, is_wrong))
    return rows


def _row(token: ServiceToken) -> TokenRow:
    rights = [str(SCOPES[scope][1]) for scope in token.scopes if scope in SCOPES]
    return TokenRow(token, token_state(token), rights)


@page("fraud.view_accounts")
@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _show(request)


@page("fraud.change_accounts")
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """A new program with its first token, which this answer alone shows."""
    try:
        user, token = create_account(
            name=request.POST.get("name", ""),
            scopes=request.POST.getlist("scopes"),
            days=whole_number(request.POST.get("days", "")) or 0,
            by=request.actor,
        )
    except AccountNotValid as error:
        return _show(request, status=422, refusal=str(error), wrong=error.field, typed=request.POST)
    return _show(request, token=token, token_of=user)


@page("fraud.change_accounts")
@require_POST
def step(request: HttpRequest, username: str, name: str) -> HttpResponse:
    """`rotate`: a new token, good for `days` or as long as the last one, beside the old one, which ends a day later; `revoke`: no token any more, at once."""
    user = get_object_or_404(holders_of(Role.DATA_CLIENT), username=username)
    about = {"user": user, "by": request.actor, "seen": number_seen(request)}
    try:
        if name == "rotate":
            typed = request.POST.get("days", "").strip()
            days = (whole_number(typed) or 0) if typed else None
            token = issue_token(**about, overlap=OVERLAP, days=days)
            return _show(request, token=token, token_of=user, is_new=True)
        if name != "revoke":
            raise Http404
        revoke_tokens(**about)
    except AccountNotValid as error:
        rows = account_rows(user.username, request.POST.get("days", ""))
        return _show(request, status=422, refusal=str(error), rows=rows)
    except TokenMoved as error:
        return _show(request, status=409, refusal=str(error))
    except NotPermitted as error:
        return _show(request, status=403, refusal=refusal_sentence(error))
    messages.success(request, _("Revoked. The program is refused from now on."))
    return redirect("fraud:accounts")


def _show(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    typed = more.pop("typed", None)
    chosen = typed.getlist("scopes") if typed is not None else list(SCOPES)
    context = {
        "rows": more.pop("rows", None) or account_rows(),
        "offered": [(code, words, code in chosen) for code, (_action, words) in SCOPES.items()],
        "days": typed.get("days") if typed is not None else DAYS,
        "most": MAX_DAYS,
        "typed": typed or {},
        **more,
    }
    response = render(request, "fraud/connections/accounts.html", context, status=status)
    if "token" in more:
        response.headers["Cache-Control"] = "no-store"
    return response
