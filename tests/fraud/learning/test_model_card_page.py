"""A version's card in words: days of the company, and why a score is a rank."""

from __future__ import annotations

from datetime import date

from fraud.company.values import CompanyValues
from fraud.detection.models import ModelVersion
from fraud.learning.model_card_page import card_context, why_ranks
from fraud.learning.rounds import training_config


def version(**card: object) -> ModelVersion:
    return ModelVersion(reference="M-2026-0001", is_calibrated=False, card=card)


def test_the_days_of_a_card_are_the_companys_and_not_those_of_greenwich(settings) -> None:
    settings.TIME_ZONE = "Asia/Seoul"
    told = card_context(
        version(data_from="2026-04-30 23:38:00+00:00", data_to="2026-11-12 14:59:00+00:00"), "en"
    )
    assert (told["claims_from"], told["claims_to"]) == (date(2026, 5, 1), date(2026, 11, 12))
    assert card_context(version(), "en")["claims_from"] is None


def test_a_rank_says_what_is_missing_before_it_is_a_percentage() -> None:
    said = why_ranks(version(out_of_fold={"confirmed": 20}, config={"percent_from": 30}))
    assert "30" in said
    assert "20" in said
    assert why_ranks(ModelVersion(is_calibrated=True)) == why_ranks(None) == ""


def test_the_setting_decides_how_many_confirmed_make_a_percentage() -> None:
    assert training_config(CompanyValues(minimum_confirmed=12)).percent_from == 12
