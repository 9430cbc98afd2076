"""One value against another as one speaks: 한도의 80% 초과, between 100 and 500, 평균의 3배, 22시 이후."""

from __future__ import annotations

from collections.abc import Sequence

from rules.fields import FIELDS
from rules.language.mending.spoken.proportions import is_multiple, of_share, share_of
from rules.language.mending.spoken.said import Said
from rules.language.mending.spoken.totals import average
from rules.language.mending.spoken.values import VALUES, Pair, amount, compared, fitted, pairs

_BASES = frozenset({"card.limit", "pre_approved_amount"})
#: What is held against an average of amounts.
_SUBJECTS = frozenset({"amount", "per_head"})


def comparison(run: Sequence[Said]) -> str | None:
    """The condition of a run that compares one thing; None where it is not whole or not understood."""
    kinds = [token.kind for token in run]
    fields = [token for token in run if token.kind in {"field", "paper"}]
    if "aggregate" in kinds:
        return _against_average(run)
    if "time" in kinds:
        return _clock(run, fields)
    is_share = "percent" in kinds or "multiple" in kinds or any(map(is_multiple, run))
    if any(token.value in _BASES for token in fields) or (is_share and _base(run, fields) is not None):
        return _against_limit(run, fields)
    if is_share and any(token.value.startswith("$") for token in run):
        return _against_parameter(run, fields)
    if "multiple" in kinds:
        return None
    if "duration" in kinds or "period" in kinds or any(token.is_word("by", "within") for token in run):
        return None
    if len(fields) > 1:
        return _two_fields(run, fields)
    subject = fields[0].value if fields else _usual(run)
    if subject is None:
        return None
    if fields and run.index(fields[0]) > (2 if _leads_in_english(run) else 1):
        return None
    return _values(subject, [token for token in run if token not in fields])


def _leads_in_english(run: Sequence[Said]) -> bool:
    """``at least 6 installments``, ``6 or more installments``."""
    return any(
        one.kind == "compare" and one.written.isascii() and at in {0, 1} for at, one in enumerate(run[:2])
    )


def _usual(run: Sequence[Said]) -> str | None:
    """What a value without its field is: an amount, or a number that can be nothing else."""
    values = [token for token in run if token.kind in VALUES]
    is_amount = any(token.kind == "money" for token in values) or all(
        token.kind == "number" and len(token.value.replace(",", "").split(".")[0]) > 3 for token in values
    )
    if values and all(token.kind == "people" for token in values):
        return "n_attendees"
    return "amount" if values and is_amount else None


def _values(subject: str, rest: Sequence[Said]) -> str | None:
    """The subject against one value or two."""
    between = _between(rest)
    said = between if between is not None else pairs([t for t in rest if not t.is_word("of", "to")])
    if not said or (any(token.is_word("to") for token in rest) and between is None):
        return None
    texts = [fitted(one.value, subject) for one in said]
    if len(said) == 1 and not said[0].sign:
        is_nothing = (
            FIELDS[subject].type == "money" and texts[0] is not None and texts[0].split(" ")[0] == "0"
        )
        if not is_nothing:
            return None
        said[0].sign = "="
    found = []
    for one, text in zip(said, texts, strict=True):
        if text is None or not one.sign:
            return None
        found.append((">" if one.sign == "AFTER" else one.sign, text))
    return compared(subject, found)


def _between(rest: Sequence[Said]) -> list[Pair] | None:
    """``between a and b``, ``a ~ b``, ``a에서 b 사이``: both ends included."""
    values = [token for token in rest if token.kind in VALUES]
    others = [token for token in rest if token not in values]
    is_range = any(token.is_word("between", "to") for token in others)
    from_to = [token.value for token in others if token.kind == "compare"]
    if from_to == [">=", "<="] and len(values) == 2 and rest[-1].written in {"까지", "until", "till"}:
        is_range = True
    if from_to == [">="] and len(values) == 2 and rest[-1] is values[1]:
        is_range = any(token.written in {"부터", "from"} for token in others)
    if not is_range or len(values) != 2 or any(sign not in {"=", ">=", "<="} for sign in from_to):
        return None
    return [Pair(values[0], ">="), Pair(values[1], "<=")]


def _clock(run: Sequence[Said], fields: Sequence[Said]) -> str | None:
    """The hour of the payment where whole hours are meant, its time of day otherwise."""
    if any(token.value not in {"hour", "transacted_at"} for token in fields):
        return None
    rest = [token for token in run if token not in fields]
    between = _between(rest)
    said = between or pairs([token for token in rest if not token.is_word("of")])
    if not said or any(one.value.kind != "time" or not one.sign for one in said):
        return None
    if between is not None:
        return f"time(transacted_at) in {said[0].value.value}..{said[1].value.value}"
    if len(said) != 1:
        return None
    clock, sign = said[0].value.value, {"AFTER": ">="}.get(said[0].sign, said[0].sign)
    if clock.endswith(":00") and sign in {">=", "<"}:
        return f"hour {sign} {int(clock.split(':')[0])}"
    return f"time(transacted_at) {sign} {clock}"


