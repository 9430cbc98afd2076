"""Which business a row speaks of: its identity, from what a file tells of it."""

from __future__ import annotations

import polars as pl

_COMPANY_FORMS = r"\(주\)|㈜|주식회사|\(유\)|유한회사|\(사\)|\(재\)"


def merchant_keys(rows: pl.DataFrame, source_system: str) -> pl.Expr:
    """The identity of a merchant: registration number with merchant number, else merchant number, else name and MCC.

    Names are compared without case, white space, punctuation and the legal form of Korean companies.
    """
    brn, number, name, mcc = (
        (pl.col(n).fill_null("") if n in rows.columns else pl.lit(""))
        for n in ("brn", "merchant_no", "merchant_name", "mcc")
    )
    plain = name.str.normalize("NFKC").str.to_lowercase().str.replace_all(_COMPANY_FORMS, "")
    plain = plain.str.replace_all(r"[^\p{L}\p{N}]+", "")
    plain = pl.when(plain == "").then(name).otherwise(plain)
    by_brn = pl.concat_str(
        pl.lit("b:"),
        brn,
        pl.when(number != "").then(pl.concat_str(pl.lit(":"), number)).otherwise(pl.lit("")),
    )
    by_number = pl.concat_str(pl.lit(f"m:{source_system}:"), number)
    by_name = pl.concat_str(pl.lit("n:"), plain, pl.lit(":"), mcc)
    return (
        pl.when(brn != "")
        .then(by_brn)
        .when(number != "")
        .then(by_number)
        .otherwise(by_name)
        .str.slice(0, 200)
    )
