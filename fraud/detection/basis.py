"""What a stored fact was measured on: the payments a window counted, the payments behind a habit, the outcomes known then.

Everything is read as the run knew it: claims received by its cut-off in the version that held, labels known by the claim's own
time, the rules and values the run had pinned. So a number on the page can be counted again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import polars as pl
from django.conf import settings

from fraud.claims.labels import label_history
from fraud.claims.models import Cardholder, Claim
from fraud.claims.reading import read_many_claims
from fraud.claims.segment_files import IDENTITY
from fraud.company.values import current_calendar
from fraud.detection.features.behaviour import HABIT_DAYS
from fraud.detection.features.columns import with_net
from fraud.detection.features.rows import spends
from fraud.detection.models import ScreeningRun
from fraud.detection.screening.context import features_and_context
from fraud.detection.screening.rulebook import rules_of
from fraud.detection.screening.windows import history_start
from rules.engine import RuleSpec
from rules.language import RuleNotValid, nodes, parse
from rules.language.plain_windows import PlainWindows
from rules.preview import MOST_CLAIMS


@dataclass(frozen=True)
class Basis:
    """Claims behind a fact, oldest first; for outcomes also whether each was misuse and when that became known."""

    claim_ids: tuple[int, ...] = ()
    outcomes: Mapping[int, tuple[bool, datetime]] = field(default_factory=dict)
    is_too_much: bool = False  # more claims than can be gone through for a page


@dataclass(frozen=True)
class _Window:
    """Spending strictly before the claim with the same keys, `days` back; `last`: only the latest of it."""

    keys: tuple[str, ...]
    days: int
    last: bool = False
    spending_only: bool = True
    of_others: bool = False


_WHO, _WHERE, _MONEY = ("cardholder_id",), ("merchant_id",), ("currency",)
_HERE, _SAME = (*_WHO, *_WHERE), ("amount_minor", "currency")
_PEERS = ("department_id", "category", "currency")
_KIND = (*_WHO, "category")
# fmt: off
_FEATURES: Mapping[str, _Window] = {
    **{f"n_claims_cardholder_{days}d": _Window(_WHO, days) for days in (1, 7, 30)},
    **{f"total_amount_cardholder_{days}d": _Window(_WHO + _MONEY, days) for days in (1, 7, 30)},
    "n_merchants_cardholder_7d": _Window(_WHO, 7),
    "velocity_ratio_cardholder": _Window(_WHO, 30),
    "minutes_since_previous": _Window(_WHO, 0, last=True),
    "mean_amount_cardholder_30d": _Window(_WHO + _MONEY, 30),
    "amount_ratio_self_30d": _Window(_WHO + _MONEY, 30),
    "amount_z_self": _Window(_WHO + _MONEY, 365),
    "amount_ratio_self_max": _Window(_WHO + _MONEY, 365),
    "amount_ratio_usual": _Window(_WHO + _MONEY, HABIT_DAYS),
    "max_ratio_usual_14d": _Window(_WHO + _MONEY, 14),
    "n_unusual_amount_14d": _Window(_WHO + _MONEY, 14),
    "n_claims_merchant_30d": _Window(_WHERE, 30),
    "n_cardholders_merchant_30d": _Window(_WHERE, 30),
    "amount_ratio_merchant_90d": _Window(_WHERE + _MONEY, 90),
    "merchant_seen_days": _Window(_WHERE, 365, spending_only=False),
    "n_claims_same_merchant_1d": _Window(_HERE, 1),
    "n_claims_same_merchant_30d": _Window(_HERE, 30),
    "minutes_since_same_merchant": _Window(_HERE, 0, last=True),
    "n_same_amount_30d": _Window(_WHO + _SAME, 30),
    "n_repeated_3d": _Window(_HERE + _SAME, 3),
    "amount_z_peer": _Window(_PEERS, 365),
    "mcc_share_peer": _Window(("department_id",), 180),
    "day_part_share_120d": _Window(_WHO, HABIT_DAYS),
    "weekend_share_120d": _Window(_WHO, HABIT_DAYS),
    "round_share_cardholder_120d": _Window(_WHO, HABIT_DAYS),
    "round_share_merchant_180d": _Window(_WHERE, 180),
    "n_claims_same_category_1d": _Window(_KIND, 1),
    "n_claims_same_category_28d": _Window(_KIND, 28),
    "total_amount_same_category_28d": _Window(_KIND + _MONEY, 28),
    "amount_ratio_same_category_180d": _Window(_KIND + _MONEY, 180),
    "same_category_share_180d": _Window(_KIND, 180),
    "days_since_same_category": _Window(_KIND, 180, last=True),
    "category_surprise_28d": _Window(_KIND, 28),
    "purpose_category_share_180d": _Window(("department_id", "purpose_code"), 180),
    "n_others_same_amount_merchant_7d": _Window(_WHERE + _SAME, 7, of_others=True),
    "n_others_same_amount_department_3d": _Window(("department_id", *_SAME), 3, of_others=True),
    "n_others_department_merchant_1d": _Window(("department_id", *_WHERE), 1, of_others=True),
    "own_share_merchant_180d": _Window(_HERE, 180),
    "total_amount_same_merchant_2d": _Window(_HERE + _MONEY, 2),
    "same_merchant_share_90d": _Window(_HERE + _MONEY, 90),
    "amount_ratio_same_merchant_180d": _Window(_HERE + _MONEY, 180),
    "price_shift_merchant_30d": _Window(_WHERE + _MONEY, 180),
}
# fmt: on
_OUTCOMES = re.compile(
    r"(?P<what>n_known_misuse|n_known_labels|known_misuse_rate|n_misuse_run|n_clean_run|days_since_\w+)_(?P<who>merchant|cardholder|approver|category)(?:_(?P<days>\d+)d)?"
)
_ALWAYS_DAYS = 36_500


@lru_cache(maxsize=4_096)  # a page asks it of every fact, and parses rules for it
def has_basis(name: str) -> bool:
    """Whether the fact rests on more than its own claim, so that there is something to look at."""
    return name in _FEATURES or _OUTCOMES.fullmatch(name) is not None or _node(name) is not None


def basis_of(name: str, claim: Claim, run: ScreeningRun) -> Basis:
    """The claims or outcomes behind a fact of the claim as the run knew them; empty for a fact of the claim alone."""
    if (outcome := _OUTCOMES.fullmatch(name)) is not None:
        return _outcomes(outcome, claim, run)
    if (window := _FEATURES.get(name)) is not None:
        return _feature(window, claim, run)
    node = _node(name)
    return Basis() if node is None else _counted(node, claim, run)


def _node(text: str) -> nodes.Window | None:
    try:
        node = parse(text)
    except RuleNotValid:
        return None
    return node if isinstance(node, nodes.Window) else None


def _outcomes(asked: re.Match[str], claim: Claim, run: ScreeningRun) -> Basis:
    """Labels known at the claim's time and not replaced by then, as the feature of that name counted them."""
    key, value = _subject(asked["who"], claim)
    if value is None:
        return Basis()
    at = claim.transacted_at
    known = label_history(run.cut_off_at).filter((pl.col(key) == value) & (pl.col("known_at") <= at))
    newest = known.sort("claim_id", "known_at").group_by("claim_id", maintain_order=True).last()
    alive = newest.filter(pl.col("is_misuse").is_not_null()).sort("known_at", "claim_id")
    since = at - timedelta(days=int(asked["days"] or _ALWAYS_DAYS))
    rows = [row for row in alive.iter_rows(named=True) if row["known_at"] > since]
    if asked["what"] == "n_known_misuse":
        rows = [row for row in rows if row["is_misuse"]]
    if asked["what"] in ("n_misuse_run", "n_clean_run"):
        rows = _run_at_end(rows, is_misuse=asked["what"] == "n_misuse_run")
    found = {row["claim_id"]: (row["is_misuse"], row["known_at"]) for row in rows}
    return Basis(tuple(found), found)


