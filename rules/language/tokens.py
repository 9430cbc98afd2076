"""The language's words, words for what the parser expected and hints for signs the language does not have."""

from __future__ import annotations

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "contains",
        "any",
        "starts",
        "with",
        "like",
        "matches",
        "is",
        "missing",
        "same",
        "within",
        "where",
        "before",
        "others",
        "by",
        "similar",
        "to",
        "whole",
        "of",
        "yes",
        "no",
    ]
)
_VALUE = frozenset(
    ["NUMBER", "PERCENT", "MONEY", "DURATION", "DATE", "TIME", "TEXT", "YES_NO", "NAME", "PARAMETER", "LIST"]
)
_TESTS = frozenset(["IN", "CONTAINS", "STARTS", "LIKE", "MATCHES", "SIMILAR", "IS"])
_SUMS = frozenset(["PLUS", "MINUS", "TIMES", "DIVIDE"])

_WORDS: dict[str, tuple[str, str]] = {
    "NAME": ("a field name", "항목 이름"),
    "TEXT": ("a text in quotation marks", "따옴표로 묶은 글자"),
    "LIST": ("a list @name", "목록 @이름"),
    "PARAMETER": ("a parameter $name", "매개변수 $이름"),
    "DURATION": ("a duration such as 30 minutes", "30 minutes 같은 기간"),
    "DOTS": (".. and the end of the range", ".. 과 범위의 끝"),
    "LPAR": ("an opening bracket", "여는 괄호"),
    "RPAR": ("a closing bracket", "닫는 괄호"),
    "COMMA": ("a comma", "쉼표"),
    "SAME": ("same …", "same …"),
    "WITHIN": ("within …", "within …"),
    "WHERE": ("where …", "where …"),
    "BEFORE": ("before", "before"),
    "BY": ("by others", "by others"),
    "OTHERS": ("others", "others"),
    "TO": ("to …", "to …"),
    "WHOLE": ("whole", "whole"),
    "OF": ("of …", "of …"),
    "ANY": ("any", "any"),
    "WITH": ("with", "with"),
    "MISSING": ("missing", "missing"),
    "NOT": ("not", "not"),
    "IN": ("in …", "in …"),
}

_SIGNS: dict[str, tuple[str, str]] = {
    ".": (
        "There is no attribute access and there are no method calls.",
        "속성 접근이나 메서드 호출은 없습니다.",
    ),
    "[": ("Write lists with round brackets or as @name.", "목록은 둥근 괄호나 @이름으로 쓰세요."),
    "]": ("Write lists with round brackets or as @name.", "목록은 둥근 괄호나 @이름으로 쓰세요."),
    "{": ("There are no braces; write a condition.", "중괄호는 없습니다. 조건을 쓰세요."),
    "}": ("There are no braces; write a condition.", "중괄호는 없습니다. 조건을 쓰세요."),
    ":": (
        "A condition assigns nothing; compare with = instead.",
        "조건에서는 값을 대입하지 않습니다. =로 비교하세요.",
    ),
    ";": (
        "A rule is one condition; join conditions with and / or.",
        "규칙은 조건 하나입니다. 조건은 and / or로 이으세요.",
    ),
    "&": ("Write and.", "and로 쓰세요."),
    "|": ("Write or.", "or로 쓰세요."),
    "!": ("Write not, or != for unequal.", "not으로 쓰세요. 같지 않음은 !=입니다."),
    "~": ("Write not.", "not으로 쓰세요."),
    "%": (
        "For a remainder use is_multiple(amount, 10,000 KRW).",
        "나머지는 is_multiple(amount, 10,000 KRW)로 확인하세요.",
    ),
    "^": ("There is no power.", "거듭제곱은 없습니다."),
    "**": ("There is no power.", "거듭제곱은 없습니다."),
    "$": ("Write a parameter as $name.", "매개변수는 $이름으로 쓰세요."),
    "@": ("Write a list as @name.", "목록은 @이름으로 쓰세요."),
    "₩": (
        "Write the amount with its currency code: 500,000 KRW",
        "금액은 통화 코드와 함께 쓰세요: 500,000 KRW",
    ),
}


def expected_words(terminals: set[str]) -> tuple[str, str]:
    """(English, Korean) description of what may stand next."""
    found: dict[str, str] = {}
    rest = set(terminals)
    if rest | {"NUMBER"} >= _VALUE and len(rest & _VALUE) > 6:
        found["a field, a value, a $parameter or a function"] = "항목, 값, $매개변수, 함수"
        rest -= _VALUE | {"LPAR", "MINUS", "NOT"}
    if "COMPARE" in rest:
        found["a comparison such as > or ="] = ">, = 같은 비교"
        rest.discard("COMPARE")
    if rest & _TESTS == _TESTS:
        found["in, contains, starts with, like, matches, is missing"] = (
            "in, contains, starts with, like, matches, is missing"
        )
        rest -= _TESTS | {"NOT"}
    if rest & _SUMS:
        found["+ - * /"] = "+ - * /"
        rest -= _SUMS
    if rest & {"AND", "OR"}:
        found["and / or"] = "and / or"
        rest -= {"AND", "OR"}
    if "$END" in rest:
        found["the end of the rule"] = "규칙의 끝"
        rest.discard("$END")
    for name in sorted(rest):
        english, korean = _WORDS.get(name, (name.lower(), name.lower()))
        found[english] = korean
    return ", ".join(found) or "a condition", ", ".join(found.values()) or "조건"


def sign_hint(sign: str) -> tuple[str, str]:
    """(English, Korean) hint for a sign that the language does not have."""
    return _SIGNS.get(sign, ("Text belongs in quotation marks.", "글자는 따옴표로 묶으세요."))
