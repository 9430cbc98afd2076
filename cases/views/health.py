"""Is it ready, how is it: for a load balancer, for Prometheus, for the administrator."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.pages.health import LEVELS, health_rows, prometheus
from cases.services.health import READY, find_health, not_ready, worst
from fraud.web.access import page

#: Whoever passes a request on says so in one of these: then the nearest address is not the caller's.
_PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where work can be taken on, 503 with what keeps it from that; names only, no data."""
    facts = find_health()
    stopping = {fact.code for fact in not_ready(facts)}
    checks = {
        fact.code: "bad" if fact.code in stopping else "ok"
        for fact in facts
        if fact.code in READY and fact.value is not None
    }
    return JsonResponse(
        {"status": "not ready" if stopping else "ready", "checks": checks}, status=503 if stopping else 200
    )


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The facts for Prometheus; 404 for everybody else, as for a page that does not exist."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(prometheus(find_health()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever shows it; without it only a program of this machine that speaks to us directly."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(name in request.META for name in _PASSED_ON):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket file has no address
        return False


@page("cases.view_health")
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """The same facts in words, what needs somebody first."""
    facts = find_health()
    word, tag = LEVELS[worst(facts)]
    return render(
        request,
        "cases/health/page.html",
        {"rows": health_rows(facts, request.actor), "word": word, "tag": tag},
    )
