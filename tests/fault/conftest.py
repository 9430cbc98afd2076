"""Companies for the fault tests: built once a session, copied for every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import NAME, new_migrated_database, put_migrated_file
from tests.fault.rig import ROOT, Company, Zygote
from tests.servers import new_database

#: Most of what a night of so few takes is the same for any number; in some five parts.
N_CLAIMS, PART_CLAIMS = 700, 175


def _build(company: Company) -> Company:
    done = company.manage("python", str(ROOT / "tests/fault/setup_company.py"), N_CLAIMS=str(N_CLAIMS))
    assert done["status"] == 0, done["output"]
    return company


@pytest.fixture(scope="session")
def lite_template(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Company:
    home = tmp_path_factory.mktemp("lite")
    put_migrated_file(home / NAME)
    return _build(Company(home, zygote, part_claims=PART_CLAIMS))


@pytest.fixture(scope="session")
def big_template(zygote: Zygote, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Company:
    database = new_migrated_database(postgres, "company")
    return _build(Company(tmp_path_factory.mktemp("big"), zygote, database, PART_CLAIMS))


@pytest.fixture
def lite_company(lite_template: Company, tmp_path: Path) -> Company:
    """700 claims on SQLite, nothing screened yet."""
    return lite_template.copy(tmp_path / "home")


@pytest.fixture
def big_company(big_template: Company, postgres: str, tmp_path: Path) -> Callable[[str], Company]:
    """Makes copies of the company on PostgreSQL by name."""

    def make(name: str) -> Company:
        return big_template.copy(tmp_path / name, new_database(postgres, name, template="company"))

    return make


@pytest.fixture(scope="session")
def undisturbed(
    lite_template: Company, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[object, ...]]]:
    """What the night leaves when nothing goes wrong, on SQLite."""
    company = lite_template.copy(tmp_path_factory.mktemp("calm") / "home")
    done = company.nightly()
    assert done["status"] == 0, done["output"]
    return company.left()
