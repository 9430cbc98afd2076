"""By what rows of several deliveries are one payment: the person, the authorisation code and the day, as they are compared."""

from __future__ import annotations

import polars as pl
from django.conf import settings

from audit.people import number_key
from fraud.claims.importing.sides import code_key

#: Columns that `keyed` adds.
PERSON, CODE = "person", "code"


def keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `employee_no` and `authorization_code` (text) in the forms in which they are compared, `person` and `code`, instead."""
    people = {number: number_key(number) for number in rows.get_column("employee_no").unique().drop_nulls()}
    codes = {code: code_key(code) for code in rows.get_column("authorization_code").unique().drop_nulls()}
    return rows.with_columns(
        pl.col("employee_no").replace_strict(people, default=None, return_dtype=pl.String).alias(PERSON),
        pl.col("authorization_code").replace_strict(codes, default=None, return_dtype=pl.String).alias(CODE),
    ).drop("employee_no", "authorization_code")


def spellings(codes: pl.Series) -> list[str]:
    """Codes as they may be stored: as written, and with the zeros in front that a spreadsheet took or left."""
    found = set(codes.drop_nulls().to_list())
    bare = {code_key(code) for code in found}
    return sorted(found | bare | {code.zfill(width) for code in bare if code.isdigit() for width in (6, 8)})


def local_day(name: str) -> pl.Expr:
    """The date of a moment on the company's clock."""
    return pl.col(name).dt.convert_time_zone(settings.TIME_ZONE).dt.date()
