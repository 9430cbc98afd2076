"""Merchant categories from one code to another: a code is a text, so a rule names them all, or their digits as a pattern."""

from __future__ import annotations

import re

from rules.language.mending.meanings import Meanings

#: So many codes are still named one by one.
_MOST_NAMED = 10
_CODES = re.compile(
    r"(?:\bmcc(?: codes?)?|\b(?:merchant )?categor(?:y|ies)(?: codes?)?|(?:가맹점\s?)?업종(?:\s?코드)?)(?:이|가|는|은|의)?\s*(?:is |are |in )?(?P<other>not |other than |except |excluding |outside(?: of)? )?(?:in |between |from )?\s*"
    r"(?P<low>[0-9]{4})\s*(?:번)?\s*(?:and|to|through|thru|until|up to|-|–|~|～|에서|부터|과|와)\s*(?P<high>[0-9]{4})(?:번)?(?:\s?(?:사이|까지|안))?(?:의|인|이|가|에|에서)?(?=\s|$|,)",
    re.IGNORECASE,
)
_TWO = re.compile(r"\band\b|과|와", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\b|사이|까지", re.IGNORECASE)


def codes_asked(text: str) -> Meanings | None:
    """``mcc between 3000 and 3350``: what a rule asks; None where no span of codes is said. 5812 and 5813 are two."""
    match = _CODES.search(text)
    if match is None:
        return None
    low, high = sorted((int(match["low"]), int(match["high"])))
    if _TWO.search(match[0]) and not _BETWEEN.search(match[0]):
        asked = f'merchant.mcc in ("{match["low"]}", "{match["high"]}")'
    elif high - low < _MOST_NAMED:
        named = ", ".join(f'"{code:04d}"' for code in range(low, high + 1))
        asked = f"merchant.mcc in ({named})"
    else:
        asked = f'merchant.mcc matches "^({"|".join(_patterns(f"{low:04d}", f"{high:04d}"))})$"'
    said = f"not ({asked})" if match["other"] else asked
    return Meanings(match.start(), match.end(), said, is_one=True, is_denied_within=bool(match["other"]))


def _patterns(low: str, high: str) -> list[str]:
    """Patterns of all numbers from one to another of as many digits: 3000 to 3350 is 3[0-2][0-9]{2}, 33[0-4][0-9] and 3350."""
    if low == high:
        return [low]
    same = next(at for at in range(len(low)) if low[at] != high[at])
    head, rest = low[:same], len(low) - same - 1
    first, last = int(low[same]), int(high[same])
    below: list[str] = []
    above: list[str] = []
    if low[same + 1 :] != "0" * rest:
        below, first = _patterns(low, low[: same + 1] + "9" * rest), first + 1
    if high[same + 1 :] != "9" * rest:
        above, last = _patterns(high[: same + 1] + "0" * rest, high), last - 1
    digits = "" if not rest else "[0-9]" if rest == 1 else f"[0-9]{{{rest}}}"
    middle = f"{first}" if first == last else f"[{first}-{last}]"
    return [*below, *([head + middle + digits] if first <= last else []), *above]
