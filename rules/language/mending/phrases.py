"""Words for comparing and joining, in both languages and in those of other tools → the language's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.language.mending.pieces import Piece
from rules.language.words import key_meant

# what is meant | phrases for it, separated by semicolons; the longest that fits is taken
_PHRASES = """
>= | not <; is not <; is greater than or equal to; greater than or equal to; is at least; at least; no less than; not less than; is no less than; minimum of; gte; ge; is >=; or more than
<= | not >; is not >; is less than or equal to; less than or equal to; is at most; at most; no more than; not more than; is no more than; maximum of; up to; lte; le; is <=
> | is greater than; is more than; is bigger than; is larger than; is higher than; is over; is above; greater than; more than; bigger than; larger than; higher than; over; above; exceeds; exceed; exceeding; beyond; gt; is >; after
< | is less than; is smaller than; is lower than; is under; is below; less than; fewer than; smaller than; lower than; under; below; lt; is <
!= | is not equal to; not equal to; is not equal; does not equal; doesn't equal; not equals; is different from; differs from; isn't; is != ; neq; ne; not =
= | is equal to; equal to; equals; equal; eq; is exactly; exactly; is =
is missing | is null; is none; is nil; is empty; is blank; is nothing; is unknown; is undefined; isnull; = null; = none; = nil; is absent; is not given; is not there; is not known; not exists; does not exist; 없음; 없다; 없는; 없으면; 비어 있음; 비어있음; 비었음; 누락
is not missing | is not null; is not none; is not nil; is not empty; is not blank; is not unknown; is not nothing; notnull; is known; is there; is given; is present; exists; != null; != none; != nil; is not undefined; 있음; 있다; 있으면; 존재
not contains | does not contain; doesn't contain; not contain; does not include; doesn't include; not includes; not include; without; not containing; is not contains; 미포함; 포함하지 않음
contains | includes; include; contain; containing; including; has; 포함
starts with | startswith; start with; begins with; beginswith; begin with; starting with; starts
matches | regex; regexp; rlike; match; regexp_like
like | ilike; glob
similar to | is similar to; resembles; resemble; sounds like; looks like; is like; similar; 비슷; 비슷함; 비슷하면; 유사; 유사함
by others | of others; by other people; by other cardholders; excluding own; excluding self; 다른 사람; 본인 제외
in | is in; is one of; one of; is any of; any of; among; is among; in list; is within; in the list; = any
not in | is not in; is not one of; not one of; isn't in; none of; is none of; not any of; not among
contains any | contains one of; contains any of; contain any; contains some of; includes any; includes any of; includes one of
and | and also; as well as; plus also; 그리고; 및; 이고; 하고; 이며; 동시에; andalso; but
or | or else; 또는; 혹은; 이거나; 거나; orelse
not | 아님; 아니; isnot; non
within | in the last; within the last; within the past; in the past; during the last; over the last; for the last; in last; last; past; during; inside; 최근; 지난
same | with the same; the same; of the same; with same; for the same; per; by; for each; each; group by; partition by; 같은; 동일; 동일한
missing | null; none; nil
"""


def _read(rows: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    found = []
    for row in rows.strip().splitlines():
        meant, phrases = row.split("|", 1)
        for phrase in phrases.split(";"):
            found.append((tuple(phrase.split()), tuple(meant.split())))
    return sorted(found, key=lambda pair: -len(pair[0]))


_TABLE = _read(_PHRASES)
_FIRST: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
for _words, _meant in _TABLE:
    _FIRST.setdefault(_words[0], []).append((_words, _meant))
#: Phrases that are the language's own in this place.
_INSIDE_WINDOWS = frozenset({"within", "same"})
#: Behind a Korean value: 50만원 이상 → >= 500,000 KRW.
_BEHIND = {
    "이상": ">=", "초과": ">", "이하": "<=", "미만": "<", "넘음": ">", "넘는": ">", "넘으면": ">", "이후": ">=", "이전": "<=", "크다": ">", "큼": ">", "크면": ">",
    "작다": "<", "작음": "<", "작으면": "<", "아님": "!=", "아닌": "!=", "아니면": "!=", "같음": "=", "같다": "=", "같으면": "=",
}  # fmt: skip
_ENDINGS = ("인 경우", "이면", "일 때", "인", "면")
LITERALS = frozenset({"money", "number", "percent", "duration", "date", "time", "text", "parameter"})
_SAME = frozenset({"같은", "동일한", "동일"})
_SAME_INSIDE = frozenset({"(", ","})
_WITHIN = frozenset({"이내", "이내에", "내", "내에", "안에", "동안", "사이", "사이에", "간"})
#: Korean words that only carry grammar.
_EMPTY = frozenset(
    [
        "을",
        "를",
        "이",
        "가",
        "은",
        "는",
        "에",
        "의",
        "보다",
        "것",
        "경우",
        "때",
        "면",
        "이면",
        "인",
        "일",
        "더",
        "중",
        "중인",
        "동안",
        "상태",
        "이다",
    ]
)
_JOINED = re.compile(r"(.+?)(이면서|이고|이며|이거나|거나|면서|고|며)$")
_JOINS = {"이거나": "or", "거나": "or"}


def replaced(piece: Piece, outs: Sequence[str], start: int, end: int, code: str) -> list[Piece]:
    """New pieces for the words that stood at ``start:end``: the first takes their place, the others follow it."""
    new = [Piece(_kind(outs[0]), start, end, outs[0], code, shown=" ".join(outs))]
    return new + [Piece(_kind(out), end, end, out) for out in outs[1:]]


def _kind(out: str) -> str:
    return "word" if out[:1].isalpha() else "sign"


def say_phrases(pieces: list[Piece], depths: Sequence[int]) -> list[Piece]:
    """Phrases of comparing and joining in the language's words; what is right already stays."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        size, meant = _phrase(pieces, at)
        if not size or (set(meant) & _INSIDE_WINDOWS and not depths[at]):
            found.append(pieces[at])
            at += 1
            continue
        last = pieces[at + size - 1]
        found += replaced(pieces[at], meant, pieces[at].start, last.end, "write_word")
        at += size
    return found


