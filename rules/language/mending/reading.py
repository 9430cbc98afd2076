"""One attempt to read a text as it was meant: word by word, then what parser and checker still miss, until a rule stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rules.language.literals import day_texts
from rules.language.mending.completing import assembled, close_brackets, complete, judge
from rules.language.mending.joins import say_endings, say_joins, strip_frame
from rules.language.mending.naming import name_words
from rules.language.mending.naming_place import Names
from rules.language.mending.phrases import say_korean_order, say_korean_windows, say_phrases
from rules.language.mending.pieces import Piece, pieces_of
from rules.language.mending.ranges import say_lists, say_ranges
from rules.language.mending.vocabulary import COMPARES
from rules.language.mending.windows import complete_windows, say_periods
from rules.language.nodes import Position
from rules.language.problems import Problem, problem

_ROUNDS = 12
#: ``amount >= 1 <= 2`` compares 1 with 2: allowed, and never what was meant.
_CHAIN = re.compile(r"[<>]=?\s*[0-9][0-9,.]*(?:\s?[A-Z]{3}|%)?\s*[<>]=?\s*[0-9]")
#: Kinds of slip that can be told by themselves, whatever stands around them.
_SURE = frozenset(
    [
        "write_field",
        "write_money",
        "write_duration",
        "write_percent",
        "write_date",
        "write_either_date",
        "write_time",
        "straight_quotes",
        "like_percent",
    ]
)


@dataclass(frozen=True)
class Mended:
    """What was changed where, each as a problem that says what to write; ``text`` is the whole rule, or None when it is still none."""

    problems: tuple[Problem, ...]
    text: str | None


def is_sure(mended: Mended) -> bool:
    """Whether a correction says what was written: not where an example stands beside a join that nobody wrote."""
    codes = {found.code for found in mended.problems}
    is_guess = (
        "write_value" in codes
        and len(codes - {"write_time"}) > 1
        and bool(codes & {"write_join", "write_compare", "write_text", "leave_out"})
    )
    is_guess |= "write_either_date" in codes
    return mended.text is not None and not is_guess and _CHAIN.search(mended.text) is None


def mend(text: str, names: Names) -> Mended:
    """Read a text that was refused as it was meant. Never raises; a text that is valid already comes back unchanged."""
    pieces = _pass(pieces_of(text), names)
    left: tuple[Problem, ...] = ()
    for _ in range(_ROUNDS):
        written, places = assembled(text, pieces)
        left = judge(written, names)
        if not left:
            break
        if not (
            _improve(pieces, left, written, places)
            or close_brackets(text, pieces, names)
            or complete(text, pieces, names)
        ):
            break
    written, _ = assembled(text, pieces)
    for before, piece in pairwise(pieces):
        if piece.code == "write_order" and before.out in COMPARES | {"contains"}:
            piece.shown = f"{before.out} {piece.out}"
    said = [_say(text, piece) for piece in pieces if piece.code and (not left or piece.code in _SURE)]
    if left:  # what could not be told as a whole keeps its own refusal
        said += judge(text, names)
    return Mended(_first_at_each_place(said), None if left else written.strip())


def _pass(pieces: list[Piece], names: Names) -> list[Piece]:
    comments = [piece for piece in pieces if piece.kind == "comment"]
    found = strip_frame([piece for piece in pieces if piece.kind != "comment"])
    found = say_korean_windows(found)
    found = say_phrases(found, _depths(found))
    found = _say_is(found)
    found = say_ranges(found)
    found = say_korean_order(found)
    found = name_words(found, names)
    found = _say_there(found)
    found = say_endings(found)
    found = say_lists(say_periods(found))
    found = say_joins(found)
    found = complete_windows(found, lambda call: not _window_faults(call, names))
    return sorted([*found, *comments], key=lambda piece: (piece.start, piece.end))


def _window_faults(call: str, names: Names) -> tuple[Problem, ...]:
    return tuple(found for found in judge(call, names) if found.code not in {"not_a_condition", "constant"})


def _depths(pieces: Sequence[Piece]) -> list[int]:
    depth, found = 0, []
    calls = False
    for piece in pieces:
        depth += {"(": 1, ")": -1}.get(piece.word, 0)
        calls = calls or piece.word in {
            "count",
            "sum",
            "avg",
            "average",
            "mean",
            "total",
            "건수",
            "횟수",
            "합계",
            "평균",
        }
        found.append(depth + calls)
    return found


def _say_is(pieces: list[Piece]) -> list[Piece]:
    """``is "x"`` → ``= "x"``, ``is not "x"`` → ``!= "x"``; is missing stays."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        words = [piece.word for piece in pieces[at : at + 3]]
        if words[:1] == ["is"] and words[1:2] != ["missing"] and words[1:3] != ["not", "missing"]:
            size = 2 if words[1:2] == ["not"] else 1
            found.append(
                Piece(
                    "sign",
                    pieces[at].start,
                    pieces[at + size - 1].end,
                    "!=" if size == 2 else "=",
                    "write_word",
                )
            )
            at += size
            continue
        found.append(pieces[at])
        at += 1
    return found


