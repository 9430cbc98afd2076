"""The one vocabulary of the rule language: what a rule may look at.

A field's name is a column of the feature frame. ``requires`` names the claim columns it is made of: when one of them is not delivered,
rules that use the field report "not evaluable" with that column. Labels and outcomes are deliberately no fields: a rule must not see
what only a later review found out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.field_data import FIELD_ROWS

#: The kinds of value a field can have; ``rules.language.types.Kind`` has the same words.
FIELD_TYPES = ("money", "number", "percent", "text", "yes_no", "date", "datetime", "time", "duration", "code")


@dataclass(frozen=True, slots=True)
class Field:
    """One name of the vocabulary.

    ``type`` is one of FIELD_TYPES; ``unit`` says what a number counts (``hour``, ``claims``, ``days``; empty for pure ratios);
    ``example`` is a condition using it.
    """

    name: str
    type: str
    unit: str
    label_en: str
    label_ko: str
    example: str
    requires: tuple[str, ...]

    def label(self, lang: str) -> str:
        """The field's name for a reader in ``ko`` or ``en``."""
        return self.label_ko if lang == "ko" else self.label_en


def _read(rows: str) -> Mapping[str, Field]:
    fields: dict[str, Field] = {}
    for line in rows.strip().splitlines():
        name, kind, unit, label_en, label_ko, example, requires = (part.strip() for part in line.split("|"))
        if kind not in FIELD_TYPES or name in fields:
            raise ValueError(f"the vocabulary's line for {name!r} is wrong")
        fields[name] = Field(name, kind, unit, label_en, label_ko, example, tuple(requires.split()))
    return MappingProxyType(fields)


FIELDS: Mapping[str, Field] = _read(FIELD_ROWS)

#: Short names for "same …" in windows: key → columns of the feature frame that must be equal.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cardholder": ("cardholder_id",),
        "merchant": ("merchant_id",),
        "department": ("department_id",),
        "job_family": ("cardholder.job_family",),
        "grade": ("cardholder.grade",),
        "approver": ("approver.employee_no",),
        "mcc": ("merchant.mcc",),
        "biz_type": ("merchant.biz_type",),
        "brn": ("merchant.brn",),
        "region": ("merchant.region",),
        "amount": ("amount", "currency"),
        "purpose": ("purpose_code",),
        "account": ("account_code",),
        "project": ("project_code",),
        "trip": ("trip_id",),
        "receipt": ("receipt_id",),
        "authorization": ("authorization_code",),
    }
)

KEY_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cardholder": ("cardholder", "카드 사용자"),
        "merchant": ("merchant", "가맹점"),
        "department": ("department", "부서"),
        "job_family": ("job family", "직군"),
        "grade": ("grade", "직급"),
        "approver": ("approver", "승인자"),
        "mcc": ("merchant category", "가맹점 업종"),
        "biz_type": ("line of business", "업태"),
        "brn": ("business number", "사업자번호"),
        "region": ("region", "지역"),
        "amount": ("amount", "금액"),
        "purpose": ("purpose", "사용 목적"),
        "account": ("account", "계정과목"),
        "project": ("project", "프로젝트"),
        "trip": ("trip", "출장"),
        "receipt": ("receipt", "영수증"),
        "authorization": ("approval number", "승인번호"),
    }
)

#: Beginnings and names of what only a review or the future knows; a rule that asks for them is refused with its own message.
_OUTCOME_WORDS = frozenset(
    [
        "label",
        "labels",
        "is_misuse",
        "misuse",
        "is_fraud",
        "fraud",
        "outcome",
        "disposition",
        "confirmed",
        "known_at",
        "weight",
        "state",
        "status_of_case",
        "decision",
        "case",
        "alert",
        "recovery",
        "explanation",
        "score",
        "rule_score",
        "tree_probability",
        "anomaly_score",
        "novelty",
        "hybrid_probability",
        "queue_probability",
        "probability",
        "band",
        "rule",
        "rule_hit",
        "hits",
    ]
)
_OUTCOME_PREFIXES = (
    "n_known_misuse",
    "known_misuse",
    "days_since_known_misuse",
    "case.",
    "alert.",
    "label.",
    "recovery.",
    "score.",
)


def is_outcome_name(name: str) -> bool:
    """True for names of labels, outcomes, scores and cases, which no rule may use (they are not known at the claim's time)."""
    return (
        name in _OUTCOME_WORDS
        or name.startswith(_OUTCOME_PREFIXES)
        or name.split(".")[0] in {"case", "alert", "label"}
    )


def is_rule_reference(name: str) -> bool:
    """True for names that look like another rule: rules stand alone, so that no cycle can exist."""
    first = name.split(".")[0]
    return first in {"rule", "rules", "rule_hit", "hit", "hits"}
