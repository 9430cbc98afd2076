"""A payment judged before it is filed, by the rules that may be told (`rules/ahead.py`) and by the engine that judges nights.

Nothing of the payment is kept. What it is compared with are the person's own claims; for a program those of its own deliveries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor, Role
from audit.people import number_key
from audit.permissions import require
from audit.transactions import one_transaction
from fraud.claims.bulk import in_list
from fraud.claims.columns import PERSONNEL
from fraud.claims.identity import cardholders_of
from fraud.claims.importing.merchants import plain_name
from fraud.claims.models import Cardholder, Merchant
from fraud.claims.reading import read_many_claims, read_sketch
from fraud.company.values import current_calendar
from fraud.detection.features import build_features
from fraud.detection.models import PrecheckUse
from fraud.detection.suppressing import pinned_suppressions
from rules.engine import RuleSpec, evaluate
from rules.models import RuleVersion
from rules.rollout import is_inside
from rules.services.rule_sets import current_context, told_ahead

ACTION = "fraud.precheck_claim"
#: Checks an hour; a program asks for everybody.
MOST_AN_HOUR, MOST_OF_A_PROGRAM = 30, 1_000
#: How far back a payment may lie, and how far the person's claims are looked at.
MOST_DAYS = 400
_LAST = 2**62  # after every claim of the same moment
_NOWHERE = _NOBODY = 0  # a merchant that nobody has paid at, a person of whom nothing is known
_MINUTE, _DAY, _TICK = timedelta(minutes=1), timedelta(days=1), timedelta(microseconds=1)


class TooManyChecks(Exception):
    """So many checks are not needed to file a claim; `limit` of them an hour."""

    status, code = 429, "too_many_checks"
    details: ClassVar[dict[str, Any]] = {}

    def __init__(self, limit: int) -> None:
        super().__init__(self.code)
        self.limit = limit

    @property
    def sentence(self) -> str:
        """The refusal in the reader's language."""
        return _("%(n)s checks within an hour are enough. Try again in the next hour, or file the claim.") % {
            "n": f"{self.limit:,}"
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A payment as somebody describes it before filing. None or empty: not told. `at` is the company's clock."""

    amount_minor: int
    currency: str
    on: date
    merchant: str
    at: time | None = None
    mcc: str = ""
    purpose_code: str = ""
    purpose_text: str = ""
    n_attendees: int | None = None
    has_receipt: bool | None = None
    pre_approval: str = ""
    authorization_code: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A rule that met the payment, with the values that made it true; or, where `missing` is not empty, could not be judged."""

    version: RuleVersion
    facts: dict[str, Any]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precheck:
    """`met` and `open`: rules that met the payment, and that could not be judged. `n_checked`: rules that were asked."""

    met: list[Told]
    open: list[Told]
    n_checked: int
    transacted_at: datetime
    has_time: bool


def precheck_claim(*, sketch: Sketch, by: Actor, employee_no: str = "") -> Precheck:
    """What the rules that may be told say of a payment of one's own, or, asked by a program, of an employee's.

    Raises NotPermitted, TooManyChecks.
    """
    require(by, ACTION)
    is_program = Role.DATA_CLIENT in by.roles
    _count_check(by, MOST_OF_A_PROGRAM if is_program else MOST_AN_HOUR)
    people = list(
        cardholders_of(employee_no if is_program else by.employee_no).order_by("is_unassigned", "pk")
    )
    rules = told_ahead()
    specs = [spec for _version, spec in rules]
    claims = _claims(sketch, people, by if is_program else None)
    frame = build_features(claims, calendar=current_calendar(), zone=settings.TIME_ZONE)
    asked = (frame["claim_id"] == _LAST).to_numpy()
    context = current_context(calendar=current_calendar(), now=clock.now())
    outcome = evaluate(frame, specs, context=context, targets=asked)
    muted = _muted(specs, claims.filter(pl.Series(asked)))
    met, unjudged = [], []
    for j, (version, _spec) in enumerate(rules):
        n_open, missing = outcome.not_evaluable[j]
        if not _counts_for(version, employee_no if is_program else by.employee_no):
            continue
        if outcome.hits[0, j] and not muted[j]:
            met.append(Told(version, {"values": outcome.facts(0, j)}))
        elif n_open and not muted[j]:
            unjudged.append(Told(version, {}, missing or ("?",)))
    return Precheck(met, unjudged, len(rules), *_moment(sketch))


def _claims(sketch: Sketch, people: Sequence[Cardholder], program: Actor | None) -> pl.DataFrame:
    """The payment as a claim would be, behind what the person filed before, by time; every row as of one cardholder."""
    now = clock.now()
    at, has_time = _moment(sketch)
    history = _history(people, program, now, at)
    holder = people[0].pk if people else _NOBODY
    place = _place(sketch, history)
    row = read_sketch(
        {
            "claim_id": _LAST,
            "cardholder_id": holder,
            "merchant_id": place[0],
            "transacted_at": at,
            "submitted_at": now,
            "has_time": has_time,
            "amount_minor": sketch.amount_minor,
            "currency": sketch.currency,
            "txn_type": "purchase",
            "merchant_name": sketch.merchant,
            "purpose_code": sketch.purpose_code,
            "purpose_text": sketch.purpose_text,
            "n_attendees": sketch.n_attendees,
            "receipt_id": "told" if sketch.has_receipt else "",
            "evidence_type": {True: "receipt", False: "none", None: ""}[sketch.has_receipt],
            "pre_approval_id": sketch.pre_approval,
            "authorization_code": sketch.authorization_code,
        },
        now,
    )
    row = row.with_columns(pl.coalesce(pl.lit(sketch.mcc or place[1] or None, pl.String), "mcc").alias("mcc"))
    if program is not None:  # who is away or on a trip is no program's business
        row = row.with_columns(pl.lit(None, row.schema[name]).alias(name) for name in PERSONNEL)
    own = history.with_columns(pl.lit(holder, pl.Int64).alias("cardholder_id")).select(row.columns)
    return pl.concat([own, row], how="vertical_relaxed").sort("transacted_at", "claim_id")


def _history(
    people: Sequence[Cardholder], program: Actor | None, now: datetime, at: datetime
) -> pl.DataFrame:
    """What was filed of payments up to this one."""
    condition, params = in_list([one.pk for one in people] or [-1])
    where = f"c.cardholder_id {condition}"
    if program is not None:
        where += " AND c.file_id IN (SELECT id FROM fraud_claimfile WHERE received_by = %s)"
        params = [*params, program.username]
    return read_many_claims(now, where, params, since=at - MOST_DAYS * _DAY, until=at + _TICK)


def _place(sketch: Sketch, history: pl.DataFrame) -> tuple[int, str]:
    """(merchant, its category): the one of that name the person paid at last, else the category all merchants of that name share."""
    told = pl.DataFrame({"name": [sketch.merchant]}).select(plain_name(pl.col("name")))["name"][0]
    known = history.filter(plain_name(pl.col("merchant_name")) == told)
    if known.height:
        row = known.row(-1, named=True)
        return row["merchant_id"] or _NOWHERE, row["mcc"] or ""
    kinds = set(Merchant.objects.filter(name__iexact=sketch.merchant).values_list("mcc", flat=True)[:50])
    return _NOWHERE, kinds.pop() if len(kinds) == 1 else ""


def _counts_for(version: RuleVersion, employee_no: str) -> bool:
    """Whether the night would count a hit of this person: a rule that is rolled out counts for a share of them."""
    return is_inside(version.rule.code, number_key(employee_no), float(version.rollout_rate))


def _muted(specs: Sequence[RuleSpec], row: pl.DataFrame) -> list[bool]:
    """Which rules leave this person or merchant alone for a while, as at night."""
    person, place = row["cardholder_id"][0], row["merchant_id"][0]
    alone = {
        one["code"]
        for one in pinned_suppressions(clock.today())
        if (one["cardholder_id"] is not None and one["cardholder_id"] == person)
        or (one["cardholder_id"] is None and one["merchant_id"] == place)
    }
    return [spec.code in alone for spec in specs]


def _moment(sketch: Sketch) -> tuple[datetime, bool]:
    """The last moment the payment can have been at, and whether its time of day is known: the same payment, filed already, lies before."""
    local = datetime.combine(sketch.on, sketch.at or time(), ZoneInfo(settings.TIME_ZONE))
    end = local + (_DAY if sketch.at is None else _MINUTE) - _TICK
    return end.astimezone(UTC), sketch.at is not None


@one_transaction()
def _count_check(by: Actor, most: int) -> None:
    """One check more in this hour. Raises TooManyChecks."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    who = number_key(by.employee_no) or by.username
    PrecheckUse.objects.filter(hour__lt=now - _DAY).delete()
    row, _is_new = PrecheckUse.objects.get_or_create(who=who, hour=hour)
    if not PrecheckUse.objects.filter(pk=row.pk, n__lt=most).update(n=F("n") + 1):
        raise TooManyChecks(most)
