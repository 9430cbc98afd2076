"""The page of people: who has what, what is proposed, who joined and who leaves; one login; inviting."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import clock
from audit.asked import asked_of
from audit.paging import capped_count, keyset_page
from audit.permissions import NotPermitted, Role
from audit.typed import whole_number
from fraud.claims.models import AccessChange, Cardholder, User
from fraud.people.changes import confirm_change
from fraud.people.inviting import invite_login
from fraud.people.joining import invitation_for, joiners
from fraud.people.leaving import leavers
from fraud.people.listing import (
    FILTERS,
    STATES,
    known_units,
    login_rows,
    logins,
    one_login,
    read_login_filters,
    waiting_changes,
    waiting_changes_count,
    words_of_states,
)
from fraud.people.refusals import AccessRefused, role_word
from fraud.people.views.forms import read_invitation
from fraud.people.views.steps import STEPS
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence

PAGE_SIZE = 50
VIEWS = ("logins", "waiting", "joiners", "leavers")


@page("fraud.view_people")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Logins with filters; proposals; people without a login; logins of people who leave."""
    words = _tab_words()
    asked = asked_of(request, *FILTERS, "view")
    view = asked.choice("view", {code: label for code, (label, _count) in words.items()}, "logins")
    context = _CONTEXTS[view](request) | _tabs(words, view)
    asked.problems += context.pop("problems", [])
    return render(request, f"fraud/people/{view}.html", context)


def _tab_words() -> dict[str, tuple[str, int | None]]:
    return {
        "logins": (pgettext("people", "Logins"), None),
        "waiting": (pgettext("people", "Proposed"), waiting_changes_count()),
        "joiners": (_("Without a login"), capped_count(joiners())),
        "leavers": (pgettext("people", "Leavers"), _leaving().count()),
    }


def _tabs(words: dict[str, tuple[str, int | None]], view: str) -> dict[str, Any]:
    return {
        "tabs": [
            {"href": f"?view={code}", "label": label, "count": count, "is_current": code == view}
            for code, (label, count) in words.items()
        ],
        "view": view,
    }


def _logins(request: HttpRequest) -> dict[str, Any]:
    condition, problems = read_login_filters(request.GET)
    found = logins(condition)
    shown = keyset_page(
        found, by="username", cursor=request.GET.get("after", ""), size=PAGE_SIZE, ascending=True
    )
    return {
        "page": shown,
        "rows": login_rows(shown.rows),
        "n": capped_count(found),
        "roles": [(role.value, role_word(role)) for role in Role],
        "states": [(code, words_of_states()[code]) for code in STATES],
        "units": known_units(),
        "chosen": {name: request.GET.get(name, "") for name in FILTERS},
        "problems": problems,
    }


def _waiting(request: HttpRequest) -> dict[str, Any]:
    return {"changes": waiting_changes(request.actor)}


