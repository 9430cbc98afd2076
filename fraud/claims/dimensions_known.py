"""The codes that parameters may hold for: grades, purposes and departments that the company has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fraud.claims.models import Cardholder, Claim, Department


def _grades() -> list[str]:
    return sorted(Cardholder.objects.exclude(grade="").values_list("grade", flat=True).distinct())


def _purposes() -> list[str]:
    return sorted(Claim.objects.exclude(purpose_code="").values_list("purpose_code", flat=True).distinct())


def _departments() -> list[str]:
    return sorted(Department.objects.values_list("code", flat=True))


#: Scope of a parameter → its codes.
SCOPES: Final[Mapping[str, Callable[[], list[str]]]] = {
    "grade": _grades,
    "purpose_code": _purposes,
    "department_code": _departments,
}