#: Fields that hold a paper's or a trip's number: yes and no ask whether there is one.
_NUMBERS = frozenset({"receipt_id", "trip_id", "pre_approval_id", "authorization_code", "loyalty_id"})
_THERE = {"yes": True, "true": True, "no": False, "none": False, "false": False}


def _say_there(pieces: list[Piece]) -> list[Piece]:
    """``receipt_id = no`` → ``receipt_id is missing``."""
    found = list(pieces)
    for at in range(len(found) - 2):
        field, sign, value = found[at : at + 3]
        there = _THERE.get(value.word.strip('"'))
        is_quoted = value.kind == "text" and not value.code  # somebody means the word itself
        if field.out not in _NUMBERS or sign.out not in {"=", "==", "!="} or there is None or is_quoted:
            continue
        is_there = there == (sign.out != "!=")
        sign.out, sign.kind, sign.code = "is not" if is_there else "is", "word", "write_word"
        value.out, value.kind, value.code = "missing", "word", ""
        sign.end, sign.shown = value.end, f"{sign.out} missing"
        value.start = value.end
    return found


def _offset(text: str, position: Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _improve(
    pieces: list[Piece], left: Sequence[Problem], written: str, places: Sequence[tuple[int, int]]
) -> bool:
    """Write what the checker says is right into the piece it speaks of; whether any was."""
    for found in left:
        if not found.instead:
            continue
        start = _offset(written, Position(found.line, found.column))
        stop = start + found.length
        touched = [at for at, (low, high) in enumerate(places) if low < stop and high > start]
        if not touched:
            continue
        first, last = touched[0], touched[-1]
        low, high = places[first][0], places[last][1]
        out = written[low:start] + found.instead + written[stop:high]
        code = next((piece.code for piece in pieces[first : last + 1] if piece.code), "")
        said = None if code else (found.message_en, found.message_ko)
        pieces[first : last + 1] = [
            Piece(
                pieces[first].kind,
                pieces[first].start,
                max(piece.end for piece in pieces[first : last + 1]),
                out,
                code or found.code,
                said,
            )
        ]
        return True
    return False


def _say(text: str, piece: Piece) -> Problem:
    """The message of a changed piece at the place where it stood."""
    start, found = piece.start, text[piece.start : piece.end]
    line, column = _place(text, start)
    if piece.said is not None:
        english, korean = piece.said
        return Problem(line, column, piece.code, english, korean, max(len(found), 1), piece.out)
    one, other = ([*day_texts(found), "", ""] if piece.code == "write_either_date" else ["", ""])[:2]
    said = problem(
        Position(line, column, max(len(found), 1)),
        piece.code,
        one=one,
        other=other,
        found=found,
        instead=piece.shown or piece.out,
        word=found,
        small=piece.out,
    )
    return Problem(
        line,
        column,
        said.code,
        said.message_en,
        said.message_ko,
        max(len(found), 1),
        "" if piece.code == "write_either_date" else piece.shown or piece.out,
    )


def _first_at_each_place(said: Sequence[Problem]) -> tuple[Problem, ...]:
    kept: dict[tuple[int, int], Problem] = {}
    for found in said:
        kept.setdefault((found.line, found.column), found)
    return tuple(sorted(kept.values(), key=lambda found: (found.line, found.column)))
