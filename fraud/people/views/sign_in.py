"""Signing in: password, then the second step where there is one; passwords by mail and changed; one's own sign-in page."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.socialaccount.providers.openid_connect import views as directory
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from requests import RequestException

from fraud.people.guessing import client_address, is_guessing, rested
from fraud.people.passwords import ask_for_password, keep_password, login_of_link
from rules.language.korean import with_particles

logger = logging.getLogger(__name__)
DIRECTORY = "company"  # the one directory, as the library's addresses name it


class _AnotherPassword:
    """A new password is another one: whoever changes it because it was seen would change nothing."""

    user: Any
    add_error: Any

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        chosen = data.get("new_password2")
        if chosen and self.user.check_password(chosen):
            said = _("That is the password the login has now. Choose another one.")
            self.add_error("new_password1", said)
        return data


class NewPassword(_AnotherPassword, SetPasswordForm):
    """Chosen by a link."""


class ChangedPassword(_AnotherPassword, PasswordChangeForm):
    """Chosen with the present one."""


class SignIn(LoginView):
    """The form of the sign-in page; a login with a second step is signed in only behind it."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user: Any = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        return perform_password_login(self.request, {"username": user.get_username()}, login)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_invalid(form)
        if answer.context_data["rests"]:  # type: ignore[attr-defined]
            rested(answer)
        return answer

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context = super().get_context_data(**more)
        if settings.OIDC_ISSUER:
            name = settings.OIDC_NAME or _("Company sign-in")
            context["directory"] = with_particles(_("Sign in with %(directory)s") % {"directory": name})
        if self.request.method == "POST":
            name = str(self.request.POST.get("username", ""))
            is_locked = bool(getattr(self.request, "axes_locked_out", False))  # this login from this address
            context["rests"] = is_locked or is_guessing(name, client_address(self.request))
        return context


@never_cache
@require_http_methods(["POST"])
def directory_sign_in(request: HttpRequest) -> HttpResponse:
    """Off to the company's directory; it comes back to `directory_answer`. Raises Http404 where the company has none."""
    return _with_directory(request, DIRECTORY, directory.login)


@never_cache
@require_http_methods(["GET"])
def directory_answer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the directory. Raises Http404 where the company has none."""
    return _with_directory(request, provider_id, directory.callback)


def _with_directory(request: HttpRequest, name: str, view: Any) -> HttpResponse:
    if not settings.OIDC_ISSUER or name != DIRECTORY:
        raise Http404
    try:
        answer: HttpResponse = view(request, name)
    except (RequestException, KeyError, ValueError) as error:
        logger.warning("the directory does not answer as one: %r", error)
        messages.error(
            request,
            _("The directory does not answer. Sign in with user name and password, or try again later."),
        )
        return redirect("login")
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same whether the address is known or not."""
    is_sent = request.method == "POST"
    if is_sent:
        ask_for_password(request.POST.get("email", "")[:254])
    return render(request, "registration/forgot_password.html", {"is_sent": is_sent})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose a password by a one-time link; afterwards one signs in as always."""
    user = login_of_link(uid, token)
    if user is None:
        return render(request, "registration/set_password.html", {"is_over": True}, status=410)
    form = NewPassword(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keep_password(user=user, password=form.cleaned_data["new_password1"], by_link=True)
        messages.success(request, _("The password is kept. Sign in with it."))
        return redirect("login")
    context = {"form": form, "login": user, "hints": _hints()}
    return render(request, "registration/set_password.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every other session of the login ends."""
    user: Any = request.user
    form = ChangedPassword(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keep_password(user=user, password=form.cleaned_data["new_password1"], by_link=False)
        update_session_auth_hash(request, user)
        messages.success(request, _("The password is changed. Other devices have to sign in again."))
        return redirect("mfa_index")
    context = {"form": form, "hints": _hints()}
    return render(request, "registration/change_password.html", context, status=422 if form.errors else 200)


def _hints() -> str:
    return _("At least ten characters, and none of the passwords everybody uses. A sentence is good.")
