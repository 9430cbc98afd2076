"""Forms of dates: which texts a form takes, and which forms would read the same text differently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

ISO = "iso"
_TOKENS = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}",
    "%H": "[0-9]{1,2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
}
_LETTERS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm", "%S": "ss"}
_SPLIT = re.compile(r"(%[A-Za-z])")
_ISO_PATTERN = r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?$"


@dataclass(frozen=True, slots=True)
class DateForm:
    """A compiled form: `pattern` is what must match in full before the text is converted."""

    text: str
    pattern: str
    has_time: bool


def compile_form(form: str) -> DateForm:
    """The form of a profile entry such as ``%Y.%m.%d`` or ``iso``. Raises ValueError for an unknown token."""
    if form == ISO:
        return DateForm(form, _ISO_PATTERN, has_time=True)
    pieces = _SPLIT.split(form)
    compact = not any(re.search(r"\D", piece) for piece in pieces if piece not in _TOKENS and piece.strip())
    pattern = "^"
    for piece in pieces:
        if piece in _TOKENS:
            digits = _TOKENS[piece]
            pattern += digits.replace("1,2", "2") if compact else digits  # digits only: widths must be fixed
        elif piece.startswith("%"):
            raise ValueError(f"unknown token {piece}")
        else:
            pattern += re.escape(piece)
    if not ({"%Y", "%y"} & set(pieces)) or "%m" not in pieces or "%d" not in pieces:
        raise ValueError("a date needs a year, a month and a day")
    return DateForm(form, pattern + "$", has_time="%H" in pieces)


def readable(form: str) -> str:
    """A form as people write it: `%Y.%m.%d` as `YYYY.MM.DD`; what has no tokens stays as it is."""
    text = "%Y-%m-%d" if form == ISO else form
    return _SPLIT.sub(lambda found: _LETTERS.get(found[0], found[0]), text)


def is_known_format(form: str) -> bool:
    """True for what `compile_form` takes."""
    try:
        compile_form(form)
    except ValueError:
        return False
    return True


def format_clashes(forms: list[str]) -> list[tuple[str, str]]:
    """Pairs of forms that take the same texts but order day, month or year differently."""
    clashes = []
    for one, other in combinations(forms, 2):
        same_texts = _shape(one) == _shape(other)
        if same_texts and _order(one) != _order(other):
            clashes.append((one, other))
    return clashes


def _shape(form: str) -> str:
    if form == ISO:
        return "####-##-##"
    wide = form.replace("%Y", "####")
    return re.sub(r"%[ymdHMS]", "##", wide)


def _order(form: str) -> list[str]:
    return [piece.lower() for piece in _SPLIT.findall(form)]
