"""What a text lacks to be a rule: the bracket that is missing or too many, the side of a comparison that nobody wrote."""

from __future__ import annotations

from collections.abc import Sequence

from rules.fields import FIELDS
from rules.language.check import Checker
from rules.language.literals import usual_currency
from rules.language.mending.naming_place import Names
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES
from rules.language.parse import parse
from rules.language.problems import Problem, RuleNotValid


def judge(text: str, names: Names) -> tuple[Problem, ...]:
    """What is still wrong with a text; nothing when it is a rule."""
    try:
        tree = parse(text)
    except RuleNotValid as error:
        return error.problems
    checker = Checker(FIELDS, names.lists, names.parameters)
    return checker.judge(tree)


def assembled(text: str, pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """(the whole text, where each piece lies in it); what stood between pieces stays, inserted ones get blanks."""
    places: list[tuple[int, int]] = []
    written, end, was_changed = "", 0, False
    for piece in pieces:
        gap = text[end : piece.start] if piece.start > end else ""
        written += gap
        changed = bool(piece.code) or piece.start == piece.end or was_changed
        if piece.out and written and not written[-1].isspace() and _needs_blank(written[-1], piece, changed):
            written += " "
        places.append((len(written), len(written) + len(piece.out)))
        written += piece.out
        end = max(end, piece.end)
        was_changed = bool(piece.code) or piece.start == piece.end
    rest = text[end:]
    return written + rest, places


def _needs_blank(before: str, piece: Piece, changed: bool) -> bool:
    if before == "(" or piece.out in {")", ",", "(", ".."} or (before == "." and piece.kind != "word"):
        return False
    return changed or (before in "\"'=<>)" and piece.out[:1].isalpha())


def close_brackets(text: str, pieces: list[Piece], names: Names) -> bool:
    """Put the bracket that is missing, or take the one too many away, where that makes a rule."""
    words = [piece.word for piece in pieces]
    written = "".join(words)
    surplus = sum(word.count("(") for word in words if not word.startswith(('"', "'"))) - sum(
        word.count(")") for word in words if not word.startswith(('"', "'"))
    )
    if not surplus or abs(surplus) > 5 or not written:
        return False
    if surplus > 0:
        stops = [at for at, word in enumerate(words) if word in COMPARES | {"and", "or"}]
        for at in (len(pieces), *stops):
            end = pieces[at - 1].end if at else 0
            tried = [*pieces[:at], Piece("sign", end, end, ")" * surplus, "close_bracket"), *pieces[at:]]
            if all(found.instead for found in judge(assembled(text, tried)[0], names)):
                pieces[:] = tried
                return True
        return False
    for at, word in enumerate(words):
        if word == ")":
            gone = Piece("gone", pieces[at].start, pieces[at].end, "", "open_bracket")
            tried = [*pieces[:at], gone, *pieces[at + 1 :]]
            if all(found.instead for found in judge(assembled(text, tried)[0], names)):
                pieces[:] = tried
                return True
    return False


#: What a value without its field is usually compared with.
_USUAL = {
    "money": "amount", "number": "n_attendees", "percent": "ratio_to_limit", "text": "merchant.name", "date": "transacted_at",
    "time": "time(transacted_at)", "duration": "submitted_at - transacted_at",
}  # fmt: skip


def complete(text: str, pieces: list[Piece], names: Names) -> bool:
    """Put an example where a comparison lacks one of its sides, when that makes a rule; a field alone gets a comparison."""
    solid = [piece for piece in pieces if piece.kind not in {"comment", "gone"}]
    if not solid:
        return False
    first, last = solid[0], solid[-1]
    tried: list[list[Piece]] = []
    if first.word in COMPARES | {"in"} and len(solid) > 1:
        usual = _USUAL.get(solid[1].kind, "amount")
        tried.append([Piece("word", first.start, first.start, usual, "write_value"), *pieces])
    examples = (
        f"500,000 {usual_currency()}",
        '"카페"',
        "3",
        "22",
        "2026-01-31",
        "22:00",
        "30 days",
        "90%",
        "yes",
    )
    ends = ("> ", "= ", "", "is ") if last.kind == "word" else ("",)
    for end in ends:
        for example in (*examples, '("5813", "5812")', "missing"):
            tried.append([*pieces, Piece("sign", last.end, last.end, end + example, "write_value")])
    for candidate in tried:
        if not judge(assembled(text, candidate)[0], names):
            pieces[:] = candidate
            return True
    return False
