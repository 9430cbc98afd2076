"""Columns taken over from the claim frame under their vocabulary names.

Any nullable column may be absent from a claim frame: it then counts as all null. Absent columns
become literal nulls, which polars keeps as one scalar and not as a million cells.
"""

from collections.abc import Iterable

import polars as pl

from fraud.company.business_dates import business_date
from fraud.detection.features.contents import CONTENTS, absent_contents, content_columns
from fraud.detection.features.moments import MOMENTS
from rules.language.transactions import NOT_SPENDING

MOMENT = pl.Datetime("us", "UTC")

#: vocabulary name -> (column of the claim frame, type)
TAKEN: dict[str, tuple[str, pl.DataType]] = {
    "amount": ("amount_minor", pl.Int64()),
    "net_amount": ("net_minor", pl.Int64()),
    "currency": ("currency", pl.String()),
    "original_currency": ("original_currency", pl.String()),
    "reference_rate": ("reference_rate", pl.Float64()),
    "transacted_at": ("transacted_at", MOMENT),
    "txn_type": ("txn_type", pl.String()),
    "entry_mode": ("entry_mode", pl.String()),
    "installments": ("installments", pl.Int64()),
    "purpose_code": ("purpose_code", pl.String()),
    "purpose_text": ("purpose_text", pl.String()),
    "account_code": ("account_code", pl.String()),
    "project_code": ("project_code", pl.String()),
    "evidence_type": ("evidence_type", pl.String()),
    "receipt_id": ("receipt_id", pl.String()),
    "receipt.amount": ("receipt_amount", pl.Int64()),
    "receipt.date": ("receipt_date", pl.Date()),
    "receipt.brn": ("receipt_brn", pl.String()),
    "receipt.items": ("receipt_items", pl.String()),
    "receipt.number": ("receipt_no", pl.Int64()),
    "receipt.is_edited": ("receipt_is_edited", pl.Boolean()),
    "receipt.hash": ("receipt_sha256", pl.String()),
    "receipt.picture_hash": ("receipt_picture_hash", pl.String()),
    "receipt.n_same": ("receipt_n_same", pl.Int64()),
    "receipt.n_alike": ("receipt_n_alike", pl.Int64()),
    "authorization_code": ("authorization_code", pl.String()),
    "submitted_at": ("submitted_at", MOMENT),
    "claim_approved_at": ("claim_approved_at", MOMENT),
    "settled_at": ("settled_at", MOMENT),
    "paid_at": ("paid_at", MOMENT),
    "cancelled_at": ("cancelled_at", MOMENT),
    "cancel_amount": ("cancel_minor", pl.Int64()),
    "n_attendees": ("n_attendees", pl.Int64()),
    "pre_approval_id": ("pre_approval_id", pl.String()),
    "pre_approved_amount": ("pre_approved_minor", pl.Int64()),
    "vat_amount": ("vat_minor", pl.Int64()),
    "vat_claimed": ("vat_claimed_minor", pl.Int64()),
    "service_charge": ("service_minor", pl.Int64()),
    "is_recurring": ("is_recurring", pl.Boolean()),
    "repaid_on": ("repaid_on", pl.Date()),
    "loyalty_id": ("loyalty_id", pl.String()),
    "self_declared_personal": ("self_declared_personal", pl.Boolean()),
    "trip_id": ("trip_id", pl.String()),
    "merchant.name": ("merchant_name", pl.String()),
    "merchant.mcc": ("mcc", pl.String()),
    "merchant.biz_type": ("biz_type", pl.String()),
    "merchant.biz_item": ("biz_item", pl.String()),
    "merchant.brn": ("brn", pl.String()),
    "merchant.ceo_name": ("ceo_name", pl.String()),
    "merchant.region": ("region", pl.String()),
    "merchant.country": ("country", pl.String()),
    "merchant.tax_type": ("tax_type", pl.String()),
    "merchant.opened_on": ("merchant_opened_on", pl.Date()),
    "merchant.status": ("merchant_status", pl.String()),
    "merchant.status_on": ("merchant_status_on", pl.Date()),
    "cardholder.employee_no": ("employee_no", pl.String()),
    "cardholder.name": ("cardholder_name", pl.String()),
    "cardholder.warned_on": ("warned_on", pl.Date()),
    "cardholder.grade": ("grade", pl.String()),
    "cardholder.department": ("department_code", pl.String()),
    "cardholder.job_family": ("job_family", pl.String()),
    "cardholder.region": ("workplace_region", pl.String()),
    "cardholder.hired_on": ("hired_on", pl.Date()),
    "cardholder.left_on": ("left_on", pl.Date()),
    "card.kind": ("card_kind", pl.String()),
    "card.status": ("card_status", pl.String()),
    "card.user_no": ("card_user_no", pl.String()),
    "card.limit_raised_on": ("card_limit_raised_on", pl.Date()),
    "card.limit": ("card_limit_minor", pl.Int64()),
    "approver.employee_no": ("approver_no", pl.String()),
    "on_leave": ("on_leave", pl.Boolean()),
    "is_badged_elsewhere": ("access_log", pl.Boolean()),
    "is_near_home": ("is_near_home", pl.Boolean()),
    "travel_kmh": ("merchant_position", pl.Float64()),
    "on_trip": ("on_trip", pl.Boolean()),
    "has_overtime": ("has_overtime", pl.Boolean()),
    "has_vehicle": ("has_vehicle", pl.Boolean()),
    "is_outside_pre_approval": ("is_outside_pre_approval", pl.Boolean()),
}

