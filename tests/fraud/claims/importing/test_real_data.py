"""Public claim files as they really are; each figure is counted a second time with the standard library."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.services import import_claim_file
from fraud.claims.models import Cardholder, Claim, ClaimFile, Label, Merchant
from tests.fraud.claims.importing.files import BY, assert_accounted, workbook_bytes
from tests.shared_data import shared_file

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
TORONTO = [
    "2011__PCardExpenses_201101_Final_-_PCard_Expenses_January_2011.csv.gz",
    "2013__PCardExpenses_201304_Final_-_PCard_Expenses_042013_Final.csv.gz",
    "2014__PCardExpenses_201401_Final_-_PCard_Expenses_012014_FINAL.csv.gz",
    "2017__PCard_Expenses_201706_-_PCard_Expenses_062017_Final.csv.gz",
]
BIRMINGHAM = "birmingham_pcard/transactions_2014_2018.parquet"


def load(path: Path, preset: str, name: str = "") -> ClaimFile:
    file = import_claim_file(path=path, name=name or path.name, profile=get_profile(preset), by=BY)
    assert file.state == "imported", file.error
    assert_accounted(file)
    return file


@pytest.mark.parametrize("name", TORONTO)
def test_a_raw_monthly_file_gives_its_transactions_and_nothing_else(name: str) -> None:
    path = shared_file(f"toronto_pcard/raw_samples/{name}")
    data = gzip.decompress(path.read_bytes())
    text = data.decode("utf-8-sig") if _is_utf8(data) else data.decode("cp1252")
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))[1:]
    wanted = [row for row in rows if re.fullmatch(r"\s*\d+\s*-\s*\d+\s*", row[1])]
    file = load(path, "toronto")
    refused = file.rejects.exclude(code__in=["subtotal_row", "blank_row"])
    assert file.n_accepted + file.n_duplicate + refused.count() == len(wanted)
    # A receipt number in the form of a card number costs its row, and so does a missing cost centre.
    assert refused.count() <= 2
    amounts = sum(_amount(row[5]) for row in wanted)
    taken = sum(sums["accepted"] + sums["duplicate"] for sums in file.totals.values())
    left = sum(reject_amount(row) for row in refused)
    assert taken + left == amounts * 100
    month = re.search(r"_(20\d\d)(\d\d)_", name)
    assert month is not None
    assert Claim.objects.filter(external_id__startswith=f"{month[1]}-{month[2]}/").count() == file.n_accepted


def reject_amount(reject: object) -> int:
    original = next(csv.reader(io.StringIO(reject.original), delimiter="\t"))  # type: ignore[attr-defined]
    return int(_amount(original[5]) * 100)


def _amount(text: str) -> Decimal:
    plain = text.replace(",", "").replace("$", "").strip()
    return -Decimal(plain[1:-1]) if plain.startswith("(") else Decimal(plain)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_a_month_published_twice_in_two_formats_counts_once(tmp_path: Path) -> None:
    every = pl.read_parquet(shared_file(BIRMINGHAM))
    month = every.filter(pl.col("trans_date").is_between(datetime(2015, 9, 1), datetime(2015, 9, 30))).drop(
        "source_file"
    )
    month = month.with_columns(pl.col(pl.Categorical).cast(pl.String))
    as_csv = tmp_path / "september.csv"
    month.with_columns(pl.col("trans_date").dt.strftime("%d/%m/%Y")).write_csv(as_csv)
    first = load(as_csv, "birmingham")
    assert (first.n_accepted, first.n_duplicate, first.n_rejected) == (month.height, 0, 0)
    assert first.totals["GBP"]["accepted"] == round(
        sum(Decimal(str(v)) for v in month["original_gross_amount"]) * 100
    )
    as_sheet = tmp_path / "september.xlsx"
    as_sheet.write_bytes(workbook_bytes([month.columns, *month.rows()]))
    again = load(as_sheet, "birmingham")
    assert (again.n_accepted, again.n_duplicate, again.n_rejected) == (0, month.height, 0)
    assert Claim.objects.count() == month.height
    assert Cardholder.objects.count() == month["card_number_masked"].n_unique()


def test_simulated_claims_bring_their_outcomes_as_labels(tmp_path: Path) -> None:
    every = pl.scan_parquet(shared_file("handbook_simulated/transactions_2018-04-01_2018-09-04.parquet"))
    part = every.slice(300_000, 20_000).collect()
    path = tmp_path / "part.parquet"
    part.write_parquet(path)
    file = load(path, "handbook")
    assert file.n_accepted == part.height
    assert file.totals["USD"]["accepted"] == sum(int(Decimal(f"{v:.2f}") * 100) for v in part["TX_AMOUNT"])
    assert Label.objects.filter(is_misuse=True).count() == int(part["TX_FRAUD"].sum())
    assert Label.objects.count() == part.height
    assert Merchant.objects.count() == part["TERMINAL_ID"].n_unique()
