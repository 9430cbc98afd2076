"""Every preset reads a file of its kind: each row and each unit is accounted for, and what is refused is refused for the true reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraud.claims.importing.guessing.fitting import Known
from fraud.claims.importing.guessing.guess import guess_table
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.feeds.currencies import currency_code
from fraud.claims.importing.reading.feeds.table import as_decimal
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.models import Claim
from rules.money import format_number
from tests.fraud.claims.importing.preset_files import PresetFile, preset_files
from tests.fraud.claims.importing.preset_table import markdown, table_rows

PUBLIC_DATA = {"birmingham", "toronto", "handbook"}  # tried on the public files themselves
DOCS = Path(__file__).resolve().parents[4] / "docs" / "importing.md"


@pytest.mark.django_db
def test_every_row_and_unit_of_every_presets_file_is_accounted_for_as_counted_by_hand(tmp_path: Path) -> None:
    rows = table_rows(tmp_path)
    assert {row["given"].preset for row in rows} == set(PRESETS) - PUBLIC_DATA
    for row in rows:
        file, given = row["file"], row["given"]
        counts = (file.n_rows, file.n_accepted, file.n_duplicate, file.n_superseding, file.n_rejected)
        assert counts == given.counts, given.name
        assert file.n_rows == sum(counts[1:]), given.name
        for sums in file.totals.values():
            assert sums["read"] == sum(sums[kind] for kind in sums if kind != "read"), given.name
        accepted = {code: sums["accepted"] for code, sums in file.totals.items()}
        assert {code: accepted.get(code, 0) for code in given.sums} == given.sums, given.name
        assert sorted(file.rejects.values_list("code", flat=True).distinct()) == sorted(given.codes), (
            given.name
        )
    page = DOCS.read_text(encoding="utf-8")
    assert "\n".join(markdown(rows, format_number)) in page, (
        "make the table anew: python -m tests.fraud.claims.importing.preset_table"
    )
    _check_partial_cancellation()


def _check_partial_cancellation() -> None:
    """Barobill tells a part that came back as a row of its own: the purchase and its part stand linked, 30,000 remain."""
    purchase, back = Claim.objects.filter(source_system="barobill").order_by("transacted_at")
    assert back.original_claim == purchase
    assert purchase.amount_minor + back.amount_minor == 30_000


TABLES = [given for given in preset_files() if "records" not in PRESETS[given.preset][2]]


@pytest.mark.parametrize("given", TABLES, ids=lambda given: f"{given.preset}-{given.name}")
def test_the_assistant_offers_the_preset_of_a_file(tmp_path: Path, given: PresetFile) -> None:
    path = tmp_path / given.name
    path.write_bytes(given.content)
    found = guess_table(path, [Known(name, spec) for name, (_, _, spec) in PRESETS.items()])
    assert found.fits == given.preset


@pytest.mark.parametrize("preset", ["vcf4", "cdf3", "concur-sae"])
def test_a_file_of_another_kind_is_refused_in_words(tmp_path: Path, preset: str) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"a\tb\tc\r\n1\t2\t3\r\n" if preset != "cdf3" else b"<Document><Entry/></Document>")
    with pytest.raises(FileQuarantined) as refused:
        list(open_table(path, read_spec(PRESETS[preset][2])).chunks())
    assert refused.value.code == ("header_missing" if preset == "concur-sae" else "feed_empty")


def test_a_cdf_file_with_its_own_document_type_or_cut_off_is_refused(tmp_path: Path) -> None:
    spec = read_spec(PRESETS["cdf3"][2])
    for content in (
        b'<!DOCTYPE x [<!ENTITY a "b">]><CDFTransmissionFile/>',
        b"<CDFTransmissionFile><IssuerEntity>",
    ):
        path = tmp_path / "damaged.xml"
        path.write_bytes(content)
        with pytest.raises(FileQuarantined) as refused:
            list(open_table(path, spec).chunks())
        assert refused.value.code == "file_damaged"


def test_the_indicator_and_a_contradicting_sign_stay_apart_and_adjustments_are_named(tmp_path: Path) -> None:
    """One generator of test files signs debits C: which of the two holds, only a profile of that issuer can say."""
    payment = (
        "<FinancialTransactionEntity><FinancialTransaction_5000><ProcessorTransactionId>1</ProcessorTransactionId><DebitOrCreditIndicator>D"
        '</DebitOrCreditIndicator><AmountInPostedCurrency CurrencyExponent="2" CurrencySign="C">500</AmountInPostedCurrency></FinancialTransaction_5000>'
        "</FinancialTransactionEntity>"
    )
    path = tmp_path / "cdf.xml"
    path.write_text(
        f"<CDFTransmissionFile><AccountEntity AccountNumber='X1234'>{payment}<FinancialAdjustmentRecord_5900/></AccountEntity></CDFTransmissionFile>"
    )
    opened = open_table(path, read_spec(PRESETS["cdf3"][2]))
    (chunk,) = opened.chunks()
    assert chunk.frame["Kind"].to_list() == ["D/C"]
    assert [note["code"] for note in opened.notes.as_json()] == ["adjustments_passed"]


@pytest.mark.parametrize(
    ("digits", "exponent", "text"),
    [("0000012000", 2, "120.00"), ("5", 2, "0.05"), ("1250", 3, "1.250"), ("12000", 0, "12000"), ("-250", 2, "-2.50"), ("0", 0, "0"),
     ("12.5", 2, "12.5"), ("", 2, "")],
)  # fmt: skip
def test_an_implied_decimal_point_is_put_in_and_what_is_no_number_is_left_to_be_refused(
    digits: str, exponent: int, text: str
) -> None:
    assert as_decimal(digits, exponent) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("840", "USD"),
        ("00410", "KRW"),
        ("008", "ALL"),
        ("8", "ALL"),
        ("usd", "USD"),
        ("999", "XXX"),
        ("123", "123"),
    ],
)
def test_numeric_currency_codes_become_letters(text: str, code: str) -> None:
    assert currency_code(text) == code
