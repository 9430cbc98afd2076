"""Currencies by their names, original amounts a row can do without, errors of spreadsheets, versions typed as 1.0."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraud.claims.models import Claim
from tests.fraud.claims.importing.files import (
    HEADER,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    noted,
    profile,
    row,
)

pytestmark = pytest.mark.django_db


def test_a_profile_without_aliases_knows_the_names_of_currencies(tmp_path: Path) -> None:
    words = ["원", "원화", "₩", "달러", "US$", "유로", "£", "฿", "KR", "$", "¥"]
    used = profile(source_system="bare")
    file = deliver(tmp_path, csv_bytes(*(row(claim_id=word, 통화=word) for word in words)), used=used)
    assert dict(Claim.objects.values_list("external_id", "currency")) == {
        "원": "KRW", "원화": "KRW", "₩": "KRW", "달러": "USD", "US$": "USD", "유로": "EUR", "£": "GBP", "฿": "THB",
    }  # fmt: skip
    assert codes(file) == [(10, "currency_unknown"), (11, "currency_open"), (12, "currency_open")]
    assert_accounted(file)


def test_the_dollar_sign_is_the_dollar_of_a_profile_that_has_one(tmp_path: Path) -> None:
    used = profile(currency={"default": "CAD"})
    deliver(tmp_path, csv_bytes(row(통화="$", 금액="$12.50")), used=used)
    assert list(Claim.objects.values_list("currency", "amount_minor")) == [("CAD", 1250)]


ORIGINAL = [*HEADER, "original_amount", "original_currency"]


@pytest.mark.parametrize(
    ("amount", "currency", "stored", "note"),
    [
        ("10.00", "USD", (1000, "USD"), ""),
        ("US$10.00", "", (1000, "USD"), ""),
        ("10.00 EUR", "", (1000, "EUR"), ""),
        ("$10.00", "", (None, ""), "amount_sign_left_empty"),
        ("$10.00", "달라", (None, ""), "currency_left_empty"),
        ("10.00", "XXQ", (None, ""), "currency_left_empty"),
        ("¥10", "USD", (None, "USD"), "amount_sign_left_empty"),
    ],
)
def test_an_original_amount_that_cannot_be_read_costs_no_row(
    amount: str, currency: str, stored: tuple[int | None, str], note: str, tmp_path: Path
) -> None:
    rows = [row() | {"original_amount": amount, "original_currency": currency}]
    file = deliver(tmp_path, csv_text(rows, ORIGINAL).encode())
    assert (file.n_accepted, codes(file)) == (1, [])
    claim = Claim.objects.get()
    assert (claim.amount_minor, claim.original_minor, claim.original_currency or "") == (12_000, *stored)
    assert not note or note in noted(file)


def test_an_error_of_a_spreadsheet_is_no_merchant_and_costs_only_what_needs_it(tmp_path: Path) -> None:
    bad = [
        row(claim_id="C-1", 가맹점명="#N/A"),
        row(claim_id="C-2", 적요="#REF!") | {"vat": "#N/A", "settled_at": "#VALUE!"},
        row(claim_id="C-3", 적요="#1 lunch"),
        row(claim_id="C-4", 금액="#REF!"),
        row(claim_id="C-5", 사용일시="#VALUE!"),
    ]
    file = deliver(tmp_path, csv_text(bad, [*HEADER, "vat", "settled_at"]).encode())
    assert codes(file) == [(2, "cell_error"), (5, "cell_error"), (6, "cell_error")]
    assert "cell_errors_left_empty" in noted(file)
    texts = Claim.objects.order_by("external_id").values_list("purpose_text", "vat_minor")
    assert list(texts) == [("", None), ("#1 lunch", None)]
    assert_accounted(file)


@pytest.mark.parametrize("version", ["1.0", "１", " 1 ", "1.00"])
def test_a_version_is_a_whole_number_however_it_was_typed(version: str, tmp_path: Path) -> None:
    text = csv_text([row() | {"version": version}], [*HEADER, "version"])
    assert codes(deliver(tmp_path, text.encode())) == []
    assert Claim.objects.get().source_version == 1
