"""Words of the reasons in both languages; ``{...}`` are filled by ``fraud.scoring.reasons``."""

from __future__ import annotations

Texts = dict[str, str]

CONCEPTS: dict[str, Texts] = {
    "amount": {"en": "Amount", "ko": "금액"},
    "habit": {"en": "Own habits", "ko": "본인 사용 습관"},
    "merchant": {"en": "Merchant", "ko": "가맹점"},
    "time": {"en": "Time", "ko": "사용 시점"},
    "frequency": {"en": "Frequency", "ko": "사용 빈도"},
    "repetition": {"en": "Repetition", "ko": "반복 사용"},
    "peers": {"en": "Comparison with peers", "ko": "동료 대비"},
    "known_misuse": {"en": "Earlier confirmed misuse", "ko": "과거 확인된 오남용"},
}

DETECTORS: dict[str, Texts] = {
    "iforest": {"en": "isolation forest", "ko": "고립 숲"},
    "hbos": {"en": "histograms", "ko": "히스토그램"},
    "ecdf": {"en": "tail probabilities", "ko": "꼬리 확률"},
    "autoencoder": {"en": "autoencoder", "ko": "오토인코더"},
}

#: Per feature a sentence of its own; others are told as "label: value".
FEATURES: dict[str, Texts] = {
    "amount_ratio_self_30d": {
        "en": "{ratio} times the cardholder's 30-day mean ({own}; usual {usual})",
        "ko": "본인 30일 평균의 {ratio}배({own}, 평소 {usual})",
    },
    "amount_ratio_usual": {
        "en": "{ratio} times the cardholder's usual amount ({own}; usual {usual})",
        "ko": "본인 평소 금액의 {ratio}배({own}, 평소 {usual})",
    },
    "amount_ratio_self_max": {
        "en": "{ratio} times the cardholder's highest amount of the year ({own}; highest {usual})",
        "ko": "본인 1년 최고액의 {ratio}배({own}, 최고 {usual})",
    },
    "amount_ratio_merchant_90d": {
        "en": "{ratio} times what is usual at this merchant ({own}; usual {usual})",
        "ko": "이 가맹점 평소 금액의 {ratio}배({own}, 평소 {usual})",
    },
    "ratio_to_limit": {
        "en": "{ratio} times the card limit ({own}; limit {usual})",
        "ko": "카드 한도의 {ratio}배({own}, 한도 {usual})",
    },
    "ratio_to_pre_approved": {
        "en": "{ratio} times the pre-approved amount ({own}; approved {usual})",
        "ko": "사전 승인액의 {ratio}배({own}, 승인 {usual})",
    },
    "amount": {
        "en": "amount {own} (cardholder's 30-day mean {usual})",
        "ko": "금액 {own}(본인 30일 평균 {usual})",
    },
    "log_amount": {
        "en": "amount {own} (cardholder's 30-day mean {usual})",
        "ko": "금액 {own}(본인 30일 평균 {usual})",
    },
    "amount_z_self": {
        "en": "{number} standard deviations from the cardholder's own year ({own}; 30-day mean {usual})",
        "ko": "본인 1년 이력에서 표준편차 {number}배 벗어남({own}, 30일 평균 {usual})",
    },
    "is_first_at_merchant": {"en": "first time at this merchant", "ko": "이 가맹점 첫 이용"},
    "is_night": {"en": "late at night", "ko": "심야 사용"},
    "is_weekend": {"en": "on a weekend", "ko": "주말 사용"},
    "is_holiday": {"en": "on a public holiday", "ko": "공휴일 사용"},
    "is_round_amount": {"en": "a round amount", "ko": "딱 떨어지는 금액"},
}

#: Units after a number.
UNITS: dict[str, Texts] = {
    "days": {"en": "{number} days", "ko": "{number}일"},
    "minutes": {"en": "{number} minutes", "ko": "{number}분"},
    "hour": {"en": "{number}:00", "ko": "{number}시"},
    "count": {"en": "{number}", "ko": "{number}건"},
    "share": {"en": "{percent} %", "ko": "{percent}%"},
    "ratio": {"en": "{number} times", "ko": "{number}배"},
}

YES: Texts = {"en": "yes", "ko": "예"}
NO: Texts = {"en": "no", "ko": "아니요"}
UNKNOWN: Texts = {"en": "not known", "ko": "알 수 없음"}

SENTENCES: dict[str, Texts] = {
    "rule": {"en": "Rule {code} applies", "ko": "규칙 {code}에 해당합니다"},
    "rule_titled": {"en": "Rule {code}: {title}", "ko": "규칙 {code}: {title}"},
    "tree": {"en": "{concept}: {details}", "ko": "{concept}: {details}"},
    "anomaly": {
        "en": "Unusual as a whole: among the {rank} most unusual claims ({detector})",
        "ko": "전체적으로 이례적: 가장 이례적인 {rank} 이내({detector})",
    },
    "anomaly_ordinary": {
        "en": "Not unusual as a whole ({detector})",
        "ko": "전체적으로 이례적이지 않음({detector})",
    },
    "novelty": {
        "en": "Unusual, not similar to earlier cases: {details}, seen in about {rank} claims",
        "ko": "이례적이며 과거 사례와 유사하지 않음: {details}, 약 {rank}에서만 나타남",
    },
    "audit": {
        "en": "Random check: chosen by lot, not by suspicion",
        "ko": "무작위 점검: 혐의가 아니라 추첨으로 선정되었습니다",
    },
    "intercept": {
        "en": "Starting point before any fact about this claim",
        "ko": "이 청구의 사실을 보기 전의 출발점",
    },
    "other": {"en": "Other: {code}", "ko": "기타: {code}"},
}
RANK: Texts = {"en": "1 in {n}", "ko": "{n}건 중 1건"}
