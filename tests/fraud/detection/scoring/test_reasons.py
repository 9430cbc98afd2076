"""Reasons in words: every kind in both languages, with the facts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.detection.detectors import DETECTORS
from fraud.detection.features.catalogue import FEATURES
from fraud.detection.scoring import feature_words, reason_texts
from fraud.detection.scoring.facts import facts_of, plain_column, strongest_of, told_of
from fraud.detection.scoring.reasons import (
    details,
    distinct,
    feature_text,
    headline_details,
    parts_of_sum,
    sentence,
    sentences,
    together,
    weight_of,
)
from fraud.detection.sentences import headline_reason, payment_facts, tells_payment
from tests.fraud.made_claims import trained

HABIT = {
    "kind": "tree",
    "code": "habit",
    "value": 2.1,
    "facts": {
        "features": {"amount_ratio_self_30d": 3.8, "is_first_at_merchant": True, "is_weekend": False},
        "baselines": {"amount_ratio_self_30d": {"value": 1_140_000, "usual": 300_000}},
        "currency": "KRW",
    },
}


def test_habit_reason_names_the_ratio_and_both_amounts() -> None:
    assert sentence(HABIT, "en") == (
        "Own habits: 3.8 times the cardholder's 30-day mean (KRW 1,140,000; usual KRW 300,000), first time at this merchant"
    )
    assert (
        sentence(HABIT, "ko")
        == "본인 사용 습관: 본인 30일 평균의 3.8배(1,140,000원, 평소 300,000원), 이 가맹점 첫 이용"
    )


def test_rule_reason_carries_the_rules_own_name() -> None:
    titled = {
        "kind": "rule",
        "code": "R12",
        "value": 1,
        "facts": {"title": {"ko": "심야 사용", "en": "late at night"}},
    }
    assert sentence(titled, "ko") == "규칙 R12: 심야 사용"
    assert sentence({**titled, "facts": {}}, "en") == "Rule R12 applies"


def test_novelty_reason_says_how_rare_the_value_is() -> None:
    reason = {"kind": "novelty", "code": "hour", "value": 3.0, "facts": {"features": {"hour": 3}}}
    assert (
        sentence(reason, "en")
        == "Paid in the hour from 3:00: about 1 in 1,000 claims is as far from the ordinary"
    )
    assert sentence(reason, "ko") == "3시대 결제: 약 1,000건 중 1건꼴로만 나타나는 수준"


def test_unusual_own_amount_is_told_once_by_its_rarest_measure() -> None:
    found = [
        {"kind": "novelty", "code": "amount_z_self", "value": 2.0},
        {"kind": "novelty", "code": "amount_ratio_usual", "value": 3.0},
        {"kind": "novelty", "code": "hour", "value": 1.2},
    ]
    assert [reason["code"] for reason in distinct(found)] == ["amount_ratio_usual", "hour"]


REPETITION = {
    "features": {"minutes_since_same_merchant": 503.2, "n_same_amount_30d": 0, "n_repeated_3d": 2},
    "currency": "KRW",
}


def test_values_that_say_nothing_are_left_out_and_durations_are_words() -> None:
    assert (
        details(REPETITION, "en")
        == "again at this merchant after 8.4 hours, the same amount here 2 times before in 3 days"
    )
    assert (
        details(REPETITION, "ko")
        == "같은 가맹점에서 8.4시간 만에 다시 결제, 최근 3일 같은 가맹점·같은 금액 2건 더 있음"
    )


def test_reason_is_never_empty_even_if_none_of_its_values_says_much() -> None:
    assert details({"features": {"minutes_since_previous": 4_378}}, "en").startswith("3 days after")
    assert details({"features": {"hour": None}}, "en") == "not known"


def test_one_fact_in_two_measures_is_told_once() -> None:
    pair = {"value": 479_900, "usual": 90_200}
    facts = {
        "features": {"amount": 479_900, "log_amount": 13.1},
        "baselines": {"amount": pair, "log_amount": pair},
        "currency": "KRW",
    }
    assert details(facts, "ko") == "479,900원(본인 30일 평균 90,200원)"


def test_first_visit_of_the_company_is_no_number_of_days() -> None:
    facts = {"features": {"merchant_seen_days": 0, "n_claims_merchant_30d": 0}}
    assert details(facts, "ko") == "회사가 처음 이용하는 가맹점"


def test_known_misuse_names_whom_and_since_when() -> None:
    facts = {
        "features": {
            "known_misuse_rate_cardholder_90d": 0.8,
            "n_known_misuse_merchant_28d": 1,
            "n_clean_run_cardholder": 3,
        }
    }
    assert details(facts, "en") == (
        "80 % of the payments of the cardholder reviewed in the last 90 days were misuse, "
        "1 payment at this merchant found to be misuse in the last 28 days"
    )


def test_facts_name_only_what_pulls_the_way_of_their_sum() -> None:
    row = {"hour": 23, "weekday": 3, "days_since_hired": 90}
    effects = {"hour": 0.9, "weekday": -0.5, "days_since_hired": 0.1}
    assert list(facts_of(row, effects)["features"]) == ["hour", "days_since_hired"]
    against = {"hour": 0.1, "weekday": -0.5, "days_since_hired": 0.0}
    assert list(facts_of(row, against)["features"]) == ["weekday"]


@given(
    st.lists(
        st.lists(st.sampled_from([-2.0, -0.5, -0.1, 0.0, 0.1, 0.5, 2.0]), min_size=4, max_size=4),
        min_size=1,
        max_size=8,
    )
)
def test_many_claims_at_once_are_told_the_same_facts_as_each_alone(effects: list[list[float]]) -> None:
    names = ["amount", "hour", "amount_ratio_usual", "has_time"]
    values = {
        "amount": [12_000, None],
        "hour": [23.0, float("nan")],
        "amount_ratio_usual": [3.0, None],
        "has_time": [True, None],
    }
    rows = pl.DataFrame({name: (two * 4)[: len(effects)] for name, two in values.items()})
    columns = {name: plain_column(rows[name]) for name in names}
    order, counts = strongest_of(np.array(effects))
    for at, row in enumerate(rows.iter_rows(named=True)):
        best = [names[j] for j in order[at, : counts[at]]]
        told = told_of(best, lambda name, at=at: columns[name][at] if name in columns else None)
        assert told == facts_of(row, dict(zip(names, effects[at], strict=True)))


def test_every_feature_has_a_sentence_of_its_own_in_both_languages() -> None:
    for feature in FEATURES:
        assert all(feature_words.words_of(feature.name, lang) for lang in ("ko", "en")), feature.name


def test_anomaly_reason_calls_nothing_unusual_that_is_not() -> None:
    usual = {"kind": "anomaly", "code": "iforest", "value": 0.0, "facts": {"tail": 0.2}}
    assert sentence(usual, "en") == "Not unusual as a whole (isolation forest)"
    assert "1 in 3,200" in sentence({**usual, "facts": {"tail": 3.5}}, "en")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("tail", [0.0, 0.2, 0.29, 0.9, 1.0, 2.5, 7.0])
@pytest.mark.parametrize("value", [-0.6, -0.01, 0.0, 0.01, 0.596])
@pytest.mark.parametrize("code", ["peers", "iforest"])
def test_words_of_a_detector_never_contradict_its_weight(
    lang: str, tail: float, value: float, code: str
) -> None:
    said = sentence({"kind": "anomaly", "code": code, "value": value, "facts": {"tail": tail}}, lang)
    ordinary = {"en": "Not unusual", "ko": "이례적이지 않음"}[lang]
    unusual = {"en": "All facts together", "ko": "모든 사실을 종합하면"}[lang]
    if value > 0:
        assert ordinary not in said
    if value < 0:
        assert unusual not in said
    if tail < 0.29:
        assert unusual not in said
    if value < 0 and tail >= 1:
        assert {"en": "lowers the score", "ko": "점수를 낮춤"}[lang] in said


def test_a_concept_of_nothing_unusual_that_raises_the_score_says_through_what() -> None:
    reason = {
        "kind": "tree",
        "code": "peers",
        "value": 0.4,
        "facts": {"features": {"category_surprise_28d": 0.1}},
    }
    assert sentence(reason, "en").endswith("only beside the other facts it raises the score")
    assert "raises" not in sentence({**reason, "value": -0.4}, "en")


def test_what_adds_up_is_told_from_what_does_not() -> None:
    reasons = [
        {"kind": "rule", "code": "A04", "value": 1.0, "facts": {}},
        {"kind": "novelty", "code": "amount", "value": 3.0, "facts": {}},
        {"kind": "intercept", "code": "base", "value": -5.0, "facts": {}},
    ]
    assert [weight_of(reason) for reason in reasons] == [
        {"in_sum": True, "value": 1.0, "tail": None},
        {"in_sum": False, "value": None, "tail": 3.0},
        {"in_sum": True, "value": -5.0, "tail": None},
    ]
    assert sum(part["value"] for part in parts_of_sum(reasons)) == -4.0


def test_audit_reason_says_that_lot_decided() -> None:
    assert sentence({"kind": "audit", "code": "control", "value": 0}, "ko").startswith("무작위 점검")


def test_sentences_put_rules_first_and_only_what_speaks_for_misuse() -> None:
    reasons = [
        HABIT,
        {"kind": "tree", "code": "time", "value": -3.0, "facts": {}},
        {"kind": "rule", "code": "R1", "value": 0.1, "facts": {}},
        {"kind": "intercept", "code": "base", "value": -5.0, "facts": {}},
    ]
    assert [text.split(":")[0] for text in sentences(reasons, "en")] == ["Rule R1 applies", "Own habits"]


def test_every_detector_and_concept_has_words_in_both_languages() -> None:
    concepts = {feature.concept for feature in FEATURES}
    for table, names in ((reason_texts.DETECTORS, set(DETECTORS)), (reason_texts.CONCEPTS, concepts)):
        assert names <= set(table)
        assert all(table[name].keys() == {"en", "ko"} and all(table[name].values()) for name in names)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_feature_can_be_told_with_or_without_a_value(lang: str) -> None:
    for feature in FEATURES:
        facts = {"currency": "KRW", "baselines": {feature.name: {"value": 10, "usual": 5}}}
        for value in (0, 2.5, 1234567, True):
            text = feature_text(feature.name, value, facts, lang)
            assert text
            assert "{" not in text
        assert feature_text(feature.name, None, facts, lang) == ""


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_reasons_of_a_real_model_survive_json_and_become_sentences(lang: str) -> None:
    made, out = trained()
    row = int(np.argmax(out.model.score(made.features, made.hits)["z"].to_numpy()))
    parts = (
        out.model.explain(made.features, made.hits, [row])[0]
        + out.model.novelty_reasons(made.features, [row])[0]
    )
    for reason in json.loads(json.dumps([c.as_reason() for c in parts], allow_nan=False)):
        assert sentence(reason, lang)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("tail", [-1.0, 0.0, 0.1, 0.25])
def test_nothing_is_said_to_be_one_in_one(tail: float, lang: str) -> None:
    by_novelty = {"kind": "novelty", "code": "hour", "value": tail, "facts": {"features": {"hour": 3.0}}}
    ranked = [f.name for f in FEATURES if "{rank}" in feature_words.words_of(f.name, lang)]
    assert ranked
    told = [sentence(by_novelty, lang), *(feature_text(name, tail or 0.01, {}, lang) for name in ranked)]
    for line in told:
        assert "1 in 1" not in line
        assert "1건 중 1건" not in line
    assert "1 in 2" in feature_text(ranked[0], 0.3, {}, "en")


UNUSUAL = [
    {"kind": "novelty", "code": "amount_z_peer", "value": 2.4, "facts": {"features": {"amount_z_peer": 2.9}}},
    {
        "kind": "novelty",
        "code": "amount_ratio_merchant_90d",
        "value": 1.97,
        "facts": {
            "features": {"amount_ratio_merchant_90d": 7.4},
            "baselines": {"amount_ratio_merchant_90d": {"value": 534_600, "usual": 72_308}},
            "currency": "KRW",
        },
    },
    {"kind": "anomaly", "code": "iforest", "value": 0.33, "facts": {"tail": 2.08}},
    {"kind": "anomaly", "code": "hbos", "value": 0.2, "facts": {"tail": 1.9}},
    {"kind": "anomaly", "code": "ecdf", "value": 0.1, "facts": {"tail": 0.4}},  # nothing unusual: not named
]


def test_what_is_unusual_is_one_sentence_whatever_the_number_of_detectors() -> None:
    one = together(UNUSUAL)
    assert one is not None
    assert one["value"] == pytest.approx(0.33 + 0.2)
    assert sentence(one, "en") == (
        "2.9 standard deviations from what the department pays in this trade, 7.4 times what is usual at this merchant "
        "(KRW 534,600; usual KRW 72,308): the rarest of it is in about 1 in 250 claims, all facts together in about 1 in 120 "
        "(isolation forest, histograms)"
    )
    assert (
        "가장 드문 점이 약 250건 중 1건꼴, 모든 사실을 종합하면 약 120건 중 1건꼴(고립 숲, 히스토그램)"
        in sentence(one, "ko")
    )
    assert sentence(together(UNUSUAL[2:]), "en").startswith("All facts together: only about 1 in 120")
    assert sentence(together(UNUSUAL[:1]), "en").endswith("about 1 in 250 claims is as far from the ordinary")
    assert together(UNUSUAL[4:]) is None
    assert together([]) is None


def test_nobody_reads_of_one_in_billions() -> None:
    told = sentence({"kind": "novelty", "code": "x", "value": 10.5, "facts": {}}, "ko")
    assert "1,000,000건 중 1건 미만" in told


def test_head_of_a_case_names_the_payment_or_in_the_light_of_what_it_stands() -> None:
    facts = {"features": {"merchant_age_days": 862, "hour": 3}}
    assert headline_details(facts, "en", code="merchant") == "paid in the hour from 3:00"
    past = {"features": {"days_since_known_misuse_cardholder": 134.0}}
    assert headline_details(past, "en", code="known_misuse") == "after earlier confirmed misuse"
    assert headline_details({}, "ko", code="iforest") == "여러 사실이 함께 이례적"


@pytest.mark.parametrize("kind", ["tree", "novelty"])
def test_a_sum_or_count_of_nothing_is_never_what_a_payment_is_told_by(kind: str) -> None:
    """`0 won in the day before` says nothing; the company's first payment at a place does."""
    nothing = {
        "total_amount_cardholder_1d": 0,
        "n_claims_same_category_1d": 0,
        "total_amount_same_merchant_2d": 0.0,
    }
    facts: dict[str, Any] = {"features": {**nothing, "n_claims_cardholder_30d": 9}, "currency": "KRW"}
    reason = {"kind": kind, "code": "frequency", "value": 1.5, "facts": facts}
    assert not tells_payment(reason)
    told = [text for _name, text in payment_facts([reason], "en")]
    assert told == (["9 payments in the 30 days before"] if kind == "novelty" else [])
    for language in ("ko", "en"):
        assert "0" not in headline_reason(reason, language)
    facts["features"]["total_amount_same_merchant_2d"] = 41_000
    assert tells_payment(reason)
    assert headline_reason(reason, "en") == "KRW 41,000 here in the 2 days before"
