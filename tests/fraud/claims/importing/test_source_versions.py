"""Versions counted by the delivering system: the newest holds, in whatever order they arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from fraud.claims.models import Claim, ClaimFile
from fraud.claims.reading import read_many_claims
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


# What cannot be put in order ----------------------------------------------------------------------------------------


def test_a_version_that_is_no_number_refuses_its_row(tmp_path: Path) -> None:
    file = deliver(tmp_path, content(("v2", 2000)))
    assert codes(file) == [(2, "number_not_valid")]
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    ("version", "amount", "expected"),
    [("", 1500, "version_missing"), ("2", 1500, "version_conflict"), ("2", 1000, None)],
)
def test_a_row_that_cannot_be_put_in_the_order_of_versions_is_refused_and_changes_nothing(
    version: str, amount: int, expected: str | None, tmp_path: Path
) -> None:
    deliver(tmp_path, content(("2", 1000)))
    file = deliver(tmp_path, content((version, amount)), name="again.csv")
    assert codes(file) == ([(2, expected)] if expected else [])
    assert_accounted(file)
    claim = Claim.objects.get()
    assert (claim.amount_minor, claim.source_version, claim.version) == (1000, 2, 1)


def test_a_first_version_after_rows_without_one_is_newer(tmp_path: Path) -> None:
    deliver(tmp_path, content(("", 1000)))
    deliver(tmp_path, content(("1", 1500)))
    claim = Claim.objects.get()
    assert (claim.amount_minor, claim.source_version) == (1500, 1)


# A later version that takes the payment back --------------------------------------------------------------------------

CANCELLED = [*HEADER, "version", "txn_type", "paid_at", "cancelled_at"]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("txn_type", ["취소", ""])
@pytest.mark.parametrize("amount", ["12000", "-12000"])
def test_a_later_version_that_is_cancelled_finds_its_payment_and_the_rule_sees_that_it_was_paid_before(
    together: bool, txn_type: str, amount: str, tmp_path: Path
) -> None:

    paid = {"version": "1", "금액": "12000", "paid_at": "2026-03-03"}
    back = {
        "version": "2",
        "금액": amount,
        "paid_at": "2026-03-03",
        "cancelled_at": "2026-03-05",
        "txn_type": txn_type,
    }
    rows = [{**GOOD, **paid}, {**GOOD, **back}]
    for part in [rows] if together else [[each] for each in rows]:
        file = deliver(tmp_path, csv_text(part, CANCELLED).encode())
        assert "cancellations_open" not in noted(file)
    assert not Claim.objects.filter(amount_minor__lt=0, original_claim=None).exists()
    payment = Claim.objects.get(amount_minor__gt=0)
    told = read_many_claims(datetime(2026, 12, 1, tzinfo=UTC)).filter(pl.col("claim_id") == payment.pk)
    assert told["cancelled_at"].item() > told["paid_at"].item()


# Corrected under another id -------------------------------------------------------------------------------------------


def renamed(*rows: tuple[str, str, int]) -> bytes:
    """(id, id it supersedes, amount)."""
    found = [{**GOOD, "claim_id": own, "supersedes": old, "금액": str(amount)} for own, old, amount in rows]
    return csv_text(found, [*HEADER, "supersedes"]).encode()


CHAIN = [("C-1", "", 1000), ("C-2", "C-1", 2000), ("C-3", "C-2", 3000)]


@pytest.mark.parametrize("order", list(permutations(CHAIN)))
def test_a_claim_corrected_under_new_ids_is_one_claim_with_the_last_word_in_whatever_order(
    order: tuple[tuple[str, str, int], ...], tmp_path: Path
) -> None:
    """The middle one, come last, is refused where what it joins are two claims by then."""
    files = [deliver(tmp_path, renamed(one), name=f"{n}.csv") for n, one in enumerate(order)]
    for file in files:
        assert_accounted(file)
    refused = [code for file in files for _, code in codes(file)]
    if order[-1][0] == "C-2":
        assert (refused, Claim.objects.count()) == (["supersedes_late"], 2)
        return
    assert refused == []
    assert Claim.objects.get().amount_minor == 3000
    again = [deliver(tmp_path, renamed(one), name=f"again{n}.csv") for n, one in enumerate(order)]
    assert [file.n_superseding + file.n_accepted for file in again] == [
        file.n_superseding + file.n_accepted for file in files
    ]
    assert Claim.objects.get().amount_minor == 3000


def test_a_chain_in_one_file_and_again_is_one_claim(tmp_path: Path) -> None:
    first = deliver(tmp_path, renamed(*CHAIN))
    assert (first.n_accepted, first.n_duplicate) == (1, 2)
    again = deliver(tmp_path, renamed(*reversed(CHAIN)), name="again.csv")
    assert (again.n_accepted, again.n_superseding) == (0, 0)
    assert Claim.objects.get().amount_minor == 3000


@pytest.mark.parametrize(("old", "new"), [("1", ""), ("3", ""), ("3", "1"), ("1", "1"), ("", "1"), ("", "")])
def test_the_next_id_of_a_claim_counts_its_versions_anew(old: str, new: str, tmp_path: Path) -> None:
    """Systems that correct under a new id begin it with version 1, or with none."""

    def delivered(own: str, supersedes: str, version: str, amount: int) -> ClaimFile:
        row = {**GOOD, "claim_id": own, "supersedes": supersedes, "version": version, "금액": str(amount)}
        content = csv_text([row], [*HEADER, "supersedes", "version"]).encode()
        return deliver(tmp_path, content, name=f"{own}{amount}.csv")

    delivered("C-1", "", old, 1000)
    second = delivered("C-2", "C-1", new, 2000)
    assert (second.n_superseding, codes(second)) == (1, [])
    assert Claim.objects.get().amount_minor == 2000
    third = delivered("C-2", "C-1", "2", 3000)  # its own versions are in their order
    assert (third.n_superseding, Claim.objects.get().amount_minor) == (1, 3000)
    late = delivered("C-1", "", "9", 9000)  # the old id is over, whatever it counts
    assert (late.n_duplicate, Claim.objects.get().amount_minor) == (1, 3000)


FACTS = ["claim_id", "version", "supersedes", "금액", "거래구분", "승인번호"]
#: Three deliveries: payments, their corrections (one cancelled, one under a new id), and the cancellation of a correction.
DELIVERED = [
    [("A1", "1", "", "10000", "승인", "111"), ("A2", "1", "", "20000", "승인", "112"), ("A3", "1", "", "30000", "승인", "113")],
    [("A1", "2", "", "12000", "승인", "111"), ("A2", "2", "", "-20000", "취소", "112"), ("B3", "1", "A3", "33000", "승인", "113")],
    [("A1", "3", "", "-12000", "취소", "111")],
]  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_deliveries_that_correct_and_cancel_end_at_the_same_sums_in_whatever_order(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    header = [*HEADER, "version", "supersedes", "거래구분"]
    for number in order:
        rows = [{**GOOD, **dict(zip(FACTS, values, strict=True))} for values in DELIVERED[number]]
        file = deliver(tmp_path, csv_text(rows, header).encode(), name=f"{number}.csv")
        assert_accounted(file)
        assert codes(file) == []
    known = read_many_claims(datetime(2027, 1, 1, tzinfo=UTC)).filter(pl.col("amount_minor") > 0)
    left = {row["external_id"]: (row["amount_minor"], row["net_minor"]) for row in known.to_dicts()}
    under = "A3" if order.index(0) < order.index(1) else "B3"  # a claim is known by the id that came first
    assert left == {"A1": (12_000, 0), "A2": (20_000, 0), under: (33_000, 33_000)}


# What supersedes what, within one file --------------------------------------------------------------------------------


def chain(*rows: tuple[str, str]) -> bytes:
    """(id, the id it supersedes), each with an amount of its own."""
    told = [
        {**GOOD, HEADER[0]: own, "supersedes": old, "금액": str(1000 * n)}
        for n, (own, old) in enumerate(rows, start=1)
    ]
    return csv_text(told, [*HEADER, "supersedes"]).encode()


@pytest.mark.parametrize("order", list(permutations([("T3", "T2"), ("T2", "T1"), ("T1", "")])))
def test_of_rows_that_supersede_one_another_the_last_holds(
    order: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    file = deliver(tmp_path, chain(*order))
    assert (file.n_accepted, file.n_duplicate, codes(file)) == (1, 2, [])
    assert {"identifiers_older"} == noted(file) & {"identifiers_older", "identifiers_repeated"}
    assert Claim.objects.get().amount_minor == 1000 * (order.index(("T3", "T2")) + 1)


def test_rows_that_supersede_each_other_in_a_ring_are_refused_and_others_are_not(tmp_path: Path) -> None:
    file = deliver(tmp_path, chain(("P1", "P3"), ("P2", "P1"), ("P3", "P2"), ("Q1", "")))
    assert codes(file) == [(line, "supersedes_ring") for line in (2, 3, 4)]
    assert (file.n_accepted, file.n_duplicate) == (1, 0)
    assert_accounted(file)


def test_two_rows_that_supersede_the_same_claim_are_refused_and_it_stays(tmp_path: Path) -> None:
    file = deliver(tmp_path, chain(("T2", "T1"), ("T3", "T1"), ("T1", "")))
    assert codes(file) == [(2, "supersedes_conflict"), (3, "supersedes_conflict")]
    assert [claim.external_id for claim in Claim.objects.all()] == ["T1"]
    assert_accounted(file)
