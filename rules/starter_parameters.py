"""The thresholds the starter rules refer to, with the day they hold from; money has one value per currency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from rules.language.specs import ParameterSpec, ParameterValue
from rules.money import to_minor

#: Before any claim that is likely to be loaded.
STARTS_ON = date(2000, 1, 1)


def _money(name: str, label_en: str, label_ko: str, amounts: str, *special: ParameterValue) -> ParameterSpec:
    """``amounts`` like ``KRW 500000, GBP 500``."""
    values = []
    for part in amounts.split(","):
        currency, amount = part.split()
        values.append(ParameterValue(to_minor(Decimal(amount), currency), STARTS_ON, currency=currency))
    return ParameterSpec(name, "money", (*values, *special), label_en, label_ko)


def _plain(name: str, kind: str, label_en: str, label_ko: str, value: str) -> ParameterSpec:
    return ParameterSpec(name, kind, (ParameterValue(Decimal(value), STARTS_ON),), label_en, label_ko)


def _krw(amount: int, *, grade: str = "", purpose: str = "") -> ParameterValue:
    return ParameterValue(amount, STARTS_ON, currency="KRW", grade=grade, purpose_code=purpose)


# fmt: off
_ALL = (
    _money(
        "single_limit", "Single payment limit", "건당 한도",
        "KRW 500000, GBP 1000, CAD 3000, USD 2500, EUR 2500, JPY 50000",
        *(_krw(3_000_000, purpose=purpose) for purpose in ("services", "software", "training")),
        _krw(1_500_000, purpose="trip"),
    ),
    _money("per_head_limit", "Limit per head for meals", "식사 1인당 한도", "KRW 50000, GBP 50, CAD 75, USD 60, EUR 50, JPY 6000"),
    _money("receipt_limit", "Amount from which a receipt is needed", "영수증 필수 금액", "KRW 30000, GBP 25, CAD 50, USD 75, EUR 25, JPY 3000"),
    _money("round_step", "Step of round amounts", "단위 금액", "KRW 10000, GBP 50, CAD 50, USD 50, EUR 50, JPY 5000"),
    _money("round_from", "Round amounts count from", "단위 금액 판정 하한", "KRW 100000, GBP 100, CAD 100, USD 100, EUR 100, JPY 10000"),
    _money("repeat_from", "Repeated visits count from", "반복 이용 판정 하한", "KRW 20000, GBP 20, CAD 30, USD 30, EUR 20, JPY 2000"),
    _plain("near_limit_share", "percent", "Share of the limit that counts as just below", "한도 근접 판정 비율", "0.9"),
    _plain("near_limit_count", "number", "Claims just below the limit in 30 days", "한도 근접 반복 건수(30일)", "2"),
    _plain("split_parts", "number", "Payments that make a split", "분할 결제 판정 건수", "2"),
    _plain("burst_payments", "number", "Payments in quick succession", "단시간 연속 결제 건수", "3"),
    _plain("late_filing", "duration", "Time in which a claim must be filed", "청구 기한", str(30 * 86_400)),
    _plain("burst_count", "number", "Claims in a day that make a burst", "하루 집중 사용 건수", "6"),
    _plain("burst_ratio", "number", "Burst against the usual daily number", "평소 일평균 대비 집중 배수", "3"),
    _plain("new_merchant", "duration", "Age under which a merchant is new", "신규 가맹점 판정 기간", str(90 * 86_400)),
    _plain("repeat_count", "number", "Visits to one merchant in a month", "월 반복 이용 건수", "6"),
    _plain("same_amount_count", "number", "Equal payments in 30 days", "같은 금액 반복 건수(30일)", "3"),
    _plain("peer_multiple", "number", "Multiple of the department's usual amount", "부서 평소 금액 대비 배수", "5"),
    _plain("peer_least", "number", "Earlier claims needed for that comparison", "비교에 필요한 과거 건수", "20"),
    _plain("merchant_share", "percent", "One person's share of a merchant's revenue", "가맹점 매출 중 1인 비중", "0.8"),
    _plain("merchant_share_count", "number", "Claims needed for that share", "비중 판정 최소 건수", "5"),
    _plain("pre_approval_margin", "percent", "Tolerance over the pre-approved amount", "사전 승인액 허용 비율", "1.1"),
    _plain("service_charge_share", "percent", "Highest usual service charge", "봉사료 상한 비율", "0.25"),
    _plain("shortest_purpose", "number", "Fewest characters of a purpose", "사용 목적 최소 글자 수", "4"),
    _plain("quick_approval", "duration", "Approval that is too quick to be a check", "형식적 승인 판정 시간", "10"),
    _plain("night_meal_starts", "number", "Hour from which a restaurant is late", "심야 음식점 시작 시각", "23"),
    _plain("night_meal_ends", "number", "Last late hour of a restaurant", "심야 음식점 끝 시각", "4"),
    _plain("taxi_from", "number", "Hour from which overtime taxis are allowed", "야근 택시 허용 시작 시각", "21"),
    _money("monthly_limit", "Monthly limit of one purpose", "목적별 월 한도", "KRW 3000000, GBP 2500, CAD 5000, USD 4000, EUR 4000, JPY 400000"),
    _money("gift_limit", "Limit per head for guests under the anti-graft act", "청탁금지법 1인당 한도", "KRW 50000"),
    _money("evidence_limit", "Amount from which qualified evidence is needed", "적격 증빙 필수 금액", "KRW 30000, GBP 25, CAD 50, USD 75, EUR 25, JPY 3000"),
    _plain("rare_share", "percent", "Share under which a category is rare among peers", "동료 사용 비중 하한", "0.01"),
    _plain("rush_day", "number", "Day of the month from which a quarter ends", "분기 말 시작일", "24"),
    _plain("rush_ratio", "number", "Rush against the usual spend", "분기 말 집행 배수", "2"),
    _plain("digit_least", "number", "Claims needed for a digit test", "첫 자리 검정 최소 건수", "100"),
    _plain("digit_excess", "number", "Excess of a first digit over the usual", "첫 자리 숫자 초과 배수", "2"),
    _plain("fx_tolerance", "percent", "Tolerance of the exchange rate", "환율 허용 오차", "0.03"),
    _plain("receipt_tolerance", "percent", "Tolerance between receipt and claim", "영수증 금액 허용 오차", "0.05"),
    _plain("receipt_days", "duration", "Days a receipt may differ", "영수증 날짜 허용 오차", str(2 * 86_400)),
    _plain("guest_repeats", "number", "Meals with the same guests in 30 days", "같은 참석자 반복 건수(30일)", "3"),
    _plain("top_speed", "number", "Fastest possible travel (km/h)", "이동 가능 최고 속도(km/h)", "120"),
    _plain("refund_wait", "duration", "Time in which a refund must arrive", "환불 입금 기한", str(30 * 86_400)),
    _plain("repay_within", "duration", "Time in which private use is repaid", "사적 사용 반납 기한", str(7 * 86_400)),
    _plain("limit_raise_span", "duration", "Time after a raised limit that is watched", "한도 상향 후 관찰 기간", str(3 * 86_400)),
    _plain("repeat_offence_span", "duration", "Time after a warning that is watched", "주의·경고 후 관찰 기간", str(365 * 86_400)),
    _plain("new_hire_span", "duration", "Time after joining that is watched", "입사 후 관찰 기간", str(30 * 86_400)),
    _plain("taxi_to", "number", "Last hour of overtime taxis", "야근 택시 허용 끝 시각", "5"),
)
# fmt: on

STARTER_PARAMETERS: Mapping[str, ParameterSpec] = {parameter.name: parameter for parameter in _ALL}
