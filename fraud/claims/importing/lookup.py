"""Who and where: departments, cardholders and merchants of a chunk, found or added. Runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.conf import settings

from audit import clock
from fraud.claims.bulk import Update, in_list, read_frame, write_rows
from fraud.claims.importing.merchants import merchant_keys
from fraud.claims.importing.numbers import spelled_as_known
from fraud.claims.positions import as_held, positions_known
from fraud.claims.reading import db_time
from fraud.company.business_dates import business_date

UNKNOWN_EMPLOYEE = "(unknown)"
_PERSON_TEXTS = ("name", "grade", "job_family", "workplace_region")
_MERCHANT_TEXTS = (
    "merchant_no",
    "brn",
    "mcc",
    "biz_type",
    "biz_item",
    "ceo_name",
    "region",
    "country",
    "tax_type",
    "status",
)
_MERCHANT_DAYS = ("status_on", "opened_on")
_NAMES = {"merchant_status": "status", "merchant_status_on": "status_on", "merchant_opened_on": "opened_on"}


@dataclass
class Directory:
    """Ids by natural key, remembered between the chunks of one import; `forget` after a rollback."""

    people: dict[str, tuple[int, int | None]] = field(default_factory=dict)  # number → (id, department id)
    departments: dict[str, int] = field(default_factory=dict)
    merchants: dict[str, int] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)  # number as delivered → as the employee is known
    positions: pl.DataFrame | None = None
    n_people_added: int = 0
    n_merchants_added: int = 0

    def spelled(self, numbers: pl.Series) -> dict[str, str]:
        """Delivered numbers → the spelling each employee is known by."""
        new = [number for number in numbers.unique(maintain_order=True) if number not in self.spellings]
        if new:
            self.spellings |= spelled_as_known([*self.spellings.values(), *new])
        return self.spellings

    def forget(self) -> None:
        """Drop everything that may never have been committed."""
        self.people.clear()
        self.spellings.clear()
        self.departments.clear()
        self.merchants.clear()


def add_places(rows: pl.DataFrame, directory: Directory, source_system: str) -> pl.DataFrame:
    """The rows with `cardholder_id`, `department_id` and `merchant_id`; whoever is unknown is added."""
    rows = _with_departments(rows, directory)
    rows = _with_cardholders(rows, directory)
    return _with_merchants(rows, directory, source_system)


def _texts(frame: pl.DataFrame, names: Sequence[str]) -> list[pl.Expr]:
    """The named text columns, empty where the file does not deliver them."""
    return [
        (pl.col(name).fill_null("") if name in frame.columns else pl.lit("")).cast(pl.String).alias(name)
        for name in names
    ]


# Departments and cardholders ----------------------------------------------------------------------------------------


def _with_departments(rows: pl.DataFrame, directory: Directory) -> pl.DataFrame:
    if "department_code" not in rows.columns:
        return rows.with_columns(pl.lit(None, pl.Int64).alias("department_id"))
    named = rows.select("department_code", *_texts(rows, ["department_name"])).drop_nulls("department_code")
    wanted = named.unique("department_code", keep="first", maintain_order=True)
    wanted = wanted.filter(~pl.col("department_code").is_in(list(directory.departments)))
    if wanted.height:
        codes = wanted.get_column("department_code").to_list()
        _remember(directory.departments, "fraud_department", "code", codes)
        new = wanted.filter(~pl.col("department_code").is_in(list(directory.departments)))
        if new.height:
            name = (
                pl.when(pl.col("department_name") == "").then("department_code").otherwise("department_name")
            )
            frame = new.select(
                pl.col("department_code").alias("code"),
                name.str.slice(0, 120).alias("name"),
                pl.lit("").alias("name_en"),
                pl.lit("").alias("manager_no"),
            )
            write_rows("fraud_department", frame.columns, frame, conflict="nothing")
            _remember(directory.departments, "fraud_department", "code", codes)
    ids = pl.col("department_code").replace_strict(directory.departments, default=None, return_dtype=pl.Int64)
    return rows.with_columns(ids.alias("department_id"))


def _remember(known: dict[str, int], table: str, key: str, values: Sequence[str]) -> None:
    condition, params = in_list(values)
    frame = read_frame(
        f'SELECT "{key}" AS k, id FROM {table} WHERE "{key}" {condition}',
        params,
        schema={"k": pl.String, "id": pl.Int64},
    )
    known.update(dict(frame.iter_rows()))


def _with_cardholders(rows: pl.DataFrame, directory: Directory) -> pl.DataFrame:
    number = pl.col("employee_no") if "employee_no" in rows.columns else pl.lit(None, pl.String)
    rows = rows.with_columns(number.fill_null(UNKNOWN_EMPLOYEE).alias("employee_no"))
    rows = rows.with_columns(pl.col("employee_no").replace(directory.spelled(rows["employee_no"])))
    delivered = rows.rename({"employee_name": "name"}) if "employee_name" in rows.columns else rows
    wanted = delivered.select("employee_no", "department_id", *_texts(delivered, _PERSON_TEXTS)).unique(
        "employee_no", keep="first", maintain_order=True
    )
    wanted = wanted.filter(~pl.col("employee_no").is_in(list(directory.people)))
    if wanted.height:
        numbers = wanted.get_column("employee_no").to_list()
        _remember_people(directory, numbers)
        new = wanted.filter(~pl.col("employee_no").is_in(list(directory.people)))
        if new.height:
            directory.n_people_added += _add_people(new)
            _remember_people(directory, numbers)
    ids = {number: person[0] for number, person in directory.people.items()}
    homes = {number: person[1] for number, person in directory.people.items()}
    home = pl.col("employee_no").replace_strict(homes, default=None, return_dtype=pl.Int64)
    rows = rows.with_columns(_department_held(rows, directory))
    return rows.with_columns(
        pl.col("employee_no").replace_strict(ids, return_dtype=pl.Int64).alias("cardholder_id"),
        pl.coalesce("department_id", "held_id", home).alias("department_id"),
    ).drop("held_id")


def _department_held(rows: pl.DataFrame, directory: Directory) -> pl.Series:
    """`held_id`: the department that dated rows tell of the cardholder on the payment's day."""
    if directory.positions is None:
        directory.positions = positions_known(db_time(clock.now()))
    nobody = pl.repeat(None, rows.height, dtype=pl.Int64, eager=True).alias("held_id")
    if directory.positions.is_empty():
        return nobody
    has_time = pl.col("has_time") if "has_time" in rows.columns else pl.lit(True)
    asked = rows.with_columns(pl.lit(None, pl.String).alias("department_code"))
    on = business_date(settings.TIME_ZONE, has_time)
    codes = as_held(asked, directory.positions, on, ("department_code",)).get_column("department_code")
    _remember(directory.departments, "fraud_department", "code", codes.drop_nulls().unique().to_list())
    return codes.replace_strict(directory.departments, default=None, return_dtype=pl.Int64).alias("held_id")


