"""Whose cases a login shows, in words: what its roles open, not only which departments were given."""

from __future__ import annotations

import pytest
from django.utils import translation

from fraud.claims.models import User
from fraud.people.listing import login_rows
from tests.cast import make_cast

pytestmark = pytest.mark.django_db

SEEN = {
    "reviewer": "all departments",
    "approver": "all departments",
    "clerk": "all departments",
    "auditor": "all departments",
    "manager": "requests to the own team",
    "cardholder": "requests to themselves",
    "rule_admin": "no cases",
    "system_admin": "no cases",
}


@pytest.mark.parametrize(("who", "words"), SEEN.items())
def test_a_login_is_said_to_see_what_its_roles_open(who: str, words: str):
    user = User.objects.get(pk=getattr(make_cast(), who).pk)
    with translation.override("en"):
        [row] = login_rows([user])
        assert row.sees == words
