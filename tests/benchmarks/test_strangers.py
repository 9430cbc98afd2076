"""The strange companies: drawn from their seed alone, with misuse that overlaps with what is ordinary, and their nights."""

import json
from argparse import Namespace
from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from fraud.claims.columns import CLAIM_SCHEMA
from fraud.detection.detectors.tree import TreeSettings
from fraud.learning.training import TrainingConfig
from tests.benchmarks.strangers import command, product
from tests.benchmarks.strangers import hidden as hidden_schemes
from tests.benchmarks.strangers.company import Company, build_company
from tests.benchmarks.strangers.goals import goals_of
from tests.benchmarks.strangers.hidden import HiddenScheme, hidden_in_turn
from tests.benchmarks.strangers.kinds import INDEX
from tests.benchmarks.strangers.measure import measure
from tests.benchmarks.strangers.nights import DECIDED_AFTER, Clock, Nights
from tests.benchmarks.strangers.outcomes import known_outcomes, moment
from tests.benchmarks.strangers.rulebook import BOOK, company_rules, rule_text
from tests.benchmarks.strangers.schemes import CATALOGUE, CODES
from tests.benchmarks.strangers.schemes.patterns import PATTERNS
from tests.benchmarks.strangers.status_quo import old_book, plain_facts
from tests.benchmarks.strangers.traits import draw_traits
from tests.rules.starter import starter_specs

PERSONNEL = {"on_leave": pl.Boolean, "on_trip": pl.Boolean, "has_overtime": pl.Boolean}
#: What names one thing instead of a kind of things.
NAMES_ONE = {
    "claim_id", "cardholder_id", "merchant_id", "approver_id", "department_id", "merchant_name", "brn", "ceo_name",
    "cardholder_name", "employee_no", "approver_no", "department_code", "authorization_code", "receipt_id",
    "pre_approval_id", "trip_id",
}  # fmt: skip
SEEDS = (1, 2, 3, 4, 5, 6)
SMALL = TrainingConfig(
    delay_days=14,
    block_days=28,
    detector_rows=1_500,
    max_negatives=3_000,
    detectors=("ecdf",),
    trees=TreeSettings(n_trees=20, max_bin=128),
)


@pytest.fixture(scope="module")
def companies() -> list[Company]:
    return [build_company(seed, scale=0.35) for seed in SEEDS]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Namespace:
    """A short run with small trees."""
    monkeypatch.setattr(product, "training_config", lambda values: SMALL)
    return command.parser("").parse_args(
        ["--scale", "0.1", "--nights", "14", "--draws", "10", "--control", "3"]
    )


def transaction_days(company: Company) -> np.ndarray:
    """Day of every payment since the company's first, on its own clock."""
    zone = ZoneInfo(company.traits.zone)
    local = [at.astimezone(zone).date() for at in company.claims["transacted_at"].to_list()]
    return np.array([(day - company.traits.start).days for day in local])


def test_the_same_seed_gives_the_same_company() -> None:
    first, second, other = (build_company(seed, scale=0.1) for seed in (11, 11, 12))
    assert first.claims.equals(second.claims)
    assert np.array_equal(first.scheme, second.scheme)
    assert not first.claims.equals(other.claims)


def test_catalogue_has_at_least_forty_schemes_that_can_be_played() -> None:
    assert len(CATALOGUE) >= 40
    assert len(set(CODES)) == len(CODES)
    assert len({scheme.sentence for scheme in CATALOGUE}) == len(CATALOGUE)
    for scheme in CATALOGUE:
        assert set(scheme.kinds.split()) <= set(INDEX), scheme.code
        assert scheme.how == "one" or scheme.how in PATTERNS, scheme.code
    assert set(BOOK) <= set(CODES)


def test_companies_differ_in_what_they_are() -> None:
    traits = [draw_traits(seed) for seed in range(1, 60)]
    assert {t.currency for t in traits} == {"KRW", "USD", "EUR", "JPY"}
    assert len({t.trade for t in traits}) >= 8
    assert len({t.fields for t in traits}) > 50
    assert all(150 <= t.employees <= 1_200 and 15_000 <= t.claims <= 60_000 for t in traits)
    assert all(0.003 <= t.rate <= 0.015 for t in traits)
    assert all(180 <= t.cut_off <= 280 and t.days - t.cut_off == 60 for t in traits)


def test_share_of_misuse_is_what_was_drawn(companies: list[Company]) -> None:
    for company in companies:
        share = company.truth.mean()
        assert 0.5 * company.traits.rate < share < 1.6 * company.traits.rate + 0.001, company.traits.seed
        assert np.array_equal(company.truth, company.scheme >= 0)
        assert not (company.truth & (company.like >= 0)).any()


