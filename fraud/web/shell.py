"""What every page shares: health, language and theme."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEME_COOKIE = "theme"
ONE_YEAR_SECONDS = 365 * 24 * 3600


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive, without any data."""
    return JsonResponse({"status": "ok"})


@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Remember language and theme, for the person where signed in and in a cookie for the sign-in page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    changed = {}
    if language in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        changed["language"] = language
    user_model: Any = get_user_model()
    if theme in user_model.Theme.values:
        _remember(response, THEME_COOKIE, theme)
        changed["theme"] = theme
    if changed and request.user.is_authenticated:
        user_model.objects.filter(pk=request.user.pk).update(**changed)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    """A cookie for a year; only sent encrypted where the session's is."""
    response.set_cookie(
        name, value, max_age=ONE_YEAR_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