def _remember_people(directory: Directory, numbers: Sequence[str]) -> None:
    condition, params = in_list(numbers)
    frame = read_frame(
        f"SELECT employee_no, id, department_id FROM fraud_cardholder WHERE employee_no {condition}",
        params,
        schema={"employee_no": pl.String, "id": pl.Int64, "department_id": pl.Int64},
    )
    directory.people.update({number: (key, home) for number, key, home in frame.iter_rows()})


def _add_people(new: pl.DataFrame) -> int:
    """Unknown employees become cardholders without a personnel record: visible, never dropped."""
    frame = new.select(
        "employee_no",
        pl.col("name"),
        "department_id",
        "grade",
        "job_family",
        "workplace_region",
        pl.lit("").alias("manager_no"),
        pl.lit("").alias("email"),
        pl.lit(True).alias("is_unassigned"),
    )
    return write_rows("fraud_cardholder", frame.columns, frame, conflict="nothing")


# Merchants ----------------------------------------------------------------------------------------------------------


def _with_merchants(rows: pl.DataFrame, directory: Directory, source_system: str) -> pl.DataFrame:
    rows = rows.with_columns(merchant_keys(rows, source_system).alias("merchant_key"))
    delivered = rows.rename({old: new for old, new in _NAMES.items() if old in rows.columns})
    wanted = delivered.select(
        pl.col("merchant_key").alias("key"),
        *_texts(delivered, ["merchant_name", *_MERCHANT_TEXTS]),
        *(
            (pl.col(n) if n in delivered.columns else pl.lit(None)).cast(pl.Date).alias(n)
            for n in _MERCHANT_DAYS
        ),
    ).rename({"merchant_name": "name"})
    wanted = wanted.unique("key", keep="last", maintain_order=True)
    _add_merchants(wanted.filter(~pl.col("key").is_in(list(directory.merchants))), directory)
    _refresh_merchants(wanted)
    ids = pl.col("merchant_key").replace_strict(directory.merchants, return_dtype=pl.Int64)
    return rows.with_columns(ids.alias("merchant_id")).drop("merchant_key")


def _add_merchants(wanted: pl.DataFrame, directory: Directory) -> None:
    if wanted.is_empty():
        return
    keys = wanted.get_column("key").to_list()
    _remember(directory.merchants, "fraud_merchant", "key", keys)
    new = wanted.filter(~pl.col("key").is_in(list(directory.merchants)))
    if new.height:
        directory.n_merchants_added += write_rows("fraud_merchant", new.columns, new, conflict="nothing")
        _remember(directory.merchants, "fraud_merchant", "key", keys)


def _refresh_merchants(wanted: pl.DataFrame) -> None:
    """What is newly known of a merchant fills what was empty; its tax status follows the latest delivery."""
    known = [name for name in (*_MERCHANT_TEXTS, *_MERCHANT_DAYS) if _delivers(wanted, name)]
    if not known:
        return
    condition, params = in_list(wanted.get_column("key").to_list())
    schema = {"key": pl.String, **{n: wanted.schema[n] for n in known}}
    columns = ", ".join(f'"{name}"' for name in schema)
    stored = read_frame(f"SELECT {columns} FROM fraud_merchant WHERE key {condition}", params, schema=schema)
    both = wanted.join(stored, on="key", how="inner", suffix="_stored")
    merged = both.with_columns(_merged(name, wanted.schema[name]) for name in known)
    differs = pl.any_horizontal(pl.col(n).ne_missing(pl.col(f"{n}_stored")) for n in known)
    changed = merged.filter(differs).select(wanted.columns)
    if changed.height:
        write_rows("fraud_merchant", changed.columns, changed, conflict=Update(keys=["key"], columns=known))


def _delivers(frame: pl.DataFrame, name: str) -> bool:
    column = frame.get_column(name)
    return bool((column != "").any()) if column.dtype == pl.String else column.null_count() < len(column)


def _merged(name: str, dtype: Any) -> pl.Expr:
    new, old = pl.col(name), pl.col(f"{name}_stored")
    has_new = new.is_not_null() & (new != "") if dtype == pl.String else new.is_not_null()
    has_old = old.is_not_null() & (old != "") if dtype == pl.String else old.is_not_null()
    if name in {"status", "status_on", "tax_type"}:
        return pl.when(has_new).then(new).otherwise(old).alias(name)
    return pl.when(has_old).then(old).otherwise(new).alias(name)
