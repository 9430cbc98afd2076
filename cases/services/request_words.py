"""The standard words of a letter, and what somebody wrote in it beside them. Pure."""

from __future__ import annotations

import re

#: Where the letter lists the questions, in a text of either language.
PLACES = {"en": "[questions]", "ko": "[질문]"}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "hello": "Hello {name},",
        "intro_one": "Please help us understand this payment:",
        "intro_many": "Please help us understand these payments:",
        "again_one": "Thank you for your answer of {date}. Something about this payment is still open:",
        "again_many": "Thank you for your answer of {date}. Something about these payments is still open:",
        "more": "… and {n} more",
        "cancelled": " (this payment was cancelled in full)",
        "returned": " ({amount} of it came back)",
        "ask": "Please answer:",
        "fallback": "What was the business purpose of the payment at {merchant} on {date}, and who took part?",
        "policy": "What the card policy says about it:",
        "attach_title": "Please attach, if you have it:",
        "attach": "Receipt or statement, and whatever shows the business purpose (invitation, minutes, order).",
        "deadline": "Please answer by {due_on}. If you need more time, you can ask for it on the same page.",
        "honest": "Asking is not an accusation. If the payment was personal, you can say so and offer to repay it.",
    },
    "ko": {
        "hello": "{name} 님, 안녕하세요.",
        "intro_one": "아래 결제에 대해 확인이 필요합니다.",
        "intro_many": "아래 결제들에 대해 확인이 필요합니다.",
        "again_one": "{date} 보내 주신 답변은 잘 받았습니다. 아래 결제에 대해 추가로 확인이 필요합니다.",
        "again_many": "{date} 보내 주신 답변은 잘 받았습니다. 아래 결제들에 대해 추가로 확인이 필요합니다.",
        "more": "… 외 {n}건",
        "cancelled": " (전액 취소된 결제입니다)",
        "returned": " (이 중 {amount} 취소·환불됨)",
        "ask": "다음 사항을 알려 주십시오.",
        "fallback": "{date} {merchant} 결제의 업무 목적과 참석자를 알려 주십시오.",
        "policy": "관련 카드 규정",
        "attach_title": "가능하면 다음 자료를 첨부해 주십시오.",
        "attach": "영수증 또는 명세서, 업무 목적을 보여 주는 자료(초대장, 회의록, 주문서 등)",
        "deadline": "{due_on}까지 답변해 주십시오. 시간이 더 필요하면 같은 화면에서 연장을 요청할 수 있습니다.",
        "honest": "이 요청은 오남용을 단정하는 것이 아닙니다. 사적 사용이었다면 그 사실과 반납 의사를 밝히실 수 있습니다.",
    },
}

_PLACE = re.compile(r"\\\{[a-z_]+\\\}")  # of a template that was escaped
#: A payment of the list: its day, and its amount in digits.
_PAYMENT = r"- .*(?:\d월 \d{1,2}일|\d [A-Z][a-z]{2}\b).*\d.*"


def own_words(letter: str) -> str:
    """The paragraphs of a letter that are not the standard ones of either language: what its reviewer wrote, without the numbered questions."""
    parts = (part.strip() for part in letter.split("\n\n"))
    return "\n\n".join(part for part in parts if part and not any(one.fullmatch(part) for one in _STANDARD))


def _standard() -> list[re.Pattern[str]]:
    """Paragraphs as the standard letter sets them."""
    found = []
    for words in WORDS.values():
        told = {name: _PLACE.sub(".+", re.escape(text)) for name, text in words.items()}
        found += [
            told[name] for name in words if name.startswith(("hello", "intro", "again", "honest", "deadline"))
        ]
        found.append(f"{_PAYMENT}(?:\n{_PAYMENT})*(?:\n{told['more']})?")
        found.append(f"{told['ask']}(?:\n\\d+\\. .+)+")
        found.append(f"{told['policy']}(?:\n- .+)+")
        found.append(f"{told['attach_title']}\n- {told['attach']}")
    return [re.compile(one) for one in found]


_STANDARD = _standard()
