"""Numeric currency codes of ISO 4217, which the card networks write, as letters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from iso4217 import Currency


@cache
def _codes() -> Mapping[str, str]:
    return {f"{currency.number:03}": currency.code for currency in Currency if currency.number is not None}


def currency_code(text: str) -> str:
    """`840` is USD, also as `0840`; letters and unknown numbers stay as they are, and an unknown one is refused later."""
    plain = text.strip().upper()
    return _codes().get(plain.lstrip("0").zfill(3), plain) if plain.isdigit() else plain
