"""Half a window → a whole one: whose claims, how far back, and what the answer is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rules.fields import FIELDS, KEYS
from rules.language.functions import FUNCTIONS, WINDOW_EXAMPLES, WINDOW_VALUES
from rules.language.literals import length_text
from rules.language.mending.pieces import Piece
from rules.language.mending.vocabulary import COMPARES
from rules.language.mending.window_text import KEY_OF, WindowParts, usual_comparison, window_text
from rules.language.nodes import PERIODS
from rules.language.types import Kind
from rules.language.words import field_meant, key_meant

_STOPS = frozenset({"and", "or", ")"})
_TESTS = COMPARES | {"in", "is", "+", "-", "*", "/", "not"}


def complete_windows(pieces: list[Piece], is_whole: Callable[[str], bool]) -> list[Piece]:
    """Every call of a window function in its full form; ``is_whole`` tells whether a call's text is right as it stands."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        name = piece.out
        is_window = name in WINDOW_EXAMPLES and piece.kind == "word"
        if piece.word == "same" and at + 1 < len(pieces):
            at = _bare(pieces, at, found)
            continue
        if piece.word == "within" and at + 1 < len(pieces) and pieces[at + 1].kind == "duration":
            found.append(
                Piece(
                    "window",
                    piece.start,
                    pieces[at + 1].end,
                    window_text("count", WindowParts(within=pieces[at + 1].out)),
                    "window_whole",
                )
            )
            name, at = "count", at + 2
            if at >= len(pieces) or pieces[at].word not in _TESTS:
                end = found[-1].end
                found.append(Piece("sign", end, end, usual_comparison(name, ""), "window_compare"))
            continue
        if not is_window or (name in FUNCTIONS and at + 1 < len(pieces) and pieces[at + 1].word != "("):
            found.append(piece)
            at += 1
            continue
        begun = len(found)
        close, inside = _inside(pieces, at)
        if name == "count" and inside and inside[0].word in {"distinct", "unique"}:
            name, inside = "distinct", inside[1:]
        call = " ".join(part.out for part in pieces[at : close + 1])
        taken = close + 1
        if close < len(pieces) and is_whole(call) and not _trails(pieces, taken):
            found += pieces[at:taken]
        else:
            parts = _read(name, inside)
            taken = _trailing(pieces, min(taken, len(pieces)), parts)
            last = pieces[min(taken, len(pieces)) - 1]
            found.append(Piece("window", piece.start, last.end, window_text(name, parts), "window_whole"))
        at = taken
        follower = pieces[at].word if at < len(pieces) else ")"
        alone = follower not in _TESTS and (follower in _STOPS or pieces[at].kind in {"word", "gone"})
        if alone and not _compared(found[: begun + 1]):
            end, call = found[-1].end, " ".join(part.out for part in found[begun:])
            found.append(Piece("sign", end, end, usual_comparison(name, call), "window_compare"))
    return found


def say_periods(pieces: list[Piece]) -> list[Piece]:
    """``count(same cardholder in 7 days)``: in before a length says how far back, inside a window and outside of what is asked of its claims."""
    depth, windows = 0, list[int]()
    for at, piece in enumerate(pieces):
        if piece.word == "(":
            depth += 1
            if at and pieces[at - 1].out in WINDOW_EXAMPLES:
                windows.append(depth)
        elif piece.word == ")":
            windows = [one for one in windows if one < depth]
            depth -= 1
        elif piece.word == "where":
            windows = windows[:-1]
        ahead = pieces[at + 1] if at + 1 < len(pieces) else None
        behind = pieces[at + 2].word if at + 2 < len(pieces) else ""
        if (
            windows
            and piece.word == "in"
            and ahead is not None
            and ahead.kind == "duration"
            and behind != ".."
        ):
            piece.out, piece.code = "within", "write_word"
    return pieces


def _bare(pieces: Sequence[Piece], at: int, found: list[Piece]) -> int:
    """``3 times same merchant within 30 minutes`` → a count of these, compared with what was said; where reading ended."""
    parts = WindowParts()
    end = _trailing(pieces, at, parts)
    if end == at:
        found.append(pieces[at])
        return at + 1
    start, least = pieces[at].start, "3"
    if found and found[-1].kind == "number" and (len(found) < 2 or found[-2].word not in _TESTS):
        least = found[-1].out
        start = found.pop().start
    last = pieces[end - 1].end
    found.append(Piece("window", start, last, window_text("count", parts), "window_whole"))
    if end < len(pieces) and pieces[end].kind == "number" and pieces[end - 1].word not in _TESTS:
        least, last = pieces[end].out, pieces[end].end
        found[-1].end = last
        end += 1
        if end < len(pieces) and pieces[end].word in {">=", "이상"}:
            last, end = pieces[end].end, end + 1
            found[-1].end = last
    if end >= len(pieces) or pieces[end].word not in _TESTS:
        found.append(Piece("sign", last, last, f">= {least}", "window_compare"))
    return end


def _compared(found: Sequence[Piece]) -> bool:
    """Whether the window stands on the right of a comparison or inside a call or calculation."""
    before = [piece.word for piece in found[:-1]]
    depth = 0
    for word in reversed(before):
        depth += {")": 1, "(": -1}.get(word, 0)
        if depth < 0 or word in _TESTS:
            return True
        if word in {"and", "or"}:
            return False
    return False


