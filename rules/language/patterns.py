"""Text patterns: words, glob and linear-time regular expressions, all on normalised text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, Protocol

import re2

from rules.language.nodes import MAX_PATTERN
from rules.language.normal import normalise


class PatternNotValid(ValueError):
    """A regular expression that the linear-time engine does not take; the message is its reason."""


class LatinOnly(PatternNotValid):
    """A sign that knows Latin letters only, so that it never meets Hangul; `instead` is the form that does."""

    def __init__(self, sign: str, instead: str) -> None:
        super().__init__(f"{sign}: {instead}")
        self.sign, self.instead = sign, instead


_LETTER = r"[\pL\pN_]"
_LATIN = {
    r"\b": r"(^|[^\pL\pN_])…($|[^\pL\pN_])",
    r"\B": _LETTER,
    r"\w": _LETTER,
    r"\W": r"[^\pL\pN_]",
    "[:word:]": _LETTER,
    "[:alnum:]": r"[\pL\pN]",
    "[:alpha:]": r"\pL",
    "[:lower:]": r"\p{Ll}",
    "[:upper:]": r"\p{Lu}",
}


class Pattern(Protocol):
    """What the engine gives: only searching is used."""

    def search(self, text: str, /) -> Any: ...


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = 1 << 20
    return options


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """A compiled expression, blind to case. Raises PatternNotValid for what is not linear, not valid or Latin only."""
    if len(pattern) > MAX_PATTERN:
        raise PatternNotValid(f"longer than {MAX_PATTERN} characters")
    for start in range(len(pattern) - 2):
        if (
            pattern[start : start + 2] == "(?"
            and pattern[start + 2] != ":"
            and not _is_escaped(pattern, start)
        ):
            raise PatternNotValid("(?" + pattern[start + 2] + "…")
    for sign, instead in _LATIN.items():
        if sign.startswith("[") and sign in pattern.replace("[:^", "[:"):
            raise LatinOnly(sign, instead)
        at = pattern.find(sign)
        while at >= 0:
            if not _is_escaped(pattern, at):
                raise LatinOnly(sign, instead)
            at = pattern.find(sign, at + 1)
    if "\\C" in pattern:
        raise PatternNotValid("\\C")
    try:
        compiled: Pattern = re2.compile(unicodedata.normalize("NFC", pattern), _options())
    except re2.error as error:
        raise PatternNotValid(_reason(error)) from None
    return compiled


def _is_escaped(pattern: str, at: int) -> bool:
    backslashes = 0
    while at - backslashes - 1 >= 0 and pattern[at - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else "not valid"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


@lru_cache(maxsize=1024)
def glob_pattern(glob: str) -> Pattern:
    """``*`` stands for any characters, ``?`` for one; the whole text must fit. The glob is normalised like the text."""
    parts = (".*" if sign == "*" else "." if sign == "?" else re2.escape(sign) for sign in normalise(glob))
    compiled: Pattern = re2.compile(r"(?s)\A" + "".join(parts) + r"\z", _options())
    return compiled
