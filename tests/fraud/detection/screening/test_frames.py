"""An ordinary night reads whole only its own claims, and finds what it finds when it reads every claim whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.conf import settings as project
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from audit.actor import Actor
from fraud.claims import kept_past
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Claim, ClaimVersion
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening import frames, large, pending
from fraud.detection.screening.context import columns_of_past
from fraud.detection.screening.night_frame import NightFrame
from fraud.detection.screening.pending import pending_claims
from fraud.detection.screening.prepare import open_run
from fraud.detection.screening.rulebook import rules_of
from tests.cast import correct_claim, make_cardholder, make_claim, make_department, make_merchant, make_score
from tests.draws import draws
from tests.night_company import add_rules

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
RULES = {
    "E01": ("count(same cardholder, merchant, amount within 5 days where net_amount > 0) >= 2", 1.0, False),
    "E02": ("count(same authorization within 20 days) >= 2", 1.0, False),
    "E03": ("median(amount same department, mcc before) < amount", 1.0, False),
    "E04": ("sum(net_amount same brn within 30 days) > 300 KRW", 1.0, False),
    "E05": ("distinct(approver same merchant within 9 days) >= 1", 1.0, False),
    "E06": ("count(same cardholder, whole week where is_weekend) >= 1", 1.0, False),
    "E07": ("sum(per_head same cardholder, month) > 100 KRW", 1.0, False),
    "E08": ("count(same merchant within 2 business days) >= 2", 1.0, False),
    "E09": ("since_last(same cardholder) < 3 days", 1.0, False),
}
STEP = st.tuples(
    *(st.integers(0, 5), st.integers(0, 30), st.integers(1, 4), st.integers(-420, 3), st.integers(0, 5))
)


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kept_past, "_MOST", 0
    )  # the past of the night before is brought up to date, however much of it changed
    settings.COLUMNS_FROM, settings.COLUMNS_DIR = 0, tmp_path / "columns"
    settings.NIGHTS_DIR = tmp_path / "nights"
    add_rules(RULES)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone, and the columns with it."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
        for path in Path(project.COLUMNS_DIR).glob("*"):
            path.unlink()


def deliver(step: tuple[int, int, int, int, int], people: list[Any], places: list[Any]) -> None:
    """One of six claims, first as a new one, then as its correction; every third has its outcome told with it."""
    number, hour, amount, days, way = step
    # some are stored hours after they were received: a night may lie between
    at = AT + timedelta(hours=hour - 6 * (amount == 1))
    facts: dict[str, Any] = {
        "cardholder": people[way % 3],
        "merchant": places[way % 2],
        "department": None if way == 4 else people[way % 3].department,
        "amount_minor": amount * 10_000,
        "txn_type": "cancel" if way == 5 else "purchase",
        "transacted_at": AT + timedelta(days=days, hours=way),
        "authorization_code": f"A{amount}",
        "approver_no": people[(way + 1) % 3].employee_no if way else "",
        "received_at": at,
    }
    known = Claim.objects.filter(external_id=f"K{number}").first()
    if known is None:
        known = make_claim(external_id=f"K{number}", is_history=number == 5, **facts)
    else:
        known = correct_claim(known, **facts)
    if amount == 3:
        add_label(label=NewLabel(known.pk, way % 2 == 0, "import", at), by=NIGHTLY)


def unscored(run: ScreeningRun) -> set[int]:
    """Claims that are no history and were never scored as they were known at the cut-off, found one by one."""
    found = set()
    for claim in Claim.objects.all():
        rows = [*ClaimVersion.objects.filter(claim=claim, superseded_at__gt=run.cut_off_at), claim]
        held = next((row for row in rows if row.received_at <= run.cut_off_at), None)
        scored = Score.objects.filter(claim=claim, run__lt=run.pk).values_list("claim_version", flat=True)
        if held is not None and not held.is_history and held.version not in scored:
            found.add(claim.pk)
    return found


@contextmanager
def unsettled() -> Iterator[None]:
    """Nothing that earlier nights noted is there."""
    folder = project.COLUMNS_DIR
    with TemporaryDirectory() as empty:
        project.COLUMNS_DIR = Path(empty)
        try:
            yield
        finally:
            project.COLUMNS_DIR = folder


def scored_and_finished(run: ScreeningRun, pending: pl.DataFrame) -> None:
    for claim, version in pending.select("claim_id", "claim_version").iter_rows():
        make_score(claim=Claim.objects.get(pk=claim), run=run, claim_version=version)
    ScreeningRun.objects.filter(pk=run.pk).update(state=ScreeningRun.State.FINISHED)


def of_night(hour: int, number: int) -> None:
    """Both ways see the same features, hits, facts and what could not be judged."""
    at = AT + timedelta(hours=hour)
    run = open_run(
        business_date=AT.date() + timedelta(days=number), by=NIGHTLY, source=f"t{number}", cut_off_at=at
    )
    waiting, told = pending_claims(run), frames.told_labels(at)
    assert set(waiting["claim_id"]) >= unscored(run)
    with unsettled():
        assert_frame_equal(waiting, pending_claims(run))
    few = frames._build(run, waiting, told)
    most, frames._FEW = frames._FEW, 0
    try:
        whole = frames._build(run, waiting, told)
    finally:
        frames._FEW = most
    assert_frame_equal(few.features, whole.features, check_exact=True)
    assert (few.hits == whole.hits).all()
    assert few.not_evaluable() == whole.not_evaluable()
    assert not few.failed_rules()
    in_two_phases(run, waiting, few)
    scored_and_finished(run, waiting)
    for row, rule in zip(*few.hits.nonzero(), strict=True):
        assert few.outcome.facts(int(row), int(rule)) == whole.outcome.facts(int(row), int(rule))


def in_two_phases(run: ScreeningRun, waiting: pl.DataFrame, whole: NightFrame) -> None:
    """Windows first, then two claims at a time, or every third one by itself: the same features, hits, facts."""
    if waiting.is_empty():
        return
    kept = large.windows_of_night(run, waiting, frames.told_labels(run.cut_off_at))
    parts = large.stretches(waiting["transacted_at"], 2)
    judged = [large.judge_stretch(run, kept, spec) for spec, size in parts]
    assert [one.features.height for one in judged] == [size for _, size in parts]
    assert_frame_equal(pl.concat([one.features for one in judged]), whole.features, check_exact=True)
    hits = np.concatenate([one.outcome.hits for one in judged])
    assert (hits == whole.hits).all()
    missing = [sum(one.outcome.not_evaluable[j][0] for one in judged) for j in range(hits.shape[1])]
    assert missing == [n for n, _ in whole.outcome.not_evaluable]
    some = large.judge_claims(run, kept, whole.features["claim_id"][::3].to_list())
    assert_frame_equal(some.features, whole.features[::3], check_exact=True)
    for row, rule in zip(*some.outcome.hits.nonzero(), strict=True):
        assert some.outcome.facts(int(row), int(rule)) == whole.outcome.facts(3 * int(row), int(rule))


@settings(max_examples=draws(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(STEP, min_size=1, max_size=14), nights=st.lists(st.integers(0, 31), min_size=1, max_size=3)
)
def test_whatever_came_when_a_night_sees_what_it_sees_when_it_reads_everything(
    steps: list[tuple[int, int, int, int, int]], nights: list[int]
) -> None:
    """Nights come in any order, some before what the columns already hold, and most before or between deliveries."""
    happens: list[tuple[int, int, Any]] = [(step[1], 0, step) for step in steps]
    happens += [(hour, 1, number) for number, hour in enumerate(nights)]
    with taken_back():
        departments = [make_department(code) for code in ("SALES", "LABS")]
        people = [make_cardholder(f"E{i}", department=departments[i % 2]) for i in range(3)]
        places = [make_merchant(), make_merchant(name="Taxi", mcc="", biz_type="taxi", brn="1234567890")]
        for hour, is_night, what in sorted(happens, key=lambda one: one[:2]):
            if is_night:
                of_night(hour, what)
            else:
                deliver(what, people, places)
        of_night(min(nights), len(nights))


@pytest.mark.parametrize("step", ["settled_until", "note_received", "known_claims", "judged_again"])
def test_claim_stored_late_while_a_night_looks_is_judged_by_the_next(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was received before the first night and is stored at some point of the second one's looking for its claims."""
    person, place = make_cardholder(), make_merchant()
    facts = {"cardholder": person, "merchant": place, "transacted_at": AT - timedelta(days=2)}
    for number in range(3):
        make_claim(external_id=f"K{number}", received_at=AT, **facts)
    of_night(1, 1)
    make_claim(external_id="K3", received_at=AT + timedelta(hours=2), **facts)
    run = open_run(
        business_date=AT.date() + timedelta(days=2),
        by=NIGHTLY,
        source="t2",
        cut_off_at=AT + timedelta(hours=3),
    )
    as_it_is, late = getattr(pending, step), []

    def storing(*args: Any) -> Any:
        if not late:
            late.append(make_claim(external_id="K4", received_at=AT, **facts))
        return as_it_is(*args)

    monkeypatch.setattr(pending, step, storing)
    scored_and_finished(run, pending.pending_claims(run))
    assert late
    of_night(5, 3)  # asks for whatever has no score


def test_rules_of_this_file_leave_history_its_columns(db: None) -> None:
    run = open_run(business_date=AT.date(), by=NIGHTLY, cut_off_at=AT)
    columns = columns_of_past(rules_of(run).specs)
    assert columns is not None
    assert "purpose_text" not in columns
