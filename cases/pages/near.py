"""Other open cases of the person or merchant of a row, counted on the row and listed beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField

from audit.actor import Actor
from audit.paging import capped_count
from audit.prepared import prepared
from cases.models import Case
from cases.pages.queue import OPEN
from cases.visibility import hidden_among, visible_cases
from fraud.web.tags import capped

#: As many are listed, and counted on the row: a merchant of the whole company has thousands, and their number tells nothing more.
MAX_NEAR = 30


class _Keys(Subquery):
    """The first column of a subquery's rows as one text, separated by commas; null where there are none."""

    template = "(SELECT GROUP_CONCAT(near.pk) FROM (%(subquery)s) AS near)"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        template = "(SELECT STRING_AGG(near.pk::text, ',') FROM (%(subquery)s) AS near)"
        return self.as_sql(compiler, connection, template=template)


def count_near(cases: Sequence[Case], by: Actor) -> None:
    """Give each case `near`: how many other open cases of its cardholder or merchant the reader may see, as +4, 30+, or nothing.

    Counted no further than MAX_NEAR + 1. What is read follows the rows; where some of that many are hidden from the reader, a row more.
    """
    read = _near.rows([case.pk for case in cases])
    near = {pk: set(map(int, keys.split(","))) for pk, keys in read if keys}
    hidden = hidden_among(by, set().union(*near.values()))
    for case in cases:
        found = near.get(case.pk, set())
        is_short = len(found) > MAX_NEAR and found & hidden
        n = capped_count(_others_seen(case, by), MAX_NEAR) if is_short else len(found - hidden)
        case.near = capped(n, MAX_NEAR) if n > MAX_NEAR else f"+{n}" if n else ""  # type: ignore[attr-defined]


@prepared
def _near(case_ids: Collection[int]) -> QuerySet[Case, Any]:
    """(case, keys of the first of the others)."""
    of_person = Q(cardholder=OuterRef("cardholder"), state__in=OPEN)
    of_place = Q(merchant=OuterRef("merchant"), state__in=OPEN)
    others = Case.objects.filter(of_person | of_place).exclude(pk=OuterRef("pk")).order_by()
    rows = Case.objects.filter(pk__in=case_ids).annotate(near=_Keys(others.values("pk")[: MAX_NEAR + 1]))
    return rows.values_list("pk", "near")


def _others_seen(case: Case, by: Actor) -> QuerySet[Case]:
    """The other open cases of its cardholder or merchant that the reader may see."""
    near = Q(cardholder_id=case.cardholder_id)
    if case.merchant_id:
        near |= Q(merchant_id=case.merchant_id)
    return visible_cases(by).filter(near, state__in=OPEN).exclude(pk=case.pk)


def near_cases(case: Case, by: Actor) -> list[Case]:
    """The cases that `count_near` counts, the newest first."""
    rows = _others_seen(case, by).select_related("cardholder__department", "merchant")
    return list(rows.order_by("-pk")[:MAX_NEAR])
