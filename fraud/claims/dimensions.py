"""People, departments and places beside claims: of each only the columns that are asked for, read once and joined onto the claims."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

import polars as pl
from django.conf import settings

from fraud.claims.bulk import in_list, read_frame
from fraud.claims.columns import CLAIM_SCHEMA, COLUMNS, PERSONNEL
from fraud.claims.positions import FACTS, as_held, positions_known
from fraud.company.business_dates import business_date
from rules.window_order import time_order

_OF_PERSON = {name: column for name, column in COLUMNS.items() if column[0].startswith("h.")}
_OF_PLACE = {name: column for name, column in COLUMNS.items() if column[0].startswith("m.")}
#: What a reading always has: when, of whom, where, how much and of which kind.
_ALWAYS = ("claim_id", "cardholder_id", "merchant_id", "transacted_at", "amount_minor", "txn_type")
#: Texts that are as many as the claims: a table of them costs more than it saves.
_OF_ONE_CLAIM = frozenset(
    {"authorization_code", "receipt_id", "pre_approval_id", "purpose_text", "attendees"}
)
_OF_DAYS = ("employee_no", "has_time", "pre_approval_id", "currency", "pre_approved_minor")


def wanted_without(without: Collection[str]) -> frozenset[str]:
    """The canonical columns a reading has to have: all but some, and those the others are worked out from."""
    wanted = {name for name in (*CLAIM_SCHEMA, *PERSONNEL) if name not in without} | {*_ALWAYS}
    if wanted & set(PERSONNEL):
        wanted |= {*_OF_DAYS}
    if wanted & set(FACTS[1:]):
        wanted |= {"employee_no", "has_time"}
    return frozenset(wanted)


def own_columns(wanted: Collection[str]) -> dict[str, tuple[str, Any]]:
    """Column → (SQL over `c`, type): what the claims themselves have to say for it."""
    own = {name: column for name, column in COLUMNS.items() if column[0].startswith("c.") and name in wanted}
    if "approver_id" in wanted:
        own["approver_no"] = COLUMNS["approver_no"]
    if {"department_id", "department_code"} & set(wanted):
        own["own_department_id"] = ("c.department_id", pl.Int64)
    if "country" in wanted:
        own["own_country"] = ("c.country", pl.String)
    return own


def in_order(claims: pl.DataFrame) -> pl.DataFrame:
    """The claims by (transacted_at, claim_id); sorting integers costs a third of sorting rows."""
    at, tie = claims["transacted_at"].to_physical().to_numpy(), claims["claim_id"].to_numpy()
    return claims[time_order(at, tie)]


def text_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """The texts as categories, empty ones null: a text that a million claims share is kept once. What nearly every claim has its own of stays text."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    shared = [name for name in texts if name not in _OF_ONE_CLAIM]
    own = [name for name in texts if name in _OF_ONE_CLAIM]
    return frame.with_columns(
        pl.col(shared).replace("", None).cast(pl.Categorical), pl.col(own).replace("", None)
    )


