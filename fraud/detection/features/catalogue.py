"""Every computed feature: its type, what it is about, its words in both languages and its unit."""

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

Concept = Literal[
    "amount",
    "habit",
    "merchant",
    "time",
    "frequency",
    "repetition",
    "peers",
    "category",
    "links",
    "entry",
    "known_misuse",
]
Unit = Literal[
    "", "money", "count", "number", "tail", "ratio", "share", "days", "minutes", "hour", "z", "yes_no"
]

#: Why a feature's values move at a company where nothing changes: the calendar alone, the length of the history known so far, or the
#: company's own reviewing. What only moves for such a reason is no drift.
Grows = Literal["", "calendar", "history", "reviews"]

_INT, _FLOAT, _MONEY, _BOOL = pl.Int32(), pl.Float32(), pl.Int64(), pl.Boolean()


@dataclass(frozen=True)
class Feature:
    """One column that `build_features` computes. `from_labels`: only detectors may read it; `grows`: why it moves by itself, if it does."""

    name: str
    dtype: pl.DataType
    concept: Concept
    ko: str
    en: str
    unit: Unit = ""
    from_labels: bool = False
    grows: Grows = ""


def _behaviour() -> list[Feature]:
    f = Feature
    # fmt: off
    return [
        f("per_head", _MONEY, "amount", "1인당 금액", "amount per head", "money"),
        f("log_amount", _FLOAT, "amount", "금액(로그)", "amount (logarithm)"),
        f("is_round_amount", _BOOL, "amount", "딱 떨어지는 금액", "round amount", "yes_no"),
        f("ratio_to_limit", _FLOAT, "amount", "카드 한도 대비 금액", "amount against the card limit", "ratio"),
        f("ratio_to_pre_approved", _FLOAT, "amount", "사전 승인액 대비 금액", "amount against the pre-approved amount", "ratio"),
        f("n_trailing_zeros", _INT, "amount", "금액 끝자리 0의 개수", "zeros at the end of the amount", "number"),
        f("ratio_to_next_round", _FLOAT, "amount", "다음 어림 금액 대비", "amount against the next round amount", "ratio"),
        f("per_head_to_next_round", _FLOAT, "amount", "1인당 금액의 다음 어림 금액 대비", "amount per head against the next round amount", "ratio"),
        f("service_share", _FLOAT, "amount", "봉사료 비중", "service charge's share of the amount", "share"),
        f("n_letters_purpose", _INT, "entry", "사용 목적 글자 수", "letters of the purpose given", "number"),
        f("has_receipt", _BOOL, "entry", "영수증 첨부", "receipt attached", "yes_no"),
        f("has_pre_approval", _BOOL, "entry", "사전 승인 있음", "approved beforehand", "yes_no"),
        f("is_own_approver", _BOOL, "entry", "본인 결재", "approved by the cardholder themselves", "yes_no"),
        f("is_other_region", _BOOL, "merchant", "근무지와 다른 지역", "merchant in another region than the workplace", "yes_no"),
        f("hour", _INT, "time", "사용 시각", "hour of the day", "hour"),
        f("weekday", _INT, "time", "요일(월요일 1)", "weekday (Monday is 1)"),
        f("is_night", _BOOL, "time", "심야 사용", "late at night", "yes_no"),
        f("is_weekend", _BOOL, "time", "주말 사용", "on a weekend", "yes_no"),
        f("is_holiday", _BOOL, "time", "공휴일 사용", "on a public holiday", "yes_no"),
        f("is_business_day", _BOOL, "time", "영업일 사용", "on a business day", "yes_no"),
        f("days_to_submit", _FLOAT, "time", "청구까지 걸린 일수", "days until the claim was filed", "days"),
        f("days_to_approve", _FLOAT, "time", "결재까지 걸린 일수", "days from filing until the approval", "days"),
        f("days_to_month_end", _INT, "time", "월말까지 남은 일수", "days until the end of the month", "days"),
        f("day_part_share_120d", _FLOAT, "time", "본인 결제 중 같은 시간대 비중", "share of the cardholder's payments in this part of the day", "share"),
        f("weekend_share_120d", _FLOAT, "time", "본인 결제 중 주말 비중", "share of the cardholder's payments on weekends", "share"),
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
        f("n_claims_same_category_1d", _INT, "category", "본인의 같은 업종 최근 1일 건수", "own claims of this category in the last day", "count"),
        f("n_claims_same_category_28d", _INT, "category", "본인의 같은 업종 최근 28일 건수", "own claims of this category in the last 28 days", "count"),
        f("total_amount_same_category_28d", _MONEY, "category", "본인의 같은 업종 최근 28일 합계", "own total of this category in the last 28 days", "money"),
        f("amount_ratio_same_category_180d", _FLOAT, "category", "본인의 같은 업종 평균 대비 금액", "amount against the own mean of this category", "ratio"),
        f("same_category_share_180d", _FLOAT, "category", "본인 결제 중 이 업종 비중", "share of this category among own claims", "share"),
        f("days_since_same_category", _FLOAT, "category", "본인의 같은 업종 직전 사용 후 일수", "days since the own last claim of this category", "days"),
        f("category_surprise_28d", _FLOAT, "category", "동료·본인 과거 대비 같은 업종 사용 빈도의 이례도", "how unlikely so many claims of this category are", "tail"),
        f("purpose_category_share_180d", _FLOAT, "category", "부서의 같은 목적 중 이 업종 비중", "share of this category among the department's claims of the purpose", "share"),
        f("n_others_same_amount_merchant_7d", _INT, "links", "다른 사용자의 같은 가맹점·금액 최근 7일 건수", "others' claims of this amount at this merchant in 7 days", "count"),
        f("n_others_same_amount_department_3d", _INT, "links", "부서 동료의 같은 금액 최근 3일 건수", "colleagues' claims of this amount in 3 days", "count"),
        f("n_others_department_merchant_1d", _INT, "links", "부서 동료의 같은 가맹점 최근 1일 건수", "colleagues' claims at this merchant in the last day", "count"),
        f("own_share_merchant_180d", _FLOAT, "links", "가맹점 결제 중 본인 비중", "own share of the company's claims at this merchant", "share"),
        f("total_amount_same_merchant_2d", _MONEY, "merchant", "같은 가맹점 최근 2일 합계", "own total at this merchant in the last 2 days", "money"),
        f("same_merchant_share_90d", _FLOAT, "merchant", "본인 지출 중 이 가맹점 비중", "this merchant's share of what the cardholder spent", "share"),
        f("amount_ratio_same_merchant_180d", _FLOAT, "merchant", "이 가맹점에서의 본인 평균 대비 금액", "amount against the own mean at this merchant", "ratio"),
        f("price_shift_merchant_30d", _FLOAT, "merchant", "가맹점 30일 평균 / 180일 평균", "merchant's 30-day mean against its 180-day mean", "ratio"),
        f("round_share_cardholder_120d", _FLOAT, "amount", "본인 결제 중 딱 떨어지는 금액 비중", "share of round amounts among the cardholder's payments", "share"),
        f("round_share_merchant_180d", _FLOAT, "amount", "이 가맹점의 딱 떨어지는 금액 비중", "share of round amounts at this merchant", "share"),
        f("mcc_share_peer", _FLOAT, "peers", "부서에서 이 업종의 비중", "share of this category in the department", "share"),
    ]
    # fmt: on


