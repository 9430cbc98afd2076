"""The nights a case load is asked for."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.asked import ends_before_it_begins
from audit.typed import day
from fraud.workbench.frames import Period, period_of

#: Nights chosen again where nothing else is asked for, and at most.
DAYS, MOST_DAYS = 28, 366


def asked_period(first: str, last: str) -> Period | str | None:
    """The period of two days as typed (empty: the last DAYS days); a sentence where it is none."""
    if not first and not last:
        whole = period_of()
        if whole is None:
            return None
        newest = timezone.localtime(whole.until).date()
        return period_of(newest - timedelta(days=DAYS - 1), newest)
    start, end = day(first), day(last) if last else None
    if start is None or (last and end is None):
        return _("Give the day as 2026-03-31.")
    if end is not None and end < start:
        return ends_before_it_begins(start, end)
    found = period_of(start, end)
    if found is not None and found.until <= found.after:
        return _("No claim lies in these days.")
    if found is not None and found.days > MOST_DAYS + 1:
        return _("Ask for at most %(n)s days at a time.") % {"n": MOST_DAYS}
    return found
