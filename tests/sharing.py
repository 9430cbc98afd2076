"""How a run in several processes is shared out: what needs the same server, browser or loaded program stays in one of them.

File by file each of three processes would start a PostgreSQL, migrate its database, load the libraries of the process
that forks commands, and start a browser for the few such files it happens to get.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadFileScheduling

#: Files whose tests ask for PostgreSQL, Redis or the process that forks commands.
WITH_SERVERS = (
    "tests/fault/test_kill_postgres.py",
    "tests/fault/test_kill_sqlite.py",
    "tests/cases/backup/test_drill.py",
    "tests/cases/backup/test_backup.py",
    "tests/cases/test_races.py",
    "tests/audit/test_postgres.py",
    "tests/audit/test_bound.py",
)
#: What takes longest is begun first: begun last, it would leave the other processes of a run waiting for it.
LONGEST_FIRST = (
    "servers",
    "browser",
    "tests/test_authz.py",
    "tests/fraud/claims/importing/test_small_inputs.py",
    "tests/cases/test_night.py",
    "tests/cases/test_forbidden.py",
    "tests/test_canary.py",
    "tests/cases/test_money_machine.py",
    "tests/cases/test_money_machine_further.py",
    "tests/cases/test_evidence.py",
    "tests/fraud/detection/test_same_facts.py",
    "tests/cases/test_recovery.py",
    "tests/cases/pages/test_assurance.py",
    "tests/test_migrations.py",
    "tests/rules/test_agreement.py",
    "tests/test_house.py",
)


def together(nodeid: str) -> str:
    """With what a test stays: the file it stands in, or all tests that need the same."""
    file = nodeid.partition("::")[0]
    if file in WITH_SERVERS:
        return "servers"
    return "browser" if file.startswith("tests/browser/") else file


def place(nodeid: str) -> int:
    """Where in the order of a run."""
    return _PLACES.get(together(nodeid), len(LONGEST_FIRST))


_PLACES = {name: number for number, name in enumerate(LONGEST_FIRST)}


class Together(LoadFileScheduling):  # type: ignore[misc]
    """By file, as `--dist loadfile` does, but for those that need the same."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def scheduler(config: Any, log: Any) -> LoadFileScheduling | None:
    """For `pytest_xdist_make_scheduler`: only where files are shared out as wholes."""
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None
