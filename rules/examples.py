"""A rule's own example rows: claims that it should hit and claims that it should not, as plain values; and how they are judged.

An example is ``{"hits": yes/no, "claim": {field: value}, "earlier": [{field: value}, …]}``. Values are written as people write them: money in
major units of the claim's currency, moments on the company's clock, an empty value for what is missing; ``times`` repeats an earlier claim. A field that no claim of
the example names counts as not delivered. What is not said takes the usual: a payment of 100,000 in KRW, at noon on Tuesday, 3 March 2026.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from rules.engine import Context, RuleSpec, evaluate
from rules.fields import FIELDS
from rules.language.function_values import is_night_hour
from rules.language.korean import with_particles
from rules.language.nodes import Expression
from rules.money import MoneyNotValid, is_known_currency, to_minor

MOST_EXAMPLES, MOST_EARLIER, LONGEST_VALUE = 20, 200, 500
USUAL: Mapping[str, str] = {
    "transacted_at": "2026-03-03 12:00", "currency": "KRW", "amount": "100000", "cardholder": "E1", "merchant": "M1", "department": "D1",
    "has_time": "yes", "txn_type": "purchase",
}  # fmt: skip
#: The business time of a run over examples.
NOW = datetime(2026, 6, 30, tzinfo=UTC)
_IDS = {"cardholder": "cardholder_id", "merchant": "merchant_id", "department": "department_id"}
_PARTS = frozenset({"hits", "claim", "earlier"})
_YES, _NO = frozenset({"yes", "true", "예"}), frozenset({"no", "false", "아니요"})
_TYPES: Mapping[str, Any] = {
    "money": pl.Int64(), "number": pl.Float64(), "percent": pl.Float64(), "text": pl.String(), "code": pl.String(), "yes_no": pl.Boolean(),
    "date": pl.Date(), "datetime": pl.Datetime("us", "UTC"),
}  # fmt: skip


class ExampleNotValid(ValueError):
    """An example that cannot be read; ``at`` counts from 1, ``texts`` are English and Korean."""

    def __init__(self, at: int, english: str, korean: str) -> None:
        self.at, self.texts = at, (english, korean)
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What is wrong and what would be right."""
        return (
            f"예시 {self.at}: {with_particles(self.texts[1])}"
            if lang == "ko"
            else f"Example {self.at}: {self.texts[0]}"
        )


@dataclass(frozen=True)
class Verdict:
    """What a rule says of an example: ``answer`` None where it could not be judged, for want of ``missing``."""

    should_hit: bool
    answer: bool | None
    missing: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """A rule that cannot judge does not hit."""
        return (self.answer is True) == self.should_hit


def clean_examples(data: Any) -> list[dict[str, Any]]:
    """Examples as they are stored: every value a text. Raises ExampleNotValid."""
    if not isinstance(data, list) or len(data) > MOST_EXAMPLES:
        raise ExampleNotValid(
            1,
            f"write a list of at most {MOST_EXAMPLES} examples",
            f"예시는 {MOST_EXAMPLES}개 이하의 목록으로 쓰세요",
        )
    found = []
    for at, one in enumerate(data, 1):
        if not isinstance(one, dict) or not set(one) <= _PARTS or "claim" not in one:
            raise ExampleNotValid(
                at,
                "write hits, claim and, if needed, earlier",
                "hits, claim을 쓰고 필요하면 earlier를 쓰세요",
            )
        earlier = one.get("earlier") or []
        if not isinstance(earlier, list) or len(earlier) > MOST_EARLIER:
            raise ExampleNotValid(
                at,
                f"earlier is a list of at most {MOST_EARLIER} claims",
                f"earlier는 {MOST_EARLIER}건 이하의 목록입니다",
            )
        claims = [_clean_claim(at, one["claim"])]
        claims += [_clean_claim(at, claim, may_repeat=True) for claim in earlier]
        if sum(_times(at, claim) for claim in claims) > MOST_EARLIER + 1:
            raise ExampleNotValid(
                at, f"at most {MOST_EARLIER} earlier claims", f"이전 청구는 {MOST_EARLIER}건까지입니다"
            )
        hits = _yes_no(at, "hits", str(one.get("hits", "")))
        kept: dict[str, Any] = {"hits": hits, "claim": claims[0]}
        found.append(kept | ({"earlier": claims[1:]} if earlier else {}))
        _frame(at, claims)  # every value reads
    return found


def _times(at: int, claim: Mapping[str, str]) -> int:
    text = claim.get("times", "1")
    if not text.isdecimal() or not 0 < int(text) <= MOST_EARLIER:
        raise ExampleNotValid(
            at, f"times is a number from 1 to {MOST_EARLIER}", f"times는 1부터 {MOST_EARLIER}까지의 수입니다"
        )
    return int(text)


def _clean_claim(at: int, claim: Any, *, may_repeat: bool = False) -> dict[str, str]:
    if not isinstance(claim, dict):
        raise ExampleNotValid(at, "a claim is written field: value", "청구는 항목: 값으로 쓰세요")
    for name, value in claim.items():
        if name not in FIELDS and name not in _IDS and not (may_repeat and name == "times"):
            raise ExampleNotValid(at, f"there is no field {name}", f"{name} 항목은 없습니다")
        if isinstance(value, dict | list) or len(str(value)) > LONGEST_VALUE:
            raise ExampleNotValid(at, f"{name} needs one short value", f"{name}에는 짧은 값 하나를 쓰세요")
    return {str(name): "" if value is None else _text(value) for name, value in claim.items()}


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()