#: windows of label-derived features in days, about when a label became known; rates need their own counts
COUNT_WINDOWS = {
    "merchant": (1, 7, 14, 28, 30, 90),
    "cardholder": (14, 28, 90),
    "approver": (90,),
    "category": (28, 90),
}
RATE_WINDOWS = {"merchant": (1, 7, 28, 30, 90), "cardholder": (28, 90), "approver": (90,), "category": (90,)}
#: subjects of which the latest outcomes say something by their order
RUNS_OF = ("merchant", "cardholder")
_WHO = {
    "merchant": ("가맹점", "at the merchant"),
    "cardholder": ("사용자", "by the cardholder"),
    "approver": ("같은 결재자", "under the same approver"),
    "category": ("같은 업종", "in this category"),
}

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
    """Label-derived features by subject."""
    found = []
    for who, (ko, en) in _WHO.items():
        columns = [(row, days) for days in COUNT_WINDOWS[who] for row in _COUNTED]
        columns += [(row, days) for days in RATE_WINDOWS[who] for row in _RATED]
        columns += [(row, 0) for row in _LATEST if who in RUNS_OF]
        for (name, dtype, unit, in_korean, in_english), days in columns:
            words = {"who": who, "days": days, "ko": ko, "en": en}
            texts = (in_korean.format(**words), in_english.format(**words))
            found.append(
                Feature(
                    name.format(**words),
                    dtype,
                    "known_misuse",
                    *texts,
                    unit,
                    from_labels=True,
                    grows="reviews",
                )
            )
    return found


