"""Numbers that look like the real ones and pass the same checks, drawn from a seeded generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

BRN_WEIGHTS = np.array([1, 3, 7, 1, 3, 7, 1, 3, 5], dtype=np.int64)


def brn_check_digit(nine_digits: Ints) -> Ints:
    """Check digit of Korean business registration numbers; `nine_digits` has shape (n, 9).

    Published scheme: weights 1 3 7 1 3 7 1 3 5, plus the tens of the ninth product; the tenth digit fills up to ten.
    """
    total = (nine_digits * BRN_WEIGHTS).sum(axis=1) + nine_digits[:, 8] * 5 // 10
    return np.asarray((10 - total % 10) % 10, dtype=np.int64)


def business_numbers(rng: np.random.Generator, n: int) -> list[str]:
    """`n` different registration numbers `XXX-YY-ZZZZC` with a valid check digit."""
    numbers: dict[str, None] = {}
    while len(numbers) < n:
        size = n - len(numbers) + 16
        head = rng.integers(101, 899, size)
        middle = rng.integers(1, 89, size)
        tail = rng.integers(0, 10_000, size)
        text = [f"{h:03d}{m:02d}{t:04d}" for h, m, t in zip(head, middle, tail, strict=True)]
        digits = np.array([[int(c) for c in s] for s in text], dtype=np.int64)
        for s, check in zip(text, brn_check_digit(digits), strict=True):
            numbers.setdefault(f"{s[:3]}-{s[3:5]}-{s[5:]}{check}")
    return list(numbers)[:n]


def masked_cards(rng: np.random.Generator, n: int) -> list[str]:
    """`n` different card numbers as a card company masks them: issuer and last four digits, nothing between."""
    tails = rng.permutation(10_000)
    numbers = np.arange(n)
    return [f"9410-{i // 10_000:02d}**-****-{tails[i % 10_000]:04d}" for i in numbers]


def distinct_codes(rng: np.random.Generator, n: int, digits: int = 8) -> Ints:
    """`n` different positive integers of exactly `digits` digits, in random order (authorization codes)."""
    low, high = 10 ** (digits - 1), 10**digits
    step = (high - low) // n
    codes = low + np.arange(n, dtype=np.int64) * step + rng.integers(0, step, n)
    return np.asarray(rng.permutation(codes), dtype=np.int64)
