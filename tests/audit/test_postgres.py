"""The audit chain on PostgreSQL: its triggers refuse, and what gets past them is named (ASVS 5: 13.2.2, 16.4.2)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.databases import new_migrated_database
from tests.fault.rig import Company, Zygote
from tests.servers import new_database

TABLE = "audit_auditevent"
PREPARE = """
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


@pytest.fixture(scope="module")
def filled(postgres: str, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a database with one chain of four entries, to be copied."""
    home = tmp_path_factory.mktemp("home")
    script = home / "prepare.py"
    script.write_text(PREPARE, encoding="utf-8")
    made = Company(home, zygote, new_migrated_database(postgres, "audit")).manage("python", str(script))
    assert made["status"] == 0, made["output"]
    return "audit"


@pytest.fixture
def copied(postgres: str, zygote: Zygote, filled: str, tmp_path: Path) -> Company:
    """A copy of it, to be damaged."""
    return Company(tmp_path, zygote, new_database(postgres, "audit_copy", filled))


def execute(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def verified(company: Company, *more: str) -> tuple[int, dict[str, Any], str]:
    """Status, the JSON object and everything that was said."""
    done = company.manage("verify_audit", "--json", *more)
    said = next(line for line in done["output"].splitlines() if line.startswith("{"))
    return done["status"], json.loads(said), done["output"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql", [f"UPDATE {TABLE} SET reason = 'x'", f"DELETE FROM {TABLE}", f"TRUNCATE {TABLE}"]
)
def test_the_database_refuses_to_change_delete_or_empty(copied: Company, sql: str) -> None:
    import psycopg

    with pytest.raises(psycopg.Error, match="append-only"):
        execute(copied.database, sql)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("sql", "seq", "code"),
    [
        ("UPDATE {0} SET reason = 'x' WHERE seq = 2", 2, "hash"),
        ("DELETE FROM {0} WHERE seq = 2", 2, "gap"),
        (LATER, 2, "previous_hash"),
    ],
)
def test_verify_names_the_first_bad_entry(copied: Company, sql: str, seq: int, code: str) -> None:
    status, before, _ = verified(copied)
    assert (status, before["whole"]) == (0, True)
    execute(copied.database, f"ALTER TABLE {TABLE} DISABLE TRIGGER USER", *sql.format(TABLE).split("; "))
    status, after, _ = verified(copied)
    fault = next(fault for fault in after["faults"] if fault["subject"] == "case:C-1")
    assert (status, fault["seq"], fault["code"]) == (1, seq, code)


@pytest.mark.postgres
def test_an_exported_head_shows_a_tail_that_was_cut(copied: Company, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    assert copied.manage("verify_audit", "--head", str(heads))["status"] == 0
    execute(
        copied.database,
        f"ALTER TABLE {TABLE} DISABLE TRIGGER USER",
        f"DELETE FROM {TABLE} WHERE seq = 4",
        f"UPDATE audit_audithead SET seq = 3, hash = (SELECT hash FROM {TABLE} WHERE seq = 3 AND subject = 'case:C-1') "
        "WHERE subject = 'case:C-1'",
    )
    assert verified(copied)[0] == 0
    status, _, said = verified(copied, "--against", str(heads))
    assert status == 1
    assert "ends after entry 3" in said
