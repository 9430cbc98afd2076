"""Words that mending looks for by what they do: the language's own, signs of comparing, yes and no, methods of other tools."""

from __future__ import annotations

from rules.language.tokens import KEYWORDS

#: The language's own words, and one that other tools have.
WORDS = KEYWORDS | {"now"}
COMPARES = frozenset({"=", "!=", "<", "<=", ">", ">=", "==", "<>"})
TESTS = frozenset({"in", "contains", "like", "matches", "starts", "with", "similar", "to", "any"})
ENDS = frozenset({"and", "or", ")", ",", "within", "where", "before", "by", "same", "of", "not"})
YES = frozenset(["true", "yes", "y", "t", "예", "네", "참", "맞음", "on"])
NO = frozenset(["false", "no", "n", "f", "아니요", "아니오", "거짓", "off"])
METHODS = {
    "contains": "contains", "includes": "contains", "startswith": "starts with", "starts_with": "starts with", "equals": "=", "eq": "=", "isin": "in",
    "is_in": "in", "in": "in", "like": "like", "matches": "matches", "match": "matches", "gt": ">", "lt": "<", "ge": ">=", "le": "<=",
}  # fmt: skip
DROPPED = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "trim",
        "str",
        "casefold",
        "tolower",
        "toupper",
        "tolowercase",
        "touppercase",
        "value",
    ]
)
TESTED = {
    "isnull": "is missing",
    "isna": "is missing",
    "is_null": "is missing",
    "isempty": "is missing",
    "notnull": "is not missing",
    "notna": "is not missing",
}
