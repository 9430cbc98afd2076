"""Reasons in words: every kind in both languages, with the facts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fraud.detectors import DETECTORS
from fraud.features.catalogue import FEATURES
from fraud.scoring import reason_texts
from fraud.scoring.reasons import feature_text, sentence, sentences
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


def test_novelty_reason_says_that_nothing_earlier_is_similar() -> None:
    reason = {"kind": "novelty", "code": "hour", "value": 3.0, "facts": {"features": {"hour": 3}}}
    assert (
        sentence(reason, "en")
        == "Unusual, not similar to earlier cases: hour of the day: 3:00, seen in about 1 in 1,000 claims"
    )
    assert (
        sentence(reason, "ko")
        == "이례적이며 과거 사례와 유사하지 않음: 사용 시각: 3시, 약 1,000건 중 1건에서만 나타남"
    )


def test_anomaly_reason_calls_nothing_unusual_that_is_not() -> None:
    usual = {"kind": "anomaly", "code": "iforest", "value": 0.1, "facts": {"tail": 0.3}}
    assert sentence(usual, "en") == "Not unusual as a whole (isolation forest)"
    assert "1 in 3,200" in sentence({**usual, "facts": {"tail": 3.5}}, "en")


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