def _phrase(pieces: list[Piece], at: int) -> tuple[int, tuple[str, ...]]:
    if pieces[at].kind not in {"word", "sign"}:
        return 0, ()
    for words, meant in _FIRST.get(pieces[at].word, ()):
        own = [piece.word for piece in pieces[at : at + len(words)]]
        if tuple(own) != words:
            continue
        if words == meant or _is_right(pieces, at, words):
            return 0, ()
        return len(words), meant
    return 0, ()


def _is_right(pieces: list[Piece], at: int, words: tuple[str, ...]) -> bool:
    """Words that are the language's own where they stand."""
    behind = pieces[at + len(words)].word if at + len(words) < len(pieces) else ""
    before = pieces[at - 1].word if at else ""
    if words in {("starts",), ("similar",), ("by",)} and behind in {"with", "to", "others"}:
        return True
    if words[0] == "any" or (behind == "(" and words in {("like",), ("match",)}):
        return True
    if words == ("has",) and behind.startswith("_"):
        return True
    return words in {("missing",)} or (words == ("by",) and before == "group")


def say_korean_order(pieces: list[Piece]) -> list[Piece]:
    """``금액이 50만원 이상`` puts the comparison last; the language puts it first."""
    found: list[Piece] = []
    for piece in _without_joins(pieces):
        sign = _behind(piece)
        if sign and found and (found[-1].kind in LITERALS or found[-1].word == ")"):
            at = len(found) - 1
            before = found[at - 1].word if at else ""
            if before not in {"=", ">", "<", ">=", "<=", "!="}:
                found.insert(at, Piece("sign", found[at].start, found[at].start, sign))
            found[-1].end, found[-1].code = piece.end, "write_order"
            found[-1].shown = f"{sign} {found[-1].out}"
            continue
        if piece.word in {"포함", "contains"} and found and found[-1].kind == "text" and piece.code:
            at = len(found) - 1
            if at and found[at - 1].word not in {"contains", "not", "any"}:
                found.insert(at, Piece("word", found[at].start, found[at].start, "contains"))
                found[at + 1].end, found[at + 1].code = piece.end, "write_order"
                continue
        if piece.kind == "word" and piece.out in _EMPTY and found and found[-1].word not in {",", "("}:
            found[-1].end, found[-1].code = piece.end, found[-1].code or "write_word"
            continue
        found.append(piece)
    return found


def _without_joins(pieces: Sequence[Piece]) -> list[Piece]:
    """``이상이고`` → 이상 and; ``초과거나`` → 초과 or."""
    found: list[Piece] = []
    for piece in pieces:
        joined = _JOINED.match(piece.out) if piece.kind == "word" and not piece.code else None
        if joined is None or joined[1] not in _BEHIND:
            found.append(piece)
            continue
        middle = piece.start + len(joined[1])
        found.append(Piece("word", piece.start, middle, joined[1]))
        found.append(Piece("word", middle, piece.end, _JOINS.get(joined[2], "and"), "write_word"))
    return found


def say_korean_windows(pieces: list[Piece]) -> list[Piece]:
    """``같은 가맹점 30분 이내`` → same merchant within 30 minutes."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        key = key_meant(pieces[at + 1].out, near=False) if at + 1 < len(pieces) else None
        if pieces[at].out in _SAME and key is not None and not (found and found[-1].word in _SAME_INSIDE):
            found.append(Piece("word", pieces[at].start, pieces[at].end, "same", "write_word"))
            found.append(Piece("word", pieces[at + 1].start, pieces[at + 1].end, key, "write_key"))
            at += 2
            continue
        behind = pieces[at + 1].out if at + 1 < len(pieces) else ""
        if pieces[at].kind == "duration" and behind in _WITHIN:
            piece, end = pieces[at], pieces[at + 1].end
            found.append(Piece("word", piece.start, piece.start, "within", "write_word"))
            found.append(Piece("duration", piece.start, end, piece.out, "write_duration"))
            at += 2
            continue
        found.append(pieces[at])
        at += 1
    return found


def _behind(piece: Piece) -> str:
    if piece.kind != "word":
        return ""
    word = piece.out
    for ending in ("", *_ENDINGS):
        bare = word.removesuffix(ending.replace(" ", "")) if ending else word
        if bare in _BEHIND:
            return _BEHIND[bare]
    return ""
