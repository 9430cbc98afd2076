"""Parts of a sentence that what is asked back is written with: how it compares, over which period, whose payments."""

from __future__ import annotations

import re
from decimal import Decimal

from rules.language.literals import length_text, money_text, usual_currency
from rules.language.mending.pieces import Piece, pieces_of

KOREAN_NUMBERS = {"두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
ENGLISH_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "one": 1, "a": 1,
}  # fmt: skip
#: A number as one writes or says it, as the parts of regular expressions.
KOREAN_NUMBER = rf"[0-9]+|{'|'.join(KOREAN_NUMBERS)}"
ENGLISH_NUMBER = r"[0-9]+|two|three|four|five|six|seven|eight|nine|ten"
_SIGNS = (
    (r"미만|못\s?미치|보다\s?(?:적|작|낮)|\b(?:fewer|less|lower|smaller) than\b(?<!no less than)(?<!not less than)|\bunder\b|\bbelow\b", "<"),
    (r"이하|이내|\bat most\b|\bup to\b|\bno more than\b|\bnot more than\b|\bor (?:less|fewer|under|below)\b|\bmaximum\b", "<="),
    (r"이상|\bat least\b|\bor (?:more|above|over)\b|\bno (?:less|fewer) than\b|\bminimum\b|최소", ">="),
    (r"초과|넘|보다\s?(?:많|크|높)|\b(?:more|greater|higher|larger) than\b|\bover\b|\babove\b|\bexceed\w*|\bbeyond\b", ">"),
)  # fmt: skip
#: What is compared, by where it stands: Korean and ``or more`` behind the number, other English words before it.
SIGNS_BY_NAME = {"below": "<", "to": "<=", "from": ">=", "above": ">", "other": "!=", "just": "="}
OPPOSITE = {"<": ">=", "<=": ">", ">=": "<", ">": "<=", "!=": "=", "=": "!="}
_BEHIND = re.compile(
    r"(?P<below>미만|못\s?미치|보다\s?(?:적|작|낮)|안\s?되|\bor fewer than\b)|(?P<to>이하|이내|\bor (?:less|fewer|under|below|lower)\b|\bat (?:the )?most\b(?!\s*[0-9a-z])|\bmaximum\b(?!\s*[0-9a-z]))"
    r"|(?P<from>이상|\bor (?:more|above|over|higher)\b|\bat (?:the )?least\b(?!\s*[0-9a-z])|\bminimum\b(?!\s*[0-9a-z]))|(?P<above>초과|넘|보다\s?(?:많|크|큰|높))"
    r"|(?P<other>(?:가|이|은|는)?\s?(?:아닌|아니|아님|아닐)|(?:와|과|랑|하고)\s?다[르른를])|(?P<just>(?:와|과|랑)\s?같)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?P<from>\b(?:no|not) (?:less|fewer|lower) than\b|\bat least\b|\bminimum(?: of)?\b|최소)"
    r"|(?P<to>\b(?:no|not) (?:more|greater|higher) than\b|\bat most\b|\bup to\b|\bmaximum(?: of)?\b|최대)"
    r"|(?P<below>\b(?:fewer|less|lower|smaller) than\b|\bunder\b|\bbelow\b)"
    r"|(?P<above>\b(?:more|greater|higher|larger) than\b|\bover\b|\babove\b|\bexceed\w*|\bbeyond\b)"
    r"|(?P<other>\bother than\b|\b(?:is|are|was) not\b|\b(?:is|are|was)n['’]t\b|\bdiffer\w* from\b)|(?P<just>\bexactly\b|\bequals?(?: to)?\b)",
    re.IGNORECASE,
)
#: What makes a comparison that of another number: a number or a join between.
_ANOTHERS = re.compile(
    r"[0-9,;]|\b(?:and|or|but|while|with|two|three|four|five|six|seven|eight|nine|ten)\b|(?:이?고|이?며|이?나|거나|지만|면서|는데)(?=\s)|(?:또는|그리고|혹은|및)(?=\s)|(?:두|세|네|다섯)\s?(?:명|번|건|회|개)",
    re.IGNORECASE,
)
_NOT_BEHIND = re.compile(r"\s?(?:하지|되지|지)?(?:은|는|도|이|가)?\s?(?:않|아니|아닌|아님|아닐)")
_PERIODS = (
    ("day", r"하루(?:에|당|동안)?|같은\s?날(?:에)?|동일\s?날짜|당일|일별|1일(?:에)?(?!\s*[0-9])|\b(?:within |in |on |during |per )?(?:a |one |the same |the |same |single |each |every )?day\b|\bdaily\b"),
    ("week", r"(?:일|1)주일?(?:에|간)?(?!\s*(?:안|내|이내))|한\s?주(?:에)?|주간|매주|\b(?:within |in |per |during )?(?:a |one |the same |same |each )?week\b|\bweekly\b"),
    ("month", r"한\s?달(?:에|간)?|1개월(?:에)?|매월|매달|(?<![개0-9])월간?(?=\s)|같은\s?달|\b(?:within |in |per |during )?(?:a |one |the same |same |each )?month\b|\bmonthly\b"),
    ("quarter", r"분기(?:에|별)?|\b(?:in |per )?(?:a |one )?quarter\b"),
    ("year", r"(?:일|1)년(?:에|간)?(?!\s*(?:안|내|이내))|연간|매년|\b(?:in |per )?(?:a |one )?year\b|\byearly\b"),
)  # fmt: skip
_LENGTH = re.compile(
    r"(?:최근\s*|지난\s*|\b(?:within|in|over|during) (?:the last |the past )?)?(?P<n>[0-9]+|한|두|세|an?|one|two|three|half an)\s*(?P<unit>분|시간|일|주|개월|minutes?|mins?|hours?|days?|weeks?)"
    r"\s*(?P<back>안에|안|이내에|이내|내에|내|동안|간|사이에?|에(?![가-힣]))?",
    re.IGNORECASE,
)


