"""Amounts, dates, headers and codes against plain computations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.claims.importing.headers import map_headers
from fraud.claims.importing.parsing.amounts import parse_amounts
from fraud.claims.importing.parsing.codes import parse_brn, parse_cards, parse_mcc
from fraud.claims.importing.parsing.dates import DateParser
from fraud.claims.importing.parsing.formats import format_clashes
from fraud.claims.importing.parsing.identity import row_hashes
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import Amounts
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.texts import sentence
from rules.money import exponent, to_minor


def minor_units(
    texts: list[str | None], currencies: list[str], style: Amounts | None = None
) -> tuple[list[int | None], list[str]]:
    problems = ProblemRows(len(texts), Notes())
    series = pl.Series("amount", texts, dtype=pl.String)
    values = parse_amounts(
        series, pl.Series(currencies), style or Amounts(), "amount", problems, exact_zeros=False
    )
    return values.to_list(), [problems.of(row)[1] for row in range(len(texts))]


money = st.tuples(
    st.integers(-(10**12), 10**12).filter(bool), st.sampled_from(["KRW", "USD", "KWD", "GBP"]), st.booleans()
)


@given(st.lists(money, min_size=1, max_size=20))
def test_amounts_are_exactly_what_decimal_arithmetic_makes_of_them(
    values: list[tuple[int, str, bool]],
) -> None:
    amounts = [Decimal(minor).scaleb(-exponent(currency)) for minor, currency, _ in values]
    texts = [
        f"{amount:,f}" if grouped else f"{amount:f}"
        for amount, (_, _, grouped) in zip(amounts, values, strict=True)
    ]
    found, codes = minor_units(texts, [currency for _, currency, _ in values])
    assert found == [
        to_minor(amount, currency) for amount, (_, currency, _) in zip(amounts, values, strict=True)
    ]
    assert set(codes) == {""}


@given(st.text("0123456789.,-()₩원$ eE_△", max_size=12))
def test_any_text_is_an_amount_or_has_a_reason_and_never_both(text: str) -> None:
    (value,), (code,) = minor_units([text.strip() or None], ["KRW"])
    if text.strip() and not code:
        assert value is not None
        digits = "".join(char for char in text if char.isdigit())
        assert abs(value) == int(digits)


def test_a_european_profile_reads_european_amounts_only() -> None:
    style = Amounts(decimal=",", thousands=".")
    found, codes = minor_units(["1.234,56", "1234,5", "1,234.56", "1.234"], ["EUR"] * 4, style)
    assert (found[0], found[1], found[3]) == (123_456, 123_450, 123_400)
    assert codes == ["", "", "amount_ambiguous", ""]


def test_a_profile_may_turn_all_signs() -> None:
    assert minor_units(["5", "(7)"], ["KRW"] * 2, Amounts(invert_sign=True))[0] == [-5, 7]


def parsed_dates(
    texts: list[str], forms: tuple[str, ...], zone: str = "Asia/Seoul"
) -> tuple[list, list, list[str]]:
    problems = ProblemRows(len(texts), Notes())
    moments = DateParser(forms, zone).parse(pl.Series(texts), None, "date", problems)
    return (
        moments.at.to_list(),
        moments.has_time.to_list(),
        [problems.of(row)[1] for row in range(len(texts))],
    )


@given(
    st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2040, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y.%m.%d %H:%M:%S", "%Y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S"]),
)
def test_local_times_become_the_utc_python_computes(moments: list[datetime], form: str) -> None:
    moments = [moment.replace(microsecond=0) for moment in moments]
    found, has_time, codes = parsed_dates(
        [moment.strftime(form) for moment in moments], (form,), "America/Toronto"
    )
    zone = ZoneInfo("America/Toronto")
    for moment, at, code in zip(moments, found, codes, strict=True):
        local = moment.replace(tzinfo=zone)
        exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
        if exists:
            assert (at, code) == (local.astimezone(UTC), "")
        else:
            assert (at, code) == (None, "time_skipped")
    assert all(has_time)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_a_time_with_its_own_zone_is_that_moment(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=UTC).astimezone(ZoneInfo("UTC"))
    offset = timedelta(minutes=15 * quarters)
    sign = "-" if quarters < 0 else "+"
    minutes = abs(15 * quarters)
    local = (aware + offset).replace(tzinfo=None)
    text = f"{local.isoformat()}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    found, has_time, codes = parsed_dates([text], ("iso",))
    assert (found, has_time, codes) == ([aware], [True], [""])


def test_a_day_without_time_is_local_midnight_and_says_so() -> None:
    found, has_time, _ = parsed_dates(["2026-03-02"], ("iso",))
    assert (found, has_time) == ([datetime(2026, 3, 1, 15, tzinfo=UTC)], [False])


def test_the_form_most_rows_have_is_the_column_s_form() -> None:
    _, _, codes = parsed_dates(["2026.03.02", "2026.03.03", "2026-03-04"], ("iso", "%Y.%m.%d"))
    assert codes == ["", "", "date_mixed"]


def test_forms_that_read_the_same_text_differently_are_named() -> None:
    assert format_clashes(["iso", "%d/%m/%Y", "%Y%m%d", "%m/%d/%Y"]) == [("%d/%m/%Y", "%m/%d/%Y")]
    assert format_clashes(["%y/%m/%d", "%d/%m/%y"]) == [("%y/%m/%d", "%d/%m/%y")]


# fmt: off
BASE = {
    "department_name": "Division", "claim_no": "Batch-Transaction ID", "transacted_at": "Transaction Date", "settled_at": "Card Posting Dt",
    "merchant_name": "Merchant Name", "amount": "Transaction Amt.", "currency": "Trx Currency", "account_code": "G/L Account",
    "employee_no": "Cost Centre / WBS Element", "employee_name": "Cost Centre / WBS Element Description", "mcc": "Merchant Type",
    "biz_type": "Merchant Type Description", "purpose_text": "Purpose",
}
# fmt: on
# fmt: off
VARIANTS = [
    ("department_name", "Divison"), ("department_name", "Division "), ("claim_no", "Batch Transaction ID"), ("settled_at", "Card Posting Date"),
    ("amount", "Transaction\nAmt."), ("amount", "Transaction Amount"), ("currency", "Transaction Currency"), ("merchant_name", "Merchant\nName"),
    ("employee_no", "Cost Centre /  WBS Element"), ("employee_no", "Cost Centre/ WBS Element / Order"),
    ("employee_no", "Cost Centre /WBS Element / Order"), ("employee_no", "Cost Center / WBS Element / Order"),
    ("employee_name", "Cost Centre / WBS Element Descrption"), ("employee_name", "Cost Center / WBS Element / Order Description"),
    ("biz_type", "Merchant Type Descrption"), ("purpose_text", "PURPOSE"), ("transacted_at", "Transation Date"),
]
# fmt: on


@pytest.mark.parametrize(("field", "header"), VARIANTS)
def test_header_spellings_of_the_public_files_are_known(field: str, header: str) -> None:
    headers = [*({**BASE, field: header}).values(), "", ""]
    mapping = map_headers(headers, read_spec(PRESETS["toronto"][2]), Notes(), named=["batch_id"])
    assert {name: sources[0] for name, sources in mapping.columns.items()} == {**BASE, field: header}


def test_a_header_that_is_close_to_two_columns_is_not_guessed() -> None:
    spec = read_spec(PRESETS["toronto"][2])
    notes = Notes()
    headers = [
        "Batch-Transaction ID",
        "Transaction Date",
        "Merchant Name",
        "Transaction Amt.",
        "Cost Centre",
        "Purpoze",
        "Purpoce",
    ]
    mapping = map_headers(headers, spec, notes)
    assert "purpose_text" not in mapping.columns


def test_a_doubled_column_is_refused_whatever_its_punctuation() -> None:
    spec = read_spec(PRESETS["generic"][2])
    for headers, code, named in (
        (["claim_id", "claim_id "], "header_duplicated", ["claim_id"]),
        (["claim_id", "Claim ID"], "headers_alike", ["claim_id", "Claim ID"]),
    ):
        with pytest.raises(FileQuarantined) as refused:
            map_headers(headers, spec, Notes())
        assert refused.value.code == code
        for language in ("ko", "en"):
            said = sentence("file", code, refused.value.params, language)
            assert all(f"“{name}”" in said for name in named), said


def test_every_preset_is_a_valid_profile() -> None:
    for name, (english, korean, spec) in PRESETS.items():
        assert read_spec(spec).source_system
        assert english != korean, name


def test_card_tokens_tell_cards_apart_and_cannot_be_read_back() -> None:
    raw = pl.Series(["****-1234", "************1234", "9410-12**-****-1234", "TKN-77", None])
    notes = Notes()
    tokens, lasts = parse_cards(raw, b"key", ProblemRows(5, notes))
    assert tokens[0] == tokens[1] != tokens[2]
    assert lasts.to_list() == ["1234", "1234", "1234", "", None]
    assert all(len(token) == 64 and token[-4:] != "1234" for token in tokens.to_list() if token)
    assert parse_cards(raw, b"other", ProblemRows(5, Notes()))[0][0] != tokens[0]


def test_category_codes_get_their_leading_zero_back() -> None:
    notes = Notes()
    assert parse_mcc(pl.Series(["742", "5812", "58x", None]), ProblemRows(4, notes)).to_list() == [
        "0742",
        "5812",
        None,
        None,
    ]


def test_registration_numbers_need_their_check_digit() -> None:
    digits = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    total = sum(d * w for d, w in zip(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5], strict=True)) + (9 * 5) // 10
    right = "123456789" + str((10 - total % 10) % 10)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    shown = f"{right[:3]}-{right[3:5]}-{right[5:]}"
    assert parse_brn(pl.Series([shown, wrong, "12"]), ProblemRows(3, Notes())).to_list() == [
        right,
        None,
        None,
    ]


def test_row_hashes_do_not_depend_on_order_or_neighbours() -> None:
    frame = pl.DataFrame({"a": ["x", "y"], "b": [1, None]})
    one = row_hashes(frame, ["a", "b"])
    assert row_hashes(frame.reverse(), ["a", "b"]).to_list() == one.to_list()[::-1]
    assert row_hashes(pl.DataFrame({"a": ["x"], "b": [1]}), ["a", "b"])[0] == one[0]
    assert one[0] != one[1]
