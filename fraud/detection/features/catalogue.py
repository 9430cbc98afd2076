"""Every computed feature: its type, what it is about, its words in both languages and its unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Concept = Literal["amount", "habit", "merchant", "time", "frequency", "repetition", "peers", "known_misuse"]
Unit = Literal["", "money", "count", "ratio", "share", "days", "minutes", "hour", "z", "yes_no"]

_INT, _FLOAT, _MONEY, _BOOL = pl.Int32(), pl.Float32(), pl.Int64(), pl.Boolean()


@dataclass(frozen=True)
class Feature:
    """One column that `build_features` computes. `from_labels`: only detectors may read it."""

    name: str
    dtype: pl.DataType
    concept: Concept
    ko: str
    en: str
    unit: Unit = ""
    from_labels: bool = False


def _behaviour() -> list[Feature]:
    f = Feature
    # fmt: off
    return [
        f("per_head", _MONEY, "amount", "1인당 금액", "amount per head", "money"),
        f("log_amount", _FLOAT, "amount", "금액(로그)", "amount (logarithm)"),
        f("is_round_amount", _BOOL, "amount", "딱 떨어지는 금액", "round amount", "yes_no"),
        f("ratio_to_limit", _FLOAT, "amount", "카드 한도 대비 금액", "amount against the card limit", "ratio"),
        f("ratio_to_pre_approved", _FLOAT, "amount", "사전 승인액 대비 금액", "amount against the pre-approved amount", "ratio"),
        f("hour", _INT, "time", "사용 시각", "hour of the day", "hour"),
        f("weekday", _INT, "time", "요일(월요일 1)", "weekday (Monday is 1)"),
        f("is_night", _BOOL, "time", "심야 사용", "late at night", "yes_no"),
        f("is_weekend", _BOOL, "time", "주말 사용", "on a weekend", "yes_no"),
        f("is_holiday", _BOOL, "time", "공휴일 사용", "on a public holiday", "yes_no"),
        f("is_business_day", _BOOL, "time", "영업일 사용", "on a business day", "yes_no"),
        f("days_to_submit", _FLOAT, "time", "청구까지 걸린 일수", "days until the claim was filed", "days"),
        f("days_since_hired", _INT, "time", "입사 후 일수", "days since the cardholder was hired", "days"),
        f("n_claims_cardholder_1d", _INT, "frequency", "사용자의 최근 1일 건수", "cardholder's claims in the last day", "count"),
        f("n_claims_cardholder_7d", _INT, "frequency", "사용자의 최근 7일 건수", "cardholder's claims in the last 7 days", "count"),
        f("n_claims_cardholder_30d", _INT, "frequency", "사용자의 최근 30일 건수", "cardholder's claims in the last 30 days", "count"),
        f("n_merchants_cardholder_7d", _INT, "frequency", "사용자의 최근 7일 가맹점 수", "merchants the cardholder used in the last 7 days", "count"),
        f("velocity_ratio_cardholder", _FLOAT, "frequency", "최근 1일 건수 / 30일 일평균", "claims of the last day against the 30-day daily mean", "ratio"),
        f("minutes_since_previous", _FLOAT, "frequency", "직전 사용 후 경과(분)", "minutes since the cardholder's previous claim", "minutes"),
        f("total_amount_cardholder_1d", _MONEY, "frequency", "사용자의 최근 1일 합계", "cardholder's total of the last day", "money"),
        f("total_amount_cardholder_7d", _MONEY, "frequency", "사용자의 최근 7일 합계", "cardholder's total of the last 7 days", "money"),
        f("total_amount_cardholder_30d", _MONEY, "frequency", "사용자의 최근 30일 합계", "cardholder's total of the last 30 days", "money"),
        f("mean_amount_cardholder_30d", _MONEY, "habit", "사용자의 30일 평균 금액", "cardholder's 30-day mean amount", "money"),
        f("amount_ratio_self_30d", _FLOAT, "habit", "본인 30일 평균 대비 금액", "amount against own 30-day mean", "ratio"),
        f("amount_z_self", _FLOAT, "habit", "본인 1년 이력 대비 표준점수", "standard score against own year", "z"),
        f("amount_ratio_self_max", _FLOAT, "habit", "본인 1년 최고액 대비 금액", "amount against own highest of the year", "ratio"),
        f("amount_ratio_usual", _FLOAT, "habit", "본인 평소 금액 대비", "amount against own usual amount", "ratio"),
        f("max_ratio_usual_14d", _FLOAT, "habit", "최근 14일 중 평소 대비 최고 비율", "highest ratio to the usual amount in the last 14 days", "ratio"),
        f("n_unusual_amount_14d", _INT, "habit", "최근 14일의 이례적 금액 건수", "claims of unusual amount in the last 14 days", "count"),
        f("n_claims_merchant_30d", _INT, "merchant", "가맹점의 최근 30일 건수", "claims at the merchant in the last 30 days", "count"),
        f("n_cardholders_merchant_30d", _INT, "merchant", "가맹점의 최근 30일 사용자 수", "cardholders at the merchant in the last 30 days", "count"),
        f("amount_ratio_merchant_90d", _FLOAT, "merchant", "가맹점 90일 평균 대비 금액", "amount against the merchant's 90-day mean", "ratio"),
        f("merchant_seen_days", _FLOAT, "merchant", "가맹점 첫 사용 후 일수", "days since the company first used the merchant", "days"),
        f("merchant_age_days", _INT, "merchant", "가맹점 개업 후 일수", "days since the merchant opened", "days"),
        f("n_claims_same_merchant_1d", _INT, "merchant", "같은 가맹점 최근 1일 건수", "own claims at this merchant in the last day", "count"),
        f("n_claims_same_merchant_30d", _INT, "merchant", "같은 가맹점 최근 30일 건수", "own claims at this merchant in the last 30 days", "count"),
        f("is_first_at_merchant", _BOOL, "merchant", "1년 내 이 가맹점 첫 사용", "first time at this merchant within a year", "yes_no"),
        f("minutes_since_same_merchant", _FLOAT, "repetition", "같은 가맹점 직전 사용 후 경과(분)", "minutes since own previous claim at this merchant", "minutes"),
        f("n_same_amount_30d", _INT, "repetition", "같은 금액 최근 30일 건수", "own claims of the same amount in the last 30 days", "count"),
        f("n_repeated_3d", _INT, "repetition", "같은 가맹점·금액 최근 3일 건수", "same merchant and amount in the last 3 days", "count"),
        f("amount_z_peer", _FLOAT, "peers", "같은 부서·업종 대비 표준점수", "standard score against department and category", "z"),
        f("mcc_share_peer", _FLOAT, "peers", "부서에서 이 업종의 비중", "share of this category in the department", "share"),
    ]
    # fmt: on


#: windows of label-derived features in days, about when a label became known; rates need their own counts
COUNT_WINDOWS = {"merchant": (1, 7, 14, 28, 30, 90), "cardholder": (14, 28, 90)}
RATE_WINDOWS = {"merchant": (1, 7, 28, 30, 90), "cardholder": (28, 90)}
_WHO = {"merchant": ("가맹점", "at the merchant"), "cardholder": ("사용자", "by the cardholder")}

# fmt: off
_Template = tuple[str, pl.DataType, Unit, str, str]
_COUNTED: tuple[_Template, ...] = (
    ("n_known_misuse_{who}_{days}d", _INT, "count", "{ko} 최근 {days}일 확인된 오남용", "misuse {en} that became known in the last {days} days"),
)
_RATED: tuple[_Template, ...] = (
    ("n_known_labels_{who}_{days}d", _INT, "count", "{ko} 최근 {days}일 결과 확인 건수", "claims {en} whose outcome became known in the last {days} days"),
    ("known_misuse_rate_{who}_{days}d", _FLOAT, "share", "{ko} 최근 {days}일 오남용 비율", "share of misuse {en} among outcomes known in the last {days} days"),
)
_LATEST: tuple[_Template, ...] = (
    ("days_since_known_label_{who}", _FLOAT, "days", "{ko} 결과가 확인된 마지막 건 이후 일수", "days since the latest claim {en} whose outcome is known"),
    ("days_since_known_misuse_{who}", _FLOAT, "days", "{ko} 마지막 오남용 이후 일수", "days since the last known misuse {en}"),
    ("n_misuse_run_{who}", _INT, "count", "{ko} 연속 오남용 확인 건수", "latest known outcomes {en} that were all misuse"),
    ("days_since_misuse_run_began_{who}", _FLOAT, "days", "{ko} 연속 오남용 시작 이후 일수", "days since the unbroken run of misuse {en} began"),
    ("n_clean_run_{who}", _INT, "count", "{ko} 마지막 오남용 이후 정상 건수", "clean outcomes {en} since the last misuse"),
)
# fmt: on


def _known_misuse() -> list[Feature]:
    """Label-derived features of the merchant and of the cardholder."""
    found = []
    for who, (ko, en) in _WHO.items():
        columns = [(row, days) for days in COUNT_WINDOWS[who] for row in _COUNTED]
        columns += [(row, days) for days in RATE_WINDOWS[who] for row in _RATED]
        columns += [(row, 0) for row in _LATEST]
        for (name, dtype, unit, in_korean, in_english), days in columns:
            words = {"who": who, "days": days, "ko": ko, "en": en}
            texts = (in_korean.format(**words), in_english.format(**words))
            found.append(Feature(name.format(**words), dtype, "known_misuse", *texts, unit, from_labels=True))
    return found


BEHAVIOUR_FEATURES: tuple[Feature, ...] = tuple(_behaviour())
LABEL_FEATURES: tuple[Feature, ...] = tuple(_known_misuse())
FEATURES: tuple[Feature, ...] = BEHAVIOUR_FEATURES + LABEL_FEATURES
COMPUTED: dict[str, Feature] = {feature.name: feature for feature in FEATURES}

#: what supervised trees read: the raw amount and everything computed
TREE_FEATURES: tuple[str, ...] = ("amount", *COMPUTED)
#: what anomaly detectors read: label-free and relative to the person's, the merchant's or the peers' habit
DETECTOR_FEATURES: tuple[str, ...] = (
    "log_amount",
    "amount_ratio_self_30d",
    "amount_ratio_usual",
    "amount_z_self",
    "amount_ratio_self_max",
    "n_unusual_amount_14d",
    "velocity_ratio_cardholder",
    "is_first_at_merchant",
    "n_claims_same_merchant_1d",
    "hour",
    "amount_ratio_merchant_90d",
    "amount_z_peer",
    "mcc_share_peer",
)


def matrix(frame: pl.DataFrame, names: Sequence[str]) -> NDArray[np.float32]:
    """The named columns as a C-ordered float32 matrix (rows, names); null becomes nan.

    Raises KeyError naming the columns that the frame lacks.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise KeyError(f"the feature frame lacks {', '.join(missing)}")
    filled = np.empty((len(frame), len(names)), dtype=np.float32)
    for place, name in enumerate(names):
        filled[:, place] = frame[name].cast(pl.Float32).to_numpy()
    return filled
