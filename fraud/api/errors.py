"""One form for every refusal of the API: {"error": {"code", "message", "fields"?}}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.permissions import NotPermitted


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into the API's answer, or None for what is a fault of ours (500)."""
    if isinstance(error, NotPermitted):
        return Response({"error": {"code": error.code, "message": _("You may not do this.")}}, status=403)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        body: dict[str, Any] = {
            "code": "invalid",
            "message": _("Some fields are not right."),
            "fields": response.data,
        }
    elif isinstance(error, Http404 | exceptions.NotFound):
        body = {"code": "not_found", "message": _("There is nothing here, or it is not yours to see.")}
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        body = {"code": "not_permitted", "message": _("You may not do this.")}
    else:
        code = getattr(error, "default_code", "error")
        body = {"code": code, "message": str(getattr(error, "detail", error))}
    response.data = {"error": body}
    return response
