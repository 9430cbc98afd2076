"""Night, training, preview and a company that got everything in order see the same facts of every claim."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings as project
from django.db import transaction

from audit.actor import Actor
from cases.services.night import run_night
from fraud.claims.changes import note_money
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_storing import store_people
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.company.values import current_calendar
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.detection.screening import services as screening
from fraud.detection.screening.context import columns_of_past
from fraud.detection.screening.frames import night_frame
from fraud.detection.screening.rulebook import current_rules
from fraud.learning.rounds import training_config, training_set
from fraud.workbench.frames import window_frames
from rules.models import RuleVersion
from rules.services.rule_sets import current_context
from tests.cast import correct_claim, make_cardholder, make_claim, make_department, make_merchant
from tests.draws import SHARE
from tests.night_company import add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
N_DAYS, N_CLAIMS, N_NIGHTS = 45, 70, 4
RULES = {
    "D01": ("count(same cardholder, merchant, amount within 5 days where net_amount > 0) >= 2", 3.0, False),
    "D02": ("count(same authorization within 20 days) >= 2", 3.0, False),
    "D03": ("count(same department within 3 days) >= 4", 1.0, False),
    "D04": ("sum(net_amount same brn within 10 days) > 300,000 KRW", 1.0, False),
    "D05": ("count(same mcc within 2 business days) >= 3", 1.0, False),
    "D06": ("since_last(same cardholder, merchant) < 3 days", 1.0, False),
    "D07": ("count(same purpose before) >= 10", 1.0, False),
    "D08": ("count(same cardholder, whole week) >= 3", 1.0, False),
    "D09": ("count(same merchant within 9 days where n_claims_cardholder_7d >= 2) >= 2", 1.0, False),
    "D11": ("on_leave", 2.0, False),
    "D10": ("max(amount same card.kind within 6 days) = amount", 1.0, False),
}
LEAVE = ("annual", "sick")
Facts = dict[str, tuple[dict[str, Any], frozenset[str]]]


@dataclass
class Row:
    """A delivered claim as it stands in the end, what was said of it first, and the nights before which each became known."""

    facts: dict[str, Any]
    night: int
    first_facts: dict[str, Any] = field(default_factory=dict)
    corrected_night: int | None = None
    of: Row | None = None  # the purchase whose money it brings back
    label: bool | None = None


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    settings.COLUMNS_DIR, settings.COLUMNS_FROM = tmp_path / "columns", 0
    screening.forget_frames()
    add_rules(RULES)
    departments = [make_department(code) for code in ("SALES", "LABS")]
    for i in range(5):
        make_cardholder(f"E{i:03}", department=departments[i % 2])
    for i in range(4):
        make_merchant(f"가게 {i}", key=f"m{i}", mcc=("5812", "5813")[i % 2], brn=f"12345678{i // 2:02}")
    install_model()


def delivery(rng: random.Random) -> list[Row]:
    """Purchases at moments of their own, known before any of the nights; some corrected or taken back later, some labelled."""
    rows: list[Row] = []
    for second in sorted(rng.sample(range(N_DAYS * 86_400), N_CLAIMS)):
        row = Row(_purchase(rng, len(rows), second), rng.choice([0, 0, *range(N_NIGHTS)]))
        if rng.random() < 0.3 and row.night + 1 < N_NIGHTS:
            row.corrected_night = rng.randrange(row.night + 1, N_NIGHTS)
            wrong = _purchase(rng, 0, second + rng.choice([0, 1, -7200, 90_001]))
            row.first_facts = {name: wrong[name] for name in rng.sample(sorted(_CORRECTED), 2)}
        elif row.night == 0 and rng.random() < 0.3:
            row.label = rng.random() < 0.5
        rows.append(row)
    for paid in rng.sample([row for row in rows if row.corrected_night is None], 10):
        amount = rng.choice([paid.facts["amount_minor"], paid.facts["amount_minor"] // 2])
        back = {
            **paid.facts,
            "external_id": f"back-{paid.facts['external_id']}",
            "transacted_at": paid.facts["transacted_at"] + timedelta(hours=rng.randrange(1, 100), seconds=7),
            "txn_type": "cancel" if amount == paid.facts["amount_minor"] else "partial_cancel",
            "amount_minor": -amount,
            "credit_minor": amount,
        }
        rows.append(Row(back, rng.randrange(paid.night, N_NIGHTS), of=paid))
    return rows


_CORRECTED = ("amount_minor", "cardholder", "merchant", "transacted_at", "authorization_code", "purpose_code")


def _purchase(rng: random.Random, number: int, second: int) -> dict[str, Any]:
    return {
        "external_id": f"P{number:03}",
        "transacted_at": FIRST_DAY + timedelta(seconds=second),
        "cardholder": f"E{rng.randrange(5):03}",
        "merchant": f"m{rng.randrange(4)}",
        "amount_minor": rng.choice([30_000, 45_000, 45_000, 80_000, 190_000]),
        "authorization_code": f"{rng.randrange(12):08}",
        "purpose_code": rng.choice(["MEAL", "TAXI"]),
        "card_kind": rng.choice(["personal", "shared"]),
    }


def _stored(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with the people and places they name."""
    found = dict(facts)
    if "cardholder" in found:
        found["cardholder"] = Cardholder.objects.get(employee_no=found["cardholder"])
        found["department"] = found["cardholder"].department
    if "merchant" in found:
        found["merchant"] = Merchant.objects.get(key=found["merchant"])
        found["merchant_name"] = found["merchant"].name
    return found


