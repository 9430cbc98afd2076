"""What staff are told: each thing once a person, on the page, and by mail as they chose. Writing rows; mail is `outbox`'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.permissions import Role, require
from audit.transactions import one_transaction
from cases.models import Case, Notice, NoticeChoice
from cases.services import errors
from cases.services.company import present
from fraud.claims.models import User

How = NoticeChoice.How
COUNT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: its name, its sentence, who gets it, how by mail where nobody chose, and whether they may have it without mail."""

    word: str | Promise
    sentence: str | Promise  # names {reference}, {person} and what its facts hold
    roles: frozenset[Role]
    how: str = How.AT_ONCE
    may_be_never: bool = True


_STAFF = frozenset({Role.REVIEWER, Role.APPROVER})
_LEAD, _CLERK = frozenset({Role.APPROVER}), frozenset({Role.RECOVERY_CLERK})
KINDS: Mapping[str, Kind] = {
    "assigned": Kind(
        pgettext_lazy("kind of notice", "A case was given to you"),
        pgettext_lazy("notice", "{reference} is yours: it was given to you."),
        _STAFF,
    ),
    "handed": Kind(
        pgettext_lazy("kind of notice", "A case went to somebody else while you are away"),
        pgettext_lazy("notice", "{reference} went to {to}, since its deadline passes while you are away."),
        _STAFF,
        How.DAILY,
    ),
    "answer": Kind(
        pgettext_lazy("kind of notice", "A cardholder answered, asked for time or appealed"),
        pgettext_lazy("notice", "{person} wrote in {reference}."),
        _STAFF,
    ),
    "approval": Kind(
        pgettext_lazy("kind of notice", "A decision, an appeal or a write-off waits for you"),
        pgettext_lazy("notice", "{reference} waits for your decision."),
        _LEAD,
        may_be_never=False,
    ),
    "recovery": Kind(
        pgettext_lazy("kind of notice", "Money is to come back"),
        pgettext_lazy("notice", "{reference}: money is to come back from {person}."),
        _CLERK,
        How.DAILY,
    ),
    "owed": Kind(
        pgettext_lazy("kind of notice", "Money is to be given back"),
        pgettext_lazy(
            "notice", "{reference}: money is to be given back to {person}, since {other} was decided."
        ),
        _CLERK,
        How.DAILY,
    ),
    "late": Kind(
        pgettext_lazy("kind of notice", "A case of yours is late"),
        pgettext_lazy("notice", "{reference} is late: it was due on {due_on}, and it is your turn."),
        _STAFF | _CLERK,
        How.DAILY,
    ),
    "escalated": Kind(
        pgettext_lazy("kind of notice", "A case of somebody else is late, or nobody is there for it"),
        pgettext_lazy("notice", "{reference} was due on {due_on} and does not move. See who can take it on."),
        _LEAD,
        may_be_never=False,
    ),
}
_MAIL = {
    How.AT_ONCE.value: Notice.Mail.SENT,
    How.DAILY.value: Notice.Mail.DAILY,
    How.NEVER.value: Notice.Mail.NONE,
}
#: Mails to staff that are notices as well → their kind.
OF_MAILS: Mapping[str, str] = {
    "case.assigned": "assigned",
    "explanation.received": "answer",
    "extension.asked": "answer",
    "appeal.received": "answer",
}


def keep_notice(*, user: User, kind: str, key: str, case: Case, **facts: Any) -> tuple[Notice, bool]:
    """Tell somebody something, once ever by its key: the notice, and whether it is new. Its `mail` says how they want it."""
    how = how_of(user).get(kind, str(KINDS[kind].how))
    values = {"kind": kind, "case": case, "facts": facts, "mail": _MAIL[how], "created_at": present()}
    row, is_new = Notice.objects.get_or_create(user=user, key=key, defaults=values)
    if is_new:
        cache.delete(_count_key(user.pk))
    return row, is_new


def take_back(*, prefix: str) -> int:
    """What was told by a step that is taken back in time."""
    return Notice.objects.filter(key__startswith=prefix, read_at=None).delete()[0]


def how_of(user: User | int) -> dict[str, str]:
    """Kind → how somebody chose to have it by mail; kinds they left as they are for everybody are absent."""
    return dict(NoticeChoice.objects.filter(user=user).values_list("kind", "how"))


def kinds_of(by: Actor) -> list[str]:
    """The kinds somebody can get at all, by their roles."""
    return [code for code, kind in KINDS.items() if kind.roles & by.roles]


@one_transaction()
def choose_notices(*, choices: Mapping[str, str], by: Actor) -> None:
    """How the person wants each kind by mail. Raises NotPermitted, ChoiceNotValid; kinds that must be told are never without mail."""
    require(by, "cases.view_notice")
    own = kinds_of(by)
    for kind, how in choices.items():
        allowed = [
            one.value for one in How if one != How.NEVER or (kind in KINDS and KINDS[kind].may_be_never)
        ]
        if kind not in own or how not in allowed:
            raise errors.ChoiceNotValid(field=kind, choices=allowed, of="how")
        NoticeChoice.objects.update_or_create(user_id=by.person_id, kind=kind, defaults={"how": how})


@one_transaction()
def read_notices(*, by: Actor, pk: int | None = None, until: datetime | None = None) -> int:
    """Mark one notice of one's own, or all of them (those told before `until`), as read; how many were new."""
    require(by, "cases.view_notice")
    rows = Notice.objects.filter(user_id=by.person_id, read_at=None)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    n = (rows.filter(pk=pk) if pk is not None else rows).update(read_at=present())
    cache.delete(_count_key(by.person_id))
    return n


def unread_count(by: Actor) -> int:
    """How many notices somebody has not read, remembered for a minute."""
    if by.user_id is None:
        return 0
    key = _count_key(by.user_id)
    known: int | None = cache.get(key)
    if known is None:
        known = Notice.objects.filter(user_id=by.user_id, read_at=None).count()
        cache.set(key, known, COUNT_SECONDS)
    return known


def _count_key(user_id: int) -> str:
    return f"cases:notices:{user_id}"
