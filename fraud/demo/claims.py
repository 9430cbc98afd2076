"""From integer drafts to the claim file's columns."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.demo.attendance import trip_numbers
from fraud.demo.drafts import NONE, PURCHASE, RECEIPT_ALWAYS, RECEIPT_NEVER, TXN_TYPES, Draft, n_rows
from fraud.demo.identifiers import distinct_codes
from fraud.demo.kinds import ALL_KINDS
from fraud.demo.merchants import N_REGIONS, merchant_frame
from fraud.demo.rates import MINOR_DIGITS, daily_rates
from fraud.demo.schemes import SCHEME_CODES
from fraud.demo.spends import CARD_KINDS, SPENDS
from fraud.demo.texts import filed_spend, printed_names, purpose_texts
from fraud.demo.timeline import DAY, UNSET, Timeline
from fraud.demo.wordlists import GRADES
from fraud.demo.world import Bools, Ints, Rng, World

NO_MCC_RATE = 0.015
NO_BRN_RATE = 0.004
NO_REGION_RATE = 0.02
NO_VAT_RATE = 0.05
NO_RECEIPT_RATE = 0.05
NO_SMALL_RECEIPT_RATE = 0.12
SMALL_AMOUNT = 30_000
PROJECTS = 60
CLOCK = "%Y-%m-%d %H:%M:%S"


def moments(world: World, seconds: Ints) -> pl.Series:
    """Seconds since the first local midnight → local time text; null where UNSET."""
    base = np.datetime64(world.days.first, "s")
    missing = seconds == UNSET
    stamps = base + np.where(missing, 0, seconds).astype("timedelta64[s]")
    series = pl.Series(stamps.astype("datetime64[us]")).dt.strftime(CLOCK)
    return series.set(pl.Series(missing), None)


def _keep(series: pl.Series, mask: Bools) -> pl.Series:
    """Values where `mask`, null elsewhere."""
    return series.set(pl.Series(~mask), None)


def _pick(values: list[str] | list[int], index: Ints) -> pl.Series:
    return pl.Series(values).gather(index)


def _person_columns(world: World, draft: Draft, timeline: Timeline) -> dict[str, pl.Series]:
    people = world.people
    person = draft["person"]
    usual = np.array([CARD_KINDS.index(s.card) for s in SPENDS])[draft["spend"]]
    card = np.where(draft["card"] == NONE, usual, draft["card"])
    card = np.where((card == CARD_KINDS.index("fuel")) & ~people.has_vehicle[person], 0, card)
    index = person * len(CARD_KINDS) + card
    codes = people.departments.codes
    return {
        "employee_no": _pick(people.numbers, person),
        "department_code": _pick(codes, people.department[person]),
        "approver_no": _keep(_pick(people.numbers, timeline.approver), timeline.approved != UNSET),
        "card_number": _pick(people.cards, index),
        "card_kind": _pick(list(CARD_KINDS), card),
        "card_status": pl.repeat("active", len(person), eager=True),
        "card_limit": pl.Series(np.array([limit for *_, limit in GRADES])[people.grade[person]]),
    }


def _merchant_columns(rng: Rng, world: World, draft: Draft) -> dict[str, pl.Series]:
    merchant = draft["merchant"]
    n = len(merchant)
    frame = merchant_frame(world.merchants, world.days)[pl.Series(merchant)]
    columns = {name: frame[name] for name in frame.columns}
    columns["merchant_name"] = printed_names(rng, world.merchants.names, merchant)
    columns["mcc"] = _keep(columns["mcc"], rng.random(n) >= NO_MCC_RATE)
    has_number = rng.random(n) >= NO_BRN_RATE
    for name in (
        "brn",
        "ceo_name",
        "tax_type",
        "merchant_opened_on",
        "merchant_status",
        "merchant_status_on",
    ):
        columns[name] = _keep(columns[name], has_number)
    columns["region"] = _keep(columns["region"], rng.random(n) >= NO_REGION_RATE)
    modes = [kind.entry_mode for kind in ALL_KINDS]
    columns["entry_mode"] = _pick(modes, world.merchants.kind[merchant])
    return columns


def _foreign_columns(world: World, draft: Draft) -> dict[str, pl.Series]:
    """Original amount and currency of what was paid abroad, from the KRW amount at that day's rate."""
    currency, rate = daily_rates(world, draft)
    abroad = rate > 0
    original = np.abs(draft["amount"]) / np.where(abroad, rate, 1) * np.sign(draft["amount"])
    text = np.full(n_rows(draft), None, dtype=object)
    for row in np.flatnonzero(abroad):
        text[row] = f"{original[row]:.{MINOR_DIGITS[currency[row]]}f}"
    return {
        "original_amount": pl.Series(text.tolist(), dtype=pl.Utf8),
        "original_currency": _keep(pl.Series(currency.tolist()), abroad),
    }


