"""The steps of a login's page, by the last part of their address: each takes the form and says what happened."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.typed import whole_number
from fraud.claims.models import AccessChange, RoleGrant, User
from fraud.people import changes
from fraud.people.inviting import invite_again
from fraud.people.leaving import drop_second_step, end_login, sign_out_everywhere
from fraud.people.views.forms import read_day, read_role
from fraud.web.refusals import number_seen

Step = Callable[[User, HttpRequest], str]


def _common(user: User, request: HttpRequest) -> dict:
    return {
        "user": user,
        "reason": request.POST.get("reason", ""),
        "by": request.actor,  # type: ignore[attr-defined]
        "seen": number_seen(request),
    }


def _give(user: User, request: HttpRequest) -> str:
    changes.propose_role(
        role=read_role(request.POST.get("role", "")),
        starts_on=read_day(request.POST, "starts_on"),
        ends_on=read_day(request.POST, "ends_on"),
        **_common(user, request),
    )
    return _("Proposed. It counts once a second person confirms it.")


def _take(user: User, request: HttpRequest) -> str:
    key = whole_number(request.POST.get("grant", ""), 15) or 0
    grant = RoleGrant.objects.filter(pk=key, user=user).first()
    if grant is None:
        raise Http404
    values = _common(user, request)
    values.pop("user")
    changes.propose_taking(grant=grant, **values)
    return _("Proposed. It counts once a second person confirms it.")


def _units(user: User, request: HttpRequest) -> str:
    changes.propose_units(units=request.POST.getlist("unit"), **_common(user, request))
    return _("Proposed. It counts once a second person confirms it.")


def _return(user: User, request: HttpRequest) -> str:
    changes.propose_return(**_common(user, request))
    return _("Proposed. It counts once a second person confirms it.")


def _end(user: User, request: HttpRequest) -> str:
    end_login(**_common(user, request))
    return _("The login has ended: its sessions and its token are gone.")


def _sign_out(user: User, request: HttpRequest) -> str:
    sign_out_everywhere(**_common(user, request))
    return _("Signed out everywhere; the token is gone.")


def _drop(user: User, request: HttpRequest) -> str:
    drop_second_step(**_common(user, request))
    return _("The second step is removed; it is set up anew at the next sign-in.")


def _again(user: User, request: HttpRequest) -> str:
    invite_again(user=user, by=request.actor, seen=number_seen(request))  # type: ignore[attr-defined]
    return _("The invitation is on its way again.")


def _change(user: User, request: HttpRequest) -> AccessChange:
    key = whole_number(request.POST.get("change", ""), 15) or 0
    found = AccessChange.objects.filter(pk=key, user=user).first()
    if found is None:
        raise Http404
    return found


def _confirm(user: User, request: HttpRequest) -> str:
    changes.confirm_change(change=_change(user, request), by=request.actor)  # type: ignore[attr-defined]
    return _("Confirmed. It holds from now.")


def _turn_down(user: User, request: HttpRequest) -> str:
    reason = request.POST.get("reason", "")
    changes.return_change(change=_change(user, request), reason=reason, by=request.actor)  # type: ignore[attr-defined]
    return pgettext("access", "Returned.")


def _withdraw(user: User, request: HttpRequest) -> str:
    changes.withdraw_change(change=_change(user, request), by=request.actor)  # type: ignore[attr-defined]
    return pgettext("access", "Taken back.")


STEPS: dict[str, Step] = {
    "give-role": _give,
    "take-role": _take,
    "units": _units,
    "return": _return,
    "end": _end,
    "sign-out": _sign_out,
    "drop-second-step": _drop,
    "invite-again": _again,
    "confirm": _confirm,
    "turn-down": _turn_down,
    "withdraw": _withdraw,
}
