"""A text as spoken tokens: values, fields, and words by what they do; a word that is not understood stays one."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from rules.fields import FIELDS
from rules.language.mending.pieces import Piece, pieces_of
from rules.language.mending.spoken.said import Said, as_token, meaning, split_word
from rules.language.mending.spoken.shops import with_shops
from rules.language.mending.spoken.together import together_at
from rules.language.mending.spoken.words import LONGEST, phrases
from rules.language.text import quote
from rules.language.words import field_meant

_PEOPLE = ("명", "people", "person", "persons")
_AS_PERIODS = {
    "하루": "day", "한달": "month", "한주": "week", "일주일": "week", "일년": "year", "1일": "day", "1주": "week", "1주일": "week", "1개월": "month", "1년": "year",
}  # fmt: skip
_COMPARED = frozenset({"number", "money", "text", "unknown", "percent", "people", "time", "date"})
#: Behind a number these bound it (3회 이내); behind a length they say how far back.
_NO_MORE = frozenset({"이내", "이내에", "이내로", "이내의", "내", "내에"})
#: Behind these a period is a length that ends with the payment.
_BACK = frozenset({"최근", "직전"})
_LENGTHS = {"day": "1 day", "week": "7 days", "month": "30 days", "quarter": "90 days", "year": "365 days"}
_PAYMENTS = frozenset(
    {
        "payment",
        "payments",
        "transaction",
        "transactions",
        "purchase",
        "purchases",
        "claim",
        "claims",
        "charge",
        "charges",
        "rides",
        "ride",
        "bills",
        "expense",
        "expenses",
    }
)
_LIMITED = frozenset({"count", "number", "money", "people", "percent"})
_PLURAL_DAYS = frozenset({"weekends", "holidays", "saturdays", "sundays", "mondays", "fridays"})


def heard(text: str) -> list[Said]:
    """All tokens of a text that say something, in order."""
    found: list[Said] = []
    for token in with_shops(text, said_words(text)):
        last = found[-1] if found else None
        if last is not None and last.kind == "field" and token.written == "보다":
            found[-1] = replace(last, written=f"{last.written}보다")  # told from it: 한도 보다 20% 적은
        found.append(token)
    found = [_of_payments(found, at) for at in range(len(found))]
    return _joined(_shaped([_plain_kind(token) for token in found if token.kind != "empty"]))


def said_words(text: str) -> list[Said]:
    """Every word, number and sign of a text by itself, those that only fill the sentence too."""
    pieces = [piece for piece in pieces_of(text) if piece.kind not in {"gone", "comment"}]
    found: list[Said] = []
    at = 0
    while at < len(pieces):
        whole = together_at(text, pieces[at].start) if pieces[at].kind != "text" else None
        if whole is not None:
            end, tokens = whole
            taken = sum(piece.start < end for piece in pieces[at:])
        else:
            taken, tokens = _words(pieces, at, text) or (1, [_single(pieces, at, text)])
        found += tokens
        at += taken
    return found


def _of_payments(tokens: list[Said], at: int) -> Said:
    """``3 payments``, ``3 or more card payments``: how many; a number that counts something else stays a number."""
    token = tokens[at]
    if token.kind != "number":
        return token
    for behind in tokens[at + 1 :]:
        if behind.kind == "empty" and behind.written in _PAYMENTS:
            return replace(token, kind="count")
        is_kind = behind.kind in {"place", "flag"}
        if (
            behind.kind != "empty"
            and not is_kind
            and not (behind.kind == "compare" and behind.written.startswith("or "))
        ):
            break
    return token


def _plain_kind(token: Said) -> Said:
    """A yes/no field is a circumstance; a text has straight double marks."""
    if token.kind == "field" and FIELDS[token.value].type == "yes_no":
        return Said("flag", token.value, token.start, token.end, token.written)
    if token.kind == "text" and token.value.startswith("'"):
        said = quote(token.value[1:-1].replace("''", "'"))
        return Said("text", said, token.start, token.end, token.written)
    return token


def _shaped(tokens: list[Said]) -> list[Said]:
    """What only its neighbours tell: sum(amount), 일 건수, is not 0, at the same merchant."""
    found: list[Said] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        size = _call_size(tokens, at)
        if size:
            found.append(token)
            found += [tokens[at + 2]] if size == 4 and tokens[at + 2].kind == "field" else []
        else:
            found += _beside(token, found[-1] if found else None, behind)
        at += max(size, 1)
    return found


def _is_how(behind: Said | None) -> bool:
    """Whether what follows twice says of what or how far back: a number of payments, no multiple."""
    return behind is not None and behind.is_word("same", "per", "within")


def _call_size(tokens: list[Said], at: int) -> int:
    """How many tokens ``sum(amount)``, ``count(*)`` and ``count()`` have; 0 for what is no such call."""
    if tokens[at].kind != "aggregate" or [token.value for token in tokens[at + 1 : at + 2]] != ["("]:
        return 0
    inside = tokens[at + 2 : at + 4]
    if inside and inside[0].value == ")":
        return 3
    is_one = len(inside) == 2 and inside[1].value == ")"
    return 4 if is_one and (inside[0].kind == "field" or inside[0].value == "*") else 0


def _beside(token: Said, before: Said | None, behind: Said | None) -> list[Said]:
    """The token as it is meant between its neighbours; nothing where it only carries grammar there."""
    follows = behind.kind if behind is not None else ""
    after_field = before is not None and before.kind in {"field", "paper"}

    def as_(kind: str, value: str) -> list[Said]:
        return [Said(kind, value, token.start, token.end, token.written)]

    if token.is_word("day_or_nothing"):
        is_amount = behind is not None and behind.value == "amount"  # 일 사용액
        return as_("period", "day") if follows in {"aggregate", "count"} or is_amount else []
    lead, _, bare = token.written.partition(" ")
    if token.kind == "compare" and lead in {"and", "or"} and follows in _COMPARED:
        meant, middle = meaning(bare), token.start + len(lead)
        join = Said("join", lead, token.start, middle, lead)
        return [join, as_token(meant, middle + 1, token.end, bare)] if meant else [token]
    if (
        token.value == "weekday"
        and token.written == "weekday"
        and follows not in {"compare", "number", "word"}
    ):
        return as_("flag", "is_business_day")
    if token.is_word("is"):
        return as_("compare", "=") if follows in _COMPARED and after_field else []
    if token.is_word("at") and follows not in {"unknown", "text"}:
        return []
    if token.is_word("not") and before is not None and before.kind == "field" and follows in _COMPARED:
        return as_("compare", "!=")
    if token.kind == "period" and before is not None and before.is_word("within") and before.written in _BACK:
        return as_("duration", _LENGTHS[token.value])  # 최근 한 달: the thirty days before, no calendar month
    if token.kind == "duration" and before is not None and before.value == "installments":
        return as_(
            "number", "".join(filter(str.isdigit, token.written))
        )  # 할부 3개월 is three, not ninety days
    if token.written == "지난" and follows == "duration":
        return as_("word", "within")
    if token.written in _NO_MORE and before is not None and before.kind in _LIMITED:
        return as_("compare", "<=")
    if token.is_word("twice") and (follows == "period" or _is_how(behind)):
        return as_("count", "2")
    return [token]


def _single(pieces: list[Piece], at: int, text: str) -> Said:
    piece = pieces[at]
    written = text[piece.start : piece.end]
    kind, value = piece.kind, piece.out
    if kind == "number" and written.strip().lower().endswith(_PEOPLE):
        kind = "people"
    elif kind == "number" and not written.strip()[-1:].isdigit():
        kind = "count"
    elif kind == "duration" and "".join(written.split()) in _AS_PERIODS and not _is_within(pieces, at):
        kind, value = "period", _AS_PERIODS["".join(written.split())]
    elif kind == "word":
        kind = "unknown"
    return Said(kind, value, piece.start, piece.end, written)


def _is_within(pieces: list[Piece], at: int) -> bool:
    """Whether the length at hand is a limit (하루 이내) rather than a calendar day (하루 3회)."""
    around = [*pieces[max(at - 1, 0) : at], *pieces[at + 1 : at + 2]]
    return any(meaning(piece.word) == ("word", "within") for piece in around)


def _words(pieces: list[Piece], at: int, text: str) -> tuple[int, list[Said]] | None:
    """The longest phrase or field that begins here: (pieces taken, tokens)."""
    if pieces[at].kind not in {"word", "sign", "number", "counted"}:
        return None
    for size in range(min(LONGEST, len(pieces) - at), 0, -1):
        part = pieces[at : at + size]
        start, end = part[0].start, part[-1].end
        written = text[start:end].lower()
        said = " ".join(written.replace("'s", "").replace("’s", "").split())
        if part[0].kind == "number" and size == 1 and said not in phrases():
            return None
        meant = meaning(said) or (_circumstance(said) if size > 1 else None)
        if meant is not None:
            return size, [as_token(meant, start, end, said)]
        if size > 1 and all(piece.kind in {"word", "number"} for piece in part) and part[0].kind == "word":
            field = field_meant(" ".join(text[piece.start : piece.end] for piece in part), near=False)
            tail = meaning(part[-1].word)
            if field is not None and tail is None:
                return size, [Said("field", field, start, end, said)]
    piece = pieces[at]
    if piece.kind != "word":
        return None
    tokens = split_word(text[piece.start : piece.end], piece.start)
    return None if tokens is None else (1, tokens)


_TAIL = re.compile(r"(?<=[가-힣])(?:에서|에게|이|가|은|는|을|를|의|에|인|도)$")


def _circumstance(said: str) -> tuple[str, str] | None:
    """What several words with a particle at their end say, where that is a circumstance: 퇴사한 직원의."""
    bare = _TAIL.sub("", said)
    meant = meaning(bare) if bare != said else None
    return meant if meant is not None and meant[0] == "flag" else None


def _joined(tokens: list[Said]) -> list[Said]:
    """Neighbours that are one thing: 1인당, 참석자 1인당, 3배, 1/2."""
    found: list[Said] = []
    for token in tokens:
        before = found[-1] if found else None
        if before is not None and token.kind == "field" and token.value == "per_head":
            while found and (
                (found[-1].kind == "number" and found[-1].value == "1")
                or found[-1].value in {"n_attendees", "amount"}
            ):
                gone = found.pop()
                token = Said("field", token.value, gone.start, token.end, token.written)
        if token.is_word("multiple") and before is not None and before.kind in {"number", "count"}:
            found[-1] = Said("multiple", before.value, before.start, token.end)
            continue
        if token.is_word("twice"):
            token = Said("multiple", "2", token.start, token.end)
        if token.is_word("half"):
            token = Said("percent", "50%", token.start, token.end)
        is_fraction = (
            token.kind == "number"
            and len(found) > 1
            and before is not None
            and before.value == "/"
            and found[-2].kind == "number"
        )
        if is_fraction and Decimal(token.value.replace(",", "")):
            part = Decimal(found[-2].value.replace(",", "")) / Decimal(token.value.replace(",", "")) * 100
            if part == part.quantize(Decimal("0.0001")):
                start = found[-2].start
                del found[-2:]
                token = Said("percent", f"{part.normalize():f}%", start, token.end)
        found.append(token)
    return found


def is_plural_day(token: Said) -> bool:
    """``weekends and holidays`` means either."""
    return token.kind == "flag" and token.written.split(" ")[-1] in _PLURAL_DAYS
