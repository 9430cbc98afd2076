"""The forms amounts come in, and every currency of ISO 4217 in its own minor units."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import iso4217
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.claims.importing.parsing.amounts import parse_amounts, parse_optional_amounts
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.problems import Notes
from fraud.claims.importing.profile import Amounts
from fraud.claims.models import Claim
from rules.money import exponent, is_known_currency, to_minor
from tests.fraud.claims.importing.files import assert_accounted, codes, csv_bytes, deliver, noted, row


def parsed(text: str, currency: str, optional: bool = False) -> tuple[int | None, str, set[str]]:
    """(minor units, code of the refusal, codes of the notes) of one amount."""
    problems = ProblemRows(1, Notes())
    parse = parse_optional_amounts if optional else parse_amounts
    series = pl.Series("amount", [text], dtype=pl.String)
    (value,) = parse(series, pl.Series([currency]), Amounts(), "amount", problems, exact_zeros=False)
    return value, problems.of(0)[1], {note["code"] for note in problems.notes.as_json()}


# fmt: off
READ = [
    ("1234.50", "USD", "1234.50"), ("1,234.50", "USD", "1234.50"), ("$1,234.50", "USD", "1234.50"), ("$ 12.34", "USD", "12.34"),
    ("($12.34)", "USD", "-12.34"), ("$(12.34)", "USD", "-12.34"), ("$ (12.34)", "USD", "-12.34"), ("(12.34)", "USD", "-12.34"),
    ("(12.34) USD", "USD", "-12.34"), ("(12.34 USD)", "USD", "-12.34"), ("USD (12.34)", "USD", "-12.34"), ("-$12.34", "USD", "-12.34"),
    ("$-12.34", "USD", "-12.34"), ("+12.34", "USD", "12.34"), ("+$12.34", "USD", "12.34"), ("$+12.34", "USD", "12.34"),
    ("US$12.34", "USD", "12.34"), ("12.34 USD", "USD", "12.34"), ("USD12.34", "USD", "12.34"), ("$12.34 USD", "USD", "12.34"),
    ("12.34 CR", "USD", "-12.34"), ("12.34CR", "USD", "-12.34"), ("12.34 cr.", "USD", "-12.34"), ("12.34 USD CR", "USD", "-12.34"),
    ("12.34 CR USD", "USD", "-12.34"), ("12.34 DR", "USD", "12.34"), ("12.34-", "USD", "-12.34"), ("12.34- USD", "USD", "-12.34"),
    ("12.34 -", "USD", "-12.34"), ("12.34+", "USD", "12.34"), ("1500", "KRW", "1500"), ("+1500", "KRW", "1500"), ("1500 CR", "KRW", "-1500"),
    ("1500-", "KRW", "-1500"), ("△1,500", "KRW", "-1500"), ("▲1,500", "KRW", "-1500"), ("−1,500", "KRW", "-1500"), ("₩1,500", "KRW", "1500"),
    ("1,500원", "KRW", "1500"), ("-1,500원", "KRW", "-1500"), ("₩-1,500", "KRW", "-1500"), ("1500 KRW", "KRW", "1500"),
    ("12500.00", "KRW", "12500"), ("12,500.0", "KRW", "12500"), ("12500.0000", "KRW", "12500"), ("-12500.00", "KRW", "-12500"),
    ("1500 CRC", "CRC", "1500"), (".5", "USD", "0.5"),
    ("CR 1500", "KRW", "-1500"), ("CR. 1,500", "KRW", "-1500"), ("DR1,500", "KRW", "1500"), ("Cr ₩1,500", "KRW", "-1500"), ("CRC 1500", "CRC", "1500"),
    ("–1500", "KRW", "-1500"), ("1500–", "KRW", "-1500"), ("$–12.34", "USD", "-12.34"), ("1 500", "KRW", "1500"), ("1\u00a0500", "KRW", "1500"),
    ("-1\u202f234\u202f567", "KRW", "-1234567"), ("1'500.00", "USD", "1500"), ("1’500.25", "CHF", "1500.25"), ("1 500.25 CR", "USD", "-1500.25"),
    ("₹1,500.50", "INR", "1500.50"), ("฿120", "THB", "120"), ("CA$12.34", "CAD", "12.34"), ("R$ 12.34", "BRL", "12.34"), ("12.34 zł", "PLN", "12.34"),
    ("34.50 H", "EUR", "-34.50"), ("34.50 S", "EUR", "34.50"), ("34.50H", "EUR", "-34.50"), ("1.2345", "CLF", "1.2345"), ("0.125", "KWD", "0.125"), ("12", "CLF", "12"),
]
REFUSED = [
    ("12345.675", "USD", "amount_ambiguous"), ("12.000", "KRW", "amount_ambiguous"), ("12500.50", "KRW", "amount_scale"),
    ("12.3456", "USD", "amount_scale"), ("$(12.34", "USD", "amount_not_valid"), ("12.34)", "USD", "amount_not_valid"),
    ("-(12.34)", "USD", "amount_not_valid"), ("-12.34-", "USD", "amount_not_valid"), ("-12.34 CR", "USD", "amount_not_valid"),
    ("12.34 C", "USD", "amount_not_valid"), ("12.34 USD USD", "USD", "amount_not_valid"), ("€12.34", "USD", "amount_currency_mark"),
    ("12.34 (EUR)", "USD", "amount_not_valid"), ("+", "USD", "amount_not_valid"), ("CR", "USD", "amount_not_valid"),
    ("1.500,00", "KRW", "amount_ambiguous"), ("1e5", "KRW", "amount_scientific"), ("--5", "KRW", "amount_not_valid"),
    ("+-5", "KRW", "amount_not_valid"), ("1 50", "KRW", "amount_not_valid"), ("1 500'000", "KRW", "amount_not_valid"),
    ("CR 12-", "USD", "amount_not_valid"), ("CR (12)", "USD", "amount_not_valid"), ("CR", "KRW", "amount_not_valid"), ("1 500 600 7", "KRW", "amount_not_valid"),
    ("12 H CR", "USD", "amount_not_valid"), ("₹12", "USD", "amount_currency_mark"), ("CA$12", "USD", "amount_currency_mark"), ("12,34", "USD", "amount_ambiguous"),
    ("0,001", "KWD", "amount_ambiguous"), ("0,0001", "CLF", "amount_ambiguous"), ("01,234", "KRW", "amount_ambiguous"),
]
# fmt: on


@pytest.mark.parametrize(("text", "currency", "amount"), READ)
def test_a_form_that_says_one_amount_is_that_amount(text: str, currency: str, amount: str) -> None:
    assert parsed(text, currency)[:2] == (to_minor(Decimal(amount), currency), "")


@pytest.mark.parametrize(("text", "currency", "code"), REFUSED)
def test_a_form_that_does_not_is_refused_and_has_no_value(text: str, currency: str, code: str) -> None:
    assert parsed(text, currency)[:2] == (None, code)


def test_an_amount_a_row_can_do_without_is_left_empty_where_it_has_too_many_decimals() -> None:
    assert parsed("1136.36", "KRW", optional=True) == (None, "", {"amount_left_empty"})
    assert parsed("1136", "KRW", optional=True) == (1136, "", set())
    assert parsed("abc", "KRW", optional=True)[1] == "amount_not_valid"


SIGNED = ["$45.00", "US$1", "₩4,500", "4,500원", "45.00 USD", "€45.00", "CR 45", "₹45"]


@given(
    st.sampled_from([*SIGNED, "45.00", "45.000", "1e5", ""]) | st.text(max_size=8),
    st.sampled_from(["KRW", "USD", "KWD", None]),
    st.booleans(),
)
def test_whatever_stands_for_amount_and_currency_is_read_or_refused(
    text: str, currency: str | None, typed: bool
) -> None:
    problems = ProblemRows(2, Notes())
    amounts, codes_ = pl.Series("amount", [text, "12"]), pl.Series([currency, "USD"], dtype=pl.String)
    for parse in parse_amounts, parse_optional_amounts:
        value, good = parse(amounts, codes_, Amounts(), "amount", problems, exact_zeros=typed)
        assert good == 1_200
        assert value is None or (currency and problems.good[0])


@pytest.mark.django_db
def test_a_sign_beside_a_currency_nobody_knows_costs_its_row_only(tmp_path: Path) -> None:
    bad = [
        row(claim_id=f"B-{sign}-{code}", 금액=sign, 통화=code)
        for sign in SIGNED
        for code in ("US", "XXQ", "??", "달라", "ABC")
    ]
    file = deliver(tmp_path, csv_bytes(*bad, row(claim_id="C-1")))
    assert ({code for _, code in codes(file)}, file.n_rejected) == ({"currency_unknown"}, len(bad))
    assert file.n_accepted == 1
    assert_accounted(file)


@pytest.mark.django_db
def test_a_refused_amount_is_in_no_sum(tmp_path: Path) -> None:
    bad = ["12345.675", "12.3456", "12.34)", "€5", "1e5"]
    rows = [row(claim_id=f"B-{n}", 금액=text, 통화="USD") for n, text in enumerate(bad)]
    file = deliver(tmp_path, csv_bytes(row(claim_id="C-1", 금액="10.00", 통화="USD"), *rows))
    assert file.totals["USD"] == {
        "read": 1000,
        "accepted": 1000,
        "duplicate": 0,
        "superseding": 0,
        "rejected": 0,
    }
    assert (file.n_accepted, file.n_rejected) == (1, len(bad))
    assert_accounted(file)


@pytest.mark.django_db
def test_a_tax_with_decimals_costs_no_row(tmp_path: Path) -> None:
    content = csv_bytes(row()).decode().replace("적요", "부가세").replace("점심", "1090.91")
    file = deliver(tmp_path, content.encode())
    assert (codes(file), file.n_accepted) == ([], 1)
    assert "amount_left_empty" in noted(file)


def test_every_currency_of_the_standard_has_its_own_minor_unit() -> None:
    for currency in iso4217.Currency:
        assert is_known_currency(currency.code) == (currency.exponent is not None), currency
        if currency.exponent is not None:
            assert exponent(currency.code) == currency.exponent
            text = f"{Decimal(1234567).scaleb(-currency.exponent):f}"
            assert parsed(text, currency.code)[:2] == (1_234_567, "")


#: As ISO 4217 says, where lists for display or lists kept by hand say otherwise; funds and withdrawn codes too.
DIGITS = {
    0: "KRW JPY CLP UYI VND ISK UGX ITL BYR",
    2: "HUF IDR COP XCG ZWG AWG CVE MGA STN SLE GIP SDG MRU LSL SBD WST TOP CHE CHW MXV USN BOV COU HRK ANG SLL ZWL VEF DEM BGN",
    3: "KWD",
    4: "CLF UYW",
}


@pytest.mark.parametrize(
    ("code", "digits"), [(code, n) for n, names in DIGITS.items() for code in names.split()]
)
def test_codes_of_funds_and_of_the_past_are_known(code: str, digits: int) -> None:
    assert is_known_currency(code)
    assert exponent(code) == digits


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "ABC", "krw", "", "KRWX"])
def test_what_pays_for_nothing_is_no_currency(code: str) -> None:
    assert not is_known_currency(code)


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("20.170", "KRW", "amount_ambiguous"),
        ("1.000", "KRW", "amount_ambiguous"),
        ("20.170", "USD", "amount_ambiguous"),
        ("12500.00", "KRW", 12_500),
        ("12.500000", "USD", 1_250),
        ("1.250", "KWD", 1_250),
        ("0.30", "KRW", "amount_scale"),
    ],
)
def test_three_digits_of_a_workbooks_text_could_be_thousands(text: str, currency: str, said: object) -> None:
    """A number in a cell shows no zeros at its end: what has them was typed as text."""
    problems = ProblemRows(1, Notes())
    amount, code = pl.Series("amount", [text]), pl.Series([currency])
    (value,) = parse_amounts(amount, code, Amounts(), "amount", problems, exact_zeros=True)
    assert (value if value is not None else problems.of(0)[1]) == said


@pytest.mark.django_db
def test_decimal_columns_of_a_typed_table_are_numbers_whatever_their_scale(tmp_path: Path) -> None:
    amounts = pl.Series([Decimal("12500.000"), Decimal("-7.000"), Decimal("100")], dtype=pl.Decimal(18, 3))
    cells = {name: [value] * 3 for name, value in row().items()}
    frame = pl.DataFrame(cells | {"claim_id": ["C-1", "C-2", "C-3"]}).with_columns(amounts.alias("금액"))
    path = tmp_path / "typed.parquet"
    frame.write_parquet(path)
    file = deliver(tmp_path, path.read_bytes(), name="typed.parquet")
    assert (file.n_accepted, codes(file)) == (3, [])
    assert sorted(Claim.objects.values_list("amount_minor", flat=True)) == [-7, 100, 12_500]
