"""The canonical claim frame of a strange company: only columns the product knows, only those the company delivers."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.benchmarks.strangers.drafts import Draft, size
from tests.benchmarks.strangers.kinds import ENTRY, KINDS, PURPOSES
from tests.benchmarks.strangers.names import words
from tests.benchmarks.strangers.ordinary import NO_TEXT, SHORT_TEXT
from tests.benchmarks.strangers.trades import FAMILIES
from tests.benchmarks.strangers.world import ABROAD, EVERYWHERE, FOREIGN, World

_DAY = 86_400_000_000
_TAX = ("general", "simplified", "exempt")
_CARDS = ("personal", "shared", "fuel")
_OBJECTS = words("team project client visit quarter review launch workshop audit support delivery planning")
#: Field of the traits → columns that are there only where the company delivers it.
_OF_FIELD: dict[str, tuple[str, ...]] = {
    "mcc": ("mcc",),
    "attendees": ("n_attendees",),
    "leave": ("on_leave",),
    "overtime": ("has_overtime",),
    "trips": ("on_trip", "trip_id"),
    "purpose": ("purpose_code",),
    "purpose_text": ("purpose_text",),
    "approver": ("approver_no", "approver_id"),
    "approved_at": ("claim_approved_at",),
    "pre_approval": ("pre_approval_id", "pre_approved_minor"),
    "card_limit": ("card_limit_minor",),
    "registration": ("merchant_opened_on", "merchant_status", "merchant_status_on", "tax_type"),
    "owner": ("ceo_name",),
    "receipts": ("receipt_id", "evidence_type"),
    "authorization": ("authorization_code",),
    "service": ("service_minor",),
    "account": ("account_code",),
    "installments": ("installments",),
    "paid": ("paid_at", "settled_at"),
    "staff": ("grade", "job_family", "hired_on", "left_on"),
    "region": ("region", "workplace_region"),
}


def delivered_on(of: Draft) -> NDArray[np.int64]:
    """Day each claim reaches the night: once it is filed, and again once the money came back."""
    filed = of["day"] + np.ceil(of["submit_days"]).astype(np.int64)
    back = of["day"] + np.ceil(np.nan_to_num(of["back_days"])).astype(np.int64)
    return np.maximum(np.maximum(filed, back), of["day"] + 1)


def claim_frame(world: World, of: Draft) -> pl.DataFrame:
    """Claims in the order of the draft, `claim_id` = 1 … n; money in minor units, moments in UTC."""
    local = _moments(world, of)
    frame = pl.DataFrame({"claim_id": np.arange(1, size(of) + 1, dtype=np.int64)})
    frame = frame.hstack(_money(world, of)).hstack(_moments_frame(world, of, local))
    frame = frame.hstack(_words(of, world)).hstack(_shops(world, of)).hstack(_people(world, of))
    lacking = [
        name for field, names in _OF_FIELD.items() if field not in world.traits.fields for name in names
    ]
    if "time" not in world.traits.fields:
        frame = _without_time(frame, world.traits.zone)
    return frame.drop([name for name in lacking if name in frame.columns])


def _moments(world: World, of: Draft) -> NDArray[np.int64]:
    """Local microseconds since 1970 of each payment."""
    start = np.datetime64(world.traits.start, "D").astype(np.int64)
    return (start + of["day"]) * _DAY + of["minute"] * 60_000_000 + (of["code"] % 60) * 1_000_000


def _utc(values: NDArray[np.int64], zone: str, there: NDArray[np.bool_] | None = None) -> pl.Series:
    """Local microseconds as moments; null where `there` is false. An hour the clocks skip is the one after."""
    naive = pl.Series(values).cast(pl.Datetime("us"))
    frame = pl.DataFrame({"at": naive, "there": there if there is not None else np.ones(len(values), bool)})
    said = pl.col("at").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = (pl.col("at") + pl.duration(hours=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    moment = pl.coalesce(said, later).dt.convert_time_zone("UTC")
    return frame.select(pl.when(pl.col("there")).then(moment)).to_series()


def _moments_frame(world: World, of: Draft, local: NDArray[np.int64]) -> pl.DataFrame:
    zone = world.traits.zone
    filed = local + np.rint(of["submit_days"] * _DAY).astype(np.int64)
    approved = filed + np.rint(of["approval_seconds"] * 1_000_000).astype(np.int64)
    paid = approved + 6 * _DAY
    back = np.isfinite(of["back_days"]) & (of["back"] > 0)
    cancelled = local + np.rint(np.nan_to_num(of["back_days"]) * _DAY).astype(np.int64)
    purchase = of["txn"] == 0
    return pl.DataFrame(
        {
            "transacted_at": _utc(local, zone),
            "submitted_at": _utc(filed, zone),
            "claim_approved_at": _utc(approved, zone),
            "settled_at": _utc(local + 2 * _DAY, zone),
            "paid_at": _utc(paid, zone, purchase),
            "cancelled_at": _utc(cancelled, zone, back),
            "has_time": np.ones(size(of), dtype=bool),
        }
    )


def _without_time(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    day = pl.col("transacted_at").dt.convert_time_zone(zone).dt.truncate("1d").dt.convert_time_zone("UTC")
    return frame.with_columns(transacted_at=day, has_time=pl.lit(False))


def _money(world: World, of: Draft) -> pl.DataFrame:
    amount = np.rint(of["amount"]).astype(np.int64)
    back, purchase = np.rint(of["back"]).astype(np.int64), of["txn"] == 0
    spent = np.maximum(amount, 0)
    vat = np.where(world.shops.tax[of["shop"]] == 0, spent // 11, 0)
    found = pl.DataFrame(
        {
            "amount_minor": amount,
            "net_minor": np.where(purchase, np.maximum(amount - back, 0), 0),
            "cancel_minor": back,
            "vat_minor": vat,
            "vat_claimed_minor": np.rint(vat * of["vat"]).astype(np.int64),
            "service_minor": np.rint(spent * np.nan_to_num(of["service"])).astype(np.int64),
            "pre_approved_minor": np.nan_to_num(of["approved"]).astype(np.int64),
            "card_limit_minor": world.staff.limit[of["person"]].astype(np.int64),
            "installments": np.maximum(of["installments"], 0),
            "n_attendees": of["heads"],
        }
    )
    gone = pl.Series(back > 0)
    return found.with_columns(
        cancel_minor=pl.when(gone).then("cancel_minor"),
        pre_approved_minor=pl.when(pl.col("pre_approved_minor") > 0).then("pre_approved_minor"),
        n_attendees=pl.when(pl.col("n_attendees") > 0).then("n_attendees"),
        currency=pl.lit(world.traits.currency),
    )


def _picked(values: list[str] | tuple[str, ...], at: NDArray[np.int64]) -> pl.Series:
    return pl.Series(np.asarray(values, dtype=object)[at], dtype=pl.String)


def _trip_numbers(world: World, of: Draft) -> list[str]:
    """The number of the trip a day belongs to: person and first day away."""
    away = world.trip != EVERYWHERE
    days = np.arange(world.traits.days)
    begins = np.maximum.accumulate(np.where(away & ~np.roll(away, 1, axis=1), days, 0), axis=1)
    person, day = of["person"], np.clip(of["day"], 0, world.traits.days - 1)
    return [
        f"T{who}-{first}" for who, first in zip(person.tolist(), begins[person, day].tolist(), strict=True)
    ]


def _words(of: Draft, world: World) -> pl.DataFrame:
    kind = world.shops.kind[of["shop"]]
    texts = [f"{purpose} {_OBJECTS[t % 12]}" for purpose in PURPOSES for t in range(14)]
    place = of["purpose"] * 14 + np.clip(of["text"], 0, 13)
    trip = world.trip[of["person"], np.clip(of["day"], 0, world.traits.days - 1)] != EVERYWHERE
    frame = pl.DataFrame(
        {
            "purpose_code": _picked(PURPOSES, of["purpose"]),
            "purpose_text": _picked(texts, place),
            "account_code": _picked([each.account for each in KINDS], kind),
            "txn_type": _picked(("purchase", "cancel"), of["txn"]),
            "entry_mode": _picked(ENTRY, of["mode"]),
            "card_kind": _picked(_CARDS, of["card"]),
            "is_recurring": of["recurring"],
            "receipt_id": (of["code"] + 7).astype(str),
            "evidence_type": _picked(("none", "receipt"), of["receipt"]),
            "authorization_code": (10_000_000 + of["code"]).astype(str),
            "pre_approval_id": of["approval_of"].astype(str),
            "trip_id": _trip_numbers(world, of),
        }
    )
    text, has = pl.Series(of["text"]), pl.Series(of["approval_of"] >= 0)
    return frame.with_columns(
        purpose_text=pl.when(text == NO_TEXT)
        .then(None)
        .when(text == SHORT_TEXT)
        .then(pl.lit("biz"))
        .otherwise("purpose_text"),
        receipt_id=pl.when(pl.Series(of["receipt"] == 1)).then("receipt_id"),
        pre_approval_id=pl.when(has).then("pre_approval_id"),
        trip_id=pl.when(pl.Series(trip)).then("trip_id"),
    )


def _shops(world: World, of: Draft) -> pl.DataFrame:
    shops, at = world.shops, of["shop"]
    kind, start = shops.kind[at], np.datetime64(world.traits.start, "D")
    closed = shops.closed[at] <= of["day"]
    country = (world.traits.country, *FOREIGN)
    regions = {EVERYWHERE: "online", ABROAD: "abroad"}
    place = [regions.get(r, f"R{r + 1}") for r in range(ABROAD, world.traits.regions)]
    frame = pl.DataFrame(
        {
            "merchant_id": at + 1,
            "merchant_name": _picked(shops.names, at),
            "mcc": _picked([each.mcc for each in KINDS], kind),
            "biz_type": _picked([each.biz for each in KINDS], kind),
            "brn": (2_000_000_000 + at * 37).astype(str),
            "ceo_name": _picked(shops.owners, at),
            "region": _picked(place, shops.region[at] - ABROAD),
            "country": _picked(country, shops.country[at]),
            "tax_type": _picked(_TAX, shops.tax[at]),
            "merchant_opened_on": start + shops.opened[at],
            "merchant_status": _picked(("active", "closed"), closed.astype(np.int64)),
            "merchant_status_on": start + np.minimum(shops.closed[at], 100_000),
        }
    )
    return frame.with_columns(
        merchant_opened_on=pl.col("merchant_opened_on").cast(pl.Date),
        merchant_status_on=pl.when(pl.Series(closed)).then(pl.col("merchant_status_on").cast(pl.Date)),
    )


def _people(world: World, of: Draft) -> pl.DataFrame:
    staff, who = world.staff, of["person"]
    start = np.datetime64(world.traits.start, "D")
    numbers = [f"E{n:05d}" for n in range(1, len(staff) + 1)]
    day = np.clip(of["day"], 0, world.traits.days - 1)
    leaver = staff.left[who] < 1_000_000
    frame = pl.DataFrame(
        {
            "cardholder_id": who + 1,
            "cardholder_name": _picked(staff.names, who),
            "employee_no": _picked(numbers, who),
            "department_id": staff.department[who] + 1,
            "department_code": _picked(
                [f"D{n:03d}" for n in range(1, int(staff.department.max()) + 2)], staff.department[who]
            ),
            "grade": _picked([f"G{n}" for n in range(1, 7)], staff.grade[who] - 1),
            "job_family": _picked(FAMILIES, staff.family[who]),
            "workplace_region": _picked(
                [f"R{n + 1}" for n in range(world.traits.regions)], staff.region[who]
            ),
            "hired_on": start + staff.hired[who],
            "left_on": start + np.minimum(staff.left[who], 100_000),
            "approver_id": of["approver"] + 1,
            "approver_no": _picked(numbers, of["approver"]),
            "on_leave": world.leave[who, day],
            "on_trip": world.trip[who, day] != EVERYWHERE,
            "has_overtime": world.overtime[who, day],
        }
    )
    left = pl.when(pl.Series(leaver)).then(pl.col("left_on").cast(pl.Date))
    return frame.with_columns(hired_on=pl.col("hired_on").cast(pl.Date), left_on=left)