def _inside(pieces: Sequence[Piece], at: int) -> tuple[int, list[Piece]]:
    """(place of the closing bracket, or where it belongs; what stands between)."""
    if at + 1 >= len(pieces) or pieces[at + 1].word != "(":
        end = at + 1
        while end < len(pieces) and pieces[end].word not in _TESTS | _STOPS:
            end += 1
        return end - 1, list(pieces[at + 1 : end])
    depth, seen_where = 0, False
    for place in range(at + 1, len(pieces)):
        word = pieces[place].word
        seen_where = seen_where or word == "where"
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth:
            return place, list(pieces[at + 2 : place])
        if word in COMPARES and not seen_where and depth == 1:
            return place - 1, list(pieces[at + 2 : place])  # the bracket was never closed
    return len(pieces) - 1, list(pieces[at + 2 :])


def _trails(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a part of the window stands behind its bracket."""
    if at >= len(pieces):
        return False
    word = pieces[at].word
    return (
        word in {"within", "same", "where", "before", "by"}
        or pieces[at].kind == "duration"
        or (
            word in {">", "over"}
            and at + 1 < len(pieces)
            and pieces[at + 1].kind == "duration"
            and pieces[at].code != ""
        )
    )


def _trailing(pieces: Sequence[Piece], at: int, parts: WindowParts) -> int:
    """Read what stands behind the bracket and belongs inside it; where reading ended."""
    while at < len(pieces):
        piece = pieces[at]
        ahead = pieces[at + 1] if at + 1 < len(pieces) else None
        if piece.word == "before":
            parts.is_before, at = True, at + 1
        elif piece.word == "by" and ahead is not None and ahead.word == "others":
            parts.is_others, at = True, at + 2
        elif piece.kind == "duration" and not parts.within:
            parts.within, at = piece.out, at + 1
        elif (
            ahead is not None and ahead.kind == "duration" and piece.word in {"within", "in", "for", "on"}
        ) or (ahead is not None and ahead.kind == "duration" and piece.word in {">", "over"} and piece.code):
            parts.within, at = ahead.out, at + 2
        elif ahead is not None and piece.word == "same":
            at = _keys_from(pieces, at + 1, parts)
        elif piece.word == "within" and ahead is not None and ahead.kind == "number":
            parts.within, at = f"{ahead.out} days", at + 2
        else:
            break
    return at


def _keys_from(pieces: Sequence[Piece], at: int, parts: WindowParts) -> int:
    while at < len(pieces):
        key = key_meant(pieces[at].out, near=False) if pieces[at].kind == "word" else None
        if key is None:
            break
        _keep_key(parts, key)
        at += 1
        if (
            at + 1 < len(pieces)
            and pieces[at].word in {",", "and"}
            and key_meant(pieces[at + 1].out, near=False)
        ):
            at += 1
    return at


def _keep_key(parts: WindowParts, key: str) -> None:
    key = KEY_OF.get(key, key)
    if key in PERIODS:
        parts.period = key
    elif key not in parts.keys:
        parts.keys.append(key)


def _read(name: str, inside: Sequence[Piece]) -> WindowParts:
    """What is there of a window, in whatever order."""
    parts = WindowParts()
    where = next((at for at, piece in enumerate(inside) if piece.word == "where"), len(inside))
    condition = list(inside[where + 1 :])
    if condition and condition[-1].word == "before":
        parts.is_before, condition = True, condition[:-1]
    if [piece.word for piece in condition[-2:]] == ["by", "others"]:
        parts.is_others, condition = True, condition[:-2]
    parts.where = " ".join(piece.out for piece in condition)
    accepts_value, after_same = WINDOW_VALUES[name] is not None, False
    previous = ""
    for piece in inside[:where]:
        word = piece.word
        if word in {"same", "in", "per"}:
            if word == "in" and parts.value and name == "share":
                parts.part, parts.keys = parts.keys, []
            after_same = True
        elif word == "before":
            parts.is_before = True
        elif word == "others":
            parts.is_others = True
        elif name == "percentile" and not parts.fraction and piece.kind in {"percent", "number", "parameter"}:
            parts.fraction = _share(piece)
        elif piece.kind in {"duration", "money"}:
            parts.within = _length(piece) or parts.within
        elif piece.kind == "parameter" and previous == "within":
            parts.within = piece.out
        elif piece.kind == "number":
            parts.within = parts.within or f"{piece.out.replace(',', '')} days"
        elif piece.kind == "word" and not (
            accepts_value and not parts.value and not after_same and _is_value(name, piece)
        ):
            key = key_meant(piece.out, near=False)
            if key is not None:
                _keep_key(parts, key)
        elif piece.kind == "word":
            parts.value = [_value_name(piece)]
        previous = word
    return parts


def _length(piece: Piece) -> str:
    if piece.kind == "duration":
        return piece.out
    digits = piece.out.split()[0].replace(",", "")  # 30m was read as thirty million
    millions = digits.removesuffix("000000")
    return length_text(millions, "m") or "" if millions != digits else ""


def _share(piece: Piece) -> str:
    """``95`` and ``0.95`` → ``95%``."""
    if piece.kind != "number":
        return piece.out
    number = float(piece.out.replace(",", ""))
    return f"{number * 100 if number <= 1 else number:g}%"


def _value_name(piece: Piece) -> str:
    return (
        piece.out
        if piece.out in FIELDS or piece.out in KEYS
        else field_meant(piece.out, near=False) or piece.out
    )


def _is_value(name: str, piece: Piece) -> bool:
    found = FIELDS.get(_value_name(piece))
    accepted = WINDOW_VALUES[name] or frozenset()
    if name == "distinct":
        return piece.out in KEYS or found is not None
    return found is not None and Kind(found.type) in accepted
