"""Words of the reasons in both languages; ``{...}`` are filled by ``fraud.detection.scoring.reasons``."""

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
    "category": {"en": "Kind of spend", "ko": "업종별 사용"},
    "links": {"en": "Links to others", "ko": "다른 사람과의 연결"},
    "entry": {"en": "What was filed", "ko": "청구 내용"},
    "known_misuse": {"en": "Earlier confirmed misuse", "ko": "과거 확인된 오남용"},
}

DETECTORS: dict[str, Texts] = {
    "iforest": {"en": "isolation forest", "ko": "고립 숲"},
    "hbos": {"en": "histograms", "ko": "히스토그램"},
    "ecdf": {"en": "tail probabilities", "ko": "꼬리 확률"},
    "autoencoder": {"en": "autoencoder", "ko": "오토인코더"},
    "peers": {"en": "colleagues", "ko": "동료 비교"},
}

#: Units after a number.
UNITS: dict[str, Texts] = {
    "hour": {"en": "{number}:00", "ko": "{number}시"},
    "count": {"en": "{number}", "ko": "{number}건"},
    "share": {"en": "{percent} %", "ko": "{percent}%"},
    "ratio": {"en": "{number} times", "ko": "{number}배"},
}

WEEKDAYS: dict[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}
#: Unit of a duration and its length in minutes, longest first.
LENGTHS: tuple[tuple[str, float], ...] = (("day", 1440.0), ("hour", 60.0), ("minute", 1.0))
LENGTH_WORDS: dict[str, tuple[str, str, str]] = {
    "day": ("{} day", "{} days", "{}일"),
    "hour": ("{} hour", "{} hours", "{}시간"),
    "minute": ("{} minute", "{} minutes", "{}분"),
}

YES: Texts = {"en": "yes", "ko": "예"}
NO: Texts = {"en": "no", "ko": "아니요"}
UNKNOWN: Texts = {"en": "not known", "ko": "알 수 없음"}

SENTENCES: dict[str, Texts] = {
    "rule": {"en": "Rule {code} applies", "ko": "규칙 {code}에 해당합니다"},
    "rule_titled": {"en": "Rule {code}: {title}", "ko": "규칙 {code}: {title}"},
    "tree": {"en": "{concept}: {details}", "ko": "{concept}: {details}"},
    "anomaly": {
        "en": "All facts together: only about {rank} claims is as unusual ({detector})",
        "ko": "모든 사실을 종합하면 약 {rank}로만 이만큼 이례적({detector})",
    },
    "anomaly_slight": {
        "en": "All facts together: a little unusual, about {rank} claims is as much so ({detector})",
        "ko": "모든 사실을 종합하면 다소 이례적으로, 약 {rank}로 나타나는 수준({detector})",
    },
    "anomaly_raises": {
        "en": "Hardly unusual as a whole, yet beside the other facts it raises the score ({detector})",
        "ko": "전체적으로는 거의 이례적이지 않으나 다른 사실과 함께 점수를 높임({detector})",
    },
    "anomaly_lowers": {
        "en": "About {rank} claims is as unusual as a whole, which here lowers the score ({detector})",
        "ko": "전체적으로 약 {rank}로 나타나는 수준이나 여기서는 점수를 낮춤({detector})",
    },
    "tree_together": {
        "en": "{concept}: {details}; only beside the other facts it raises the score",
        "ko": "{concept}: {details}, 다른 사실과 함께 볼 때만 점수를 높임",
    },
    "anomaly_ordinary": {
        "en": "Not unusual as a whole ({detector})",
        "ko": "전체적으로 이례적이지 않음({detector})",
    },
    "novelty": {
        "en": "{details}: about {rank} claims is as far from the ordinary",
        "ko": "{details}: 약 {rank}로만 나타나는 수준",
    },
    "novelty_ordinary": {"en": "{details}: not unusual", "ko": "{details}: 이례적이지 않음"},
    "unusual": {
        "en": "{details}: the rarest of it is in about {rank} claims, all facts together in about {together} ({detectors})",
        "ko": "{details}: 가장 드문 점이 약 {rank}, 모든 사실을 종합하면 약 {together}({detectors})",
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
RANK: Texts = {"en": "1 in {n}", "ko": "{n}건 중 1건꼴"}
#: Beyond a million nobody counts on.
RANK_MOST: Texts = {"en": "fewer than 1 in 1,000,000", "ko": "1,000,000건 중 1건 미만"}
#: What heads a case whose strongest reason speaks of the past of its person or place: the payment, in the light of that.
BACKGROUND: dict[str, Texts] = {
    "known_misuse": {"en": "after earlier confirmed misuse", "ko": "오남용 확인 이력이 있는 결제"},
    "merchant": {"en": "a merchant the company hardly knows", "ko": "이용 이력이 적은 가맹점"},
    "frequency": {"en": "more payments than usual", "ko": "평소보다 잦은 사용"},
    "category": {"en": "unusual spend for this trade", "ko": "업종별 사용 이례적"},
    "links": {"en": "a merchant hardly anybody else uses", "ko": "다른 사용자가 드문 가맹점"},
    "other": {"en": "several facts unusual together", "ko": "여러 사실이 함께 이례적"},
}
#: In the place of "1 in 1": more than half are so.
RANK_ORDINARY: Texts = {"en": "nothing unusual", "ko": "이례적이지 않은 수준"}