#: Features that look back 90 days and longer: until the history is as long, their windows fill from claim to claim.
_OF_HISTORY = frozenset(
    {
        *(
            "amount_z_self",
            "amount_ratio_self_max",
            "amount_ratio_usual",
            "max_ratio_usual_14d",
            "n_unusual_amount_14d",
        ),
        *(
            "day_part_share_120d",
            "weekend_share_120d",
            "round_share_cardholder_120d",
            "round_share_merchant_180d",
        ),
        *(
            "minutes_since_previous",
            "minutes_since_same_merchant",
            "is_first_at_merchant",
            "amount_ratio_merchant_90d",
        ),
        *(
            "price_shift_merchant_30d",
            "amount_ratio_same_merchant_180d",
            "same_merchant_share_90d",
            "own_share_merchant_180d",
        ),
        *("amount_ratio_same_category_180d", "same_category_share_180d", "days_since_same_category"),
        *("category_surprise_28d", "purpose_category_share_180d", "amount_z_peer", "mcc_share_peer"),
    }
)
#: Features that count days from a date that stays where it is.
_OF_THE_CALENDAR = frozenset({"days_since_hired", "merchant_seen_days", "merchant_age_days"})


def _marked(feature: Feature) -> Feature:
    if feature.name in _OF_THE_CALENDAR:
        return replace(feature, grows="calendar")
    return replace(feature, grows="history") if feature.name in _OF_HISTORY else feature


BEHAVIOUR_FEATURES: tuple[Feature, ...] = tuple(map(_marked, _behaviour()))
LABEL_FEATURES: tuple[Feature, ...] = tuple(_known_misuse())
FEATURES: tuple[Feature, ...] = BEHAVIOUR_FEATURES + LABEL_FEATURES
COMPUTED: dict[str, Feature] = {feature.name: feature for feature in FEATURES}


#: facts of the claim that trees read as they are; missing where the company delivers no such feed
FACTS: tuple[Feature, ...] = (
    Feature("amount", _MONEY, "amount", "금액", "amount", "money"),
    Feature("on_leave", _BOOL, "time", "휴가·휴직 중", "on leave", "yes_no"),
    Feature("on_trip", _BOOL, "time", "출장 중", "on a trip", "yes_no"),
    Feature("has_overtime", _BOOL, "time", "초과근무 승인", "overtime approved", "yes_no"),
    Feature("n_attendees", _INT, "entry", "참석 인원", "attendees", "number"),
    Feature("installments", _INT, "entry", "할부 개월", "instalments", "number"),
    Feature("is_recurring", _BOOL, "entry", "정기 결제", "recurring payment", "yes_no"),
    Feature(
        "self_declared_personal", _BOOL, "entry", "본인 신고 사적 사용", "declared as personal", "yes_no"
    ),
    Feature(
        "merchant.ceo_is_cardholder",
        _BOOL,
        "links",
        "대표자와 사용자 이름 같음",
        "owner has the cardholder's name",
        "yes_no",
    ),
)
#: everything that has words: computed or taken as it is
DESCRIBED: dict[str, Feature] = COMPUTED | {feature.name: feature for feature in FACTS}


def is_money(name: str) -> bool:
    """Whether a feature is an amount, in minor units of the claim's own currency."""
    return name in DESCRIBED and DESCRIBED[name].unit == "money"


def grows_by_itself(name: str) -> Grows:
    """Why a feature moves at a company where nothing changes; "" for one that does not, or that is none of the catalogue."""
    return DESCRIBED[name].grows if name in DESCRIBED else ""


#: what supervised trees read: facts of the claim and everything computed
TREE_FEATURES: tuple[str, ...] = tuple(dict.fromkeys([*(feature.name for feature in FACTS), *COMPUTED]))
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
    "category_surprise_28d",
)
