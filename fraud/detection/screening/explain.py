"""Why a claim was chosen: written to its score and its rule hits, only for claims that become alerts.

Exact tree contributions cost some five hundred predictions a claim; that is why the whole night does not get them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from audit import faults
from audit.transactions import one_transaction
from fraud.company.values import from_json
from fraud.detection.model_files import load_version
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.scoring.contributions import Contribution
from fraud.detection.screening.frames import frame_of
from fraud.detection.screening.night_frame import NightFrame
from rules.models import Rule

#: Rule code → its title in both languages.
Titles = dict[str, dict[str, str]]
#: Claims explained at once: what they hold grows with this, not with the night.
_AT_ONCE = 2_000
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
#: What is a JSON value as it is.
_JSON = frozenset({int, str, bool})


def explain_claims(*, run: ScreeningRun, claim_ids: Sequence[int], novel: Sequence[int] = ()) -> int:
    """Store reasons, feature values and the facts of rule hits for these claims of the run; returns how many.

    Claims in `novel` also get the features that make them unusual. They are explained and stored some at a time; explaining again stores
    the same.
    """
    missing = Score.objects.filter(run=run, claim_id__in=list(claim_ids), reasons__isnull=True)
    wanted = sorted(set(missing.values_list("claim_id", flat=True)))
    if wanted:
        titles = _titles()
        for start in range(0, len(wanted), _AT_ONCE):
            _explain(run, wanted[start : start + _AT_ONCE], set(novel), titles)
            faults.hit("open.part_explained")
    return len(wanted)


def _explain(run: ScreeningRun, wanted: list[int], unusual: set[int], titles: Titles) -> None:
    told = explain_of(run, frame_of(run, wanted), wanted, unusual, titles)
    _store(
        [(one.reasons, one.features, run.pk, claim_id) for claim_id, one in told.items()],
        [(facts, run.pk, claim_id, v) for claim_id, one in told.items() for v, facts in one.facts.items()],
    )


@dataclass(frozen=True, slots=True)
class Told:
    """Why a claim got its score, as JSON texts: `facts` by rule version."""

    reasons: str
    features: str
    facts: dict[int, str]


def explain_parts(run: ScreeningRun, frame: NightFrame, scores: pl.DataFrame) -> dict[int, Told]:
    """Of a part that was scored just now, what is told of claims over the threshold or under an absolute ban, by claim.

    These open a case or are held back, so that whoever scores a part explains them while their features are at hand.
    """
    over = scores["hybrid_probability"] > from_json(run.settings_used).alert_threshold
    bans = np.array([spec.always_open for spec in frame.rules.specs], dtype=bool) & ~frame.rules.is_shadow
    claims = scores["claim_id"]
    banned = frame.hits[frame.rows_of(claims.to_list())][:, bans].any(axis=1)
    wanted = claims.filter(over | pl.Series(banned)).sort().to_list()
    return explain_of(run, frame, wanted, set(), _titles()) if wanted else {}


def explain_of(
    run: ScreeningRun, frame: NightFrame, wanted: list[int], unusual: set[int], titles: Titles
) -> dict[int, Told]:
    """What is told of these claims of a frame, by claim."""
    assert run.model_version is not None
    model, rows = load_version(run.model_version), frame.rows_of(wanted)
    counted, rules = frame.hits[:, frame.rules.counted], frame.rules.for_score()
    parts = model.explain(frame.features, counted, rows, rules)
    novelty = model.novelty_reasons(frame.features, rows)
    values = _values(frame, rows, model.feature_names)
    told = {}
    for claim_id, row, contributions, odd, known in zip(wanted, rows, parts, novelty, values, strict=True):
        facts = _rule_facts(frame, row, titles)
        by_code = {found["code"]: found for found in reversed(facts.values())}
        reasons = [_reason(part, by_code) for part in contributions]
        if claim_id in unusual or not any(part.source == "rule" for part in contributions):
            reasons += [part.as_reason() for part in odd]
        told[claim_id] = Told(
            dump(reasons), known, {version: dump(found) for version, found in facts.items()}
        )
    return told


def _store(scores: list[tuple[Any, ...]], hits: list[tuple[Any, ...]]) -> None:
    """Many rows, two prepared statements; JSON goes in as text on either database."""
    cast = "::jsonb" if connection.vendor == "postgresql" else ""
    with one_transaction(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE fraud_score SET reasons = %s{cast}, features = %s{cast} WHERE run_id = %s AND claim_id = %s",
            scores,
        )
        cursor.executemany(
            f"UPDATE fraud_rulehit SET facts = %s{cast} WHERE run_id = %s AND claim_id = %s AND rule_version_id = %s",
            hits,
        )


def dump(value: Any) -> str:
    """Compact JSON text."""
    return _ENCODER.encode(value)


def _reason(part: Contribution, facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    reason = part.as_reason()
    if part.source == "rule":
        reason["facts"] = facts.get(part.code, {})
    return reason


def _titles() -> Titles:
    return {rule.code: {"ko": rule.name_ko, "en": rule.name_en} for rule in Rule.objects.all()}


def _rule_facts(frame: NightFrame, row: int, titles: Titles) -> dict[int, dict[str, Any]]:
    """Rule version id → its code, its title in both languages and the values that made it true."""
    found: dict[int, dict[str, Any]] = {}
    for j in np.flatnonzero(frame.hits[row] | frame.muted[row] | frame.outside[row]).tolist():
        code = frame.rules.specs[j].code
        values = {name: plain(value) for name, value in frame.outcome.facts(row, j).items()}
        found[int(frame.rules.version_ids[j])] = {
            "code": code,
            "title": titles.get(code, {}),
            "values": values,
        }
    return found


def _values(frame: NightFrame, rows: Sequence[int], names: Sequence[str]) -> list[str]:
    """JSON texts of the claims' values by feature; not-a-number is null."""
    kept = [name for name in dict.fromkeys(["amount", "currency", *names]) if name in frame.features.columns]
    told = frame.features.select(kept)[list(rows)]
    if any(dtype.is_temporal() or dtype.is_nested() for dtype in told.dtypes):
        return [dump(dict(zip(kept, map(plain, values), strict=True))) for values in told.iter_rows()]
    exact = told.with_columns(pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Categorical).cast(pl.String))
    return exact.select(pl.struct(kept).struct.json_encode().alias("json"))["json"].to_list()


def plain(value: Any) -> Any:
    """A JSON value: times as ISO text, not-a-number as None, numpy numbers as Python's."""
    if value is None or type(value) in _JSON:
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
