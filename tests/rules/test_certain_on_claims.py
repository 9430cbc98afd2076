"""What is told of a rule before it sees a claim is so on any claims: nothing called never hits, nothing called always passes one it knows."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.engine import RuleSpec, evaluate
from rules.language import RuleNotValid, check, field_names
from rules.language import nodes as n
from rules.language.certain.domains import SHAPES
from rules.language.certain.telling import tell
from rules.language.nodes import And, Expression, Not, Or, Window, measure
from tests.draws import SHARE, draws
from tests.rules.generated import DATES, LISTS, PARAMETERS, condition, context, frame

FEW = settings(
    max_examples=draws(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def lived(seed: int, height: int) -> pl.DataFrame:
    """Generated claims whose hour, weekday and night are those of their moments, whose amount per head is that of the amount; what windows add up is not negative."""
    local = pl.col("transacted_at").dt.convert_time_zone("Asia/Seoul")
    claims = frame(seed, height).with_columns(
        hour=local.dt.hour().cast(pl.Int32),
        weekday=local.dt.weekday().cast(pl.Int32),
        amount=pl.col("amount").abs(),
    )
    heads = pl.col("n_attendees").cast(pl.Int64).fill_null(1).clip(lower_bound=1)
    claims = claims.with_columns(per_head=(pl.col("amount") + heads - 1) // heads)
    return claims.with_columns(is_night=(pl.col("hour") >= 23) | (pl.col("hour") < 7))


def _is_valid(tree: Expression) -> bool:
    if set(field_names(tree)) & (set(SHAPES) - {"currency"}):
        return False  # the generated claims hold any word where a company's hold codes of a shape
    try:
        check(tree, lists=LISTS, parameters=PARAMETERS)
    except RuleNotValid:
        return False
    return measure(tree)[1] <= 18


def hold_what_is_told(tree: Expression, seed: int, seen: list[str] | None = None) -> None:
    codes = {problem.code for problem in tell(tree, lists=LISTS, parameters=PARAMETERS)}
    codes &= {"never_hits", "always_hits"}
    if not codes:
        return
    if seen is not None:
        seen += codes
    asked = tree if "never_hits" in codes else Not(tree)
    outcome = evaluate(lived(seed, 40), [RuleSpec("X", 1, asked)], context=context())
    assert not np.asarray(outcome.hits).any()


PARTS = condition(1, windows=False)
JOINED = st.one_of(
    PARTS,
    st.tuples(PARTS, PARTS).map(And),
    st.tuples(PARTS, PARTS, PARTS).map(And),
    st.tuples(PARTS, PARTS).map(Or),
).filter(_is_valid)


@given(JOINED, st.integers(0, 10**6))
@settings(FEW, max_examples=draws(400))
def test_what_is_told_of_a_rule_is_so_on_any_claims(tree: Expression, seed: int) -> None:
    hold_what_is_told(tree, seed)


def _money(value: str) -> Expression:
    return n.MoneyLiteral(Decimal(value), "KRW")


def _call(name: str, *arguments: Expression) -> Expression:
    return n.Call(name, arguments)


_AMOUNT, _LIMIT, _NET, _HEAD = (
    n.FieldRef(name) for name in ("amount", "card.limit", "net_amount", "per_head")
)
_SENT, _PAID = n.FieldRef("submitted_at"), n.FieldRef("transacted_at")
_MONEY = st.sampled_from(
    [
        _AMOUNT, _LIMIT, _NET, _HEAD, n.ParameterRef("limit"), _money("100"), _money("200"), _money("500"),
        _call("min", _AMOUNT, _LIMIT), _call("max", _AMOUNT, _money("200")), _call("min", _AMOUNT, _money("500"), _NET),
        _call("abs", n.Arithmetic("-", _AMOUNT, _NET)), _call("abs", _NET), _call("or_zero", n.FieldRef("cancel_amount")),
        _call("remainder", _AMOUNT, _money("100")), _call("remainder", _AMOUNT, _money("200")),
        n.Arithmetic("+", _AMOUNT, _money("100")), n.Arithmetic("-", _LIMIT, _money("500")), n.Arithmetic("-", _AMOUNT, _NET),
    ]
)  # fmt: skip
_NUMBER = st.sampled_from(
    [
        n.FieldRef("n_attendees"), n.FieldRef("hour"), n.FieldRef("weekday"), _call("quotient", _AMOUNT, _money("100")),
        _call("min", n.FieldRef("n_attendees"), n.NumberLiteral(Decimal(3))), _call("max", n.FieldRef("hour"), n.NumberLiteral(Decimal(5))),
        _call("month", _PAID), _call("day_of_month", _PAID), _call("weekday", _PAID), _call("year", _PAID), n.FieldRef("amount_z_self"),
        *(n.NumberLiteral(Decimal(value)) for value in ("0", "1", "2", "3", "5", "23", "31", "0.5")),
    ]
)  # fmt: skip
_OP = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
_TIMES = st.sampled_from(
    [
        _PAID, _SENT, n.Arithmetic("+", _PAID, n.DurationLiteral(Decimal(1), "day")),
        n.Arithmetic("-", _SENT, n.DurationLiteral(Decimal(30), "hour")),
    ]
)  # fmt: skip
_GAP = n.Comparison(">", n.Arithmetic("-", _SENT, _PAID), n.DurationLiteral(Decimal(1), "day"))
_SAID = st.one_of(
    st.builds(n.Comparison, _OP, _MONEY, _MONEY),
    st.builds(n.Comparison, _OP, _NUMBER, _NUMBER),
    st.builds(n.Comparison, _OP, _TIMES, _TIMES),
    st.sampled_from(
        [_GAP, n.FieldRef("is_night"), _call("is_multiple", _AMOUNT, _money("200")), _call("is_night", _PAID)]
    ),
    st.builds(n.Comparison, _OP, st.just(_call("date", _PAID)), DATES),
)


_SENT_AFTER = [n.Comparison(op, _SENT, _PAID) for op in ("<", ">", "=")]
_BETWEEN = [
    n.Comparison(op, _call(name, _PAID, _SENT), n.NumberLiteral(Decimal(0)))
    for name in ("minutes_between", "days_between", "business_days_between")
    for op in ("<", ">", "<=", "=")
]
_HEADS, _CANCELLED, _AGAIN = (
    n.FieldRef("n_attendees"),
    n.FieldRef("cancel_amount"),
    n.FieldRef("is_recurring"),
)
_NAME = n.FieldRef("merchant.name")
#: What is in a function as by itself, what is divided by nothing, and lists without an entry.
_WRAPPED = st.sampled_from(
    [
        *_SENT_AFTER, *_BETWEEN,
        *(n.Comparison(op, _call("or_zero", field), zero) for op in ("=", ">", "<=") for field, zero in ((_HEADS, n.NumberLiteral(Decimal(2))), (_CANCELLED, _money("100")))),
        *(n.Comparison(op, field, zero) for op in ("=", ">", "<=") for field, zero in ((_HEADS, n.NumberLiteral(Decimal(2))), (_CANCELLED, _money("0")))),
        *(n.IsMissing(field) for field in (_HEADS, _CANCELLED, _AGAIN)), _AGAIN, _call("or_no", _AGAIN),
        n.Comparison("=", _call("lower", _NAME), n.TextLiteral("COFFEE")), n.Comparison("=", _NAME, n.TextLiteral("coffee")), n.TextMatch("contains", _NAME, n.TextLiteral("cof")),
        n.TextMatch("contains", _NAME, n.ListRef("nothing")), n.Membership(_NAME, n.ListRef("nothing")),
        _call("is_multiple", _AMOUNT, _money("0")), n.Comparison(">", n.Arithmetic("/", _AMOUNT, n.NumberLiteral(Decimal(0))), _money("1")),
        n.Comparison(">", _AMOUNT, n.Arithmetic("*", n.PercentLiteral(Decimal(100)), _AMOUNT)), n.Comparison("<", _LIMIT, _money("0")),
        *(n.Comparison(op, _call("date", _SENT), _call("date", _PAID)) for op in ("<", "<=", ">", "=")),
        *(n.Comparison("=", _call("minute", _PAID), n.NumberLiteral(Decimal(value))) for value in ("0", "30")), n.Comparison("<", _call("time", _PAID), n.TimeLiteral(time(9, 30))),
        *(n.Comparison(op, n.Arithmetic("*", n.NumberLiteral(Decimal(2)), _AMOUNT), _AMOUNT) for op in ("<", ">", "<=", ">=")), n.Comparison(">", _AMOUNT, _money("0")),
        n.TextMatch("matches", _NAME, n.TextLiteral("^cof")), n.TextMatch("starts with", _NAME, n.TextLiteral("bar")),
        *(n.Comparison("=", _call("remainder", _AMOUNT, _money("200")), _money(value)) for value in ("0", "100")), n.Comparison("=", _AMOUNT, _money("500")), n.Comparison("<", _AMOUNT, _money("200")),
        n.Comparison(">=", _call("date", _PAID), n.DateLiteral(date(2026, 3, 4))), n.Comparison("<", _PAID, n.DateLiteral(date(2026, 3, 3))),
    ]
)  # fmt: skip


@st.composite
def wrapped_beside(draw: st.DrawFn) -> Expression:
    """Values in functions beside the same by themselves."""
    parts = draw(st.lists(st.one_of(_WRAPPED, _WRAPPED.map(Not)), min_size=2, max_size=3))
    return draw(st.sampled_from([And, And, Or]))(tuple(parts))


@st.composite
def said_beside(draw: st.DrawFn) -> Expression:
    """Conditions about few values, so that many of them stand against each other."""
    parts = draw(st.lists(st.one_of(_SAID, _SAID.map(Not)), min_size=2, max_size=4))
    return draw(st.sampled_from([And, And, Or]))(tuple(parts))


@st.composite
def nested_windows(draw: st.DrawFn) -> Expression:
    """One window beside another that holds fewer claims or more, or something else of the same."""
    names = st.sampled_from(("count", "sum", "min", "max", "mean", "median", "percentile", "distinct"))
    keys = draw(st.sampled_from([("cardholder",), ("merchant",), ("cardholder", "merchant")]))
    days = st.sampled_from(
        [n.DurationLiteral(Decimal(a), u) for a, u in (("3", "hour"), ("1", "day"), ("3", "day"))]
    )
    lengths = st.one_of(
        st.sampled_from(n.PERIODS).map(lambda period: (period, None)),
        days.map(lambda span: (None, span)),
        st.just((None, None)),
    )
    asked = st.sampled_from([None, n.FieldRef("is_recurring"), n.Comparison(">", _AMOUNT, _money("100"))])

    def window() -> Expression:
        name = draw(names)
        value = None if name == "count" else _AMOUNT
        (period, within), mode = draw(lengths), draw(st.sampled_from(("", "", "before")))
        mine = keys if draw(st.booleans()) else (*keys, draw(st.sampled_from(("mcc", "amount"))))
        share = n.PercentLiteral(Decimal(95)) if name == "percentile" else None
        return Window(name, value, mine, period, within, (), draw(asked), mode, share)  # type: ignore[arg-type]

    first, second = window(), window()
    if draw(st.booleans()):
        return n.Comparison(draw(_OP), first, second)
    limits = {"count": "n", "distinct": "n"}
    bound = [
        n.NumberLiteral(Decimal(draw(st.integers(0, 4))))
        if one.function in limits
        else _money(str(draw(st.sampled_from((100, 200, 501)))))  # type: ignore[union-attr]
        for one in (first, second)
    ]
    parts = (n.Comparison(">", first, bound[0]), n.Comparison("<", second, bound[1]))
    return And(parts)


@pytest.mark.parametrize(
    ("trees", "least"),
    [(said_beside(), 40), (nested_windows(), 20), (wrapped_beside(), 100)],
    ids=["values", "windows", "functions"],
)
def test_what_is_told_of_values_beside_values_is_so_and_much_is_told(
    trees: st.SearchStrategy[Expression], least: int
) -> None:
    seen: list[str] = []

    @given(trees.filter(_is_valid), st.integers(0, 10**6))
    @settings(FEW, max_examples=draws(600), derandomize=True)
    def holds(tree: Expression, seed: int) -> None:
        hold_what_is_told(tree, seed, seen)

    holds()
    assert len(seen) >= least * min(SHARE, 1)
