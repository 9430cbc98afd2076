"""Any text as pieces: what each says in the language's own spelling, and where it stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rules.language.literals import (
    SPELLED_LENGTHS,
    currency_of,
    day_texts,
    hangul_number,
    length_text,
    money_text,
    number_of,
    scaled,
    time_text,
    usual_currency,
)
from rules.language.mending.spans import span_of
from rules.language.text import number_text, quote


@dataclass
class Piece:
    """``text[start:end]`` was written, ``out`` is meant; ``code`` names the message when the two differ."""

    kind: str
    start: int
    end: int
    out: str
    code: str = ""
    #: a message that is complete already: (English, Korean)
    said: tuple[str, str] | None = None
    #: what the message says to write, where that is more than this piece
    shown: str = ""

    @property
    def word(self) -> str:
        return self.out.lower()


_N = r"[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)?"
_UNITS = (
    r"business\s+days?|working\s+days?|work\s?days?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?"
    r"|영업일|시간|개월간?|주일|주간|일간|[분초일주달년dhw](?!(?!이내|안에|내에|동안|간에?|마다|부터|까지|이상|이하|초과|미만|이후|이전|보다|지나|을|를|이|가|은|는|의|에|로)[가-힣A-Za-z])"
)
#: What may follow a Korean unit without a blank: 50만원이상, 50만원을.
_END = r"(?!(?!이상|초과|이하|미만|보다|이내|부터|까지|에서|와|과|을|를|이|가|은|는|에|의|씩|도|만|짜리|으로|로)[가-힣A-Za-z])"
_CURRENCY = (
    r"원화?|달러|불|유로|파운드|엔화?|위안|won|dollars?|euros?|pounds?|yen|yuan|rmb|krw|usd|eur|gbp|jpy|cny"
)
_HALF = r"(?:오전|오후|밤|저녁|새벽|아침|낮)\s*"
#: A time of day as one writes or says it, the half of the day before it or behind it.
TIME_WRITTEN = (
    rf"(?:{_HALF})?[0-9]{{1,2}}\s*시(?!간|도)(?:\s*[0-9]{{1,2}}\s*분|\s*반(?![가-힣]))?|{_HALF}[0-9]{{1,2}}:[0-9]{{2}}"
    r"|[0-9]{1,2}(?::[0-9]{2})?\s*[ap]\.?m\.?(?![a-z])"
    r"|[0-9]{1,2}(?::[0-9]{2})?(?: o['’]?clock)? (?:at night|in the (?:morning|afternoon|evening))(?![a-z])"
)
# fmt: off
_KINDS = (
    ("comment", r"#[^\n]*"),
    ("remark", r"--[^\n]*|//[^\n]*|/\*.*?\*/"),
    ("doubled", r"''[^'\n]+''"),
    ("text", r'"(?:[^"\n]|"")*"|\'(?:[^\'\n]|\'\')*\''),
    ("open_text", r"[\"'“‘][^\"'“”‘’\n=<>()]+$"),
    ("quoted", r"[“”„‟＂«「『][^“”„‟＂»」』\"\n]*[“”‟＂»」』\"]|[‘’‚‛＇`´][^‘’‚‛＇`´'\n]*[‘’‛＇`´']"),
    ("date", r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])"),
    ("loose_date", r"[0-9]{4}\s*년\s*[0-9]{1,2}\s*월\s*[0-9]{1,2}\s*일|[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])\.?|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4}"
                   r"|[0-9]{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+[0-9]{4}"
                   r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}"),
    ("loose_time", rf"{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}"),
    ("time", r"[0-9]{1,2}:[0-9]{2}(?![0-9])"),
    ("percent", rf"{_N}\s*%"),
    ("loose_percent", rf"{_N}\s*(?:％|percent|per\s?cent|퍼센트|프로|pct)(?![a-z])"),
    ("loose_money", rf"{_N}\s*(?:[십백천]?[만억조]|[백천])(?:\s*{_N}\s*(?:[십백천]?[만억조]|[백천]))*(?:\s*{_N})?\s*(?:{_CURRENCY})?{_END}"
                    rf"|{_N}\s*(?:thousand|million|billion)\s*(?:{_CURRENCY})?{_END}|{_N}\s*(?:KRW\s*원|원\s*KRW){_END}"
                    rf"|{_N}(?:k|mn?|bn?)\s*(?:{_CURRENCY})?{_END}|[₩￦$€£¥￥\\]\s*{_N}(?:[십백천]?[만억]{_END}|(?:k|m)?(?![a-z]))|(?:KRW|USD|EUR|GBP|JPY|CNY)\s*{_N}"
                    rf"|[0-9]{{1,3}}(?:[.' ][0-9]{{3}})+\s*(?:{_CURRENCY}){_END}|[0-9]{{1,3}}(?:\.[0-9]{{3}})*,[0-9]{{1,2}}\s*(?:{_CURRENCY}){_END}|{_N}\s*(?:{_CURRENCY}|[₩￦€£]){_END}"),
    ("spelled_money", rf"[일이삼사오육칠팔구십백천만억]{{1,9}}\s*원{_END}"),
    ("loose_number", r"[0-9]+(?:\.[0-9]+)?e[0-9]{1,2}(?![0-9a-z])(?:\s*(?:krw|원))?|[0-9]{1,3}(?:\.[0-9]{3}){2,}(?![0-9])|[0-9]{1,3}(?:[ '_][0-9]{3})+(?![0-9,.]|\s*[A-Za-z]{3})"),
    ("money", rf"(?-i:{_N}\s*(?!AND|NOT)[A-Z]{{3}})(?!\w|\.\w)"),
    ("duration", r"(?-i:[0-9]+(?:\.[0-9]+)?\s*(?:business\s+days?|seconds?|minutes?|hours?|days?|weeks?))(?!\w|\.\w)"),
    ("business_length", rf"영업일\s*(?:기준\s*)?{_N}\s*일(?:간)?(?![가-힣]*영업)"),
    ("loose_duration", rf"{_N}\s*(?:{_UNITS})"),
    ("spelled_length", rf"(?:{'|'.join(SPELLED_LENGTHS)})(?:(?=간(?![가-힣]))|(?![가-힣A-Za-z]))"),
    ("counted", rf"{_N}\s*(?:명|건|회|번|개|곳|차례|people|persons?|times|claims|payments){_END}"),
    ("number", _N),
    ("list", r"@[^\W\d]\w*"),
    ("parameter", r"\$[^\W\d]\w*"),
    ("word", r"[^\W\d]\w*(?:['’][ts](?![A-Za-z]))?(?:\.[^\W\d]\w*)*"),
    ("sign", r"===|!==|!\s*>=?|!\s*<(?!>)=?|>\s=|<\s=|!\s=|=\s>|=\s<|==|=>|=<|>=|<=|!=|<>|><|&&|\|\||=~|:=|\.\.\.?|[≥≤≠＞＜＝≧≦…～~∧∨¬&|!=<>+*/%^×÷−–-]|,|[()\[\]{}]|，|（|）|;|:|\?|\."),
    ("other", r"\S"),
)
_STRICT_MONEY = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?\s*[A-Z]{3}")
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS), re.IGNORECASE)
_SIGNS = {
    "!>": "<=", "!<": ">=", "!>=": "<", "!<=": ">", "===": "=", "!==": "!=", "==": "=", "<>": "!=", "><": "!=", "=>": ">=", "=<": "<=", "> =": ">=", "< =": "<=", "! =": "!=", "= >": ">=", "= <": "<=",
    "≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "≠": "!=", "＞": ">", "＜": "<", "＝": "=", ":=": "=", "=~": "matches",
    "&&": "and", "&": "and", "∧": "and", "||": "or", "|": "or", "∨": "or", "!": "not", "¬": "not", "...": "..", "…": "..", "～": "~",
    "×": "*", "÷": "/", "−": "-", "–": "-", "，": ",", "（": "(", "）": ")", "[": "(", "]": ")", "{": "(", "}": ")",
}
# fmt: on
_ACCEPTED = frozenset({"==", "<>"})


#: Digits, letters and signs as wide as a Hangul syllable → the plain ones.
_NARROW = {0xFF01 + at: 0x21 + at for at in range(94) if chr(0x21 + at) not in "\"'`<>=,()"}
#: A comma as wide as a syllable between digits, which those are too.
_WIDE_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9]{3}(?![0-9]))")


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text in order, each with the spelling it would have as a literal or sign of the language."""
    found = []
    narrow = _WIDE_COMMA.sub(",", text.translate(_NARROW))
    for match in _TOKEN.finditer(narrow):
        written = match.group().lstrip()
        found.append(_piece(match.lastgroup or "other", written, match.end() - len(written)))
    _scale_ranges(found, narrow)
    _end_spans(found, narrow)
    for before, piece in pairwise(found):
        if piece.word == "x" and before.kind in {"number", "parameter"}:
            piece.kind, piece.out, piece.code = "sign", "*", "write_sign"
    for piece in found:
        if narrow[piece.start : piece.end] != text[piece.start : piece.end] and piece.kind not in {
            "text",
            "comment",
        }:
            piece.code = piece.code or "write_sign"
        elif piece.kind == "text" and not piece.code:
            piece.out = text[piece.start : piece.end]
    return found