def judge_examples(
    expression: Expression, examples: Sequence[Mapping[str, Any]], context: Context
) -> list[Verdict]:
    """What the rule says of each example, in their order. ``examples`` are those of ``clean_examples``."""
    found = []
    for at, example in enumerate(examples, 1):
        frame = _frame(at, [example["claim"], *example.get("earlier", [])], context)
        mine = np.zeros(frame.height, dtype=np.bool_)
        mine[0] = True
        outcome = evaluate(
            frame, [RuleSpec("example", 1, expression)], context=replace(context, now=NOW), targets=mine
        )
        unknown = outcome.not_evaluable[0]
        answer = None if unknown.count else bool(outcome.hits[0, 0])
        found.append(Verdict(bool(example["hits"]), answer, unknown.missing))
    return found


def _frame(at: int, claims: Sequence[Mapping[str, str]], context: Context | None = None) -> pl.DataFrame:
    """The claims as the engine takes them, the one asked about first: it has the highest id, so it is the last of a moment."""
    context = context or Context()
    claims = [claim for one in claims for claim in [one] * _times(at, one)]
    names = dict.fromkeys(name for claim in claims for name in claim if name in FIELDS)
    rows = [_row(at, {**USUAL, **claim}, [*names], context) for claim in claims]
    columns = dict.fromkeys(name for row in rows for name in row)
    data = {name: [row.get(name) for row in rows] for name in columns}
    schema = {name: _TYPES[FIELDS[name].type] for name in columns if name in FIELDS}
    data["claim_id"] = [len(rows), *range(1, len(rows))]
    for key, column in _IDS.items():
        called = [{**USUAL, **claim}[key] for claim in claims]
        ids = {name: place for place, name in enumerate(dict.fromkeys(called), 1) if name}
        data[column] = [ids.get(name) for name in called]
        schema[column] = pl.Int64()
    frame = pl.DataFrame(data, schema_overrides={**schema, "claim_id": pl.Int64()})
    if "n_claims_cardholder_30d" not in names:
        frame = frame.with_columns(pl.Series("n_claims_cardholder_30d", _earlier_of_30_days(frame)))
    return frame


def _row(at: int, claim: Mapping[str, str], names: Sequence[str], context: Context) -> dict[str, Any]:
    currency = claim["currency"]
    if not is_known_currency(currency):
        raise ExampleNotValid(at, f"{currency} is no currency code", f"{currency}은(는) 통화 코드가 아닙니다")
    wanted = (*USUAL, *names)
    row = {
        name: _value(at, name, claim.get(name, ""), currency, context.zone)
        for name in wanted
        if name in FIELDS
    }
    return _derived(row, context) | row


def _derived(row: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """What follows from the payment's own time and amount."""
    moment = row["transacted_at"].astimezone(ZoneInfo(context.zone)) if row["transacted_at"] else None
    found: dict[str, Any] = {"net_amount": row["amount"]}
    heads = max(int(row.get("n_attendees") or 1), 1)
    found["per_head"] = -(-row["amount"] // heads) if row["amount"] is not None else None
    if moment is None:
        return found
    day = moment.date()
    business = day - timedelta(days=bool(row["has_time"]) and moment.hour < context.night[1])
    timed = (
        (float(moment.hour), is_night_hour(moment.hour, context.night)) if row["has_time"] else (None, None)
    )
    return found | {
        "business_date": business,
        "hour": timed[0],
        "is_night": timed[1],
        "weekday": float(day.isoweekday()),
        "is_weekend": day.isoweekday() >= 6,
        "is_holiday": day in context.calendar.holidays,
        "is_business_day": context.calendar.is_business_day(day),
        **_first_digit(row["amount"]),
    }


def _first_digit(amount: int | None) -> dict[str, float | None]:
    digit = int(str(abs(amount))[0]) if amount else None
    return {"first_digit": digit, "first_digit_share": math.log10(1 + 1 / digit) if digit else None}


def _value(at: int, name: str, text: str, currency: str, zone: str) -> Any:
    kind = FIELDS[name].type
    if not text:
        return None
    try:
        match kind:
            case "money":
                return to_minor(Decimal(text.replace(",", "")), currency)
            case "number" | "percent":
                number = float(text.removesuffix("%").replace(",", ""))
                return number / 100 if text.endswith("%") else number
            case "yes_no":
                return _yes_no(at, name, text)
            case "date":
                return date.fromisoformat(text)
            case "datetime":
                return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            case _:
                return text
    except (ValueError, InvalidOperation, MoneyNotValid) as error:
        if isinstance(error, ExampleNotValid):
            raise
        example = {"money": "500000", "date": "2026-03-03", "datetime": "2026-03-03 12:00"}.get(kind, "3")
        raise ExampleNotValid(
            at,
            f"{name} cannot be {text}; write it like {example}",
            f"{name} 값 {text}을(를) 읽을 수 없습니다. {example}처럼 쓰세요",
        ) from None


def _yes_no(at: int, name: str, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ExampleNotValid(at, f"{name} is yes or no", f"{name}은(는) yes 또는 no로 쓰세요")


def _earlier_of_30_days(frame: pl.DataFrame) -> list[float]:
    rows = list(frame.select("claim_id", "cardholder_id", "transacted_at").iter_rows())
    span = timedelta(days=30)
    return [
        float(
            sum(
                other == who and span >= at - moment and (moment, pk) < (at, own)
                for pk, other, moment in rows
                if moment and at
            )
        )
        for own, who, at in rows
    ]
