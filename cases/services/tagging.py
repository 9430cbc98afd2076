"""Words that reviewers put on a case to find it by."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache

from audit.actor import Actor
from audit.prepared import prepared
from cases.models import Case, CaseTag
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.standing import may_have
from cases.services.steps import check_step, move, read_case
from cases.services.texts import clean_line
from cases.workflow import Action

NAME_MAX = 30
IN_USE_SECONDS = 30
_KEY = "cases:tags"
MOST = 10


@casework
def set_tags(*, case: Case, tags: Sequence[str], by: Actor, expected_version: int | None) -> Case:
    """The case has exactly these tags, 10 at most. Raises TooMany, TextTooLong, StaleCase, NotPermitted."""
    case = read_case(case)
    row = check_step(case, Action.TAG, by=by, expected_version=expected_version)
    wanted = {clean_tag(one): None for one in tags if one.strip()}
    if len(wanted) > MOST:
        raise errors.TooMany(n=MOST, field="tags")
    move(case, row, by=by, event="case.tagged", details={"tags": list(wanted)})
    case.tag_rows.exclude(name__in=wanted).delete()
    known = set(case.tag_rows.values_list("name", flat=True))
    CaseTag.objects.bulk_create(
        CaseTag(case=case, name=name, added_by_id=by.person_id, added_at=present())
        for name in wanted
        if name not in known
    )
    cache.delete(_KEY)
    return read_case(case)


def clean_tag(text: str) -> str:
    """A tag as it is kept: one line in small letters, without a leading #. Raises TextTooLong, ReasonTooShort."""
    return clean_line(text.strip().lstrip("#"), minimum=1, maximum=NAME_MAX, field="tags").lower()


def tags_of(case: Case) -> list[CaseTag]:
    """The tags of a case, in order."""
    return list(case.tag_rows.order_by("name")) if may_have(case, "case.tagged") else []


def tags_in_use() -> list[str]:
    """Every tag there is, in order, for choosing from; at most half a minute old."""
    return list(cache.get_or_set(_KEY, _in_use.rows, IN_USE_SECONDS) or ())


_in_use = prepared(lambda: CaseTag.objects.order_by("name").values_list("name", flat=True).distinct()[:200])
