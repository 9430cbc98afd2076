"""What the fault tests share: companies to break, commands run in processes of their own, and what a night left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import Celery

ROOT = Path(__file__).resolve().parents[2]
DAY = "2026-05-04"
_BASE_ENV = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "LOG_LEVEL": "ERROR"}

#: What a night leaves, in words of its own: no row numbers, no clocks.
QUERIES = {
    "run": "SELECT business_date, state, n_claims, n_scored, n_hits, n_alerts, n_cases, n_held_back FROM fraud_screeningrun ORDER BY 1",
    "scores": "SELECT c.external_id, s.z, s.hybrid_probability, s.queue_probability, s.novelty, s.band FROM fraud_score s "
    "JOIN fraud_claim c ON c.id = s.claim_id ORDER BY 1",
    "hits": "SELECT c.external_id, h.rule_version_id FROM fraud_rulehit h JOIN fraud_claim c ON c.id = h.claim_id ORDER BY 1, 2",
    "cases": "SELECT reference, bundle_key, source, pattern, priority, n_claims, version FROM cases_case ORDER BY 1",
    "alerts": "SELECT k.reference, c.external_id, a.channel, a.inclusion_probability FROM cases_alert a "
    "JOIN cases_case k ON k.id = a.case_id JOIN fraud_claim c ON c.id = a.claim_id ORDER BY 1, 2",
    "told": "SELECT c.external_id, s.reasons, s.features FROM cases_alert a JOIN fraud_score s ON s.id = a.score_id "
    "JOIN fraud_claim c ON c.id = a.claim_id ORDER BY 1",
    "audit": "SELECT subject, seq, action FROM audit_auditevent WHERE subject NOT LIKE 'model:%' ORDER BY 1, 2",
}


class Zygote:
    """The process that forks commands; started once a session."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, **_BASE_ENV, "CLEANCARD_HOME": str(home)}
        for name in ("CLEANCARD_FAULT", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.zygote"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def run(self, args: list[str], env: dict[str, str]) -> dict[str, Any]:
        """One command; its status (negative: the signal) and output."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"args": args, "env": env}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the zygote ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(600)


@dataclass(frozen=True)
class Company:
    """One installation: its home folder and, on PostgreSQL, its database."""

    home: Path
    zygote: Zygote
    database: str = ""
    part_claims: int = 500

    def env(self, **more: str) -> dict[str, str]:
        """Environment of its processes."""
        own = {
            "CLEANCARD_HOME": str(self.home),
            "DATABASE_URL": self.database,
            "PART_CLAIMS": str(self.part_claims),
        }
        return {**_BASE_ENV, **own, **more}

    def manage(self, *args: str, **env: str) -> dict[str, Any]:
        """`manage.py` in a process of its own."""
        return self.zygote.run(list(args), self.env(**env))

    def nightly(self, **env: str) -> dict[str, Any]:
        """The night of DAY."""
        return self.manage("nightly", "--date", DAY, **env)

    def left(self) -> dict[str, list[tuple[Any, ...]]]:
        """What a night left behind, read without Django."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as connection:
                return {name: list(connection.execute(sql).fetchall()) for name, sql in QUERIES.items()}
        with sqlite3.connect(self.home / "cleancard.sqlite3") as lite:
            return {name: lite.execute(sql).fetchall() for name, sql in QUERIES.items()}

    def copy(self, home: Path, database: str = "") -> Company:
        """The same company somewhere else; `database` is a copy already made."""
        shutil.copytree(self.home, home)
        return Company(home, self.zygote, database, self.part_claims)


def sql_rows(company: Company, sql: str) -> list[tuple[Any, ...]]:
    """What plain SQL answers in a company's database; a change holds."""
    if company.database:
        import psycopg

        with psycopg.connect(company.database) as big:
            found = big.execute(sql)
            return list(found.fetchall()) if found.description else []
    with sqlite3.connect(company.home / "cleancard.sqlite3") as lite:
        return lite.execute(sql).fetchall()


@dataclass(frozen=True)
class Crew:
    """Celery workers of a company over a broker, each a process group of its own."""

    company: Company
    broker: str
    started: list[subprocess.Popen[bytes]]

    def env(self, **more: str) -> dict[str, str]:
        """Environment of a worker."""
        return {**os.environ, **self.company.env(CELERY_BROKER_URL=self.broker, **more)}

    def start(self, name: str, *, processes: int = 2, **env: str) -> subprocess.Popen[bytes]:
        """A prefork worker with a number of child processes."""
        log = (self.company.home / f"{name}.log").open("wb")
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "fraud.project.celery",
            "worker",
            "-n",
            f"{name}@test",
            "-c",
            str(processes),
            "-l",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
        worker = subprocess.Popen(
            command, cwd=ROOT, env=self.env(**env), stdout=log, stderr=log, start_new_session=True
        )
        self.started.append(worker)
        return worker

    def beat(self) -> subprocess.Popen[bytes]:
        """The schedule: it rings for the sweep every minute."""
        log = (self.company.home / "beat.log").open("wb")
        schedule = self.company.home / "beat-schedule"
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "fraud.project.celery",
            "beat",
            "-s",
            str(schedule),
            "-l",
            "WARNING",
        ]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.env(), stdout=log, stderr=log, start_new_session=True
        )
        self.started.append(process)
        return process

    def go_on(self) -> None:
        """Whatever stands still in the workers goes on."""
        for worker in self.started:
            os.killpg(worker.pid, signal.SIGCONT)

    def ring(self, task: str, *args: object) -> None:
        """Put one message on the queue."""
        with Celery(broker=self.broker, set_as_current=False) as sender:
            sender.send_task(task, args)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 600) -> None:
        """Until the condition holds; fails with the workers' logs."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(
                    p.read_text(errors="replace")[-3000:] for p in self.company.home.glob("*.log")
                )
                raise AssertionError(f"not within {seconds} seconds\n{self.company.left()['run']}\n{logs}")
            time.sleep(0.2)

    def is_finished(self) -> bool:
        """Whether the night's run is finished."""
        return [row[1] for row in self.company.left()["run"]] == ["finished"]

    def stop(self) -> None:
        """End every worker that was started here."""
        for worker in self.started:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(20)