def test_new_schemes_begin_after_the_cut_off_and_have_innocents_before(companies: list[Company]) -> None:
    for company in companies:
        days = transaction_days(company)
        new = [played for played in company.schemes if played.is_new]
        assert 2 <= len(new) <= 3
        for played in new:
            there = company.scheme == played.number
            assert (days[there] >= company.traits.cut_off).all(), played.scheme.code
        alike = np.isin(company.like, [played.number for played in new])
        assert (days[alike] < company.traits.cut_off).any()


def test_frame_has_only_columns_the_product_knows_and_the_company_delivers(companies: list[Company]) -> None:
    known = CLAIM_SCHEMA | PERSONNEL
    for company in companies:
        schema = company.claims.schema
        assert {name: dtype for name, dtype in schema.items() if known.get(name) != dtype} == {}
        fields = company.traits.fields
        assert ("mcc" in schema) == ("mcc" in fields)
        assert ("on_leave" in schema) == ("leave" in fields)
        assert bool(company.claims["has_time"].any()) == ("time" in fields)
        assert company.claims["amount_minor"].n_unique() > 100


def test_no_fact_belongs_to_misuse_alone(companies: list[Company]) -> None:
    looked_at = 0
    for company in companies:
        truth = pl.Series("truth", company.truth)
        for name, dtype in company.claims.schema.items():
            is_code = dtype in (pl.String, pl.Boolean) or company.claims[name].n_unique() <= 30
            if name in NAMES_ONE or not is_code:
                continue
            values = company.claims.select(
                value=pl.col(name).cast(pl.String).fill_null("(none)"), truth=truth
            )
            shares = values.group_by("value").agg(pl.len().alias("n"), pl.col("truth").mean())
            shares = shares.filter(pl.col("n") >= 12)
            looked_at += shares.height
            assert shares.filter(pl.col("truth") >= 0.9).is_empty(), (company.traits.seed, name)
    assert looked_at > 400


def test_misuse_is_no_more_often_misuse_than_its_look_alikes_allow(companies: list[Company]) -> None:
    """Nearly every scheme a company plays has innocents that look like it."""
    pairs = [
        (int((c.scheme == p.number).sum()), int((c.like == p.number).sum()))
        for c in companies
        for p in c.schemes
    ]
    assert np.mean([like > 0 for misuse, like in pairs if misuse > 0]) > 0.9
    assert sum(like for _, like in pairs) > 0.8 * sum(misuse for misuse, _ in pairs)


def test_outcomes_come_only_from_flagged_claims_and_tips_and_only_later(companies: list[Company]) -> None:
    for company in companies[:3]:
        known = known_outcomes(company)
        at = known["claim_id"].to_numpy() - 1
        assert len(set(at.tolist())) == len(at)
        arrived = [moment(company, day) for day in company.delivered[at]]
        assert all(when > then for when, then in zip(known["known_at"].to_list(), arrived, strict=True))
        reviews = known.filter(pl.col("source") == "review")["claim_id"].to_numpy() - 1
        assert (company.delivered[reviews] < company.traits.cut_off).all()
        right = known["is_misuse"].to_numpy() == company.truth[at]
        assert 0.9 < right.mean() < 1.0 or right.all()


def test_every_rule_of_the_book_holds_with_and_without_categories(companies: list[Company]) -> None:
    by_mcc = {("mcc" in company.traits.fields): company for company in companies}
    assert set(by_mcc) == {True, False}
    for company in by_mcc.values():
        specs = [rule.spec for rule in company_rules(company)]
        codes = [spec.code for spec in specs]
        assert len(set(codes)) == len(codes)
        from rules.engine import RuleSpec
        from rules.language.parse import parse

        book = [
            RuleSpec(code, 1, parse(rule_text(company, code)), weight) for code, (_, weight) in BOOK.items()
        ]
        hits = product.hits_of(company, book)
        assert hits.any(axis=0).sum() > len(BOOK) / 2


def test_rules_for_new_schemes_come_some_nights_after_they_began(companies: list[Company]) -> None:
    found = 0
    for company in companies[:3]:
        new = {p.scheme.code: p.first for p in company.schemes if p.is_new and p.scheme.code in BOOK}
        rules = company_rules(company, useless=3)
        begin = {rule.scheme: rule.active_from for rule in rules if rule.scheme}
        assert all(begin[code] > first for code, first in new.items())
        assert sum(rule.spec.code.startswith("U_") for rule in rules) == 3
        without_new = {rule.scheme for rule in company_rules(company, for_new=False)}
        assert without_new - {""} == set(begin) - set(new)
        found += len(new)
    assert found > 3
    bare = company_rules(companies[0], extra=False, for_new=False)
    assert [rule.spec.code for rule in bare] == [spec.code for spec in starter_specs()]


