"""Around every casework service: what changed about the claims is followed first, then one transaction holds the step."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.services import record_refusal
from audit.transactions import one_transaction
from cases.models import Case
from cases.services.following import follow_case
from cases.services.standing import hold_cases

P = ParamSpec("P")
R = TypeVar("R")


def casework(service: Callable[P, R]) -> Callable[P, R]:
    """One transaction around a service; a refusal is kept as a security event outside it and raised on.

    Changes of the case's claims that wait are followed before, in their own transaction: who acts on what they no longer
    are meets the new version, and meets it only once.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        cases = _cases_of(kwargs)
        for case in cases:
            follow_case(case)
        try:
            with one_transaction():
                hold_cases(case.pk for case in cases)
                return service(*args, **kwargs)
        except NotPermitted as refusal:
            by = kwargs.get("by")
            if isinstance(by, Actor):
                subject = getattr(refusal, "subject", "") or "config"
                record_refusal(by=by, action=refusal.action, subject=subject, code=refusal.code)
            raise

    return run


def _cases_of(arguments: dict[str, Any]) -> list[Case]:
    """The cases a service is called for: those given, else the one behind the row it is called with."""
    cases = [given for given in arguments.values() if isinstance(given, Case)]
    if cases:
        return cases
    for given in arguments.values():
        for row in (given, getattr(given, "recovery", None), getattr(given, "request", None)):
            found = getattr(row, "case", None)
            if isinstance(found, Case):
                return [found]
    return []
