"""Claims in columns give what the database gives, whatever was delivered when, and are believed only while they do."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fraud.claims import segment_files
from fraud.claims.listed import read_list, write_list
from fraud.claims.models import Claim, ClaimFile, ClaimVersion
from fraud.claims.reading import read_many_claims
from fraud.claims.segment_files import IDENTITY, received_versions
from fraud.claims.segments import advance_segments, usable_segments
from tests.cast import correct_claim, make_cardholder, make_claim, make_merchant
from tests.draws import draws
from tests.night_company import START, add_claims, add_people

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Path) -> Path:
    """Columns from the first claim on, in a folder of their own."""
    settings.COLUMNS_FROM, settings.COLUMNS_DIR = 0, tmp_path / "columns"
    return tmp_path / "columns"


def read(known_by: datetime, **limits: Any) -> pl.DataFrame:
    return read_many_claims(known_by, without=IDENTITY, **limits)


def from_rows(known_by: datetime, **limits: Any) -> pl.DataFrame:
    """The same read from the database alone."""
    folder = settings.COLUMNS_DIR
    settings.COLUMNS_DIR = folder / "nowhere"
    try:
        assert usable_segments() is None
        return read(known_by, **limits)
    finally:
        settings.COLUMNS_DIR = folder


def same(known_by: datetime, **limits: Any) -> None:
    assert usable_segments() is not None
    rows = from_rows(known_by, **limits)
    assert_frame_equal(read(known_by, **limits), rows, check_exact=True)
    coded = read(known_by, coded=True, **limits)
    assert coded.schema["currency"] == pl.Categorical
    told = coded.with_columns(pl.col(pl.Categorical).cast(pl.String), pl.col(pl.Int32).cast(pl.Int64))
    assert_frame_equal(told, rows, check_exact=True)


STEP = st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(1, 9), st.integers(-120, 3))


@hypothesis_settings(max_examples=draws(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(STEP, min_size=1, max_size=14),
    nights=st.lists(st.integers(0, 31), min_size=1, max_size=4),
    moments=st.lists(st.integers(0, 31), min_size=1, max_size=4),
)
def test_whatever_came_when_columns_tell_of_any_moment_what_rows_tell(
    steps: list[tuple[int, int, int, int]], nights: list[int], moments: list[int]
) -> None:
    """Each step delivers one of five claims at an hour, first as a new claim, then as its correction; nights move the columns on
    in between, some before what was already there, and one reads as of moments before and after them."""
    Claim.objects.update(original_claim=None)
    for claim in Claim.objects.all():
        claim.changes.all().delete()
    ClaimVersion.objects.all().delete()
    Claim.objects.all().delete()
    for path in Path(settings.COLUMNS_DIR).glob("*"):
        path.unlink()
    person, place = make_cardholder(), make_merchant()
    happens = [(hour, 0, step) for step in steps for hour in [step[1]]] + [(hour, 1, None) for hour in nights]
    for hour, _order, step in sorted(happens, key=lambda one: one[:2]):
        at = AT + timedelta(hours=hour)
        if step is None:
            advance_segments(at)
            continue
        number, _hour, amount, days = step
        facts = {
            "amount_minor": amount * 100,
            "transacted_at": AT + timedelta(days=days),
            "received_at": at,
            "purpose_text": f"“{amount}” ,\n" if amount % 2 else "",
        }
        known = Claim.objects.filter(external_id=f"K{number}").first()
        if known is None:
            make_claim(cardholder=person, merchant=place, external_id=f"K{number}", **facts)
        else:
            correct_claim(known, **facts)  # type: ignore[arg-type]
    advance_segments(AT + timedelta(hours=max(nights)))
    as_single_nights()
    asked = pl.Series([*Claim.objects.order_by("-id").values_list("id", flat=True)[:3], 0], dtype=pl.Int64)
    for hour in moments:
        same(AT + timedelta(hours=hour))
        same(AT + timedelta(hours=hour), since=AT - timedelta(days=30), until=AT)
        same(AT + timedelta(hours=hour), of=asked)


def test_a_claim_that_is_corrected_while_a_segment_is_read_is_in_it_once_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = make_claim(amount_minor=700, received_at=AT)
    read_frame = segment_files.read_frame

    def read_and_correct(sql: str, *args: Any, **kwargs: Any) -> pl.DataFrame:
        found = read_frame(sql, *args, **kwargs)
        if Claim.objects.get(pk=claim.pk).version == 1:
            correct_claim(claim, amount_minor=900, received_at=AT + timedelta(hours=2))
        return found

    monkeypatch.setattr(segment_files, "read_frame", read_and_correct)
    rows = received_versions(datetime.min.replace(tzinfo=UTC), AT + timedelta(hours=1))
    assert rows.select("claim_id", "claim_version", "amount_minor").rows() == [(claim.pk, 1, 700)]


def as_single_nights() -> None:
    """Each file as what one night brought: a company's first ones are larger."""
    path = Path(settings.COLUMNS_DIR) / "manifest.json"
    told = read_list(path)
    for one in told["files"]:
        one["is_daily"] = True
    write_list(path, told)


