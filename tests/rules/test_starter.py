"""The starter rules: valid, complete, told in both languages, and right on real purchasing-card data."""

from __future__ import annotations

import re

import polars as pl
import pytest

from rules.engine import Outcome, RuleSpec, evaluate
from rules.facts import hit_sentence
from rules.fields import FIELDS
from rules.language import Context, check, field_names, nodes, parse, to_sentence, to_text
from rules.language.normal import normalise
from rules.starter import GALLERY, STARTER_RULES, StarterRule, catalogue_codes
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.rules.plain_claims import claims
from tests.rules.real_claims import birmingham, toronto
from tests.rules.starter import starter_context, starter_specs

NAMED = [
    "T01",
    "T02",
    "T04",
    "T05",
    "T06",
    "T07",
    "M01",
    "M02",
    "M03",
    "M04",
    "M05",
    "M06",
    "M07",
    "M12",
    "A01",
    "A02",
    "A03",
    "A04",
    "A04B",
    "A05",
    "A06",
    "A07",
    "A09",
    "D01",
    "D03",
    "C01",
    "H01",
    "L04",
]


@pytest.mark.parametrize("rule", GALLERY.values(), ids=lambda rule: rule.code)
def test_starter_rule_is_valid_and_complete(rule: StarterRule) -> None:
    tree = parse(rule.text)
    check(tree, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    assert parse(to_text(tree)) == tree
    assert re.fullmatch(r"[A-Z]\d\d[A-Z]?", rule.code)
    assert 0 <= rule.weight <= 5
    for english, korean in (
        (rule.name_en, rule.name_ko),
        (rule.clause_en, rule.clause_ko),
        (rule.question_en, rule.question_ko),
    ):
        assert english
        assert re.search("[가-힣]", korean)
    for lang in ("ko", "en"):
        assert "$" not in to_sentence(tree, lang, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)


@pytest.mark.parametrize("rule", GALLERY.values(), ids=lambda rule: rule.code)
def test_question_to_the_cardholder_names_facts_and_no_threshold(rule: StarterRule) -> None:
    for question in (rule.question_en, rule.question_ko):
        used = re.findall(r"\{([^}]*)\}", question)
        assert set(used) <= {"date", "time", "merchant", "amount", "count", "total"}
        assert not re.search(
            r"\d{3}|한도|규칙|점수|limit|rule|score|threshold", question.replace("30분", "")
        ), question


def test_starter_set_holds_the_named_rules_and_enough_active_ones() -> None:
    active = {rule.code for rule in STARTER_RULES if rule.state == "active"}
    assert set(NAMED) <= active
    assert len(active) >= 24
    assert len({rule.code for rule in STARTER_RULES}) == len(STARTER_RULES)


def test_gallery_has_every_code_of_the_catalogue() -> None:
    n_codes = {"T": 8, "M": 13, "A": 13, "L": 5, "D": 8, "C": 12, "H": 5, "X": 3}
    expected = [f"{group}{number:02d}" for group, n in n_codes.items() for number in range(1, n + 1)]
    assert sorted(catalogue_codes()) == sorted(expected)
    assert len(expected) == 67


def test_every_list_and_parameter_is_used() -> None:
    trees = [parse(rule.text) for rule in GALLERY.values()]
    parts = [part for tree in trees for part in nodes.walk(tree)]
    assert {part.name for part in parts if isinstance(part, nodes.ListRef)} == set(STARTER_LISTS)
    assert {part.name for part in parts if isinstance(part, nodes.ParameterRef)} == set(STARTER_PARAMETERS)
    assert {name for tree in trees for name in field_names(tree)} - {"cardholder", "merchant"} <= set(FIELDS)


def test_no_starter_list_holds_two_spellings_of_one_value() -> None:
    for each in STARTER_LISTS.values():
        assert len({normalise(value) for value in each.values}) == len(each.values), each.name


def _run(frame: pl.DataFrame, texts: list[str], zone: str) -> Outcome:
    base = starter_context(zone=zone)
    outcome = evaluate(
        frame, [RuleSpec(str(i), 1, parse(text)) for i, text in enumerate(texts)], context=base
    )
    assert outcome.errors == {}
    return outcome


def _text(code: str) -> str:
    return next(rule.text for rule in STARTER_RULES if rule.code == code)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("load", "zone", "repeated", "groups", "currency", "splits"),
    [
        (toronto, "America/Toronto", 16_382, 6_447, "CAD", {3_000: 562, 5_000: 224, 10_000: 201}),
        (birmingham, "Europe/London", 8_466, 3_387, "GBP", {500: 744, 1_000: 379, 5_000: 626}),
    ],
)
def test_repeated_rows_and_split_groups_of_real_data_are_found(
    load, zone, repeated, groups, currency, splits
) -> None:
    """D03W hits all rows of groups of two or more, the counted ones; D03 hits each group's rows but the first. A04 hits a split group from
    the payment on that passes the limit; groups in which one payment alone is over the limit are no split."""
    frame = load().filter(pl.col("amount") > 0)
    a04 = _text("A04").replace("$split_parts", "2")
    limits = [a04.replace("$single_limit", f"{limit} {currency}") for limit in splits]
    hits = _run(frame, [_text("D03W"), _text("D03"), *limits], zone).hits
    same = ["merchant_id", "cardholder_id", "transacted_at"]
    counted = frame.drop_nulls([*same, "amount"]).group_by([*same, "amount"]).len().filter(pl.col("len") >= 2)
    assert hits[:, 0].sum() == counted["len"].sum() == repeated
    assert hits[:, 1].sum() == repeated - counted.height
    assert counted.height == groups
    days = (
        frame.drop_nulls(same)
        .group_by(same)
        .agg(pl.len(), total=pl.col("amount").sum(), most=pl.col("amount").max())
    )
    for number, (limit, expected) in enumerate(splits.items()):
        split = days.filter(
            (pl.col("len") >= 2) & (pl.col("total") > limit * 100) & (pl.col("most") <= limit * 100)
        )
        found = frame.filter(pl.Series(hits[:, 2 + number])).unique(same)
        assert split.height == expected
        assert set(split.select(same).iter_rows()) <= set(found.select(same).iter_rows())


