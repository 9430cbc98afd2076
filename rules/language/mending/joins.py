"""Conditions joined as one speaks: what both sides share said once, commas for and, a rule in a sentence."""

from __future__ import annotations

import re

from rules.fields import FIELDS
from rules.language.functions import WINDOW_EXAMPLES
from rules.language.literals import usual_currency
from rules.language.mending.phrases import LITERALS
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES

_JOINS = frozenset({"and", "or"})
_TESTS = COMPARES | {"in", "contains", "like", "matches", "starts", "similar", "is", "not in"}
_AGGREGATES = frozenset({"avg", "average", "total", "건수", "횟수", "합계", "평균"})
_LEADING = frozenset(
    {"if", "when", "where", "rule", "alert", "flag", "만약", "만일", "select", "having", "unless"}
)


def strip_frame(pieces: list[Piece]) -> list[Piece]:
    """Words around a condition that belong to another language: if … then …, select … where …, a full stop."""
    kept = list(pieces)
    if kept and kept[0].word == "select":
        where = next((at for at, piece in enumerate(kept) if piece.word == "where"), 0)
        kept = _without(kept, 0, where + 1)
    while kept and (kept[0].word in _LEADING - {"select", "unless"} or kept[0].word == ":"):
        kept = _without(kept, 0, 1)
    then = next((at for at, piece in enumerate(kept) if piece.word in {"then", "이면", "?"} and at), None)
    if then is not None:
        kept = _without(kept, then, len(kept))
    kept = _without_order(kept)
    while len(kept) > 1 and kept[-1].word in {";", ".", ",", "and", "or", "not", ":"}:
        kept = _without(kept, len(kept) - 1, len(kept))
    return kept


def _without_order(pieces: list[Piece]) -> list[Piece]:
    """``order by amount`` says nothing of one claim, nor does ``group by`` where nothing is counted."""
    counts = any(piece.out in WINDOW_EXAMPLES or piece.word in _AGGREGATES for piece in pieces)
    for at in range(1, len(pieces) - 1):
        word = pieces[at].word
        if pieces[at + 1].word == "by" and (word == "order" or (word == "group" and not counts)):
            return _without(pieces, at, len(pieces))
    if (
        len(pieces) > 3
        and pieces[-2].word == "limit"
        and pieces[-1].kind == "number"
        and pieces[-3].kind in LITERALS
    ):
        return _without(pieces, len(pieces) - 2, len(pieces))
    return pieces


def _without(pieces: list[Piece], start: int, end: int) -> list[Piece]:
    gone = pieces[start:end]
    if not gone:
        return pieces
    code = "" if gone[0].kind == "comment" else "leave_out"
    return (
        [*pieces[:start], Piece("gone", gone[0].start, gone[-1].end, "", code), *pieces[end:]]
        if start
        else [Piece("gone", gone[0].start, gone[-1].end, "", code), *pieces[end:]]
    )


def say_joins(pieces: list[Piece]) -> list[Piece]:
    """``hour > 22 or < 5`` → ``hour > 22 or hour < 5``; ``x = "a" or "b"`` → ``x = "a" or x = "b"``; a comma between conditions → and."""
    found: list[Piece] = []
    start, depth = 0, 0  # where the present condition begins in `found`
    subject, test = "", ""
    for at, piece in enumerate(pieces):
        before = found[-1] if found else None
        behind = pieces[at + 1].word if at + 1 < len(pieces) else ""
        if piece.word in _JOINS and before is not None and before.word in _JOINS | {"("}:
            found.append(Piece("gone", piece.start, piece.end, "", "leave_out"))
            continue
        if piece.word in {"(", ")"}:
            depth += 1 if piece.word == "(" else -1
        if piece.word in _TESTS and before is not None and before.word not in _TESTS | {"not"}:
            if before.word in _JOINS and subject and piece.word != "is":
                found.append(Piece("word", piece.start, piece.start, subject, "repeat_subject"))
            else:
                subject = " ".join(part.out for part in found[start:] if part.kind not in {"comment", "gone"})
                subject = (
                    re.sub(r"^\(+|^not ", "", subject)
                    if subject.count("(") != subject.count(")")
                    else subject
                )
            test = piece.out if piece.word in COMPARES | {"contains", "like", "matches"} else ""
        elif (
            before is not None
            and before.word in _JOINS
            and subject
            and test
            and piece.kind in LITERALS - {"parameter"}
            and behind in {"and", "or", ")", ""}
        ):
            found.append(Piece("word", piece.start, piece.start, f"{subject} {test}", "repeat_subject"))
        if piece.word == "," and depth == 0 and at + 1 < len(pieces) and pieces[at + 1].kind == "word":
            piece.out, piece.kind, piece.code = "and", "word", "write_word"
        if before is not None and depth == 0 and _needs_join(before, piece):
            found.append(Piece("word", before.end, before.end, "and", "write_join"))
            start = len(found)
        if piece.word in _JOINS | {"where"}:
            found.append(piece)
            start = len(found)
            continue
        if before is not None and before.out in FIELDS and piece.kind in LITERALS and before.kind == "word":
            textual = piece.kind == "text"
            found.append(Piece("sign", piece.start, piece.start, "=" if textual else ">", "write_compare"))
        found.append(piece)
    return found


def say_endings(pieces: list[Piece]) -> list[Piece]:
    """``ends with "bar"`` → ``like "*bar"``; ``amount % 10000 = 0`` → ``is_multiple(amount, 10,000 KRW)``."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        words = [piece.word for piece in pieces[at : at + 5]]
        size = (
            2
            if words[0] in {"ends", "end", "ending"} and words[1:2] == ["with"]
            else 1
            if words[0] in {"endswith", "ends_with"}
            else 0
        )
        text = pieces[at + size] if size and at + size < len(pieces) else None
        if text is not None and text.kind == "text":
            found.append(
                Piece("word", pieces[at].start, text.end, 'like "*' + text.out[1:-1] + '"', "write_word")
            )
            at += size + 1
        elif (
            len(words) == 5
            and words[1] == "%"
            and words[3] in {"=", "!="}
            and words[4] == "0"
            and pieces[at].out in FIELDS
        ):
            step = pieces[at + 2].out
            is_money = FIELDS[pieces[at].out].type == "money" and pieces[at + 2].kind == "number"
            call = f"is_multiple({pieces[at].out}, {step}{' ' + usual_currency() if is_money else ''})"
            out = call if words[3] == "=" else f"not {call}"
            found.append(Piece("call", pieces[at].start, pieces[at + 4].end, out, "write_multiple"))
            at += 5
        else:
            found.append(pieces[at])
            at += 1
    return found


def _needs_join(before: Piece, piece: Piece) -> bool:
    """Two conditions beside each other without a word between them."""
    begins = piece.kind == "word" and (piece.out in FIELDS or piece.word == "not")
    ends = before.kind in LITERALS | {"list", "range", "items"} or before.word in {"missing", "yes", "no"}
    flag = before.kind == "word" and before.out in FIELDS and FIELDS[before.out].type == "yes_no"
    return (begins and ends and piece.out in FIELDS) or (flag and begins and piece.out in FIELDS)
