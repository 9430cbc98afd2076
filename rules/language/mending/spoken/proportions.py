"""Shares and multiples of something as one speaks: of it, above or below it, and by how much at least."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rules.language.mending.spoken.said import Said


def of_share(share: str, base: str) -> str:
    """A share of something as the language writes it: ``80% * card.limit``; exact where no percent is: ``2 * card.limit / 3``."""
    part, _, whole = share.partition("/")
    if not whole:
        return f"{share} * {base}"
    return f"{base} / {whole}" if part == "1" else f"{part} * {base} / {whole}"


def is_multiple(token: Said) -> bool:
    """``3 times the limit``, said as one counts payments."""
    return token.kind == "count" and token.written.endswith("times")


def share_of(run: Sequence[Said], base: Said, share: Said, signs: Sequence[Said]) -> tuple[str, str] | None:
    """(how it compares, which share) of what is told of a base; None where it can be read in two ways."""
    signs = [one for one in signs if one.value != "="] or signs  # is a quarter of it or more
    if len(signs) == 2:
        return _by_so_much(run, base, share, signs)
    if len(signs) != 1:
        return None
    sign = ">" if signs[0].value == "AFTER" else signs[0].value
    if share.kind != "percent":
        is_told = not _is_beyond(run, base, share, signs[0]) or base.written.endswith("보다")
        return (sign, share.value) if is_told else None
    if not _is_beyond(run, base, share, signs[0]):
        return sign, share.value
    on_top = _beyond(share, is_above=sign in {">", ">="})
    return None if on_top is None or sign not in {">", ">=", "<", "<="} else (sign, on_top)


def _is_beyond(run: Sequence[Said], base: Said, share: Said, sign: Said) -> bool:
    """Whether the share is told from the limit: 10% above limit, exceeds limit by 10%, 한도를 10% 초과, 20% below the limit."""
    at_base, at_share, at_sign = run.index(base), run.index(share), run.index(sign)
    if any(token.is_word("by") for token in run):
        return True
    if sign.written.isascii():
        return at_share < at_sign < at_base and sign.value in {">", "<"}
    is_over = (
        base.written.endswith(("를", "을")) and sign.value == ">"
    )  # 한도를 절반 이상 쓴: of it, not on top
    return (is_over or base.written.endswith("보다")) and at_base < at_share


def _by_so_much(
    run: Sequence[Said], base: Said, share: Said, signs: Sequence[Said]
) -> tuple[str, str] | None:
    """``at least 20% above the limit``, ``exceeds the limit by more than 20%``, ``한도보다 20% 이상 많은``: one says how far, the other which way."""
    at, places = run.index(share), [run.index(sign) for sign in signs]
    if all(sign.written.isascii() for sign in signs):
        is_by = any(token.is_word("by") for token in run)
        side, size = (signs[0], signs[1]) if is_by else (signs[1], signs[0])
        is_whole = places[1] < at if is_by else places[0] < at < places[1] < run.index(base)
    else:
        size, side = signs[0], signs[1]
        is_whole = at < places[0] and places[1] == places[0] + 1
    if not is_whole or side.value not in {">", "<"} or size.value not in {">", ">="}:
        return None
    if share.kind != "percent":
        return (size.value, share.value) if side.value == ">" else None
    on_top = _beyond(share, is_above=side.value == ">")
    sign = size.value if side.value == ">" else {">": "<", ">=": "<="}[size.value]
    return None if on_top is None else (sign, on_top)


def _beyond(share: Said, *, is_above: bool) -> str | None:
    """A share on top of the whole or taken off it; nothing where nothing is left."""
    if "/" in share.value:
        part, _, parts = share.value.partition("/")
        whole = int(parts) + (int(part) if is_above else -int(part))
        return f"{whole}/{parts}"
    told = Decimal(share.value.rstrip("% ").replace(",", ""))
    found = 100 + told if is_above else 100 - told
    return f"{found:f}%" if found > 0 else None