def _money_columns(rng: Rng, world: World, draft: Draft) -> dict[str, pl.Series]:
    foreign = _foreign_columns(world, draft)
    amount = draft["amount"]
    n = len(amount)
    taxed = (world.merchants.tax[draft["merchant"]] == 0) & (
        world.merchants.region[draft["merchant"]] < N_REGIONS
    )
    vat = np.sign(amount) * (np.abs(amount) // 11)
    known = taxed & (rng.random(n) >= NO_VAT_RATE)
    accounts = [s.account for s in SPENDS]
    deductible = np.array([account not in ("접대비", "여비교통비") for account in accounts])[
        filed_spend(draft)
    ]
    return {
        "amount": pl.Series(amount),
        "currency": pl.repeat("KRW", n, eager=True),
        **foreign,
        "vat": _keep(pl.Series(vat), known),
        "vat_claimed": _keep(pl.Series(np.where(deductible, vat, 0)), known),
        "cancel_amount": _keep(pl.Series(draft["cancelled"]), draft["cancelled"] > 0),
        "pre_approved_amount": _keep(pl.Series(draft["pre_approved"]), draft["pre_approved"] > 0),
        "installments": pl.Series(
            np.where((amount > 300_000) & (rng.random(n) < 0.05), rng.integers(2, 7, n), 0)
        ),
    }


def _paper_columns(rng: Rng, world: World, draft: Draft, month: Ints) -> dict[str, pl.Series]:
    n = n_rows(draft)
    number = pl.Series(distinct_codes(rng, n)).cast(pl.Utf8)
    rate = np.where(np.abs(draft["amount"]) < SMALL_AMOUNT, NO_SMALL_RECEIPT_RATE, NO_RECEIPT_RATE)
    has = (rng.random(n) >= rate) & (draft["receipt"] != RECEIPT_NEVER) | (draft["receipt"] == RECEIPT_ALWAYS)
    has &= (draft["txn"] == PURCHASE) & ~draft["recurring"]
    filed = filed_spend(draft)
    invoice = np.array([s.purpose in ("services", "training", "software", "telecom") for s in SPENDS])[filed]
    kind = np.where(invoice, 1, np.where(has, 0, 2))
    trip = draft["trip"]
    return {
        "purpose_code": _pick([s.purpose for s in SPENDS], filed),
        "purpose_text": purpose_texts(rng, draft, month),
        "account_code": _pick([s.account for s in SPENDS], filed),
        "project_code": _keep(
            "P-" + pl.Series(100 + rng.integers(0, PROJECTS, n)).cast(pl.Utf8), rng.random(n) < 0.15
        ),
        "evidence_type": _pick(["card_slip", "tax_invoice", "none"], kind),
        "receipt_id": _keep(("R" + number).alias("receipt_id"), has),
        "pre_approval_id": _keep("PA-" + number, draft["pre_approved"] > 0),
        "trip_id": _keep(_pick([*trip_numbers(world.attendance), ""], trip), trip >= 0),
        "n_attendees": _keep(pl.Series(draft["heads"]), draft["heads"] > 0),
        "is_recurring": pl.Series(draft["recurring"]),
    }


def authorization_codes(rng: Rng, draft: Draft) -> pl.Series:
    """Eight digits per payment; money back carries the code of the payment it undoes."""
    codes = distinct_codes(rng, n_rows(draft))
    linked = np.flatnonzero(draft["original"] >= 0)
    codes[linked] = codes[draft["original"][linked]]
    twins = np.flatnonzero(draft["twin"] >= 0)
    codes[twins] = codes[draft["twin"][twins]]
    return pl.Series(codes).cast(pl.Utf8)


def claim_numbers(world: World, draft: Draft, timeline: Timeline) -> pl.Series:
    """Expense report number: what one person submits on one day is one report."""
    days = np.where(timeline.submitted == UNSET, timeline.settled, timeline.submitted) // DAY
    key = days * world.people.n + draft["person"]
    _, number = np.unique(key, return_inverse=True)
    return "ER-" + pl.Series(number + 1).cast(pl.Utf8).str.zfill(7)


def render_claims(world: World, draft: Draft, timeline: Timeline) -> pl.DataFrame:
    """All columns of a delivered claim as texts and numbers, plus `delivered_on`, `scheme` and `incident`."""
    rng = world.options.rng("render")
    n = n_rows(draft)
    external = "CL-" + pl.Series(np.arange(1, n + 1)).cast(pl.Utf8).str.zfill(8)
    month = world.days.month[draft["day"]]
    base = np.datetime64(world.days.first, "D")
    scheme: NDArray[np.int64] = draft["scheme"]
    return pl.DataFrame({"external_id": external}).with_columns(
        **{
            "claim_no": claim_numbers(world, draft, timeline),
            "txn_type": _pick(list(TXN_TYPES), draft["txn"]),
        },
        **_person_columns(world, draft, timeline),
        **_merchant_columns(rng, world, draft),
        **_money_columns(rng, world, draft),
        **_paper_columns(rng, world, draft, month),
        authorization_code=authorization_codes(rng, draft),
        transacted_at=moments(world, timeline.transacted),
        submitted_at=moments(world, timeline.submitted),
        claim_approved_at=moments(world, timeline.approved),
        settled_at=moments(world, timeline.settled),
        paid_at=moments(world, timeline.paid),
        cancelled_at=moments(world, timeline.cancelled),
        delivered_on=pl.Series(base + timeline.delivered_day).cast(pl.Date),
        scheme=_keep(_pick([*SCHEME_CODES, ""], scheme), scheme >= 0),
        incident=_keep(pl.Series(draft["incident"]), scheme >= 0),
    )
