"""Generated rules and claims: well-typed trees over a handful of fields, and small frames full of ties, gaps and currencies."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
from hypothesis import strategies as st

from rules.language import Context, ParameterSpec, ParameterValue, PlainCalendar, ValueListSpec
from rules.language import nodes as n
from rules.language.functions import NOT_WHOLE, OF_OTHERS
from rules.language.nodes import Expression

MONEY_FIELDS = ("amount", "net_amount", "cancel_amount", "per_head", "card.limit")
NUMBER_FIELDS = ("n_attendees", "hour", "weekday", "amount_z_self")
TEXT_FIELDS = (
    "merchant.name",
    "purpose_text",
    "merchant.mcc",
    "cardholder.region",
    "merchant.region",
    "currency",
)
YES_NO_FIELDS = ("on_leave", "has_time", "is_recurring", "is_night")
DATE_FIELDS = ("merchant.opened_on", "cardholder.left_on")
MOMENT_FIELDS = ("transacted_at", "submitted_at")
KEYS = ("cardholder", "merchant", "amount", "mcc", "merchant.region", "department", "purpose_code")
WORDS = (
    "bar",
    "Bar",
    "ＢＡＲ",
    "카페",
    "카페",
    "노래방",
    "a b",
    "5812",
    "5813",
    "3509",
    "Straße",
    "KRW",
    "서울",
    "부산",
    "i",
)
PATTERNS = ("b.r", "^카", "[0-9]{2}", "(a+)+$", "방$|ar", ".", "ß|ss")
CURRENCIES = ("KRW", "GBP")

CALENDAR = PlainCalendar(frozenset({date(2026, 3, 2), date(2026, 3, 4)}))
LISTS = {
    "bars": ValueListSpec("bars", "text", frozenset({"BAR", "노래방", " "})),
    "codes": ValueListSpec("codes", "code", frozenset({"5813", "서울"})),
    "fine_mcc": ValueListSpec("fine_mcc", "code", frozenset({"5813", "7011"})),
    "nothing": ValueListSpec("nothing", "text", frozenset()),
}
PARAMETERS = {
    "limit": ParameterSpec(
        "limit",
        "money",
        (
            ParameterValue(500, date(2020, 1, 1), currency="KRW"),
            ParameterValue(200, date(2026, 3, 3), currency="KRW"),
            ParameterValue(900, date(2020, 1, 1), date(2026, 3, 5), currency="KRW", grade="G2"),
            ParameterValue(300, date(2020, 1, 1), currency="GBP"),
        ),
    ),
    "few": ParameterSpec("few", "number", (ParameterValue(Decimal("2"), date(2026, 3, 2)),)),
    "share": ParameterSpec("share", "percent", (ParameterValue(Decimal("0.5"), date(2020, 1, 1)),)),
    "span": ParameterSpec(
        "span",
        "duration",
        (
            ParameterValue(7200, date(2020, 1, 1)),
            ParameterValue(200_000, date(2026, 3, 4), purpose_code="meal"),
        ),
    ),
}


def context(zone: str = "Asia/Seoul") -> Context:
    """Lists, parameters and calendar of the generated rules."""
    return Context(LISTS, PARAMETERS, CALENDAR, zone, datetime(2026, 3, 9, 3, tzinfo=UTC))


def frame(seed: int, height: int) -> pl.DataFrame:
    """Claims of a few cardholders and merchants within a week; every nullable column has gaps, many values repeat."""
    rng = random.Random(seed)
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = [
        start + timedelta(minutes=rng.choice([0, 10, 25, 30]) + 60 * rng.randint(0, 160)) for _ in range(4)
    ]

    def some(choices: object, gap: float = 0.15) -> list[object]:
        return [None if rng.random() < gap else rng.choice(list(choices)) for _ in range(height)]  # type: ignore[call-overload]

    at = [
        rng.choice(moments) if rng.random() < 0.4 else start + timedelta(seconds=rng.randint(0, 600_000))
        for _ in range(height)
    ]
    columns = {
        "claim_id": rng.sample(range(1000), height),
        "cardholder_id": some((1, 2, 3), 0.05),
        "merchant_id": some((1, 2)),
        "department_id": some((7, 8)),
        "amount": some((100, 200, 500, 501, -100, 0, 10_000), 0.05),
        "net_amount": some((0, 100, 200, 501), 0.05),
        "txn_type": some(("purchase", "Decline", "refund")),
        "currency": some(CURRENCIES, 0.05),
        "cancel_amount": some((100, 50)),
        "per_head": some((50, 100)),
        "card.limit": some((500, 1000)),
        "n_attendees": some((0, 1, 2, 5)),
        "hour": some((0, 5, 13, 22, 23)),
        "weekday": some((1, 6, 7)),
        "amount_z_self": some((0.5, -2.0, float("nan"), float("inf"), 3.25)),
        "on_leave": some((True, False)),
        "has_time": some((True, True, False), 0.0),
        "is_recurring": some((True, False)),
        "is_night": some((True, False)),
        "merchant.opened_on": some((date(2026, 2, 27), date(2025, 1, 1), date(2026, 3, 4))),
        "cardholder.left_on": some((date(2026, 3, 3),), 0.6),
        "transacted_at": at,
        "submitted_at": some([moment + timedelta(hours=30) for moment in moments], 0.3),
        "cardholder.grade": some(("G1", "g2")),
        "purpose_code": some(("meal", "taxi")),
        **{name: some((*WORDS, "", "  ")) for name in TEXT_FIELDS if name != "currency"},
    }
    types = {
        "cancel_amount": pl.Int64,
        "per_head": pl.Int64,
        "card.limit": pl.Int64,
        "amount": pl.Int64,
        "net_amount": pl.Int64,
        "n_attendees": pl.Int32,
        "transacted_at": pl.Datetime("us", "UTC"),
        "submitted_at": pl.Datetime("us", "UTC"),
        "cardholder.left_on": pl.Date,
        "merchant.opened_on": pl.Date,
        "amount_z_self": pl.Float32,
        "hour": pl.Int32,
        "weekday": pl.Int32,
        **dict.fromkeys((*TEXT_FIELDS, "cardholder.grade", "purpose_code", "txn_type"), pl.String),
        **dict.fromkeys(YES_NO_FIELDS, pl.Boolean),
        **dict.fromkeys(("cardholder_id", "merchant_id", "department_id"), pl.Int64),
    }
    return pl.DataFrame(columns, schema_overrides=types, strict=False)


def _literal_money() -> st.SearchStrategy[Expression]:
    return st.sampled_from(
        [
            n.MoneyLiteral(Decimal(a), c)
            for a, c in (("100", "KRW"), ("500", "KRW"), ("-100", "KRW"), ("2", "GBP"), ("5.01", "GBP"))
        ]
    )


def _number(value: str) -> Expression:
    return n.NumberLiteral(Decimal(value))


_AGGREGATES = ("sum", "mean", "median", "min", "max", "percentile", "deviation")
NUMBERS = st.sampled_from([_number(value) for value in ("0", "1", "2", "3", "0.5", "-2", "22", "100")])
DURATIONS = st.sampled_from(
    [
        n.DurationLiteral(Decimal(a), u)
        for a, u in (("30", "minute"), ("3", "hour"), ("1", "day"), ("2.5", "day"), ("1", "week"))
    ]  # type: ignore[arg-type]
)
DATES = st.sampled_from([n.DateLiteral(date(2026, 3, day)) for day in (1, 3, 4, 6)])


def _fields(names: tuple[str, ...]) -> st.SearchStrategy[Expression]:
    return st.sampled_from([n.FieldRef(name) for name in names])


def _parameter(name: str) -> st.SearchStrategy[Expression]:
    return st.just(n.ParameterRef(name))


def money(depth: int, windows: bool) -> st.SearchStrategy[Expression]:
    """Values of money."""
    plain = st.one_of(_fields(MONEY_FIELDS), _literal_money(), _parameter("limit"))
    if depth <= 0:
        return plain
    inner = money(depth - 1, windows)
    choices = [
        plain,
        st.builds(n.Arithmetic, st.sampled_from("+-"), _fields(MONEY_FIELDS), inner),
        st.builds(n.Arithmetic, st.just("*"), number(depth - 1, False), inner),
        st.builds(n.Arithmetic, st.just("/"), inner, number(0, False)),
        st.builds(lambda name, arg: n.Call(name, (arg,)), st.sampled_from(("abs", "or_zero")), inner),
        st.builds(
            lambda name, a, b: n.Call(name, (a, b)),
            st.sampled_from(("min", "max")),
            _fields(MONEY_FIELDS),
            inner,
        ),
    ]
    if windows:
        choices.append(window(_AGGREGATES, money(0, False), depth - 1))
    return st.one_of(choices)


def number(depth: int, windows: bool) -> st.SearchStrategy[Expression]:
    """Numbers and percents."""
    plain = st.one_of(_fields(NUMBER_FIELDS), NUMBERS, _parameter("few"), _parameter("share"))
    if depth <= 0:
        return plain
    inner = number(depth - 1, windows)
    choices = [
        plain,
        st.builds(n.Arithmetic, st.sampled_from("+-*/"), _fields(NUMBER_FIELDS), inner),
        st.builds(n.Arithmetic, st.just("/"), _fields(MONEY_FIELDS), _fields(MONEY_FIELDS)),
        st.builds(lambda a, b: n.Call("quotient", (a, b)), _fields(MONEY_FIELDS), money(0, False)),
        st.builds(lambda a, b: n.Call("remainder", (a, b)), _fields(NUMBER_FIELDS), NUMBERS),
        st.builds(n.Negate, _fields(NUMBER_FIELDS)),
        st.builds(
            lambda name, arg: n.Call(name, (arg,)),
            st.sampled_from(("hour", "minute")),
            _fields(MOMENT_FIELDS),
        ),
        st.builds(
            lambda name, arg: n.Call(name, (arg,)),
            st.sampled_from(("weekday", "day_of_month", "month", "year")),
            _fields((*MOMENT_FIELDS, *DATE_FIELDS)),
        ),
        st.builds(
            lambda name, a, b: n.Call(name, (a, b)),
            st.sampled_from(("business_days_between", "days_between")),
            _fields((*MOMENT_FIELDS, *DATE_FIELDS)),
            st.one_of(_fields(MOMENT_FIELDS), DATES),
        ),
        st.builds(
            lambda a, b: n.Call("minutes_between", (a, b)), _fields(MOMENT_FIELDS), _fields(MOMENT_FIELDS)
        ),
        st.builds(lambda arg: n.Call("length", (arg,)), _fields(TEXT_FIELDS)),
    ]
    if windows:
        choices += [
            window(("count",), None, depth - 1),
            window(_AGGREGATES, number(0, False), depth - 1),
            window(("change",), _fields(MONEY_FIELDS), depth - 1),
            window(("distinct",), _fields((*TEXT_FIELDS, "amount", "n_attendees", "merchant")), depth - 1),
            window(("share",), _fields(MONEY_FIELDS), depth - 1),
        ]
    return st.one_of(choices)


@st.composite
def window(
    draw: st.DrawFn, functions: tuple[str, ...], value: st.SearchStrategy[Expression] | None, depth: int
) -> Expression:
    """A window with keys, a length, perhaps a condition."""
    function = draw(st.sampled_from(functions))
    keys = tuple(draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True)))
    part = tuple(draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=1))) if function == "share" else ()
    period = draw(st.one_of(st.none(), st.sampled_from(n.PERIODS)))
    within = None
    if period is None:
        spans = [DURATIONS, st.just(n.DurationLiteral(Decimal(2), "business day")), st.none()]
        within = draw(st.one_of(*spans, *([] if function == "distinct" else [_parameter("span")])))
    if function == "change" and within is None:
        period, within = (
            None,
            draw(st.one_of(DURATIONS, st.just(n.DurationLiteral(Decimal(1), "business day")))),
        )
    modes = ["", "before"]
    modes += ["whole"] if period and function not in NOT_WHOLE else []
    modes += ["others"] if function in OF_OTHERS and "cardholder" not in keys else []
    mode = draw(st.sampled_from(modes))
    shares = st.sampled_from([n.PercentLiteral(Decimal(share)) for share in ("95", "50", "7", "100")])
    fraction = draw(st.one_of(shares, _parameter("share"))) if function == "percentile" else None
    where = draw(st.one_of(st.none(), condition(min(depth, 1), False))) if depth >= 0 else None
    inner = None if value is None else draw(value)
    return n.Window(function, inner, keys, period, within, part, where, mode, fraction)  # type: ignore[arg-type]


def condition(depth: int, windows: bool = True) -> st.SearchStrategy[Expression]:
    """Conditions; ``windows`` allows aggregates."""
    order = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
    same = st.sampled_from(("=", "!="))
    texts = st.sampled_from([n.TextLiteral(word) for word in WORDS])
    lists = st.sampled_from([n.ListRef(name) for name in LISTS])
    inline = st.lists(texts, min_size=1, max_size=3, unique=True).map(
        lambda items: n.InlineList(tuple(items))
    )
    operands = money(depth, windows)
    choices = [
        st.builds(n.Comparison, order, operands, money(0, False)),
        st.builds(n.Comparison, order, operands, st.just(_number("0"))),
        st.builds(n.Comparison, order, number(depth, windows), number(0, False)),
        st.builds(
            n.Comparison,
            order,
            _fields((*MOMENT_FIELDS, *DATE_FIELDS)),
            st.one_of(DATES, _fields(DATE_FIELDS)),
        ),
        st.builds(n.Comparison, same, _fields(TEXT_FIELDS), st.one_of(texts, _fields(TEXT_FIELDS))),
        st.builds(
            n.Comparison,
            order,
            st.builds(n.Arithmetic, st.just("-"), _fields(MOMENT_FIELDS), _fields(MOMENT_FIELDS)),
            DURATIONS,
        ),
        st.builds(n.Membership, _fields(TEXT_FIELDS), st.one_of(lists, inline)),
        st.builds(
            n.Membership,
            _fields(("hour", "weekday")),
            st.builds(n.Range, NUMBERS, st.one_of(NUMBERS, _parameter("few"))),
        ),
        st.builds(
            n.Membership,
            st.just(n.Call("time", (n.FieldRef("transacted_at"),))),
            st.just(
                n.Range(
                    n.TimeLiteral(datetime(2026, 1, 1, 22).time()),
                    n.TimeLiteral(datetime(2026, 1, 1, 5, 30).time()),
                )
            ),
        ),
        st.builds(
            n.TextMatch,
            st.just("contains"),
            _fields(TEXT_FIELDS),
            st.one_of(texts, lists, inline, _fields(TEXT_FIELDS)),
        ),
        st.builds(n.TextMatch, st.just("starts with"), _fields(TEXT_FIELDS), texts),
        st.builds(
            n.TextMatch,
            st.just("similar to"),
            _fields(TEXT_FIELDS),
            st.one_of(texts, lists, inline, _fields(TEXT_FIELDS)),
        ),
        st.builds(
            n.TextMatch,
            st.just("matches"),
            _fields(TEXT_FIELDS),
            st.sampled_from([n.TextLiteral(p) for p in PATTERNS]),
        ),
        st.builds(
            n.TextMatch,
            st.just("like"),
            _fields(TEXT_FIELDS),
            st.sampled_from([n.TextLiteral(p) for p in ("*a*", "??", "카*")]),
        ),
        st.builds(n.IsMissing, st.one_of(_fields((*TEXT_FIELDS, *DATE_FIELDS, *YES_NO_FIELDS)), operands)),
        _fields(YES_NO_FIELDS),
        st.builds(
            lambda name, arg: n.Call(name, (arg,)), st.sampled_from(("is_night",)), _fields(MOMENT_FIELDS)
        ),
        st.builds(
            lambda name, arg: n.Call(name, (arg,)),
            st.sampled_from(("is_weekend", "is_holiday", "is_business_day")),
            _fields((*MOMENT_FIELDS, *DATE_FIELDS)),
        ),
        st.builds(lambda a, b: n.Call("is_multiple", (a, b)), _fields(MONEY_FIELDS), money(0, False)),
    ]
    if windows:
        since = st.builds(
            n.Window,
            st.just("since_last"),
            st.none(),
            st.sampled_from([("cardholder",), ("cardholder", "merchant")]),
        )
        choices.append(st.builds(n.Comparison, order, since, DURATIONS))
    plain = st.one_of(choices)
    if depth <= 0:
        return plain
    inner = condition(depth - 1, windows)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        plain,
        st.builds(n.And, several),
        st.builds(n.Or, several),
        st.builds(n.Not, inner),
        st.builds(lambda part: n.Call("or_no", (part,)), inner),
    )
