"""A text as a reader of numbers sees it, with the way back to the places of the text as it was written. Pure.

Digits of any script, raised, circled or in keycaps are ASCII; dashes are one hyphen; entities (also those that lost their semicolon or
were escaped twice) and tags of HTML are what they show, as are spaces, signs and digits in the percent form of addresses; what is not seen at all (soft hyphens, zero-width signs, variation selectors, fillers) is gone.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import unquote

#: One sign between two digits: no letter, digit, amount's sign or percent.
SIGN = r"[^\w₩$€£¥%]"
#: Thirteen digits or more that stand one by one, and one of them.
SINGLES = re.compile(rf"(?<![0-9])[0-9](?:{SIGN}{{1,3}}[0-9]){{12,}}(?![0-9])")
ONE = re.compile(r"[0-9]")
#: What stands between groups of digits, as an entity without its semicolon: by name, by number, by hexadecimal number. Behind a number the next
#: group begins at once, so only these are told from longer numbers: by a group of four digits, or one digit alone.
_NAMED = (
    r"(?:nbsp|ensp|emsp|thinsp|hairsp|numsp|puncsp|shy|zwn?j|[lr]rm|Tab|NewLine|NoBreak|(?:Medium|Thin|Thick|VeryThin|Hair|ZeroWidth|NonBreaking)Space"
    r"|hyphen|dash|[nm]dash|horbar|minus|period|comma|sol|lowbar|middot|bull)(?![A-Za-z]);?"
)
_NUMBERED = (
    r"#0*(?:65279|12288|819[2-9]|820[0-9]|821[0-3]|8226|8239|8287|8288|8722|160|173|183|10|13|32|4[4-7]|95|9)"
    r"(?:;|(?![0-9])|(?=[0-9](?![0-9;]))|(?=[0-9]{4}))"
)
_IN_HEX = (
    r"#[xX]0*(?:200[0-9a-fA-F]|201[0-5]|2022|202[fF]|205[fF]|2060|2212|3000|[fF][eE][fF][fF]|20|2[c-fC-F]|5[fF]|[aA]0|[aA][dD]|[bB]7|[aAdD]|9)"
    r"(?:;|(?![0-9a-fA-F])|(?=[0-9](?![0-9a-fA-F;]))|(?=[0-9]{4}))"
)
_WHOLE = r"#?[0-9A-Za-z]{1,24};|#[0-9]{2,7}(?![0-9;])|#[xX][0-9A-Fa-f]{2,6}(?![0-9A-Fa-f;])"
_ENTITY = rf"&(?:amp;?)*(?:{_NAMED}|{_NUMBERED}|{_IN_HEX}|{_WHOLE})"
#: Of an address: digits, spaces and signs between groups, also encoded twice.
_ENCODED = (
    r"%(?:25)*(?:3[0-9]|20|09|0[aAdD]|2[bcdefBCDEF]|5[fF]|[cC]2%(?:25)*(?:[aA][0dD]|[bB]7)"
    r"|[eE]2%(?:25)*8[01]%(?:25)*[89aA][0-9a-fA-F]|[eE]3%(?:25)*80%(?:25)*80|[eE][fF]%(?:25)*[bB][bB]%(?:25)*[bB][fF])"
)
_MARKUP = rf"{_ENTITY}|<[A-Za-z/][^<>]{{0,60}}>|{_ENCODED}"
_ESCAPED = re.compile(r"&(?:amp;?)*")
_TWICE = re.compile(r"%(?:25)+")
#: Signs of which a text must have one for any of this to be in it.
MARKS = "&<%"
_UNSEEN = {"Cf", "Mn", "Me"}
_FILLERS = "\u115f\u1160\u3164\uffa0"
#: Korean typing has signs of its own between numbers, which count as letters.
_LETTERS_AS_SIGNS = {"\u318d": "·", "\u119e": "·", "\u3161": "-", "\u1173": "-", "\u30fc": "-"}


@dataclass(frozen=True, slots=True)
class Plain:
    """`text`, and the pieces it was made of: where each begins in it, where each begins and ends in the text as written.

    A piece that was copied keeps its length; any other one stands for its whole place.
    """

    text: str
    starts: tuple[int, ...] = ()
    places: tuple[tuple[int, int, bool], ...] = ()  # (start, end, is copied)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """(start, end) of the text as written for a place of the plain text that is not empty."""
        if not self.starts:
            return start, end
        return self._written(start)[0], self._written(end - 1)[1]

    def _written(self, at: int) -> tuple[int, int]:
        number = bisect_right(self.starts, at) - 1
        start, end, is_copied = self.places[number]
        if not is_copied:
            return start, end
        written = start + at - self.starts[number]
        return written, written + 1


def plain(text: str) -> Plain | None:
    """The plain text, or None where there are fewer digits in it than the shortest number has (13)."""
    if text.isascii():
        if not _has_digits(text):
            return None
        if not any(mark in text for mark in MARKS):
            return Plain(text)
        table, pieces = {}, _MARKUP
    else:
        table = {
            ord(char): seen for char in set(text) if not char.isascii() and (seen := _seen(char)) != char
        }
        moved = "".join(re.escape(chr(code)) for code, seen in table.items() if len(seen) != 1)
        pieces = f"{_MARKUP}|[{moved}]+" if moved else _MARKUP
    made = _made(text, table, re.compile(pieces))
    return made if _has_digits(made.text) else None


def _has_digits(text: str) -> bool:
    return any(n == 13 for n, _ in enumerate(ONE.finditer(text), 1))


def _made(text: str, table: dict[int, str], moved: re.Pattern[str]) -> Plain:
    parts: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, int, bool]] = []
    length = at = 0
    for found in moved.finditer(text):
        for piece, start, end, is_copied in (
            (text[at : found.start()].translate(table), at, found.start(), True),
            (_shown(found[0], table), found.start(), found.end(), False),
        ):
            if piece:
                parts.append(piece)
                starts.append(length)
                places.append((start, end, is_copied))
                length += len(piece)
        at = found.end()
    parts.append(text[at:].translate(table))
    if not starts:
        return Plain(parts[-1])
    return Plain("".join(parts), (*starts, length), (*places, (at, len(text), True)))


def _shown(piece: str, table: dict[int, str]) -> str:
    """What an entity, a tag or an encoded sign shows, or characters that become none or several."""
    if piece[0] == "<":
        return " "
    if piece[0] in "&%":
        if piece[0] == "%":
            shown = unquote(_TWICE.sub("%", piece))
        else:
            escaped = _ESCAPED.sub("&", piece, count=1) if len(piece) > len("&amp;") else piece
            shown = html.unescape(escaped if escaped[-1] == ";" else f"{escaped};")
        return "".join((" " if char.isspace() else char) if char.isascii() else _seen(char) for char in shown)
    return piece.translate(table)


def _seen(char: str) -> str:
    """What a character is taken for; several or none where it is so."""
    if unicodedata.category(char) in _UNSEEN or char in _FILLERS:
        return ""
    if (value := unicodedata.digit(char, None)) is not None:
        return str(value)
    if char in _LETTERS_AS_SIGNS:
        return _LETTERS_AS_SIGNS[char]
    if char.isspace():
        return " "
    if unicodedata.category(char) == "Pd" or char == "\u2212":
        return "-"
    seen = unicodedata.normalize("NFKC", char)
    return "".join(_LETTERS_AS_SIGNS.get(one, one) for one in seen if one not in _FILLERS)
