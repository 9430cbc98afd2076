"""One form for every refusal of the API: problem details (RFC 9457) with a stable `code`, and what helps to do better."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.keeping import kept
from audit.permissions import NotPermitted
from fraud.web.api_says import by_path, first_code
from fraud.web.refusals import refusal_sentence

PROBLEM: Final = "application/problem+json"
#: What kind of refusal it is, the same for all of a status; `detail` says what is to be done.
_TITLES: Final[Mapping[int, Any]] = {
    400: pgettext_lazy("kind of refusal", "Not understood"),
    401: pgettext_lazy("kind of refusal", "Not signed in"),
    403: pgettext_lazy("kind of refusal", "Not permitted"),
    404: pgettext_lazy("kind of refusal", "Nothing here"),
    405: pgettext_lazy("kind of refusal", "Not a way to ask"),
    406: pgettext_lazy("kind of refusal", "No such form of answer"),
    409: pgettext_lazy("kind of refusal", "Not as it stands now"),
    411: pgettext_lazy("kind of refusal", "Length missing"),
    413: pgettext_lazy("kind of refusal", "Too large"),
    415: pgettext_lazy("kind of refusal", "Not a form that is read"),
    422: pgettext_lazy("kind of refusal", "Content not right"),
    428: pgettext_lazy("kind of refusal", "Version missing"),
    429: pgettext_lazy("kind of refusal", "Too often"),
    503: pgettext_lazy("kind of refusal", "Not now"),
    507: pgettext_lazy("kind of refusal", "No room"),
}


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a refusal; of `more` (`fields`, `facts`) what holds something. A number that was typed is not repeated in full."""
    title = str(_TITLES[status]) if status in _TITLES else HTTPStatus(status).phrase
    head = {"type": f"urn:cleancard:problem:{code}", "title": title, "status": status}
    said = {"detail": detail, **{name: value for name, value in more.items() if value}}
    return {**head, "code": code, **kept(said)}


def refuse(status: int, code: str, detail: str, **more: Any) -> Response:
    """The same as an answer."""
    return Response(problem(status, code, detail, **more), status=status, content_type=PROBLEM)


def is_refusal(error: Exception) -> bool:
    """Whether it is an answer to the caller, not a fault of ours."""
    known = (NotPermitted, exceptions.APIException, Http404, PermissionDenied)
    return isinstance(error, known) or _knows_its_answer(error)


def _knows_its_answer(error: Exception) -> bool:
    return hasattr(error, "sentence") and hasattr(error, "status")


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into the API's answer, or None for what is a fault of ours (500)."""
    if _knows_its_answer(error):
        known: Any = error
        problems = getattr(known, "problems", None)
        told = problems.items() if isinstance(problems, Mapping) else ()
        by_field = {name: [said] for name, said in told if name}
        facts = dict(known.details or {})
        answered = refuse(known.status, known.code, known.sentence, fields=by_field, facts=facts)
        if wait := getattr(known, "retry_after", 0):
            answered["Retry-After"] = str(wait)
        return answered
    if isinstance(error, NotPermitted):
        return refuse(403, error.code, refusal_sentence(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    fields: Any = None
    if isinstance(error, exceptions.ValidationError):
        code, detail = first_code(error.detail), _("Some fields are not right.")
        fields = by_path(error.detail)
    elif isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response.status_code = 401
        response["WWW-Authenticate"] = "Token"
        code, detail = "not_authenticated", _("Sign in first.")
    elif isinstance(error, Http404 | exceptions.NotFound):
        code, detail = "not_found", _("There is nothing here, or it is not yours to see.")
    elif str(getattr(error, "detail", "")).startswith("CSRF Failed"):
        code, detail = "csrf", _("Send the CSRF token of your session, or a token of a service account.")
    elif isinstance(error, exceptions.ParseError):
        code, detail = "parse_error", _("The body cannot be read as its Content-Type says.")
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        code, detail = "not_permitted", refusal_sentence(NotPermitted("api"))
    else:
        code = str(error.get_codes()) if isinstance(error, exceptions.APIException) else "error"
        detail = str(getattr(error, "detail", error))
    response.data = problem(response.status_code, code, detail, fields=fields)
    response.content_type = PROBLEM
    return response
