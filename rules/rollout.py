"""Which people a rule counts for while it is rolled out: a share of them that stays the same night after night, and another one for every rule."""

from __future__ import annotations

import hashlib
from fractions import Fraction


def is_inside(code: str, person: str, rate: Fraction | float) -> bool:
    """Whether a rule that counts for the share `rate` (0 to 1) of people counts for this one. Whoever is inside stays inside when the share grows."""
    digest = hashlib.sha256(f"{code}\x00{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < rate * (1 << 64)
