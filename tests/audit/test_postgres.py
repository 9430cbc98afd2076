"""The audit chain on PostgreSQL: its triggers refuse, and what gets past them is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import new_migrated_database
from tests.servers import new_database, postgres

__all__ = ["postgres"]
ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = "audit_auditevent"
PREPARE = """
import django; django.setup()
from django.db import transaction
from audit.actor import Actor
from audit.registry import register
from audit.services import record
register("test.done", en="did", ko="했습니다")
for n in range(4):
    with transaction.atomic():
        record(action="test.done", by=Actor.system("tests"), subject="case:C-1", after={"n": n})
"""
LATER = "UPDATE {0} SET seq = seq + 90 WHERE seq = 2; UPDATE {0} SET seq = 2 WHERE seq = 3; UPDATE {0} SET seq = 3 WHERE seq = 92"


def run(url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "CLEANCARD_HOME": str(home),
        "CLEANCARD_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def filled(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database with one chain of four entries, to be copied."""
    made = run(new_migrated_database(postgres, "audit"), tmp_path_factory.mktemp("home"), "-c", PREPARE)
    assert made.returncode == 0, made.stderr[-2000:]
    return "audit"


def execute(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def verified(url: str, home: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    done = run(url, home, "manage.py", "verify_audit", "--json", *more)
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql", [f"UPDATE {TABLE} SET reason = 'x'", f"DELETE FROM {TABLE}", f"TRUNCATE {TABLE}"]
)
def test_the_database_refuses_to_change_delete_or_empty(postgres: str, filled: str, sql: str) -> None:
    import psycopg

    with pytest.raises(psycopg.Error, match="append-only"):
        execute(new_database(postgres, "audit_copy", filled), sql)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("sql", "seq", "code"),
    [
        ("UPDATE {0} SET reason = 'x' WHERE seq = 2", 2, "hash"),
        ("DELETE FROM {0} WHERE seq = 2", 2, "gap"),
        (LATER, 2, "previous_hash"),
    ],
)
def test_verify_names_the_first_bad_entry(
    postgres: str, filled: str, tmp_path: Path, sql: str, seq: int, code: str
) -> None:
    url = new_database(postgres, "audit_copy", filled)
    status, before, _ = verified(url, tmp_path)
    assert (status, before["whole"]) == (0, True)
    execute(url, f"ALTER TABLE {TABLE} DISABLE TRIGGER USER", *sql.format(TABLE).split("; "))
    status, after, _ = verified(url, tmp_path)
    fault = next(fault for fault in after["faults"] if fault["subject"] == "case:C-1")
    assert (status, fault["seq"], fault["code"]) == (1, seq, code)


@pytest.mark.postgres
def test_an_exported_head_shows_a_tail_that_was_cut(postgres: str, filled: str, tmp_path: Path) -> None:
    url, heads = new_database(postgres, "audit_copy", filled), tmp_path / "heads.json"
    run(url, tmp_path, "manage.py", "verify_audit", "--head", str(heads))
    execute(
        url,
        f"ALTER TABLE {TABLE} DISABLE TRIGGER USER",
        f"DELETE FROM {TABLE} WHERE seq = 4",
        f"UPDATE audit_audithead SET seq = 3, hash = (SELECT hash FROM {TABLE} WHERE seq = 3 AND subject = 'case:C-1') "
        "WHERE subject = 'case:C-1'",
    )
    assert verified(url, tmp_path)[0] == 0
    status, _, said = verified(url, tmp_path, "--against", str(heads))
    assert status == 1
    assert "ends after entry 3" in said