def _joiners(request: HttpRequest) -> dict[str, Any]:
    found = keyset_page(joiners(), by="id", cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    return {"page": found, "rows": [(one, invitation_for(one).username) for one in found.rows]}


def _leaving() -> Any:
    """Logins of people whose last day is known and not over; what is over has ended already."""
    return logins_of_leavers().exclude(pk__in=leavers(clock.today()).values("pk"))


def logins_of_leavers() -> Any:
    """Active logins of people with a last day."""
    return leavers(date.max)


def _leavers(request: HttpRequest) -> dict[str, Any]:
    found = list(_leaving().order_by("username")[:200])
    return {"rows": [(row, one_login(row.user, request.actor).last_day) for row in login_rows(found)]}


_CONTEXTS = {"logins": _logins, "waiting": _waiting, "joiners": _joiners, "leavers": _leavers}


@page("fraud.view_people")
@require_GET
def person(request: HttpRequest, login_id: int) -> HttpResponse:
    """One login with everything it has."""
    return show_login(request, login_id)


def show_login(request: HttpRequest, login_id: int, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a login, after a refused step with its reason and what was typed."""
    user = get_object_or_404(User, pk=login_id)
    context = {
        "login": user,
        "one": one_login(user, request.actor),
        "state_words": words_of_states(),
        "roles": [(role.value, role_word(role)) for role in Role if role != Role.DATA_CLIENT],
        "units": known_units(),
        "typed": request.POST,
        "today": clock.today().isoformat(),
    }
    return render(request, "fraud/people/person.html", context | more, status=status)


@page("fraud.manage_people", "fraud.approve_access")
@require_POST
def step(request: HttpRequest, login_id: int, name: str) -> HttpResponse:
    """A step on a login; a refusal shows the page again with its reason."""
    user = get_object_or_404(User, pk=login_id)
    taken = STEPS.get(name)
    if taken is None:
        raise Http404
    try:
        messages.success(request, taken(user, request))
    except AccessRefused as error:
        return show_login(request, login_id, status=error.status, problem=error.sentence, failed=name)
    target = "fraud:people" if request.POST.get("back") == "waiting" else ""
    if target:
        return redirect("/people/?view=waiting")
    return redirect("fraud:person", login_id=login_id)


@page("fraud.manage_people")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """The form of an invitation, filled in for a joiner; what is wrong stands beside its field."""
    if request.method == "POST":
        try:
            wanted, reason = read_invitation(request.POST)
            user = invite_login(wanted=wanted, reason=reason, by=request.actor)
        except AccessRefused as error:
            return _show_invite(request, status=error.status, problem=error.sentence, field=error.field)
        messages.success(request, _("Invited. The mail is on its way; the roles wait for a second person."))
        return redirect("fraud:person", login_id=user.pk)
    return _show_invite(request)


def _show_invite(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    key = whole_number(request.GET.get("joiner", ""), 15)
    joiner = joiners().filter(pk=key).first() if key else None
    context = {
        "roles": [(role.value, role_word(role)) for role in Role if role != Role.DATA_CLIENT],
        "chosen_roles": request.POST.getlist("role") or (["cardholder"] if joiner else []),
        "typed": request.POST or (vars_of(joiner) if joiner else {}),
    }
    return render(request, "fraud/people/invite.html", context | more, status=status)


def vars_of(joiner: Cardholder) -> dict[str, str]:
    """What the form is filled with for a joiner."""
    wanted = invitation_for(joiner)
    return {
        "username": wanted.username,
        "email": wanted.email,
        "employee_no": wanted.employee_no,
        "given": wanted.given,
        "reason": _("Joined, by the personnel feed"),
    }


@page("fraud.manage_people")
@require_POST
def invite_joiners(request: HttpRequest) -> HttpResponse:
    """Invite the chosen people as cardholders; each refusal is told, the others are invited."""
    keys = [key for text in request.POST.getlist("joiner")[:PAGE_SIZE] if (key := whole_number(text, 15))]
    n = 0
    for one in joiners().filter(pk__in=keys):
        try:
            invite_login(wanted=invitation_for(one), reason="joined, by the personnel feed", by=request.actor)
            n += 1
        except AccessRefused as error:
            messages.error(request, f"{one}: {error.sentence}")
    if n:
        messages.success(request, _("%(n)d invited. Their roles wait for a second person.") % {"n": n})
    elif not keys:
        messages.error(request, _("Choose whom to invite."))
    return redirect("/people/?view=joiners")


@page("fraud.approve_access")
@require_POST
def confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm the chosen proposals; each refusal is told, the others hold."""
    keys = [key for text in request.POST.getlist("change")[:200] if (key := whole_number(text, 15))]
    n = 0
    for change in AccessChange.objects.filter(pk__in=keys).select_related("user").order_by("pk"):
        try:
            confirm_change(change=change, by=request.actor)
            n += 1
        except (AccessRefused, NotPermitted) as error:
            said = error.sentence if isinstance(error, AccessRefused) else refusal_sentence(error)
            messages.error(request, f"{change.user.username}: {said}")
    if n:
        messages.success(request, _("%(n)d confirmed. They hold from now.") % {"n": n})
    elif not keys:
        messages.error(request, _("Choose what to confirm."))
    return redirect("/people/?view=waiting")