_SCALE = re.compile(r"[십백천만억조]|(?i:[0-9.]\s*(?:k|thousand|million|mn?|billion|bn?)\b)")
_RANGED = frozenset({"~", "에서", "부터", "to", "-"})


def _scale_ranges(pieces: list[Piece], text: str) -> None:
    """``20~30만원`` begins at 200,000: what counts the end counts the beginning too."""
    for at, (low, sign, high) in enumerate(zip(pieces, pieces[1:], pieces[2:], strict=False)):
        written = text[high.start : high.end]
        is_range = low.kind == "number" and high.kind == "money"
        is_range = is_range and (sign.word in _RANGED or _is_between(pieces, at))
        if not is_range or sign.word == "-" or low.code or not _SCALE.search(written):
            continue
        digits = re.match(_N, written)
        shared = (
            _money(low.out + written[digits.end() :]) if digits and _is_below(low.out, digits[0]) else None
        )
        low.kind, low.out, low.code = shared or ("other", low.out, "")


def _is_between(pieces: list[Piece], at: int) -> bool:
    """``between 1 and 2 million``: whether and joins both ends here; what is 1,000 or more needs no unit."""
    low, sign = pieces[at : at + 2]
    is_joined = sign.word in {"and", "&"} and at > 0 and pieces[at - 1].word == "between"
    return is_joined and _is_below(low.out, "1000")


