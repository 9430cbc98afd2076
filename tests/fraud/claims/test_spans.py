"""From when until when claims go and how many there are, against a walk over every claim and its versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fraud.claims.models import Claim, ClaimVersion
from fraud.claims.spans import known_span, n_known_after
from tests.cast import correct_claim, make_claim

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, tzinfo=UTC)


def days_known(known_by: datetime) -> list[datetime]:
    found = []
    for claim in Claim.objects.all():
        rows = [*ClaimVersion.objects.filter(claim=claim, superseded_at__gt=known_by), claim]
        found += [row.transacted_at for row in rows if row.received_at <= known_by]
    return sorted(found)


def test_spans_and_counts_are_those_of_what_was_known() -> None:
    claims = [
        make_claim(transacted_at=AT + timedelta(days=i), received_at=AT + timedelta(days=2 * i))
        for i in range(90)
    ]
    for i in (0, 3, 80):
        correct_claim(
            claims[i], received_at=AT + timedelta(days=170 + i), transacted_at=AT + timedelta(days=100 + i)
        )
    for day in (-1, 0, 1, 50, 172, 179, 400):
        known_by = AT + timedelta(days=day)
        known = days_known(known_by)
        assert known_span(known_by) == ((known[0], known[-1]) if known else (None, None)), day
        for later in (-5, 10, 79, 120):
            after = AT + timedelta(days=later)
            assert n_known_after(known_by, after) == sum(at > after for at in known)
