"""One form for every refusal of the API: {"error": {"code", "message", "fields"?}}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.permissions import NotPermitted
from fraud.web.api_strict import first_code
from fraud.web.refusals import refusal_sentence


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into the API's answer, or None for what is a fault of ours (500)."""
    body: dict[str, Any]
    if hasattr(error, "sentence") and hasattr(error, "status"):  # a refusal that knows its own answer
        details = {"details": dict(error.details)} if error.details else {}
        body = {"code": error.code, "message": error.sentence, **details}
        return Response({"error": body}, status=error.status)
    if isinstance(error, NotPermitted):
        return Response({"error": {"code": error.code, "message": refusal_sentence(error)}}, status=403)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        body = {
            "code": first_code(error.detail),
            "message": _("Some fields are not right."),
            "fields": response.data,
        }
    elif isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response.status_code = 401
        response["WWW-Authenticate"] = "Token"
        body = {"code": "not_authenticated", "message": _("Sign in first.")}
    elif isinstance(error, Http404 | exceptions.NotFound):
        body = {"code": "not_found", "message": _("There is nothing here, or it is not yours to see.")}
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        body = {"code": "not_permitted", "message": refusal_sentence(NotPermitted("api"))}
    else:
        code = str(error.get_codes()) if isinstance(error, exceptions.APIException) else "error"
        body = {"code": code, "message": str(getattr(error, "detail", error))}
    response.data = {"error": body}
    return response
