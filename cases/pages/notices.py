"""What somebody was told, and how they want to be told: the page of notices and the interface read it here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from audit.actor import Actor
from cases.models import Notice
from cases.services.notices import KINDS, How, how_of, kinds_of
from cases.visibility import hidden_cases


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of notice somebody can get, how they have it by mail now, and in which ways they may have it."""

    code: str
    word: str | Promise
    how: str
    may_be_never: bool

    @property
    def ways(self) -> list[str]:
        return [how.value for how in How if how != How.NEVER or self.may_be_never]


def own_notices(by: Actor) -> QuerySet[Notice]:
    """What they were told, but for cases that are hidden from them by now."""
    rows = Notice.objects.filter(user_id=by.person_id).exclude(case__in=hidden_cases(by))
    return rows.select_related("case__cardholder")


def own_kinds(by: Actor) -> list[KindRow]:
    """The kinds they can get by their roles."""
    chosen = how_of(by.person_id)
    return [
        KindRow(code, KINDS[code].word, chosen.get(code, str(KINDS[code].how)), KINDS[code].may_be_never)
        for code in kinds_of(by)
    ]