def test_plain_facts_of_the_status_quo_agree_with_a_loop() -> None:
    company = build_company(3, scale=0.05)
    facts = plain_facts(company)
    zone = ZoneInfo(company.traits.zone)
    seen: dict[tuple, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    expected = {}
    columns = ("transacted_at", "claim_id", "cardholder_id", "merchant_id", "amount_minor")
    for at, claim, person, shop, amount in sorted(company.claims.select(columns).rows()):
        day = at.astimezone(zone).date()
        n = seen[person,]
        mean = total[person] / n if n >= 3 else None
        expected[claim] = (n, seen[person, shop], seen["shop", shop], seen[person, shop, day] > 0, mean)
        for key in ((person,), (person, shop), ("shop", shop), (person, shop, day)):
            seen[key] += 1
        total[person] += amount
    for row in facts.iter_rows(named=True):
        n, at_shop, shop_before, again, mean = expected[row["claim_id"]]
        assert (row["before"], row["at_shop"], row["shop_before"], row["again_today"]) == (
            n,
            at_shop,
            shop_before,
            again,
        )
        if mean:
            assert row["to_mean"] == pytest.approx(row["amount"] / mean)
    book = old_book(company, facts)
    assert 4 <= len(book.names) <= 7
    assert book.any.any()
    assert not book.any.all()


def test_nights_open_within_their_seats_and_outcomes_come_a_fortnight_later(options: Namespace) -> None:
    company = build_company(2, nights=options.nights, scale=options.scale)
    nights = Nights(company, options, Clock())
    before = nights.labels.height
    tested = nights.run()
    inside = company.arrived(company.traits.cut_off, company.traits.days)
    assert np.isfinite(tested.queue[inside]).all()
    assert not tested.opened[~inside].any()
    assert tested.opened.any()
    assert (tested.night[tested.opened] >= company.delivered[tested.opened]).all()
    added = nights.labels[before:]
    at = added["claim_id"].to_numpy() - 1
    assert sorted(at.tolist()) == np.flatnonzero(tested.opened).tolist()
    decided = [
        datetime.fromisoformat(str(moment(company, day + DECIDED_AFTER))).date() for day in tested.night[at]
    ]
    assert [known.date() for known in added["known_at"].to_list()] == decided
    per_night = [
        len(
            set(
                company.claims["cardholder_id"].to_numpy()[
                    (tested.night == day) & (tested.channel == "control_sample")
                ]
            )
        )
        for day in range(company.traits.cut_off, company.traits.days)
    ]
    assert max(per_night) <= 3
    assert (tested.inclusion[tested.channel == "control_sample"] < 1).all()


def test_a_hidden_scheme_is_in_no_outcome_and_no_rule_before_the_nights(
    options: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = build_company(2, nights=options.nights, scale=0.2)
    plain = Nights(company, options, Clock())
    scheme_of = {claim: company.scheme[claim - 1] for claim in plain.labels["claim_id"].to_list()}
    ruled = {rule.scheme for rule in plain.rules}
    hidden = next(
        played
        for played in company.schemes
        if played.scheme.code in ruled and played.number in scheme_of.values()
    )
    without = HiddenScheme(company, options, Clock(), hidden)
    left = [claim for claim, number in scheme_of.items() if number != hidden.number]
    assert without.labels["claim_id"].to_list() == left
    assert len(left) < len(scheme_of)
    assert ruled - {rule.scheme for rule in without.rules} == {hidden.scheme.code}
    assert without.hits.shape == (company.claims.height, len(plain.rules) - 1)
    options.hide_schemes = 1
    monkeypatch.setattr(hidden_schemes, "_LEAST_CLAIMS", 0)
    [found] = hidden_in_turn(company, options, Clock())
    assert found["novelty_hidden"] <= found["novelty_misuse"] <= found["novelty"]
    assert found["opened"] <= found["claims"]


def test_a_company_is_measured_from_its_seed_to_its_goals(options: Namespace) -> None:
    first, second = measure(4, options), measure(4, options)
    for each in (first, second):
        del each["seconds"]
    assert json.dumps(first) == json.dumps(second)
    assert set(first["ways"]) == {"product", "ranking", "rules", "tree", "union", "tree_top"}
    product_ = first["ways"]["product"]
    assert 0 <= product_["recall"][0] <= 1
    assert product_["cost"][1] <= product_["cost"][0] <= product_["cost"][2]
    union, rules = first["ways"]["union"], first["ways"]["rules"]
    assert union["recall"][0] >= rules["recall"][0]
    assert union["alerts_a_night"][0] >= rules["alerts_a_night"][0]
    goals = goals_of([first], options)
    assert {goal.verdict.split(",")[0] for goal in goals} <= {"holds", "missed", "no figure"}
