"""What was found out about a table's layout and forms, each with how sure and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fraud.claims.importing.guessing.columns import Guess
from fraud.claims.importing.guessing.forms import AmountForms, DateForms
from fraud.claims.importing.guessing.grid import Grid, Layout
from fraud.claims.importing.guessing.layout import known_cells
from fraud.claims.importing.parsing.formats import ISO
from rules.money import exponent

_EVEN = 0.95


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out (`what`): level (sure, likely, doubtful, open, chosen) and a code of `guessing.texts` with its parameters."""

    what: str
    level: str
    why: str
    params: Mapping[str, Any] = field(default_factory=dict)


def of_layout(grid: Grid, chosen: Layout) -> list[Finding]:
    """Separator, encoding and header row."""
    found = []
    layout = grid.layout
    if grid.kind == "csv":
        if chosen.separator:
            found.append(Finding("separator", "chosen", "chosen"))
        elif grid.is_declared:
            found.append(Finding("separator", "sure", "declared"))
        else:
            level = "sure" if grid.share >= _EVEN and len(grid.headers) > 1 else "likely"
            params = {"n": len(grid.headers), "share": round(100 * grid.share)}
            found.append(Finding("separator", level, "even", params))
        level, why = {
            "utf-8": ("sure", "utf8"),
            "cp949": ("likely", "hangul"),
            "cp1252": ("likely", "western"),
        }.get(layout.encoding, ("sure", "marked"))
        found.append(
            Finding("encoding", "chosen", "chosen") if chosen.encoding else Finding("encoding", level, why)
        )
    if grid.kind != "parquet":
        known = known_cells(grid.headers)
        n = sum(bool(header.strip()) for header in grid.headers)
        level = "sure" if known >= 3 and known * 2 >= n else "likely" if known >= 2 else "doubtful"
        found.append(
            Finding("header_row", "chosen", "chosen")
            if chosen.header_row
            else Finding("header_row", level, "names", {"known": known, "n": n})
        )
    return found


def of_dates(found: DateForms, is_base: bool, *, is_widened: bool = False) -> Finding:
    """The order of day, month and year. `is_widened`: the profile's forms do not read this file's days, and others stand beside them."""
    if is_widened and found.is_open and not found.proof:
        return Finding("dates", "open", "either_order", {"example": found.example})
    if is_widened:
        return Finding("dates", "likely", "profile_widened")
    if is_base:
        return Finding("dates", "sure", "of_profile", {"example": found.example})
    if found.is_open and not found.proof:
        return Finding("dates", "open", "either_order", {"example": found.example})
    if found.is_open:
        return Finding("dates", "likely", "proof_elsewhere", {"proof": found.proof})
    if found.proof:
        return Finding("dates", "sure", "proof", {"proof": found.proof})
    return Finding("dates", "sure", "plain_dates" if found.forms != (ISO,) else "iso_dates")


def of_amounts(found: AmountForms, is_base: bool) -> list[Finding]:
    """The decimal sign, and whether spending is negative."""
    if is_base:
        return [Finding("decimal", "sure", "of_profile")]
    if found.is_open:
        return [Finding("decimal", "open", "either_sign", {"example": found.example})]
    if found.example and found.is_whole:
        return [Finding("decimal", "sure", "whole_money", {"example": found.example})]
    if found.example:
        return [Finding("decimal", "sure", "proof", {"proof": found.example})]
    return [
        Finding(
            "decimal",
            "doubtful" if found.is_mixed else "likely",
            "mixed_signs" if found.is_mixed else "no_sign",
        )
    ]


def of_sign(found: AmountForms, n: int, *, invert: bool) -> Finding | None:
    """Negative amounts among many: spending or money back."""
    if invert and found.n_negative:
        return Finding("invert", "likely", "mostly_negative", {"negative": found.n_negative, "n": n})
    return None


def of_currency(
    code: str, amounts: AmountForms, columns: Sequence[Guess], is_base: bool, home: str
) -> Finding:
    """Where the currency of a row comes from."""
    column = next((one.header.strip() for one in columns if one.field == "currency"), "")
    if column and not code:
        return Finding("currency", "sure", "own_column", {"column": column})
    if column:
        return Finding("currency", "likely", "blank_cells", {"column": column, "code": code})
    if amounts.currency:
        return Finding("currency", "likely", "mark", {"code": amounts.currency})
    if is_base:
        return Finding("currency", "sure", "of_profile")
    if not code:
        return Finding("currency", "open", "foreign", {"code": home})
    why = "home_whole" if exponent(code) == 0 else "home"
    return Finding("currency", "likely" if why == "home_whole" else "doubtful", why, {"code": code})