@pytest.mark.shared
def test_sensitive_categories_of_real_data_are_found() -> None:
    """Counted with the credits, as the published table is."""
    wanted = {"5813": 76, "5921": 206, "5944": 114, "7273": 10, "7230": 25, "7298": 16, "7992": 38}
    texts = [f'merchant.mcc = "{mcc}"' for mcc in wanted]
    outcome = _run(toronto(), [*texts, _text("M03").removeprefix("net_amount > 0 and ")], "America/Toronto")
    assert outcome.hits.sum(axis=0).tolist() == [*wanted.values(), 4]


@pytest.mark.shared
def test_starter_rules_run_on_foreign_data_and_say_what_is_missing() -> None:
    frame = toronto().head(60_000)
    specs = starter_specs()
    outcome = evaluate(frame, specs, context=starter_context(zone="America/Toronto"))
    assert outcome.errors == {}
    by_code = {spec.code: number for number, spec in enumerate(specs)}
    for code in ("A01", "A03", "A04", "D03", "M01B", "M02", "A07", "M12"):
        assert outcome.hits[:, by_code[code]].any(), code
    lacking = {
        "A04B": "has_time",
        "T01": "is_night",
        "T04": "on_leave",
        "M05": "merchant.status",
        "C01": "cancelled_at",
        "H01": "approver.employee_no",
        "A06": "is_round_amount",
        "A09": "department_id",
    }
    for code, name in lacking.items():
        report = outcome.not_evaluable[by_code[code]]
        assert not outcome.hits[:, by_code[code]].any()
        assert report.count > 0
        assert name in report.missing


def test_facts_become_sentences_and_questions() -> None:
    frame = claims(amount=[390_000, 400_000, 350_000], **{"merchant.name": ["한우마을"] * 3})
    specs = [spec for spec in starter_specs() if spec.code in {"A04", "A04B"}]
    outcome = evaluate(frame, specs, context=starter_context())
    assert outcome.hits.tolist() == [[False, False], [True, False], [True, True]]
    facts = outcome.facts(2, 0)
    assert hit_sentence(facts, "en").startswith(
        "3 payments by one cardholder at one merchant on one day, total KRW 1,140,000, highest KRW 400,000"
    )
    assert "Single payment limit KRW 500,000" in hit_sentence(facts, "en")
    assert hit_sentence(facts, "ko").startswith(
        "한 사용자가 한 가맹점에서 하루에 3건, 합계 1,140,000원, 최대 400,000원"
    )
    assert "건당 한도 500,000원" in hit_sentence(facts, "ko")
    quick = outcome.facts(2, 1)
    assert (
        "3 payments by one cardholder at one merchant within 30 minutes, total KRW 1,140,000"
        in hit_sentence(quick, "en")
    )


def test_context_without_lists_reports_the_rule_and_not_a_crash() -> None:
    outcome = evaluate(claims(amount=[1]), starter_specs(), context=Context())
    assert len(outcome.errors) > 10
    assert not outcome.hits[:, list(outcome.errors)].any()
