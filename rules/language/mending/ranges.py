"""between, from … to, lists without brackets: collections as other tools write them → in (…) and low..high."""

from __future__ import annotations

from rules.language.mending.phrases import LITERALS
from rules.language.mending.pieces import Piece

_TO = frozenset({"~", "to", "until", "till", "through", "-", ".."})
_FROM = frozenset({"부터", "에서", "와", "과", "보다"})


def say_ranges(pieces: list[Piece]) -> list[Piece]:
    """``between A and B``, ``from A to B``, ``A ~ B``, ``A부터 B까지`` → ``in A..B``."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        taken = _between(pieces, at, found) or _tilde(pieces, at, found)
        if not taken:
            found.append(pieces[at])
        at += taken or 1
    return found


def _literal(pieces: list[Piece], at: int) -> tuple[str, int] | None:
    """(text, pieces taken) of a literal with its sign."""
    if (
        at < len(pieces)
        and pieces[at].word == "-"
        and at + 1 < len(pieces)
        and pieces[at + 1].kind in LITERALS
    ):
        return f"-{pieces[at + 1].out}", 2
    return (pieces[at].out, 1) if at < len(pieces) and pieces[at].kind in LITERALS else None


def _between(pieces: list[Piece], at: int, found: list[Piece]) -> int:
    if pieces[at].word not in {"between", "from"}:
        return 0
    place = at + 1
    in_brackets = place < len(pieces) and pieces[place].word == "("
    place += in_brackets
    low = _literal(pieces, place)
    if low is None:
        return 0
    place += low[1]
    if place < len(pieces) and pieces[place].word in {"and", ",", "&"} | _TO:
        place += 1
    high = _literal(pieces, place)
    if high is None:
        return 0
    place += high[1]
    if in_brackets and place < len(pieces) and pieces[place].word == ")":
        place += 1
    if found and found[-1].word in {"in", "=", "is"}:
        found.pop()
    found.append(
        Piece("range", pieces[at].start, pieces[place - 1].end, f"in {low[0]}..{high[0]}", "write_range")
    )
    return place - at


def _tilde(pieces: list[Piece], at: int, found: list[Piece]) -> int:
    low = _literal(pieces, at)
    if low is None or not found:
        return 0
    place = at + low[1]
    before = found[-1].word
    if place >= len(pieces):
        return 0
    sign = pieces[place].word
    is_korean = sign in _FROM
    if not (is_korean or (sign in _TO and (sign != "-" or before in {"in", "("}))) or (
        sign == ".." and any(piece.word == "in" for piece in found[-3:])
    ):
        return 0
    high = _literal(pieces, place + 1)
    if high is None or (sign == "-" and before not in {"in", "("}):
        return 0
    place += 1 + high[1]
    if place < len(pieces) and pieces[place].word in {"까지", "사이"}:
        place += 1
    start = pieces[at].start
    while found and found[-1].word in {"in", "=", "(", "is"} and len(found) > 1:
        opened = found.pop()
        start = opened.start
        if opened.word == "(" and place < len(pieces) and pieces[place].word == ")":
            place += 1
    found.append(Piece("range", start, pieces[place - 1].end, f"in {low[0]}..{high[0]}", "write_range"))
    return place - at


def say_lists(pieces: list[Piece]) -> list[Piece]:
    """Lists in their brackets, with commas, after the word that fits: in, contains any."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        found.append(piece)
        at += 1
        if at >= len(pieces):
            break
        if piece.word in {"=", "!="} and _opens_list(pieces, at):
            _swap(piece, "in" if piece.word == "=" else "not in")
        if piece.word in {"contains", "to"} and (
            pieces[at].kind == "list" or _opens_list(pieces, at, least=1)
        ):
            found.append(Piece("word", piece.end, piece.end, "any", "write_list"))
        if piece.word == "any" and pieces[at].kind == "text" and not _comma(pieces, at + 1):
            found.pop()  # one word needs no any
            found[-1].end, found[-1].code = piece.end, "write_list"
        if found[-1].word in {"in", "any", "not in"} or piece.word == "contains":
            at = _items(pieces, at, found)
    return found


def _swap(piece: Piece, out: str) -> None:
    piece.out, piece.code, piece.kind = out, "write_list", "word"


def _comma(pieces: list[Piece], at: int) -> bool:
    return at + 1 < len(pieces) and pieces[at].word == "," and pieces[at + 1].kind in LITERALS


def _opens_list(pieces: list[Piece], at: int, least: int = 2) -> bool:
    if pieces[at].kind == "list":
        return True
    if pieces[at].word != "(":
        return False
    inside = []
    for piece in pieces[at + 1 :]:
        if piece.word == ")":
            break
        inside.append(piece)
    items = [piece for piece in inside if piece.kind in LITERALS]
    return len(items) >= least and len(items) == len([piece for piece in inside if piece.word != ","])


def _items(pieces: list[Piece], at: int, found: list[Piece]) -> int:
    """Values after in or any: put brackets around bare ones and commas between; a list or range in brackets needs none."""
    word = found[-1].word
    if pieces[at].word == "(":
        return _in_brackets(pieces, at, found)
    if pieces[at].kind not in LITERALS or (at + 1 < len(pieces) and pieces[at + 1].word == ".."):
        return at
    if word == "contains" and not _comma(pieces, at + 1):
        return at
    start = pieces[at].start
    if word == "contains":
        found.append(Piece("word", start, start, "any", "write_list"))
    values = [pieces[at].out]
    at += 1
    while _comma(pieces, at) or (
        at + 1 < len(pieces)
        and pieces[at].word == "or"
        and pieces[at + 1].kind in LITERALS
        and pieces[at + 1].kind != "parameter"
    ):
        values.append(pieces[at + 1].out)
        at += 2
    found.append(Piece("items", start, pieces[at - 1].end, f"({', '.join(values)})", "write_list"))
    return at


def _in_brackets(pieces: list[Piece], at: int, found: list[Piece]) -> int:
    close = next((place for place in range(at, len(pieces)) if pieces[place].word == ")"), len(pieces))
    inside = pieces[at + 1 : close]
    if len(inside) == 1 and inside[0].kind in {"list", "range"}:
        out = inside[0].out.removeprefix("in ")
        end = pieces[min(close, len(pieces) - 1)].end
        found.append(Piece(inside[0].kind, pieces[at].start, end, out, "write_list"))
        return close + 1
    found.append(pieces[at])
    for place, piece in enumerate(inside):
        if place and piece.kind in LITERALS and inside[place - 1].kind in LITERALS:
            found.append(Piece("sign", piece.start, piece.start, ",", "write_list"))
        if piece.word in {"or", "and", ";", "/"} and place and inside[place - 1].kind in LITERALS:
            piece.out, piece.kind, piece.code = ",", "sign", "write_list"
        found.append(piece)
    return close
