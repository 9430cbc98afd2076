"""The monthly review: somebody else says whether what a login has is still needed."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import actor_of
from fraud.claims.models import AccessReview, User
from fraud.people.refusals import AccessRefused
from fraud.people.reviews import month_now, review_access, review_rows
from tests.cast import make_person
from tests.fraud.people.conftest import Office

pytestmark = pytest.mark.django_db


def test_kept_access_is_written_down_once_a_month(office: Office) -> None:
    user = office.cast.reviewer
    review_access(user=user, keep=True, reason="", by=office.second, seen=0)
    entry = AuditEvent.objects.get(action="access.reviewed")
    assert entry.after == {"month": month_now(), "result": "kept", "roles": ["reviewer"]}
    with pytest.raises(AccessRefused):
        review_access(user=user, keep=True, reason="", by=office.admin, seen=0)
    rows = {one.row.user.username: one for one in review_rows(office.admin)}
    assert rows["jimin.han"].review is not None
    assert rows["mira.jung"].review is None


def test_access_that_is_not_needed_ends_the_login(office: Office) -> None:
    user = office.cast.clerk
    with pytest.raises(AccessRefused):
        review_access(user=user, keep=False, reason="", by=office.second, seen=0)
    review_access(user=user, keep=False, reason="works elsewhere", by=office.second, seen=0)
    assert not User.objects.get(pk=user.pk).is_active
    assert AccessReview.objects.get().result == "ended"


def test_nobody_reviews_their_own_access_under_whatever_login(office: Office) -> None:
    twin = make_person("twin", Role.AUDITOR, employee_no="e-1009")
    for by in (office.admin, actor_of(twin)):
        with pytest.raises(NotPermitted):
            review_access(user=office.cast.system_admin, keep=True, reason="", by=by, seen=0)


def test_what_was_never_used_stands_first_and_what_is_done_last(office: Office, client: Any) -> None:
    client.force_login(office.other_admin)
    client.post(f"/people/review/{office.cast.clerk.pk}/", {"result": "kept", "seen": "0"})
    names = [one.row.user.username for one in client.get("/people/review/").context["rows"]]
    assert names[-1] == "boram.seo"
    assert names.index("jimin.han") < names.index("second.admin")


@pytest.mark.parametrize("name", ["reviewer", "approver", "model_owner"])
def test_others_neither_see_nor_make_the_review(office: Office, client: Any, name: str) -> None:
    client.force_login(getattr(office.cast, name))
    assert client.get("/people/review/").status_code == 403
    assert (
        client.post(f"/people/review/{office.cast.clerk.pk}/", {"result": "kept", "seen": "0"}).status_code
        == 403
    )