def _against_limit(run: Sequence[Said], fields: Sequence[Said]) -> str | None:
    """A share or a multiple of the limit or another amount, or the limit itself: ``한도의 80% 초과``, ``10% above limit``, ``한도를 20% 이상 초과``."""
    base = _base(run, fields)
    others = [token for token in fields if token is not base]
    if base is None or len(others) > 1 or any(FIELDS[t.value].type != "money" for t in others):
        return None
    subject = others[0].value if others else "amount"
    shares = [token for token in run if token.kind in {"percent", "multiple"} or is_multiple(token)]
    signs = [token for token in run if token.kind == "compare"]
    rest = [token for token in run if token not in [*fields, *shares, *signs]]
    if any(not token.is_word("of", "by", "is") for token in rest) or len(shares) > 1 or subject == base.value:
        return None
    if not shares:
        return _limit_alone(run, subject, base, signs)
    said = share_of(run, base, shares[0], signs)
    return None if said is None else f"{subject} {said[0]} {of_share(said[1], base.value)}"


def _against_parameter(run: Sequence[Said], fields: Sequence[Said]) -> str | None:
    """``1회 한도의 절반 초과``: a share of an amount the company names, against the payment's."""
    bases = [token for token in run if token.value.startswith("$")]
    shares = [token for token in run if token.kind in {"percent", "multiple"} or is_multiple(token)]
    signs = [token for token in run if token.kind == "compare"]
    rest = [token for token in run if token not in [*bases, *shares, *signs, *fields]]
    subject = fields[0].value if fields else "amount"
    is_whole = len(bases) == len(shares) == 1 and all(one.is_word("of", "by", "is") for one in rest)
    if not is_whole or len(fields) > 1 or FIELDS[subject].type != "money":
        return None
    said = share_of(run, bases[0], shares[0], signs)
    return None if said is None else f"{subject} {said[0]} {of_share(said[1], bases[0].value)}"


def _base(run: Sequence[Said], fields: Sequence[Said]) -> Said | None:
    """What a share is of: the limit, else of two amounts the one behind of, than or its sign, in Korean the one with 의 or 보다."""
    bases = [token for token in fields if token.value in _BASES]
    if bases:
        return bases[0] if len(bases) == 1 else None
    if not fields or any(FIELDS[token.value].type != "money" for token in fields):
        return None
    if len(fields) == 1:
        return fields[0] if fields[0].value == "receipt.amount" else None  # 세금이 10%: of what was not said
    marked = [token for token in fields if token.written.endswith(("의", "보다", "대비"))]
    if not fields[0].written.isascii() or not fields[-1].written.isascii():
        return marked[-1] if len(marked) == 1 else None
    return fields[-1]


def _limit_alone(run: Sequence[Said], subject: str, base: Said, signs: Sequence[Said]) -> str | None:
    values = [token for token in run if token.kind in VALUES]
    if values:  # the limit itself against an amount
        rest = [token for token in run if token is not base]
        return (
            _values(base.value, rest)
            if subject == "amount" and not any(token.kind == "field" for token in rest)
            else None
        )
    if len(signs) != 1:
        return None
    return f"{subject} {signs[0].value if signs[0].value != 'AFTER' else '>'} {base.value}"


def _against_average(run: Sequence[Said]) -> str | None:
    """``평균의 3배 초과``, ``more than twice the average``, ``50% above average``: against the cardholder's own average."""
    times = [token for token in run if token.kind in {"multiple", "percent"}]
    counts = [token for token in run if token.kind == "count"]  # 3 times the average
    if any(not token.written.isascii() for token in counts):
        return None  # 평균 이상 3번: so often, not so many times as much
    factor = times or counts
    means = [token for token in run if token.kind == "aggregate" and token.value == "mean"]
    signs = [token for token in run if token.kind == "compare"]
    if len(means) != 1 or len(factor) > 1 or not signs:
        return None
    subjects = [token for token in run if token.kind == "field" and token.value in _SUBJECTS][:1]
    by = [token for token in run if token.is_word("by", "of")]
    call = average(run, [*factor, *subjects, *signs, *by])
    if call is None or any(amount(token) is not None for token in run):
        return None
    subject = subjects[0].value if subjects else "amount"
    if factor:
        said = share_of(run, means[0], factor[0], signs)
        return None if said is None else f"{subject} {said[0]} {of_share(said[1], call)}"
    if len(signs) != 1:
        return None
    return f"{subject} {'>' if signs[0].value == 'AFTER' else signs[0].value} {call}"


def _two_fields(run: Sequence[Said], fields: Sequence[Said]) -> str | None:
    """One amount against another."""
    signs = [token for token in run if token.kind == "compare"]
    is_alike = len({FIELDS[token.value].type for token in fields}) == 1
    if len(fields) != 2 or len(signs) != 1 or len(run) != 3 or not is_alike:
        return None
    return f"{fields[0].value} {signs[0].value} {fields[1].value}" if signs[0].value != "AFTER" else None
