"""The monthly review: who has what and used it when, kept or ended by somebody else than the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import require_second_person, same_person
from audit.permissions import require
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.models import AccessReview, RoleGrant, User
from fraud.people.changes import APPROVE, subject_of
from fraud.people.leaving import finish_login
from fraud.people.listing import LoginRow, login_rows
from fraud.people.refusals import AccessRefused, needed_reason


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A login to look at; `used_days` since it was last used (None: never); `review` once it was looked at this month."""

    row: LoginRow
    used_at: datetime | None
    used_days: int | None
    review: AccessReview | None
    is_oneself: bool


def month_now() -> str:
    """The month that is reviewed: 2026-11."""
    return f"{clock.today():%Y-%m}"


def review_rows(by: Actor) -> list[ReviewRow]:
    """Every working login that holds a role, those not yet looked at first, the longest unused first among them."""
    holding = RoleGrant.objects.standing().values("user")
    users = list(User.objects.filter(is_active=True, pk__in=holding).order_by("username"))
    done = {
        one.user_id: one
        for one in AccessReview.objects.filter(month=month_now()).select_related("reviewed_by")
    }
    found = [_looked_at(row, done.get(row.user.pk), by) for row in login_rows(users)]
    return sorted(
        found,
        key=lambda one: (one.review is not None, -(100_000 if one.used_days is None else one.used_days)),
    )


def reviewed(review: AccessReview, by: Actor) -> ReviewRow:
    """The row of a login after it was looked at."""
    return _looked_at(login_rows([review.user])[0], review, by)


def _looked_at(row: LoginRow, review: AccessReview | None, by: Actor) -> ReviewRow:
    used = row.user.used_at
    days = (clock.now() - used).days if used else None
    return ReviewRow(row, used, days, review, same_person(by, row.user))


@one_transaction()
def review_access(*, user: User, keep: bool, reason: str, by: Actor, seen: int) -> AccessReview:
    """Write down that a login's access is still needed, or end the login; once a month, by somebody else than its person.

    Raises NotPermitted, AccessRefused.
    """
    require(by, APPROVE)
    require_second_person(by, [user], APPROVE, code="own_roles")
    said = "" if keep and not reason.strip() else needed_reason(reason)
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.access_version != seen or not locked.is_active:
        raise AccessRefused(
            "stale_version",
            _("This person's access has changed since the page was read. Look at it again."),
            409,
        )
    if AccessReview.objects.filter(user=locked, month=month_now()).exists():
        raise AccessRefused("reviewed_already", _("Somebody has looked at it this month already."), 409)
    roles = RoleGrant.objects.standing().filter(user=locked).order_by("role").values_list("role", flat=True)
    result = AccessReview.Result.KEPT if keep else AccessReview.Result.ENDED
    review = AccessReview.objects.create(
        month=month_now(),
        user=locked,
        result=result,
        roles=",".join(roles)[:200],
        reason=said,
        reviewed_by_id=by.person_id,
        reviewed_at=clock.now(),
    )
    after = {"month": review.month, "result": result, "roles": list(roles)}
    record(action="access.reviewed", by=by, subject=subject_of(locked), reason=said, after=after)
    if not keep:
        finish_login(locked, said, by, "user.ended")
    return review