def cut_off(night: int) -> datetime:
    return FIRST_DAY + timedelta(days=N_DAYS + 6 + night)


def deliver(rows: list[Row], night: int, claims: dict[str, Claim], rng: random.Random) -> None:
    """What became known before this night, in any order; money that came back names its purchase."""
    at = cut_off(night) - timedelta(hours=1)
    coming = [row for row in rows if row.night == night]
    rng.shuffle(coming)
    for row in sorted(coming, key=lambda row: row.of is not None):
        _take(row, {**row.facts, **row.first_facts}, at, claims)
    for row in rows:
        if row.corrected_night == night:
            changed = {name: row.facts[name] for name in row.first_facts}
            correct_claim(claims[row.facts["external_id"]], received_at=at, **_stored(changed))


def deliver_in_order(rows: list[Row], claims: dict[str, Claim]) -> None:
    """Everything as it stands in the end, by time, before the first night."""
    ordered = sorted((row for row in rows if row.of is None), key=lambda row: row.facts["transacted_at"])
    for row in [*ordered, *(row for row in rows if row.of is not None)]:
        _take(row, row.facts, cut_off(0) - timedelta(hours=1), claims)


def leave_of(rng: random.Random) -> list[tuple[int, dict[str, Any]]]:
    """Days of leave and the nights before which each was told; some are told again, and longer or shorter."""
    told: list[tuple[int, dict[str, Any]]] = []
    for number in range(24):
        first = (FIRST_DAY + timedelta(days=rng.randrange(N_DAYS))).date()
        row = {
            "employee_no": f"E{number % 5:03}",
            "kind": LEAVE[number % 2],
            "starts_on": first,
            "ends_on": first + timedelta(days=rng.randrange(6)),
        }
        nights = sorted({0 if number == 0 else rng.randrange(N_NIGHTS), rng.randrange(N_NIGHTS)})
        told.append((nights[0], row))
        if len(nights) == 2:
            told.append((nights[1], {**row, "ends_on": first + timedelta(days=rng.randrange(6))}))
    return told


def tell_leave(rows: list[dict[str, Any]], at: datetime) -> None:
    for row in rows:
        store_people(FEEDS["absences"], pl.DataFrame([row]), at=at)


def _take(row: Row, facts: dict[str, Any], at: datetime, claims: dict[str, Claim]) -> None:
    original = claims[row.of.facts["external_id"]] if row.of else None
    claim = make_claim(**_stored(facts), received_at=at, original_claim=original)
    claims[facts["external_id"]] = claim
    if original is not None:
        note_money(more={original.pk: -claim.amount_minor}, file=None, at=at)
    if row.label is not None:
        known_at = claim.transacted_at + timedelta(days=9)
        add_label(label=NewLabel(claim.pk, row.label, "import", known_at, scheme="card"), by=NIGHTLY)


def night(number: int) -> ScreeningRun:
    run = run_night(
        business_date=date(2026, 5, 1) + timedelta(days=number), by=NIGHTLY, cut_off_at=cut_off(number)
    )
    assert run.state == ScreeningRun.State.FINISHED
    return run


