"""A request id for every request, carried into audit entries and answered in a header; refusals become a 403 page."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.defaults import permission_denied

from audit.permissions import NotPermitted


def request_identity(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return permission_denied(request, error) if isinstance(error, NotPermitted) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
