"""The claims of a list with what their lines show: read as plain rows, put into words once for what they show."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from audit import clock
from audit.language import current_language
from audit.plain_rows import PlainRows
from audit.prepared import prepared
from fraud.claims.models import Cardholder, Claim, Department
from fraud.detection.models import Score
from fraud.web.kept import Shelf
from fraud.web.tags import calibrated

_CLAIM = (
    "id", "transacted_at", "has_time", "merchant_name", "txn_type", "purpose_text", "purpose_code", "amount_minor", "currency",
    "cardholder_id", "department_id",
)  # fmt: skip
_ROWS = PlainRows(
    Claim,
    _CLAIM,
    cardholder=(Cardholder, ("id", "employee_no", "name")),
    department=(Department, ("id", "name", "name_en")),
)
_SCORES = PlainRows(Score, ("id", "claim_id", "run_id", "band", "hybrid_probability", "is_calibrated"))
_columns = attrgetter(*_CLAIM)
KEPT = 4000  # lines a process keeps: some 4 MB
_lines: Shelf[SafeString] = Shelf(KEPT)


def read_claims(pks: Collection[int]) -> list[Claim]:
    """The claims of these keys in their order, each with `cardholder` and `department`. One query."""
    found = {row[0]: _ROWS.made(row) for row in _claims.rows(pks)} if pks else {}
    return [found[pk] for pk in pks if pk in found]


@prepared
def _claims(pks: Collection[int]) -> QuerySet[Claim, Any]:
    return Claim.objects.filter(pk__in=pks).values_list(*_ROWS.names)


def scores_to_show(claim_ids: Collection[int], run: int | None) -> list[Score]:
    """The scores of these claims in a run, or in all of them, the newest last. One query."""
    return [_SCORES.made(row) for row in _scores.rows(claim_ids, run)] if claim_ids else []


@prepared
def _scores(claim_ids: Collection[int], run: int | None) -> QuerySet[Score, Any]:
    rows = Score.objects.filter(claim__in=claim_ids)
    if run is not None:
        rows = rows.filter(run=run)
    return rows.order_by("run_id").values_list(*_SCORES.names)


def claim_lines(
    context: Any, claims: Iterable[Claim], scores: Mapping[int, Score], *, may_see_scores: bool
) -> SafeString:
    """The lines of a list, each as `_line.html` has it; a line's key names all it shows, so none is older than what it shows."""
    shared = (current_language(), clock.today(), may_see_scores)  # a day far away is said with its year
    made: list[SafeString] = []
    for claim in claims:
        score = scores.get(claim.pk) if may_see_scores else None
        key = (shared, *_shown(claim), *_shown_score(score))
        line = _lines.get(key)
        if line is None:
            template = context.template.engine.get_template("fraud/claims/_line.html")
            given = {"claim": claim, "score": score, "may_see_scores": may_see_scores}
            line = template.render(context.new(given))
            _lines.put(key, line)
        made.append(line)
    return SafeString("".join(made))


def _shown(claim: Claim) -> tuple[Hashable, ...]:
    department = claim.department
    names = (department.name, department.name_en) if department is not None else None
    return *_columns(claim), str(claim.cardholder), names


def _shown_score(score: Score | None) -> tuple[Hashable, ...]:
    return () if score is None else (score.band, calibrated(score))


def forget_lines() -> None:
    """Put every line into words again, for tests."""
    _lines.clear()
