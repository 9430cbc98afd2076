"""Formulas of a spreadsheet and grouped queries → the condition inside: =IF(AND(a; b); 1; 0), COUNTIF(range; "x") > 3."""

from __future__ import annotations

import re

_CALL = re.compile(r"\b(IF|AND|OR|NOT|COUNTIFS?|SUMIFS?)\s*\(", re.IGNORECASE)
_FORMULA = re.compile(r"\s*=\s*\S|\s*(?:NOT\s*\(|(?i:IF|AND|OR|COUNTIFS?|SUMIFS?)\s*\()")
_TEXTS = re.compile(r'"(?:[^"\n]|"")*"|\'(?:[^\'\n]|\'\')*\'')
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
    return _FORMULA.match(text) is not None


def without_formula(text: str) -> str | None:
    """The condition of a formula in words of the language where it has them; None where its form is not understood."""
    if not is_formula(text):
        return None
    said = _say(text.strip().removeprefix("=").strip())
    return said if said and said != text.strip() else None


def _say(text: str) -> str | None:
    match = _CALL.search(text)
    if match is None:
        return text
    inside = _arguments(text, match.end())
    if inside is None:
        return None
    arguments, end = inside
    call = _call(match[1].upper(), arguments)
    if call is None:
        return None
    before, behind = text[: match.start()], text[end:]
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
    return bool(re.search(r"[0-9]$", text[:place]) and re.match(r",[0-9]{3}(?![0-9])", text[place:]))


def _call(name: str, arguments: list[str]) -> str | None:
    if not all(arguments[:1]):
        return None
    if name == "IF":
        return _say(arguments[0])
    if name in {"AND", "OR"}:
        parts = [_say(part) for part in arguments if part]
        if any(part is None for part in parts):
            return None
        other = " or " if name == "AND" else " and "
        return f" {name.lower()} ".join(f"({part})" if other in str(part) else str(part) for part in parts)
    if name == "NOT":
        part = _say(arguments[0])
        is_word = part is not None and re.fullmatch(r"[\w.]+", part)
        return None if part is None else f"not {part}" if is_word else f"not ({part})"
    return _conditional(name, arguments)


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
    return f"{'sum' if value else 'count'}({value + ' ' if value else ''}{_WINDOW} {' and '.join(tests)})"


def _test(field: str, wanted: str) -> str:
    inside = wanted[1:-1] if wanted[:1] in "\"'" else wanted
    sign = re.match(r"(<>|>=|<=|>|<|=)\s*(.+)", inside)
    return f"{field} {sign[1]} {sign[2]}" if sign else f"{field} = {wanted}"
