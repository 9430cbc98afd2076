"""Which business a row speaks of: its identity from what a file tells, and when two tellings may be one business."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_COMPANY_FORMS = r"\(주\)|㈜|주식회사|\(유\)|유한회사|\(사\)|\(재\)"


@dataclass(frozen=True, slots=True)
class Business:
    """What one row tells of where the money went; empty where it does not tell. `name` is the plain name."""

    source: str = ""
    name: str = ""
    brn: str = ""
    number: str = ""
    mcc: str = ""

    def may_be(self, other: Business) -> bool:
        """True when something known of both is the same and nothing known of both differs; numbers only count within one source."""
        one_source = self.source == other.source
        told = [(self.brn, other.brn), (self.mcc, other.mcc)]
        if one_source:
            told.append((self.number, other.number))
        if any(mine and theirs and mine != theirs for mine, theirs in told):
            return False
        same = [(self.name, other.name), (self.brn, other.brn)]
        if one_source:
            same.append((self.number, other.number))
        return any(mine and mine == theirs for mine, theirs in same)


def plain_name(name: pl.Expr) -> pl.Expr:
    """A merchant's name as names are compared: without case, white space, punctuation and the legal form of Korean companies."""
    plain = name.str.normalize("NFKC").str.to_lowercase().str.replace_all(_COMPANY_FORMS, "")
    plain = plain.str.replace_all(r"[^\p{L}\p{N}]+", "")
    return pl.when(plain == "").then(name).otherwise(plain)


def merchant_keys(rows: pl.DataFrame, source_system: str) -> pl.Expr:
    """The identity of a merchant: registration number with merchant number, else merchant number, else plain name and MCC."""
    brn, number, name, mcc = (
        (pl.col(n).fill_null("") if n in rows.columns else pl.lit(""))
        for n in ("brn", "merchant_no", "merchant_name", "mcc")
    )
    by_brn = pl.concat_str(
        pl.lit("b:"),
        brn,
        pl.when(number != "").then(pl.concat_str(pl.lit(":"), number)).otherwise(pl.lit("")),
    )
    by_number = pl.concat_str(pl.lit(f"m:{source_system}:"), number)
    by_name = pl.concat_str(pl.lit("n:"), plain_name(name), pl.lit(":"), mcc)
    return (
        pl.when(brn != "")
        .then(by_brn)
        .when(number != "")
        .then(by_number)
        .otherwise(by_name)
        .str.slice(0, 200)
    )