def _subject(who: str, claim: Claim) -> tuple[str, int | str | None]:
    """The column of a label's history that is compared, and what the claim has there."""
    if who == "category":
        return "category", claim.merchant.mcc or claim.merchant.biz_type or None
    if who == "approver":
        approver = Cardholder.objects.filter(employee_no=claim.approver_no).exclude(employee_no="").first()
        return "approver_id", approver.pk if approver else None
    return f"{who}_id", getattr(claim, f"{who}_id")


def _run_at_end(rows: list[dict[str, Any]], *, is_misuse: bool) -> list[dict[str, Any]]:
    at = len(rows)
    while at and rows[at - 1]["is_misuse"] is is_misuse:
        at -= 1
    return rows[at:]


def _feature(window: _Window, claim: Claim, run: ScreeningRun) -> Basis:
    known = with_net(_known(window.keys, claim, run))
    # The trade and what is spending: as the features take them.
    frame = known.with_columns(category=pl.coalesce("mcc", "biz_type"), spends=spends(known))
    rows = frame.to_dicts()
    own = next((row for row in rows if row["claim_id"] == claim.pk), None)
    if own is None:
        return Basis()
    since = own["transacted_at"] - timedelta(days=window.days or _ALWAYS_DAYS)
    found = [row["claim_id"] for row in rows if _is_before(row, own, since) and _counts(row, own, window)]
    return Basis(tuple(found[-1:] if window.last else found))


