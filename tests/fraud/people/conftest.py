"""A company for tests of people: the cast, a second administrator, and the services with their everyday values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from audit.actor import Actor
from audit.permissions import Role
from audit.services import actor_of
from fraud.claims.models import AccessChange, User
from fraud.people.changes import confirm_change, propose_role
from fraud.people.inviting import Invitation, invite_login
from tests.cast import Cast, make_cast, make_person

WHY = "works on cases from today"


@dataclass
class Office:
    """Who runs access: an administrator proposes, another administrator or the auditor confirms."""

    cast: Cast
    other_admin: User

    @property
    def admin(self) -> Actor:
        return actor_of(self.cast.system_admin)

    @property
    def second(self) -> Actor:
        return actor_of(self.other_admin)

    def propose(self, user: User, role: Role = Role.MANAGER, **more: Any) -> AccessChange:
        values = {"starts_on": None, "ends_on": None, "reason": WHY, "by": self.admin, "seen": None}
        return propose_role(user=user, role=role, **{**values, **more})

    def give(self, user: User, role: Role = Role.MANAGER, **more: Any) -> AccessChange:
        return confirm_change(change=self.propose(user, role, **more), by=self.second)

    def invite(self, **more: Any) -> User:
        values: dict[str, Any] = {
            "username": "kim.new",
            "email": "kim.new@company-a.example",
            "employee_no": "E7001",
            "is_new": True,
            "roles": (Role.REVIEWER,),
        }
        return invite_login(wanted=Invitation(**{**values, **more}), reason=WHY, by=self.admin)


@pytest.fixture
def office(db: None) -> Office:
    other = make_person("second.admin", Role.SYSTEM_ADMIN, employee_no="E1010")
    return Office(make_cast(), other)


@pytest.fixture
def signed_in(client: Any) -> Callable[[User], Any]:
    def start(user: User) -> Any:
        client.force_login(user)
        return client

    return start
