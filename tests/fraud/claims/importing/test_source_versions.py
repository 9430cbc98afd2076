"""Versions counted by the delivering system: the newest holds, in whatever order they arrive."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from fraud.claims.models import Claim
from tests.fraud.claims.importing.files import GOOD, HEADER, assert_accounted, codes, csv_text, deliver, noted

pytestmark = pytest.mark.django_db


def content(*versions: tuple[str, int]) -> bytes:
    rows = [{**GOOD, "version": version, "금액": str(amount)} for version, amount in versions]
    return csv_text(rows, [*HEADER, "version"]).encode()


@pytest.mark.parametrize("order", list(permutations([("1", 1000), ("2", 2000), ("10", 3000)])))
@pytest.mark.parametrize("together", [True, False])
def test_the_newest_version_holds_in_whatever_order_versions_arrive(
    order: tuple[tuple[str, int], ...], together: bool, tmp_path: Path
) -> None:
    files = [deliver(tmp_path, content(*part)) for part in ([order] if together else [[v] for v in order])]
    claim = Claim.objects.get()
    assert (claim.amount_minor, claim.source_version) == (3000, 10)
    for file in files:
        assert codes(file) == []
        assert_accounted(file)


def test_an_older_version_after_a_newer_one_is_noted(tmp_path: Path) -> None:
    deliver(tmp_path, content(("2", 2000)))
    file = deliver(tmp_path, content(("1", 1000)))
    assert (file.n_duplicate, file.n_superseding) == (1, 0)
    assert "older_versions" in noted(file)


def test_one_version_that_says_two_things_is_refused(tmp_path: Path) -> None:
    file = deliver(tmp_path, content(("1", 1000), ("2", 2000), ("2", 2500)))
    assert codes(file) == [(line, "id_conflict") for line in (2, 3, 4)]
    assert not Claim.objects.exists()
