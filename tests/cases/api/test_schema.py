"""The OpenAPI description is complete, and every endpoint asks for a permission first."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from audit.permissions import ACTIONS
from cases.api import urls
from cases.api.base import Absent
from cases.api.evidence import OpenEvidence

VIEWS = {pattern.name: pattern.callback.cls for pattern in urls.urlpatterns}


@pytest.fixture(scope="module")
def schema() -> Any:
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, "the description has warnings"
    validate_schema(made)
    return made


def test_every_endpoint_of_casework_is_described_with_its_refusals(schema: Any) -> None:
    described = {
        path
        for path in schema["paths"]
        if path.startswith(
            tuple(
                f"/api/v1/{name}"
                for name in (
                    "approvals",
                    "cases",
                    "health",
                    "my",
                    "nights",
                    "recover",
                    "reports",
                    "runs/{reference}/",
                    "rules/to-look-at",
                    "rules/{code}/operation",
                    "tips",
                    "mail",
                    "nights",
                    "calendar",
                    "webhooks",
                    "notices",
                    "workload",
                    "late-cases",
                )
            )
        )
    }
    assert (
        len(described) >= len(VIEWS) - 5
    )  # scores, health, the case load of a rule and a check before filing are no steps on a case
    for path in described:
        for method, operation in schema["paths"][path].items():
            codes = set(operation["responses"])
            assert {"401", "403", "404"} <= codes, (path, method)
            assert operation["summary"], (path, method)
            if method in ("post", "put"):
                assert {"400", "409", "415", "422"} <= codes, (path, method)


@pytest.mark.parametrize("name", VIEWS)
def test_every_endpoint_names_a_permission_of_the_matrix(name: str) -> None:
    view = VIEWS[name]
    if view in (Absent, OpenEvidence):  # nothing is there; whose file it is decides
        assert view.permission == ""
        return
    assert set(view.any_of or [view.permission]) <= set(ACTIONS)
