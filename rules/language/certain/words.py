"""What is told: code → (English, Korean)."""

from __future__ import annotations

from collections.abc import Mapping

CERTAIN: Mapping[str, tuple[str, str]] = {
    "never_hits": ("This rule can never hit.", "이 규칙은 어떤 청구에도 해당할 수 없습니다."),
    "always_hits": (
        "This rule hits every claim of which it knows what it looks at.",
        "이 규칙은 필요한 값이 있는 모든 청구에 해당합니다.",
    ),
    "never_holds": ("“{text}” can never hold: {why_en}.", "“{text}”은(는) 성립할 수 없습니다. {why_ko}."),
    "never_together": (
        "“{text}” and “{other}” can never both hold.",
        "“{text}”와(과) “{other}”은(는) 함께 성립할 수 없습니다.",
    ),
    "never_beside": (
        "“{text}” can never hold beside the other conditions.",
        "“{text}”은(는) 다른 조건들과 함께 성립할 수 없습니다.",
    ),
    "never_inside": (
        "No claim can be in “{text}”: what it asks behind where can never hold. {inner_en}",
        "“{text}”에는 어떤 청구도 들어갈 수 없습니다. where 뒤의 조건이 성립할 수 없습니다. {inner_ko}",
    ),
    "always_holds": (
        "“{text}” holds for every claim: {why_en}. It can be left out.",
        "“{text}”은(는) 모든 청구에서 성립합니다. {why_ko}. 빼도 됩니다.",
    ),
    "no_payment": (
        "“{text}” holds for no payment: {why_en}. Write before, to leave this claim out.",
        "“{text}”은(는) 어떤 결제에서도 성립하지 않습니다. {why_ko}. 이 건을 빼려면 before를 쓰세요.",
    ),
    "every_payment": (
        "“{text}” holds for every payment: {why_en}. Write before, to leave this claim out.",
        "“{text}”은(는) 모든 결제에서 성립합니다. {why_ko}. 이 건을 빼려면 before를 쓰세요.",
    ),
    "no_payment_head": (
        "“{text}” holds for no payment: {why_en}.",
        "“{text}”은(는) 어떤 결제에서도 성립하지 않습니다. {why_ko}.",
    ),
    "every_payment_head": (
        "“{text}” holds for every payment: {why_en}. It can be left out.",
        "“{text}”은(는) 모든 결제에서 성립합니다. {why_ko}. 빼도 됩니다.",
    ),
}
