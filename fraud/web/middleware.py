"""Language of the signed-in person, else the cookie, else what the browser asks for; and addresses of pages that say a thing twice."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from audit.asked import readable, slips

SUPPORTED = {code for code, _ in settings.LANGUAGES}


def language_of_user(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or getattr(request.user, "language", "")
        if chosen not in SUPPORTED:
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response

    return middleware


def plain_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """No page is asked for a control character, and one whose address gives a thing twice says so; the interface refuses both itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.GET and not request.path_info.startswith("/api/") and (wrong := slips(request.GET)):
            request.GET = readable(request.GET)  # type: ignore[assignment]
            request.not_understood = [said for _code, said in wrong.values()]  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
