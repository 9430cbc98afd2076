"""Who acts: a person with the roles held at that moment, or a named part of the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    CARDHOLDER = "cardholder"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    RECOVERY_CLERK = "recovery_clerk"
    RULE_ADMIN = "rule_admin"
    MODEL_OWNER = "model_owner"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    DATA_CLIENT = "data_client"  # a program that delivers claims; nobody signs in with it


@dataclass(frozen=True, slots=True)
class Actor:
    """The one argument `by` of every service.

    `employee_no` links a login to the person in the claims, so that nobody acts on their own case.
    """

    username: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    employee_no: str = ""
    user_id: int | None = None
    is_system: bool = False
    request_id: str = ""
    language: str = "ko"
    only: frozenset[str] | None = None  # a token's own narrower rights; None: all that the roles have
    units: frozenset[str] = field(default_factory=frozenset)  # codes of the departments they see; none: all

    @classmethod
    def system(cls, part: str, *, request_id: str = "") -> Actor:
        """The system itself, for example `system:nightly`."""
        return cls(username=f"system:{part}", is_system=True, request_id=request_id)

    @property
    def person_id(self) -> int:
        """Key of the login behind a step only a person can take. Raises LookupError for the system."""
        if self.user_id is None:
            raise LookupError(f"{self.username} is not a person")
        return self.user_id

    @property
    def role_names(self) -> str:
        """Roles as stored beside each audit entry, comma separated and sorted."""
        return "system" if self.is_system else ",".join(sorted(role.value for role in self.roles))