def _end_spans(pieces: list[Piece], text: str) -> None:
    """``오후 2시부터 5시까지`` ends at 17:00: an hour without its half is the next one behind the beginning."""
    for low, sign, high in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if low.kind != "time" or high.kind != "time" or sign.word not in _RANGED:
            continue
        spans = span_of(text[low.start : low.end], text[high.start : high.end])
        if len(spans) == 1 and spans[0][1] != high.out:
            high.out, high.code = spans[0][1], "write_time"


def _is_below(low: str, high: str) -> bool:
    return Decimal(low.replace(",", "")) < Decimal(high.replace(",", ""))


def _piece(kind: str, written: str, start: int) -> Piece:
    end = start + len(written)
    if kind == "sign":
        said = _SIGNS.get(written, _SIGNS.get(re.sub(r"\s+", " ", written), written))
        changed = said != written and written not in _ACCEPTED
        word = "word" if said.isalpha() else "sign"
        return Piece(word, start, end, said if changed else written, "write_sign" if changed else "")
    if kind == "remark":
        return Piece("gone", start, end, "", "leave_out")
    if kind == "open_text":
        return Piece("text", start, end, quote(written[1:].strip()), "write_text")
    if kind == "doubled":
        return Piece("text", start, end, quote(written[2:-2]), "straight_quotes")
    if kind == "quoted":
        return Piece("text", start, end, quote(written[1:-1]), "straight_quotes")
    reader = _READERS.get(kind)
    found = reader(written) if reader else None
    if found is None:
        return Piece("number" if kind == "counted" else kind.removeprefix("loose_"), start, end, written)
    plain_kind, said, code = found
    return Piece(plain_kind, start, end, said, code if said != written else "")