KEYS = ("claim_id", "cardholder_id", "merchant_id", "department_id")
#: columns of the feature frame that are the claim's own facts, in their order
TAKEN_NAMES = (
    *KEYS,
    *TAKEN,
    "has_time",
    "per_head",
    "merchant.ceo_is_cardholder",
    "business_date",
    *CONTENTS,
)
#: columns of the claim frame that features read of earlier claims
PAST_COLUMNS = (
    *(
        "claim_id",
        "cardholder_id",
        "merchant_id",
        "department_id",
        "transacted_at",
        "has_time",
        "amount_minor",
    ),
    *("net_minor", "currency", "txn_type", "purpose_code", "mcc", "biz_type"),
)
#: name -> columns of the claim frame that it is worked out from
_SOURCES = {
    **{name: (name,) for name in KEYS},
    **{name: (source,) for name, (source, _) in TAKEN.items()},
    "net_amount": ("amount_minor", "txn_type"),
    "has_time": ("has_time",),
    "per_head": ("amount_minor", "n_attendees"),
    "merchant.ceo_is_cardholder": ("ceo_name", "cardholder_name"),
    **dict.fromkeys(("business_date", *MOMENTS), ("transacted_at", "has_time")),
    **{name: (*needs, "amount_minor", "currency") for name, (needs, _) in CONTENTS.items()},
}
_NAMES = ("ceo_name", "cardholder_name")
REQUIRED = ("claim_id", "cardholder_id", "merchant_id", "transacted_at", "amount_minor")


def sources_of(names: Iterable[str]) -> frozenset[str] | None:
    """Columns of the claim frame behind vocabulary names that say something of one claim; None where one is not such a name."""
    found: set[str] = set()
    for name in names:
        if name not in _SOURCES:
            return None
        found.update(_SOURCES[name])
    return frozenset(found)


class ClaimFrameNotValid(ValueError):
    """The claim frame lacks a column no feature can do without."""


def require_columns(claims: pl.DataFrame) -> None:
    """Raise ClaimFrameNotValid naming the missing columns."""
    missing = [name for name in REQUIRED if name not in claims.columns]
    if missing:
        raise ClaimFrameNotValid(f"the claim frame needs the columns {', '.join(missing)}")


def column(claims: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    """The column with its type, or typed nulls where the frame does not have it."""
    if name not in claims.columns:
        return pl.lit(None, dtype=dtype).alias(name)
    return pl.col(name) if claims.schema[name] == dtype else pl.col(name).cast(dtype)


def text_column(claims: pl.DataFrame, name: str) -> pl.Expr:
    """A column of texts as it is, as texts or as categories, or typed nulls where the frame does not have it."""
    if isinstance(claims.schema.get(name), pl.Categorical):
        return pl.col(name)
    return column(claims, name, pl.String())


def with_net(claims: pl.DataFrame) -> pl.DataFrame:
    """`net_minor` beside the claims where the frame does not say it: nothing came back, and what pays nothing is 0."""
    if "net_minor" in claims.columns:
        return claims
    kind = text_column(claims, "txn_type")
    pays = ~kind.is_in(NOT_SPENDING).fill_null(False)
    amount = pl.col("amount_minor").cast(pl.Int64)
    return claims.with_columns(net_minor=pl.when(pays).then(amount.clip(lower_bound=0)).otherwise(0))


def untyped_nulls(claims: pl.DataFrame) -> list[pl.Expr]:
    """Columns the claim frame does not have, without a type: rules tell "never delivered" from "empty" by it."""
    absent = [name for name, (source, _) in TAKEN.items() if source not in (*claims.columns, "net_minor")]
    if not set(_NAMES) <= set(claims.columns):
        absent.append("merchant.ceo_is_cardholder")
    absent += absent_contents(claims)
    return [pl.lit(None).alias(name) for name in absent]


def take_columns(claims: pl.DataFrame, zone: str, only: frozenset[str] | None = None) -> pl.DataFrame:
    """Keys and stored facts of every claim, named as rules and detectors know them; all of them, or `only` some of those.

    `per_head` is whole minor units, rounded up: amount divided by the attendees, one when they are missing. Rounded up it is
    over a limit exactly when the amount is over the limit times the attendees.
    `business_date` is the day whose business or evening it was: until the night ends, the day before.
    `merchant.ceo_is_cardholder` compares names, spaces and case aside; missing where either name is.
    """
    claims = with_net(claims)
    keys = [column(claims, name, pl.Int64()) for name in KEYS]
    taken = [
        (text_column(claims, source) if dtype == pl.String else column(claims, source, dtype)).alias(name)
        for name, (source, dtype) in TAKEN.items()
    ]
    has_time = column(claims, "has_time", pl.Boolean()).fill_null(True)
    heads = column(claims, "n_attendees", pl.Int64()).fill_null(1).clip(lower_bound=1)
    per_head = ((pl.col("amount_minor").cast(pl.Int64) + heads - 1) // heads).alias("per_head")
    owner, cardholder = (_plain_name(claims, name) for name in _NAMES)
    is_own = (owner == cardholder).alias("merchant.ceo_is_cardholder")
    all_of_them = [
        *keys,
        *taken,
        has_time.alias("has_time"),
        per_head,
        is_own,
        business_date(zone, has_time).alias("business_date"),
    ]
    if only is None:
        return claims.select(*all_of_them, *content_columns(claims))
    contents = content_columns(claims) if only & {*CONTENTS} else []
    return claims.select(*(one for one in all_of_them if one.meta.output_name() in only), *contents)


def _plain_name(claims: pl.DataFrame, name: str) -> pl.Expr:
    plain = column(claims, name, pl.String()).str.replace_all(r"\s", "").str.to_lowercase()
    return pl.when(plain != "").then(plain)