def names_of(claim_ids: pl.Series) -> list[str]:
    names = dict(Claim.objects.values_list("pk", "external_id"))
    return [names[pk] for pk in claim_ids]


def facts_of(features: pl.DataFrame, hits: Any, codes: list[str]) -> Facts:
    """External id → feature values (without keys that number rows) and codes of the rules that hit."""
    plain = features.drop("claim_id", "cardholder_id", "merchant_id", "department_id").to_dicts()
    found = [frozenset(code for code, hit in zip(codes, row, strict=True) if hit) for row in hits]
    return dict(zip(names_of(features["claim_id"]), zip(plain, found, strict=True), strict=True))


def of_nights(runs: list[ScreeningRun]) -> Facts:
    """What the last night that judged each claim saw, read again from what is stored."""
    found: Facts = {}
    for run in runs:
        screening.forget_frames()
        frame = night_frame(run)
        seen = facts_of(frame.features, frame.hits, [spec.code for spec in frame.rules.specs])
        scored = Score.objects.filter(run=run).values_list("claim__external_id", flat=True)
        assert sorted(scored) == sorted(seen)
        stored = {name: set() for name in seen}
        for name, code in RuleHit.objects.filter(run=run).values_list(
            "claim__external_id", "rule_version__rule__code"
        ):
            stored[name].add(code)
        assert stored == {name: set(codes) for name, (_, codes) in seen.items()}
        found |= seen
    return found


def of_training() -> Facts:
    data = training_set(cut_off=cut_off(N_NIGHTS - 1), config=training_config())
    return facts_of(data.features, data.hits, list(data.rules.codes))


def of_preview() -> Facts:
    specs = current_rules(cut_off(N_NIGHTS - 1)).specs
    frames = window_frames(specs)
    assert frames is not None
    outcome = frames.evaluate(specs, current_context(calendar=current_calendar()))
    assert not outcome.errors
    return facts_of(frames.rows, outcome.hits, [spec.code for spec in specs])


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)
    screening.forget_frames()


def differences(one: Facts, other: Facts) -> list[str]:
    """What two of them say differently, in words; empty when they agree."""
    assert sorted(one) == sorted(other)
    found = []
    for name, (values, codes) in sorted(one.items()):
        others, other_codes = other[name]
        found += [
            f"{name} {key}: {values[key]} / {others[key]}" for key in values if values[key] != others[key]
        ]
        if codes != other_codes:
            found.append(f"{name} rules: {sorted(codes)} / {sorted(other_codes)}")
    return found


#: The third company is of the second's kind.
COMPANIES = [(1, ""), (2, "D09"), (3, "D09")][: 3 if SHARE >= 1 else 2]


@pytest.mark.parametrize(("seed", "left_out"), COMPANIES)
def test_shuffled_nights_training_preview_and_the_company_in_order_see_the_same(
    seed: int, left_out: str
) -> None:
    """With a rule whose window reads behaviour every night reads everything, without it what windows look at."""
    assert project.TIME_ZONE == "Asia/Seoul"
    RuleVersion.objects.filter(rule__code=left_out).delete()
    assert (columns_of_past(current_rules(cut_off(0)).specs) is None) == (not left_out)
    rng = random.Random(seed)
    rows, leave = delivery(rng), leave_of(rng)
    in_the_end = {
        (row["employee_no"], row["kind"], row["starts_on"]): row
        for _, row in sorted(leave, key=itemgetter(0))
    }
    with taken_back():
        deliver_in_order(rows, {})
        tell_leave(list(in_the_end.values()), cut_off(0) - timedelta(hours=1))
        control = of_nights([night(0)])
    claims: dict[str, Claim] = {}
    runs = []
    for number in range(N_NIGHTS):
        deliver(rows, number, claims, rng)
        tell_leave([row for told, row in leave if told == number], cut_off(number) - timedelta(hours=1))
        runs.append(night(number))
    nights = of_nights(runs)
    assert Score.objects.count() > len(rows)  # some were judged again
    assert {code for _, codes in control.values() for code in codes} == set(RULES) - {left_out}
    assert differences(nights, of_training()) == []
    assert differences(nights, of_preview()) == []
    assert differences(nights, control) == []