def _money(written: str) -> tuple[str, str, str] | None:
    plain = written.strip()
    plain = re.sub(r"(?i)\s*(?:KRW\s*원|원\s*KRW)$", " KRW", plain)
    if plain.startswith("\\"):  # the key of ₩ on a Korean keyboard
        plain = "₩" + plain[1:]
    sign = re.match(r"[₩￦$€£¥￥]|KRW|USD|EUR|GBP|JPY|CNY", plain, re.IGNORECASE)
    word = re.search(rf"(?:{_CURRENCY}|[₩￦€£])$", plain, re.IGNORECASE)
    currency = currency_of(sign[0]) if sign else currency_of(word[0]) if word else _implied(plain)
    digits = plain[sign.end() :] if sign else plain[: word.start()] if word else plain
    if re.fullmatch(r"\s*[0-9]{1,3}(?:[.' ][0-9]{3})+\s*", digits):
        digits = re.sub(r"[.' ]", "", digits)
    if re.fullmatch(r"\s*[0-9]{1,3}(?:\.[0-9]{3})*,[0-9]{1,2}\s*", digits):  # as most of Europe writes
        digits = digits.replace(".", "").replace(",", ".")
    amount = number_of(digits) if re.fullmatch(r"[\s0-9.,]+", digits) else scaled(digits)
    said = money_text(amount, currency) if amount is not None and currency else None
    if said is None:
        return None
    return "money", plain if _STRICT_MONEY.fullmatch(plain) else said, "write_money"


def _implied(written: str) -> str:
    """Amounts counted in 만 are won; other ones are in the company's own currency."""
    return "KRW" if re.search("[십백천만억조]", written) else usual_currency()


def _length(written: str) -> tuple[str, str, str] | None:
    match = re.match(_N, written)
    said = length_text(match[0], written[match.end() :]) if match else None
    return None if said is None else ("duration", said, "write_duration")


def _business_length(written: str) -> tuple[str, str, str] | None:
    """``영업일 10일`` → 10 business days."""
    match = re.search(_N, written)
    said = length_text(match[0], "영업일") if match else None
    return None if said is None else ("duration", said, "write_duration")


def _spaced(written: str) -> tuple[str, str, str]:
    return "duration", " ".join(written.split()), "write_duration"


def _spelled(written: str) -> tuple[str, str, str]:
    return "duration", SPELLED_LENGTHS[re.sub(r"\s", "", written)], "write_duration"


def _percent(written: str) -> tuple[str, str, str] | None:
    match = re.match(_N, written)
    return ("percent", f"{match[0]}%", "write_percent") if match else None


def _date(written: str) -> tuple[str, str, str] | None:
    days = day_texts(written)
    return ("date", days[0], "write_date" if len(days) == 1 else "write_either_date") if days else None


def _time(written: str) -> tuple[str, str, str] | None:
    said = time_text(written)
    return ("time", said, "write_time") if said else None


def _spelled_money(written: str) -> tuple[str, str, str] | None:
    amount = hangul_number(written.rstrip().removesuffix("원"))
    said = money_text(amount, "KRW") if amount else None
    return ("money", said, "write_money") if said else None


def _number(written: str) -> tuple[str, str, str] | None:
    """``5e5``, ``1.000.000``, ``500'000`` → plain digits; with a currency behind, an amount."""
    match = re.match(r"(?i)([0-9.]+)e([0-9]+)", written)
    if match is None:
        return "number", f"{int(re.sub(r'[^0-9]', '', written)):,}", "write_number"
    number = Decimal(match[1]) * 10 ** int(match[2]) if match[1].count(".") < 2 else None
    if number is None:
        return None
    if written[match.end() :].strip():
        said = money_text(number, "KRW")
        return ("money", said, "write_money") if said else None
    return "number", f"{number:,f}".removesuffix(".0"), "write_number"


def _counted(written: str) -> tuple[str, str, str] | None:
    match = re.match(_N, written)
    number = number_of(match[0]) if match else None
    return ("number", number_text(number), "write_number") if isinstance(number, Decimal) else None


_READERS = {
    "loose_money": _money,
    "duration": _spaced,
    "loose_duration": _length,
    "business_length": _business_length,
    "spelled_length": _spelled,
    "loose_percent": _percent,
    "loose_date": _date,
    "loose_time": _time,
    "counted": _counted,
    "spelled_money": _spelled_money,
    "loose_number": _number,
}
