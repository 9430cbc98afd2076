"""Hits are counted for each version, shadow ones too, beside what became known of the claims."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actor import Actor
from fraud.claims.labels import NewLabel, add_label
from fraud.workbench.rule_hits import VersionHits, hits_by_version
from tests.cast import make_claim, make_hit, make_rule_version, make_run

pytestmark = pytest.mark.django_db


def test_each_version_counts_its_claims_once_and_what_became_known_of_them() -> None:
    now = timezone.now()
    active, shadow = make_rule_version("A01"), make_rule_version("A02")
    first, second = (make_run(started_at=now - timedelta(days=n)) for n in (1, 2))
    long_ago = make_run(started_at=now - timedelta(days=120))
    claims = [make_claim(received_at=now) for _ in range(4)]
    for claim in claims[:3]:
        make_hit(claim=claim, run=first, rule_version=active)
    make_hit(claim=claims[0], run=second, rule_version=active)  # judged again: still one claim
    make_hit(claim=claims[3], run=long_ago, rule_version=active)
    for claim in claims[:2]:
        make_hit(claim=claim, run=first, rule_version=shadow, is_shadow=True)
    for claim, verdict in ((claims[0], True), (claims[1], False)):
        add_label(label=NewLabel(claim.pk, verdict, "review", now), by=Actor.system("test"))
    found = hits_by_version()
    assert found == {active.pk: VersionHits(3, 2, 1), shadow.pk: VersionHits(2, 2, 1)}
    assert found[shadow.pk].precision == 0.5
    assert hits_by_version(rule_code="A02") == {shadow.pk: VersionHits(2, 2, 1)}
