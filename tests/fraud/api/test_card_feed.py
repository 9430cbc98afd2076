"""A card feed whose connection is cut again and again: every claim arrives once, and the deliveries account for every row."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import urlsplit

import pytest

from audit.actor import Actor
from cases.models import IdempotencyRecord
from docs.examples import card_feed
from fraud.claims.accounts import create_account
from fraud.claims.models import Claim, ClaimFile
from tests.benchmarks.feed import Cut, rows

SEED = 12


@pytest.mark.django_db(transaction=True)
def test_a_feed_that_is_cut_at_random_delivers_every_claim_once(
    live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_feed, "BATCH", 10)
    monkeypatch.setattr(Cut, "draw", random.Random(SEED), raising=False)
    monkeypatch.setattr(Cut, "share", 0.5)
    monkeypatch.setattr(Cut, "cuts", dict.fromkeys(Cut.cuts, 0))
    _account, token = create_account(name="feed", scopes=["claims:deliver"], by=Actor.system("tests"))
    place = urlsplit(live_server.url)
    feed = card_feed.Feed(
        live_server.url, token, connect=lambda: Cut(str(place.hostname), place.port, timeout=60)
    )
    sums = feed.send(rows(60), name=f"feed-{SEED:06}")
    print(f"seed {SEED}: {sums}, cut {Cut.cuts}")
    assert all(Cut.cuts.values()), "both ways of cutting were drawn"
    assert (sums.rows, sums.batches) == (60, 6)
    assert sums.accepted + sums.duplicate == 60
    assert {one.external_id: one.amount_minor for one in Claim.objects.all()} == {
        f"FEED-{i:07}": 10_000 + i for i in range(60)
    }
    for file in ClaimFile.objects.all():
        assert file.n_rows == file.n_accepted + file.n_duplicate + file.n_superseding + file.n_rejected
    assert IdempotencyRecord.objects.filter(status=200).count() == 6