def _is_before(row: Mapping[str, Any], own: Mapping[str, Any], since: datetime) -> bool:
    at = (row["transacted_at"], row["claim_id"])
    return since <= row["transacted_at"] and at < (own["transacted_at"], own["claim_id"])


def _counts(row: Mapping[str, Any], own: Mapping[str, Any], window: _Window) -> bool:
    is_timed = not window.last or bool(row["has_time"])
    alike = all(row[key] is not None and row[key] == own[key] for key in window.keys)
    is_asked = not window.of_others or row["cardholder_id"] != own["cardholder_id"]
    return alike and is_timed and is_asked and (row["spends"] or not window.spending_only)


def _counted(node: nodes.Window, claim: Claim, run: ScreeningRun) -> Basis:
    """What a window of the rule language counted, by its definition, with the values the run had pinned."""
    claims = _known(tuple(f"{key}_id" for key in node.keys), claim, run)
    if claims.height > MOST_CLAIMS:
        return Basis(is_too_much=True)
    targets = (claims["claim_id"] == claim.pk).to_numpy()
    if not targets.any():
        return Basis()
    rules = rules_of(run)
    _, frame, _ = features_and_context(
        claims,
        targets,
        [RuleSpec("", 0, node)],
        calendar=current_calendar(),
        zone=settings.TIME_ZONE,
        labels=label_history(run.cut_off_at),
    )
    rows = frame.to_dicts()
    place = next(at for at, row in enumerate(rows) if row["claim_id"] == claim.pk)
    counted = PlainWindows(rows, rules.context).counted(node, place)
    ordered = sorted(counted, key=lambda at: (rows[at]["transacted_at"], rows[at]["claim_id"]))
    return Basis(tuple(rows[at]["claim_id"] for at in ordered))


# Which claims can share a key with this one, as a condition an index carries; the first that applies is enough.
_NARROW: tuple[tuple[str, Callable[[Claim], tuple[str, list[object]]]], ...] = (
    ("cardholder_id", lambda claim: ("c.cardholder_id = %s", [claim.cardholder_id])),
    ("merchant_id", lambda claim: ("c.merchant_id = %s", [claim.merchant_id])),
    (
        "department_id",
        lambda claim: (
            "(c.department_id = %s OR c.cardholder_id IN (SELECT id FROM fraud_cardholder WHERE department_id = %s))",
            [claim.department_id or claim.cardholder.department_id] * 2,
        ),
    ),
)


def _known(keys: tuple[str, ...], claim: Claim, run: ScreeningRun) -> pl.DataFrame:
    """The history the run had of claims that may share these keys, the claim itself among it, in order of time."""
    where, params = next((narrow(claim) for key, narrow in _NARROW if key in keys), ("", []))
    # no end: a window over a whole period also takes what came later in it
    since = history_start(claim.transacted_at, rules_of(run).specs)
    return read_many_claims(run.cut_off_at, where, params, since=since, without=IDENTITY)
