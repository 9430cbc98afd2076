"""When a second person is needed; the hash that binds an approval. Pure (ASVS 5: 2.3.5)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from cases.dispositions import Disposition
from cases.four_eyes import content_hash, contradicts_score, is_sampled, why_second_person

D = Disposition
CONTENT: dict[str, Any] = {
    "case": "C-2026-000001",
    "number": 1,
    "disposition": "confirmed_misuse",
    "disposition_reason": "",
    "amount_minor": 84_000,
    "currency": "KRW",
    "reason": "업무와 무관합니다.",
    "policy_clause": "제4조",
    "message": "",
    "proposed_by": "jimin.han",
    "claims": ["X2#1", "X1#1"],
    "at_stake_minor": 84_000,
}


def test_the_hash_is_that_of_the_canonical_json() -> None:
    plain = dict(CONTENT, claims=["X1#1", "X2#1"])
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert content_hash(**CONTENT) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("case", "C-2026-000002"),
        ("number", 2),
        ("disposition", "policy_breach"),
        ("disposition_reason", "x"),
        ("amount_minor", 84_001),
        ("currency", "USD"),
        ("reason", "다른 이유입니다."),
        ("policy_clause", ""),
        ("message", "안내"),
        ("proposed_by", "seojun.yoon"),
        ("claims", ["X1#1"]),
        ("claims", ["X1#2", "X2#1"]),
        ("at_stake_minor", 83_999),
    ],
)
def test_any_change_of_content_changes_the_hash(name: str, value: Any) -> None:
    assert content_hash(**{**CONTENT, name: value}) != content_hash(**CONTENT)


def test_the_order_of_claims_does_not_matter() -> None:
    assert content_hash(**{**CONTENT, "claims": ["X1#1", "X2#1"]}) == content_hash(**CONTENT)


@pytest.mark.parametrize(
    ("disposition", "band", "expected"),
    [
        (D.CONFIRMED_MISUSE, "low", True),
        (D.CONFIRMED_MISUSE, "medium", False),
        (D.CONFIRMED_MISUSE, "high", False),
        (D.PERSONAL_USE_REPAID, "low", True),
        (D.POLICY_BREACH, "low", True),
        (D.POLICY_BREACH, "high", False),
        (D.LEGITIMATE, "high", True),
        (D.LEGITIMATE, "medium", False),
        (D.LEGITIMATE, "low", False),
        (D.INSUFFICIENT_INFORMATION, "high", False),
        (D.INSUFFICIENT_INFORMATION, "low", False),
        (D.DUPLICATE, "high", False),
    ],
)
def test_two_bands_apart_is_a_contradiction(disposition: Disposition, band: str, expected: bool) -> None:
    assert contradicts_score(disposition, band) is expected


@pytest.mark.parametrize(
    ("digest", "share", "expected"),
    [
        ("0" * 64, 0.05, True),
        ("0" * 64, 0.0, False),
        ("f" * 64, 0.99, False),
        ("f" * 64, 1.0, True),
        ("0" + "c" * 63, 0.05, True),
        ("0" + "d" * 63, 0.05, False),
    ],
)
def test_the_sample_is_the_hash_read_as_a_fraction(digest: str, share: float, expected: bool) -> None:
    assert is_sampled(digest, share) is expected


def test_about_one_in_twenty_is_drawn() -> None:
    drawn = sum(is_sampled(hashlib.sha256(str(n).encode()).hexdigest(), 0.05) for n in range(20_000))
    assert 880 <= drawn <= 1120  # 1,000 expected, four standard deviations to either side


# fmt: off
BASE: dict[str, Any] = {
    "disposition": D.CONFIRMED_MISUSE, "amount_minor": 0, "is_company_currency": True, "limit_minor": 500_000, "band": "high",
    "is_reversal": False, "digest": "f" * 64, "share": 0.05,
}
# fmt: on


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"amount_minor": 500_000}, ""),
        ({"amount_minor": 500_001}, "amount"),
        ({"amount_minor": 1, "is_company_currency": False}, "currency"),
        ({"amount_minor": 500_001, "is_company_currency": False, "band": "low"}, "currency"),
        ({"is_company_currency": False}, ""),
        ({"is_reversal": True}, "reversal"),
        ({"band": "low"}, "contradicts_score"),
        ({"disposition": D.LEGITIMATE}, "contradicts_score"),
        ({"digest": "0" * 64}, "sample"),
        ({"digest": "0" * 64, "share": 0.0}, ""),
        ({"amount_minor": 500_001, "band": "low", "is_reversal": True}, "reversal"),
    ],
)
def test_the_first_reason_that_applies_is_given(changes: dict[str, Any], why: str) -> None:
    assert why_second_person(**{**BASE, **changes}) == why