class Dimensions:
    """Whatever `wanted` columns lie beside the claims, as known at a moment (a parameter of the database).

    With `claims` only of the people and places in them: few claims need no more. `coded`: texts are categories (`text_codes`),
    those of the claims too.
    """

    def __init__(
        self, wanted: frozenset[str], at: object, claims: pl.DataFrame | None = None, *, coded: bool = False
    ) -> None:
        self.wanted, self.at, self._claims, self._coded = wanted, at, claims, coded

    def of(self, claims: pl.DataFrame) -> Dimensions:
        """Those of some claims only."""
        return Dimensions(self.wanted, self.at, claims, coded=self._coded)

    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables that `beside` joins, whole ones by name: `people` by `person_id`, `places` by `place_id`, and others."""
        of_department = {"department_id", "department_code"} & self.wanted
        asked = {
            "people": of_department or set(_OF_PERSON) & self.wanted,
            "departments": "department_code" in self.wanted,
            "approvers": "approver_id" in self.wanted,
            "places": {"country", *_OF_PLACE} & self.wanted,
            "positions": set(FACTS[1:]) & self.wanted,
        }
        return {name: getattr(self, f"_{name}") for name, is_asked in asked.items() if is_asked}

    def beside(self, claims: pl.DataFrame, zone: str | None) -> pl.DataFrame:
        """The claims with the wanted columns in their order, by (transacted_at, claim_id)."""
        frame = self._with_places(self._with_people(claims))
        facts = [name for name in FACTS[1:] if name in self.wanted]
        if facts:
            on = business_date(zone or settings.TIME_ZONE, pl.col("has_time"))
            frame = as_held(frame, self._positions, on, facts)
        return in_order(frame.select(name for name in CLAIM_SCHEMA if name in self.wanted))

    def _with_people(self, claims: pl.DataFrame) -> pl.DataFrame:
        """The cardholder's facts, the department as of the claim or else the cardholder's, and the approver's id."""
        frame = claims
        of_department = {"department_id", "department_code"} & self.wanted
        if of_department or set(_OF_PERSON) & self.wanted:
            frame = frame.join(self._people, left_on="cardholder_id", right_on="person_id", how="left")
        if of_department:
            frame = frame.with_columns(pl.coalesce("own_department_id", "home_id").alias("department_id"))
        if "department_code" in self.wanted:
            frame = frame.join(self._departments, on="department_id", how="left")
        if "approver_id" in self.wanted:
            frame = frame.join(self._approvers, on="approver_no", how="left")
        return frame

    def _with_places(self, claims: pl.DataFrame) -> pl.DataFrame:
        """The merchant's facts; the claim's own country comes before the merchant's."""
        if not {"country", *_OF_PLACE} & self.wanted:
            return claims
        frame = claims.join(self._places, left_on="merchant_id", right_on="place_id", how="left")
        if "country" not in self.wanted:
            return frame
        own = pl.col("own_country").replace("", None)
        return frame.with_columns(pl.coalesce(own, "home_country").alias("country"))

    def _read(self, table: str, columns: dict[str, tuple[str, Any]], key: str, of: str) -> pl.DataFrame:
        named = ", ".join(f'{sql} AS "{name}"' for name, (sql, _) in columns.items())
        where, params = "", list[Any]()
        if self._claims is not None:
            condition, params = in_list(self._claims[of].unique().drop_nulls().to_list())
            where = f" WHERE {key} {condition}"
        schema = {name: dtype for name, (_, dtype) in columns.items()}
        return self._made(read_frame(f"SELECT {named} FROM {table}{where}", params, schema=schema))

    def _made(self, rows: pl.DataFrame) -> pl.DataFrame:
        return text_codes(rows) if self._coded else rows

    @cached_property
    def _people(self) -> pl.DataFrame:
        columns = {"person_id": ("h.id", pl.Int64), "home_id": ("h.department_id", pl.Int64)}
        columns |= {name: column for name, column in _OF_PERSON.items() if name in self.wanted}
        return self._read("fraud_cardholder h", columns, "h.id", "cardholder_id")

    @cached_property
    def _approvers(self) -> pl.DataFrame:
        columns = {"approver_id": ("h.id", pl.Int64), "approver_no": ("h.employee_no", pl.String)}
        people = self._read("fraud_cardholder h", columns, "h.employee_no", "approver_no")
        return people.filter(pl.col("approver_no") != "")

    @cached_property
    def _places(self) -> pl.DataFrame:
        columns: dict[str, tuple[str, Any]] = {"place_id": ("m.id", pl.Int64)}
        columns |= {name: column for name, column in _OF_PLACE.items() if name in self.wanted}
        if "country" in self.wanted:
            columns["home_country"] = ("m.country", pl.String)
        return self._read("fraud_merchant m", columns, "m.id", "merchant_id")

    @cached_property
    def _departments(self) -> pl.DataFrame:
        rows = read_frame(
            "SELECT id AS department_id, code AS department_code FROM fraud_department",
            schema={"department_id": pl.Int64, "department_code": pl.String},
        )
        return self._made(rows)

    @cached_property
    def _positions(self) -> pl.DataFrame:
        return self._made(positions_known(self.at))
