"""Formulas of a spreadsheet and grouped queries → the condition inside: =IF(AND(a; b); 1; 0), COUNTIF(range; "x") > 3."""

from __future__ import annotations

import re

from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES
from rules.language.mending.branches import COMPARED, chosen, is_constant, negated

_CALL = re.compile(r"\b(IF|AND|OR|NOT|COUNTIFS?|SUMIFS?|MOD)\s*\(|\b(WEEKDAY)\s*\(", re.IGNORECASE)
#: Functions that are a spreadsheet's wherever they stand; weekday in small letters is the language's own.
_ANYWHERE = re.compile(r"\b(?i:MOD)\s*\(|\bWEEKDAY\s*\(")
_FORMULA = re.compile(r"\s*=\s*\S|\s*(?:NOT\s*\(|(?i:IF|AND|OR|COUNTIFS?|SUMIFS?)\s*\()")
_TEXTS = re.compile(r'"(?:[^"\n]|"")*"|\'(?:[^\'\n]|\'\')*\'')
_AGAINST = re.compile(r"\s*(<>|>=|<=|=|<|>)\s*([0-9]+)(?![0-9.,])")
_CALLED = re.compile(r"\b([A-Za-z_]+)\s*\(")
#: Functions whose name of a spreadsheet is understood, and words that stand before a bracket.
_KNOWN = frozenset(
    {
        *FUNCTIONS,
        *WINDOW_EXAMPLES,
        "len",
        "average",
        "avg",
        "stdev",
        "and",
        "or",
        "not",
        "in",
        "where",
        "same",
    }
)
_WINDOW = "same cardholder within 30 days where"


_GROUPED = re.compile(
    r"\s*select\b.*?\bfrom\s+\S+\s+group\s+by\s+(.+?)\s+having\s+(.+?)\s*;?\s*", re.IGNORECASE | re.DOTALL
)


def without_query(text: str) -> str | None:
    """``select … group by merchant having count(*) > 3`` → ``count(*) > 3 per merchant``, as one would say it."""
    match = _GROUPED.fullmatch(text)
    return f"{match[2]} per {match[1].replace(',', ' per ')}" if match else None


def is_formula(text: str) -> bool:
    """Whether a text begins as a formula of a spreadsheet does."""
    return _FORMULA.match(text) is not None or _ANYWHERE.search(_TEXTS.sub("", text)) is not None


def without_formula(text: str) -> str | None:
    """The condition of a formula in words of the language where it has them; None where its form is not understood."""
    if not is_formula(text):
        return None
    said = _say(text.strip().removeprefix("=").strip())
    if (
        said is None
        or said == text.strip()
        or any(name.lower() not in _KNOWN for name in _CALLED.findall(said))
    ):
        return None
    return said


def _say(text: str) -> str | None:
    match = _CALL.search(text)
    if match is None:
        return text
    inside = _arguments(text, match.end())
    if inside is None:
        return None
    arguments, end = inside
    before, behind, name = text[: match.start()], text[end:], (match[1] or match[2]).upper()
    if name in COMPARED:
        against = _AGAINST.match(behind)
        if against is None or re.search(r"[<>=+*/-]\s*$", before):
            return None
        call, behind = COMPARED[name](arguments, against[1], against[2]), behind[against.end() :]
    else:
        call = _call(name, arguments)
    if call is None:
        return None
    is_whole = not before.strip() and not behind.strip()
    rest = _say(behind) if behind.strip() else behind
    if rest is None:
        return None
    return call if is_whole else f"{before}{f'({call})' if ' and ' in call or ' or ' in call else call}{rest}"


def _arguments(text: str, begin: int) -> tuple[list[str], int] | None:
    """(arguments, where the call ends); a semicolon divides where there is one, else a comma that is not inside a number."""
    depth, parts, places, at = 1, [], [], begin
    hidden = [match.span() for match in _TEXTS.finditer(text)]
    while at < len(text):
        skip = next((end for start, end in hidden if start == at), 0)
        if skip:
            at = skip
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            break
        if depth == 1 and text[at] in ",;":
            places.append(at)
        at += 1
    if depth:
        return None
    if any(text[place] == ";" for place in places):
        places = [place for place in places if text[place] == ";"]
    else:
        places = [place for place in places if not _in_number(text, place)]
    for start, end in zip([begin, *(place + 1 for place in places)], [*places, at], strict=True):
        parts.append(text[start:end].strip())
    return parts, at + 1


def _in_number(text: str, place: int) -> bool:
    return bool(
        re.search(r"(?<![0-9,])[0-9]{1,3}(?:,[0-9]{3})*$", text[:place])
        and re.match(r",[0-9]{3}(?![0-9])", text[place:])
    )


def _call(name: str, arguments: list[str]) -> str | None:
    if not all(arguments[:1]):
        return None
    if name == "IF":
        return _chosen(arguments)
    if name in {"AND", "OR"}:
        parts = [_say(part) for part in arguments if part]
        if any(part is None for part in parts):
            return None
        other = " or " if name == "AND" else " and "
        return f" {name.lower()} ".join(f"({part})" if other in str(part) else str(part) for part in parts)
    if name == "NOT":
        part = _say(arguments[0])
        return None if part is None else negated(part)
    return _conditional(name, arguments)


def _chosen(arguments: list[str]) -> str | None:
    """``IF(condition; then; else)`` as one condition; a branch that is a condition is read as one."""
    if len(arguments) > 3 or (len(arguments) < 3 and "," in arguments[0]):
        return None
    parts = [part if place and is_constant(part) else _say(part) for place, part in enumerate(arguments)]
    if any(part is None for part in parts):
        return None
    condition, *branches = [part or "" for part in parts]
    return chosen(condition, branches)


def _conditional(name: str, arguments: list[str]) -> str | None:
    """COUNTIF, COUNTIFS, SUMIF, SUMIFS: a window over the cardholder's own claims of 30 days."""
    value, pairs = "", arguments
    if name == "SUMIF" and len(arguments) == 3:
        value, pairs = arguments[2], arguments[:2]
    elif name == "SUMIFS":
        value, pairs = arguments[0], arguments[1:]
    elif name == "SUMIF":
        value = arguments[0]
    if len(pairs) < 2 or len(pairs) % 2:
        return None
    tests = [_test(pairs[at], pairs[at + 1]) for at in range(0, len(pairs), 2)]
    if any(test is None for test in tests):
        return None
    return f"{'sum' if value else 'count'}({value + ' ' if value else ''}{_WINDOW} {' and '.join(filter(None, tests))})"


def _test(field: str, wanted: str) -> str | None:
    """A field and what it is to be; stars stand for any letters, as in ``like``; None where other signs do so."""
    inside = wanted[1:-1] if wanted[:1] in "\"'" else wanted
    sign = re.match(r"(<>|>=|<=|>|<|=)\s*(.+)", inside)
    if re.search(r"[?~]", inside):
        return None
    if "*" in inside:
        word = sign[2] if sign else inside
        is_not = sign is not None and sign[1] == "<>"
        if sign is not None and sign[1] not in {"<>", "="}:
            return None
        return f'{field} {"not " if is_not else ""}like "{word}"'
    return f"{field} {sign[1]} {sign[2]}" if sign else f"{field} = {wanted}"