def test_claims_of_last_nights_are_read_from_columns_and_others_from_their_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fraud.claims.segments.LOOKED_THROUGH", 2)
    claims = [make_claim(received_at=AT + timedelta(days=day), transacted_at=AT) for day in range(5)]
    for day in range(4):
        advance_segments(AT + timedelta(days=day))
    as_single_nights()
    found, asked = usable_segments(), pl.Series([claim.pk for claim in claims])
    assert found is not None
    told = found.newest(["claim_id"], LATER, asked)["claim_id"].sort().to_list()
    assert told == [claim.pk for claim in claims[2:4]]
    same(LATER, of=asked)
    assert read(LATER, of=asked)["claim_id"].to_list() == asked.to_list()


def test_a_night_adds_what_came_and_many_small_segments_become_one(
    monkeypatch: pytest.MonkeyPatch, small: Path
) -> None:
    monkeypatch.setattr("fraud.claims.segments.MANY", 3)
    settings.COLUMNS_FROM = 100
    add_people()
    add_claims(300)
    Claim.objects.update(received_at=AT)
    advance_segments(AT)
    first = usable_segments()
    assert first is not None
    made = {one["name"] for one in first.files if not one["is_daily"]}
    assert made
    for day in range(1, 9):
        make_claim(received_at=AT + timedelta(days=day), transacted_at=AT)
        advance_segments(AT + timedelta(days=day))
        found = usable_segments()
        assert found is not None
        assert sum(one["rows"] for one in found.files) == 300 + day
        assert sum(one["is_daily"] for one in found.files) <= 3 + len(first.files)
        assert {path.name for path in small.glob("*.parquet")} == {one["name"] for one in found.files}
    same(LATER)
    assert made <= {one["name"] for one in usable_segments().files}  # type: ignore[union-attr]


def test_what_comes_late_under_an_earlier_moment_is_not_lost() -> None:
    """A delivery that was received before a night and stored after it, and one of which only a part is stored."""
    make_claim(received_at=AT, transacted_at=AT)
    advance_segments(AT + timedelta(days=1))
    make_claim(received_at=AT + timedelta(hours=2), transacted_at=AT)
    assert usable_segments() is None
    assert read(LATER).height == 2
    advance_segments(AT + timedelta(days=2))
    same(LATER)
    ClaimFile.objects.create(
        reference="F-2026-000009",
        name="x",
        sha256="0" * 64,
        state=ClaimFile.State.IMPORTING,
        received_at=AT + timedelta(days=3),
        received_by="x",
    )
    advance_segments(AT + timedelta(days=4))
    found = usable_segments()
    assert found is not None
    assert found.watermark < AT + timedelta(days=3)


@pytest.mark.parametrize(
    "harm",
    [
        "cut a file",
        "change a byte",
        "lose a file",
        "garble the list",
        "other columns",
        "another date in the list",
        "a row that says something else",
    ],
)
def test_columns_that_are_damaged_or_stale_are_made_anew_and_never_believed(harm: str, small: Path) -> None:
    add_people()
    add_claims(60)
    advance_segments(LATER)
    true = read(LATER)
    file, manifest = next(small.glob("*.parquet")), small / "manifest.json"
    if harm == "cut a file":
        file.write_bytes(file.read_bytes()[:-40])
    elif harm == "change a byte":
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif harm == "lose a file":
        file.unlink()
    elif harm == "garble the list":
        manifest.write_text(manifest.read_text()[:-9])
    elif harm == "other columns":
        write_list(manifest, read_list(manifest) | {"schema": "x"})
    elif harm == "another date in the list":  # a whole file would be left out as too old
        manifest.write_text(re.sub(r'("last": ")\d{4}', r"\g<1>2020", manifest.read_text()))
    else:  # another company's database has the same number of claims
        Claim.objects.update(row_hash="f" * 64)
    assert usable_segments() is None
    assert_frame_equal(read(LATER), true)
    advance_segments(LATER)
    same(LATER)


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), pl.exceptions.ComputeError("os error 28")]
)
def test_a_full_disk_costs_time_and_nothing_else_and_is_not_left_fuller(
    error: Exception, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What polars raises on a disk that is really full is an error of its own for one format and the system's for another."""
    add_people()
    add_claims(200, days=100)
    write, n_written = pl.DataFrame.write_parquet, 0

    def full(frame: pl.DataFrame, path: Path, **how: Any) -> None:
        nonlocal n_written
        write(frame, path, **how)
        n_written += 1
        if n_written == 2:
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(pl.DataFrame, "write_parquet", full)
        advance_segments(LATER)
    assert n_written == 2
    assert not list(small.glob("*.parquet"))
    assert usable_segments() is None
    assert read(LATER).height == 200
    advance_segments(LATER)
    same(LATER)


def test_columns_copied_elsewhere_are_believed_and_those_of_an_earlier_release_are_called_out_of_date(
    small: Path, tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    add_people()
    add_claims(60)
    advance_segments(LATER)
    settings.COLUMNS_DIR = shutil.copytree(small, tmp_path / "elsewhere", copy_function=shutil.copy)
    assert usable_segments() is not None
    manifest = Path(settings.COLUMNS_DIR) / "manifest.json"
    manifest.write_text(json.dumps(read_list(manifest)))  # without the digest it has today
    assert usable_segments() is None
    assert [record.getMessage() for record in caplog.records] == ["claims.segments_stale"]


def test_a_small_company_has_no_columns(small: Path) -> None:
    settings.COLUMNS_FROM = 10**9
    make_claim(received_at=START)
    advance_segments(LATER)
    assert not small.exists()