#: What denies the words behind it, and before it.
_DENIED_BEFORE = re.compile(
    r"\b(?:not|except|excepting|excluding|without|other than|(?:apart|aside) from|save for|barring|outside(?: of)?|but (?:no|not)|(?:all|any|anyone|anybody|everyone|everybody|anything|everything|anywhere|everywhere)(?: (?:day|time|shop|payment|place)s?)? but|every (?:day|time|shop|payment|place) but)\s+(?:(?:for|in|at|on|of|during|by|from|the|a|an|our|any)\s+)*$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"(?:은|는|이|가|을|를|만|에는|에|에만)?\s?(?:직원|소속|결제|사용|경우|건|날|곳)?(?:은|는|이|가|을|를|만)?\s?(?:제외|빼고|뺀|말고|않|아닌|아닐|아니|아님|이외|외(?=\s|$|의|에))|\s+(?:is |are )?(?:excluded|excepted|exempt)\b",
    re.IGNORECASE,
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether a text denies what it says at ``[start:end]``: not …, except …, … 제외."""
    behind = _DENIED_BEHIND.match(text, end)
    return behind is not None or _DENIED_BEFORE.search(text[:start]) is not None


def after_denial(text: str, end: int) -> int:
    """Where a text goes on behind what denies the words before ``end``: behind 제외."""
    behind = _DENIED_BEHIND.match(text, end)
    return end if behind is None else behind.end()


def number_in(word: str) -> int:
    """``5``, ``두``, ``three`` as a number."""
    small = word.lower()
    return int(word) if word.isdigit() else KOREAN_NUMBERS.get(small) or ENGLISH_NUMBERS[small]


def sign_in(text: str) -> str:
    """How a text compares; empty where it does not."""
    for pattern, sign in _SIGNS:
        if re.search(pattern, text, re.IGNORECASE):
            return sign
    return ""


def sign_at(text: str, start: int, end: int) -> str:
    """How a text compares the number at ``[start:end]``, with what denies that comparison; empty where it says nothing of this one.

    Another number, or a join, between the two makes it another's: of ``100달러 초과이고 참석자 3명 이하`` the first is ``>``.
    """
    behind = next((one for one in _BEHIND.finditer(text, end) if one.lastgroup), None)
    before = next((one for one in reversed(list(_BEFORE.finditer(text, 0, start))) if one.lastgroup), None)
    gaps = {
        "behind": text[end : behind.start()] if behind else None,
        "before": text[before.end() : start] if before else None,
    }
    near = {side: len(gap) for side, gap in gaps.items() if gap is not None and not _ANOTHERS.search(gap)}
    if not near:
        return ""
    found = behind if min(near, key=lambda side: near[side]) == "behind" else before
    assert found is not None
    sign = SIGNS_BY_NAME[str(found.lastgroup)]
    is_not = (
        re.search(r"(?:\bnot|n['’]t)(?: be)?\s*$", text[: found.start()], re.IGNORECASE)
        or _NOT_BEHIND.match(text, found.end())
    )  # fmt: skip
    return OPPOSITE[sign] if is_not else sign


def sign_of(text: str, money: Piece) -> str:
    """How a text compares an amount it names; empty where it says nothing of this one."""
    return sign_at(text, money.start, money.end)


def period_in(text: str) -> tuple[str, re.Match[str] | None]:
    """(``day`` as a key with its comma, or `` within 2 hours``; where it was said); empty where no period was said."""
    for found in _LENGTH.finditer(text):
        is_back = bool(found["back"]) or re.match(
            r"(?:within|in|over|during|최근|지난)", found[0], re.IGNORECASE
        )
        number = {
            "한": "1",
            "두": "2",
            "세": "3",
            "a": "1",
            "an": "1",
            "one": "1",
            "two": "2",
            "three": "3",
        }.get(found["n"].lower(), found["n"])
        said = length_text(number, found["unit"]) if is_back and number.isdigit() else None
        is_week = number == "1" and length_text("1", found["unit"]) == "1 week"
        is_length = (found["n"] == "1" or is_week) and re.search(
            "within|이내|안에|내에", found[0], re.IGNORECASE
        )
        if said is not None and (is_length or said not in {"1 day", "1 week"}):
            return f" within {'7 days' if said == '1 week' else said}", found
    week = re.search(r"(?:일주일|한\s?주)\s?(?:안|이내|내)(?:에)?", text)
    if week is not None:
        return " within 7 days", week
    for period, pattern in _PERIODS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None:
            return f", {period}", match
    return "", None


def money_in(text: str) -> list[Piece]:
    """The amounts of money a text names; a number in thousands is one in the company's own currency."""
    found = []
    for piece in pieces_of(text):
        if piece.kind == "number" and re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{5,}", piece.out):
            said = money_text(Decimal(piece.out.replace(",", "")), usual_currency())
            piece = Piece("money", piece.start, piece.end, said or piece.out)
        if piece.kind == "money" and re.fullmatch(r"[0-9.,]+ [A-Z]{3}", piece.out):
            found.append(piece)
    return found


def plain_amount(money: str) -> tuple[Decimal, str]:
    """``100 USD`` → its number and currency."""
    number, _, currency = money.replace(",", "").partition(" ")
    return Decimal(number), currency
