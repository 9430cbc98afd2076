"""Two at the same moment: one effect, one entry, one mail, on both databases (ASVS 5: 2.3.4, 15.4.2, 15.4.3)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.services import find_faults
from tests.cases.races import EXPECTED, Races
from tests.databases import new_migrated_database

ROOT = Path(__file__).resolve().parent.parent.parent


def check(name: str, found: dict[str, Any]) -> None:
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name], (name, found)
    assert found.get("results", {}).get("done", 1) == 1, (name, found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", EXPECTED)
def test_a_race_has_one_winner_on_sqlite(name: str) -> None:
    check(name, getattr(Races(), name)())
    assert find_faults() == []


@pytest.mark.postgres
def test_every_race_has_one_winner_on_postgresql(postgres: str, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "DATABASE_URL": new_migrated_database(postgres, "races"),
        "CLEANCARD_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.cases.races"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("faults") == 0
    for name, outcome in found.items():
        check(name, outcome)
