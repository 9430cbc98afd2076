"""The drill: a company is backed up while a night and an upload are at work, destroyed, put back elsewhere, and goes on as if nothing had been.

`make drill` runs it and prints what it measured.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fault.conftest import big_company, big_template, lite_company, lite_template
from tests.fault.rig import DAY, ROOT, Company

__all__ = ["big_company", "big_template", "lite_company", "lite_template"]

#: What people would miss, in words of its own; rows in order.
KEPT = {
    "cases": "SELECT reference, state, version, disposition, n_claims FROM cases_case ORDER BY 1",
    "decisions": "SELECT case_id, number, state, amount_minor, content_hash FROM cases_decision ORDER BY 1, 2",
    "ledger": "SELECT r.case_id, r.amount_minor, r.currency, p.amount_minor, p.bank_reference, p.received_on "
    "FROM cases_recoveryposting p JOIN cases_recovery r ON r.id = p.recovery_id ORDER BY p.id",
    "answers": "SELECT request_id, text, submitted_at FROM cases_explanation ORDER BY id",
    "evidence": "SELECT reference, key, name, sha256, size_bytes FROM cases_evidence ORDER BY id",
    "mail": "SELECT key, recipient, state FROM cases_outboxmessage ORDER BY id",
    "chain": "SELECT subject, seq, action, hash FROM audit_auditevent ORDER BY subject, seq",
    "parts": "SELECT number, state, attempts FROM fraud_runpart ORDER BY number",
    "uploads": "SELECT name, state, rows_done FROM fraud_claimfile ORDER BY id",
}


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of the company; none outlives the test."""
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait(20)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_company_that_was_destroyed_at_work_goes_on_from_its_backup(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    company, elsewhere = _two_places(kind, request, tmp_path)
    setup = company.manage("python", str(ROOT / "tests/cases/backup/setup_casework.py"))
    assert setup["status"] == 0, setup["output"]
    _at_work(company, started)
    before = kept(company)
    assert {row[1] for row in before["parts"]} == {"done", "waiting"}, "the night is under way"
    assert before["uploads"][-1] == ("april.csv", "importing", 300), (
        "all rows are stored, nothing of the end is"
    )

    begun = time.monotonic()
    backup = company.manage("backup", str(tmp_path / "sets"))
    took = time.monotonic() - begun
    assert backup["status"] == 0, backup["output"]
    assert "every chain is whole" in backup["output"]
    assert "not there" not in backup["output"]
    assert kept(company)["parts"] == before["parts"], "and still is when the backup has ended"

    for process in started:
        process.send_signal(signal.SIGCONT)
    assert [process.wait(600) for process in started] == [0, 0]
    undisturbed = company.left()
    _destroy(company)

    (made,) = (tmp_path / "sets").glob("cleancard-*")
    begun = time.monotonic()
    restored = elsewhere.manage("restore", str(made))
    took_back = time.monotonic() - begun
    assert restored["status"] == 0, restored["output"]
    after = kept(elsewhere)
    added = [row for row in after["chain"] if row[2] == "backup.restored"]
    assert len(added) == 1
    after["chain"].remove(added[0])
    assert {name: digest(rows) for name, rows in after.items()} == {
        name: digest(rows) for name, rows in before.items()
    }
    assert evidence_on_disk(elsewhere) == [row[3] for row in before["evidence"]]
    assert len(before["evidence"]) == 3
    assert elsewhere.manage("verify_audit", "--against", str(made / "heads.json"))["status"] == 0

    night = elsewhere.nightly()
    assert night["status"] == 0, night["output"]
    upload = elsewhere.manage("import_upload", str(_upload_of(elsewhere)))
    assert (upload["status"], upload["output"].split()[-1]) == (0, "imported"), upload["output"]
    finished = elsewhere.left()
    for name in ("run", "scores", "hits", "cases", "alerts"):
        assert finished[name] == undisturbed[name], name
    assert kept(elsewhere)["uploads"][-1] == ("april.csv", "imported", 300)
    print(
        f"drill on {kind}: backup {took:.1f} s, restore {took_back:.1f} s, {len(after['chain'])} audit entries, all equal"
    )


def kept(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    """What is in the database, read without Django."""
    return {name: rows(company, sql) for name, sql in KEPT.items()}


def rows(company: Company, sql: str) -> list[tuple[Any, ...]]:
    if company.database:
        import psycopg

        with psycopg.connect(company.database) as big:
            return [tuple(row) for row in big.execute(sql).fetchall()]
    with sqlite3.connect(company.home / "cleancard.sqlite3") as lite:
        return lite.execute(sql).fetchall()


def digest(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


def evidence_on_disk(company: Company) -> list[str]:
    """The hash of each file, in the order of the rows."""
    folder = company.home / "media" / "evidence"
    return [
        hashlib.sha256((folder / key[:2] / key).read_bytes()).hexdigest()
        for _reference, key, *_ in rows(company, KEPT["evidence"])
    ]


def _two_places(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Company, Company]:
    """A company of 700 claims, and an empty place of the same kind."""
    if kind == "sqlite":
        company = request.getfixturevalue("lite_company")
        return company, Company(tmp_path / "elsewhere", company.zygote)
    from tests.servers import new_database

    make: Callable[[str], Company] = request.getfixturevalue("big_company")
    company = make("drill")
    server = request.getfixturevalue("postgres")
    return company, Company(tmp_path / "elsewhere", company.zygote, new_database(server, "elsewhere"))


def _at_work(company: Company, started: list[subprocess.Popen[bytes]]) -> None:
    """A night and an import of what came after its cut-off, each standing still in the middle of its work."""
    _stand_still(company, started, "part.done", "nightly", "--date", DAY)
    done = company.manage("python", str(ROOT / "tests/cases/backup/setup_upload.py"))
    assert done["status"] == 0, done["output"]
    _stand_still(company, started, "import.chunk", "import_upload", str(_upload_of(company)))


def _stand_still(company: Company, started: list[subprocess.Popen[bytes]], point: str, *command: str) -> None:
    env = {**os.environ, **company.env(CLEANCARD_FAULT=f"{point}:stop")}
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    started.append(process)
    deadline = time.monotonic() + 90
    while _state(process.pid) != "T":
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _upload_of(company: Company) -> int:
    return int(rows(company, "SELECT MAX(id) FROM fraud_claimfile WHERE name = 'april.csv'")[0][0])


def _destroy(company: Company) -> None:
    shutil.rmtree(company.home)
    if company.database:
        import psycopg

        with psycopg.connect(company.database, autocommit=True) as big:
            big.execute("DROP SCHEMA public CASCADE")
