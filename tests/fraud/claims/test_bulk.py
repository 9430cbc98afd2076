"""Reading and writing many rows must agree with the ORM, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from django.db import IntegrityError, transaction

from fraud.claims.bulk import Update, read_frame, write_rows
from fraud.claims.models import Cardholder, Claim, Merchant

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)  # 23:30 in Seoul


def make_claim(**changes: object) -> Claim:
    holder, _ = Cardholder.objects.get_or_create(
        employee_no="E1", defaults={"grade": "G3", "hired_on": date(2020, 1, 2)}
    )
    merchant, _ = Merchant.objects.get_or_create(key="n:cafe", defaults={"name": "카페", "mcc": "5814"})
    values: dict[str, object] = {
        "external_id": f"X{Claim.objects.count()}",
        "row_hash": "h",
        "received_at": AT,
        "cardholder": holder,
        "merchant": merchant,
        "merchant_name": "카페",
        "transacted_at": AT,
        "amount_minor": 12_000,
        "currency": "KRW",
    }
    return Claim.objects.create(**{**values, **changes})


def merchant_frame(**columns: list[object]) -> pl.DataFrame:
    n = len(next(iter(columns.values())))
    texts = [
        "key",
        "name",
        "merchant_no",
        "brn",
        "mcc",
        "biz_type",
        "biz_item",
        "ceo_name",
        "region",
        "country",
        "tax_type",
        "status",
    ]
    base = {name: [""] * n for name in texts}
    base |= {"status_on": [None] * n, "opened_on": [None] * n} | columns
    return pl.DataFrame(base, schema_overrides={"status_on": pl.Date, "opened_on": pl.Date})


def test_written_rows_read_back_as_the_orm_sees_them() -> None:
    names = ['quote " comma , 한글', "line\nbreak", "", "plain"]
    frame = merchant_frame(
        key=["a", "b", "c", "d"], name=names, opened_on=[date(2020, 2, 29), None, None, date(1999, 1, 1)]
    )
    with transaction.atomic():
        assert write_rows("fraud_merchant", frame.columns, frame) == 4
    stored = Merchant.objects.order_by("key")
    assert [m.name for m in stored] == names
    assert [m.opened_on for m in stored] == [date(2020, 2, 29), None, None, date(1999, 1, 1)]
    schema = {"name": pl.String, "opened_on": pl.Date}
    back = read_frame("SELECT name, opened_on FROM fraud_merchant ORDER BY key", schema=schema)
    assert back.rows() == [(m.name, m.opened_on) for m in stored]


def test_times_are_stored_as_the_orm_stores_them() -> None:
    exact, fraction = AT, AT + timedelta(microseconds=120)
    made = [make_claim(transacted_at=exact), make_claim(transacted_at=fraction)]
    for at, claim in zip((exact, fraction), made, strict=True):
        frame = pl.DataFrame(
            {"id": [claim.id], "paid_at": [at]}, schema_overrides={"paid_at": pl.Datetime("us", "UTC")}
        )
        row = read_frame("SELECT * FROM fraud_claim WHERE id = %s", [claim.id]).drop(
            "id", "paid_at", "external_id"
        )
        assert row.height == 1
        with transaction.atomic():
            Claim.objects.filter(id=claim.id).update(paid_at=None)
            full = _claim_rows(claim).with_columns(
                frame.get_column("paid_at"), pl.lit("copy").alias("external_id")
            )
            write_rows("fraud_claim", full.columns, full)
        copy = Claim.objects.get(external_id="copy")
        assert copy.paid_at == at
        assert Claim.objects.filter(
            transacted_at=at, external_id="copy"
        ).exists()  # equal also inside the database
        copy.delete()


def _claim_rows(claim: Claim) -> pl.DataFrame:
    names = [f.column for f in Claim._meta.concrete_fields if f.column != "id"]
    values = {name: [getattr(claim, name)] for name in names}
    frame = pl.DataFrame(values, strict=False)
    return frame.with_columns(pl.col(pl.Datetime).dt.replace_time_zone(None).dt.replace_time_zone("UTC"))


def test_a_conflict_raises_unless_told_otherwise() -> None:
    frame = merchant_frame(key=["a"], name=["first"])
    with transaction.atomic():
        write_rows("fraud_merchant", frame.columns, frame)
    with pytest.raises(IntegrityError), transaction.atomic():
        write_rows("fraud_merchant", frame.columns, frame)


def test_nothing_keeps_what_is_there_and_counts_only_new_rows() -> None:
    with transaction.atomic():
        write_rows(
            "fraud_merchant",
            merchant_frame(key=["a"], name=["first"]).columns,
            merchant_frame(key=["a"], name=["first"]),
        )
        again = merchant_frame(key=["a", "b"], name=["second", "new"])
        assert write_rows("fraud_merchant", again.columns, again, conflict="nothing") == 1
    assert list(Merchant.objects.order_by("key").values_list("name", flat=True)) == ["first", "new"]


def test_update_writes_only_rows_that_differ() -> None:
    update = Update(keys=["key"], columns=["name", "mcc"])
    first = merchant_frame(key=["a", "b"], name=["one", "two"])
    changed = merchant_frame(key=["a", "b", "c"], name=["one", "other", "three"])
    with transaction.atomic():
        assert write_rows("fraud_merchant", first.columns, first, conflict=update) == 2
        assert write_rows("fraud_merchant", changed.columns, changed, conflict=update) == 2
    assert list(Merchant.objects.order_by("key").values_list("name", flat=True)) == ["one", "other", "three"]


def test_an_empty_frame_writes_nothing() -> None:
    frame = merchant_frame(key=["a"], name=["x"]).clear()
    assert write_rows("fraud_merchant", frame.columns, frame) == 0


def test_read_frame_keeps_null_apart_from_empty_text() -> None:
    schema = {"a": pl.String, "b": pl.String, "n": pl.Int64, "x": pl.Float64}
    frame = read_frame(
        "SELECT 'x' AS a, '' AS b, 7 AS n, 0.1 AS x UNION ALL SELECT NULL, 'y', NULL, NULL", schema=schema
    )
    assert sorted(frame.rows(), key=str) == sorted([("x", "", 7, 0.1), (None, "y", None, None)], key=str)


def test_read_frame_without_schema_gives_the_same_values() -> None:
    make_claim()
    frame = read_frame("SELECT external_id, amount_minor FROM fraud_claim WHERE amount_minor > %s", [1])
    assert frame.rows() == [("X0", 12_000)]


def test_a_stored_control_character_does_not_break_the_read() -> None:
    Merchant.objects.create(key="odd", name="a\x1fb\x1ec")
    frame = read_frame("SELECT name FROM fraud_merchant", schema={"name": pl.String})
    assert frame.rows() == [("a\x1fb\x1ec",)]
