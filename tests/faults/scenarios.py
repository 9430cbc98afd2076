"""Each scenario breaks something at an instant drawn from the seed, lets the company get up again, and counts."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fault.rig import DAY, ROOT, Company, Crew, sql_rows

NIGHT_POINTS = ("features.built", "prepare.parts", "prepare.done", "part.taken", "part.computed", "part.written", "part.marked", "part.done",
                "open.selected", "open.part_explained", "open.explained", "open.written", "finish.recorded")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was tried (rows, mails, files …), what of it is lost, what is there twice, and seconds until all was right again."""

    what: str
    tried: int
    lost: int
    doubled: int
    seconds: float
    note: str = ""


Make = Callable[[str], Company]
#: Seconds from the database's return until its workers have finished the night.
RECOVERED_WITHIN = 60


def script(company: Company, *call: str, **env: str) -> dict[str, Any]:
    """A function of `scripts` in the company."""
    return company.manage("python", str(ROOT / "tests/faults/run.py"), SCRIPT="\x1f".join(call), **env)


def must(done: dict[str, Any]) -> dict[str, Any]:
    """The same where it ended well."""
    if done["status"] != 0:
        raise AssertionError(done["output"])
    return done


def killed(done: dict[str, Any]) -> None:
    """It ended by SIGKILL, as was wanted."""
    if done["status"] != -signal.SIGKILL:
        raise AssertionError(done["output"])


def night(make: Make, draw: random.Random) -> Outcome:
    """The whole process, three times at three points; the result is that of a night nobody disturbed."""
    calm = make("calm")
    must(calm.nightly())
    company, points = make("night"), draw.sample(NIGHT_POINTS, 3)
    for point in points:
        company.nightly(CLEANCARD_FAULT=f"{point}:kill")
    begun = time.monotonic()
    must(company.nightly())
    took, left, wanted = time.monotonic() - begun, company.left(), calm.left()
    lost = len(set(map(str, wanted["scores"])) - set(map(str, left["scores"])))
    doubled = (
        len(left["scores"])
        - len({row[0] for row in left["scores"]})
        + len(left["cases"])
        - len({row[0] for row in left["cases"]})
    )
    same = "" if left == wanted else "NOT THE SAME as an undisturbed night"
    return Outcome(
        "night, the process",
        len(wanted["scores"]),
        lost,
        doubled,
        took,
        same or f"killed at {', '.join(points)}",
    )


def importing(make: Make, draw: random.Random) -> Outcome:
    """A delivery of 3,000 rows, killed at a stage and at a moment drawn by the clock, then sent again."""
    company, n = make("import"), 3000
    file = company.home / "delivery.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(
            ["claim_id", "사번", "카드번호", "사용일시", "금액", "통화", "가맹점명", "승인번호", "적요"]
        )
        for i in range(n):
            rows.writerow(
                [
                    f"N{i:05d}",
                    f"E{i % 40:04d}",
                    "****-1234",
                    f"2026-05-{1 + i % 28:02d} 12:30:00",
                    10_000 + i,
                    "KRW",
                    f"Shop {i % 60}",
                    f"{30000000 + i}",
                    "x",
                ]
            )
    point = draw.choice(("import.staged", "import.chunk", "import.finish"))
    killed(company.manage("import_claims", str(file), CLEANCARD_FAULT=f"{point}:kill"))
    after = draw.uniform(2.0, 4.5)
    _killed_after(company, after, "import_claims", str(file))
    begun = time.monotonic()
    must(company.manage("import_claims", str(file)))
    found = sql_rows(
        company, "SELECT external_id, amount_minor FROM fraud_claim WHERE external_id LIKE 'N0%'"
    )
    wrong = sum(amount != 10_000 + int(name[1:]) for name, amount in found)
    lost, doubled = n - len({row[0] for row in found}) + wrong, len(found) - len({row[0] for row in found})
    return Outcome(
        "import", n, lost, doubled, time.monotonic() - begun, f"killed at {point} and after {after:.1f} s"
    )


def _killed_after(company: Company, seconds: float, *command: str) -> None:
    env = {**os.environ, **company.env()}
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def learning(make: Make, draw: random.Random) -> list[Outcome]:
    """The fitting process and the registering one are killed; then the promotion, in the middle of its transaction."""
    company = make("learning")
    must(script(company, "add_outcomes"))
    failed = script(company, "train", CLEANCARD_FAULT="training.fitted:kill")
    assert failed["status"] == 1, failed["output"]
    killed(script(company, "train", CLEANCARD_FAULT="model.placed:kill"))
    begun = time.monotonic()
    must(script(company, "train"))
    took = time.monotonic() - begun
    versions = sql_rows(company, "SELECT reference FROM fraud_modelversion WHERE stage = 'challenger'")
    folders = {path.name for path in (company.home / "models").iterdir() if not path.name.startswith(".")}
    rows = {row[0] for row in sql_rows(company, "SELECT folder FROM fraud_modelversion")}
    training = Outcome(
        "training",
        1,
        1 - min(len(versions), 1),
        len(versions) - 1 + len(folders - rows),
        took,
        "killed while fitting and while registering",
    )
    must(script(company, "propose"))
    killed(script(company, "promote", CLEANCARD_FAULT="model.promoted:kill"))
    between = sql_rows(company, "SELECT COUNT(*) FROM fraud_modelversion WHERE stage = 'champion'")[0][0]
    begun = time.monotonic()
    must(script(company, "promote"))
    took = time.monotonic() - begun
    champions = sql_rows(company, "SELECT reference FROM fraud_modelversion WHERE stage = 'champion'")
    must(company.manage("verify_audit"))
    lost = 1 - between + (champions != versions)
    return [
        training,
        Outcome("promotion", 1, lost, len(champions) - 1, took, "the old version served meanwhile"),
    ]


def sweep(make: Make, draw: random.Random) -> Outcome:
    """Killed between the mail server's yes and the row: that one leaves again under the same Message-ID."""
    company, n = make("sweep"), 20
    must(script(company, "write_mails", str(n)))
    point, number = draw.choice(("outbox_claimed", "outbox_sent")), draw.randint(2, n)
    killed(company.manage("sweep", CLEANCARD_FAULT=f"{point}:kill:{number}"))
    sql_rows(
        company,
        "UPDATE cases_outboxmessage SET next_attempt_at = '2026-01-01 00:00:00' WHERE state = 'waiting'",
    )  # ten minutes pass
    begun = time.monotonic()
    must(company.manage("sweep"))
    ids = [
        line
        for path in (company.home / "outbox").glob("*.log")
        for line in path.read_text().splitlines()
        if line.startswith("Message-ID: <outbox-")
    ]
    again = len(ids) - len(set(ids))
    return Outcome(
        "sweep",
        n,
        n - len(set(ids)),
        0,
        time.monotonic() - begun,
        f"killed at {point}; {again} left twice under one Message-ID, after 10 min",
    )


def backup(make: Make, draw: random.Random) -> Outcome:
    """Killed; the next one is whole."""
    company, point = make("backup"), draw.choice(("backup.snapshot", "backup.copied"))
    sets = company.home.parent / f"{company.home.name}-sets"
    killed(company.manage("backup", str(sets), CLEANCARD_FAULT=f"{point}:kill"))
    half = len(list(sets.glob("cleancard-*")))
    begun = time.monotonic()
    must(company.manage("backup", str(sets)))
    took, (made,) = time.monotonic() - begun, sets.glob("cleancard-*")
    must(company.manage("restore", "--check", str(made)))
    return Outcome("backup", 1, 0, half, took, f"killed at {point}")


def full_disk(make: Make, draw: random.Random) -> list[Outcome]:
    """Evidence and an export on a full disk: nothing half is left, and both work again when there is room."""
    company = make("disk")
    must(company.manage("python", str(ROOT / "tests/cases/backup/setup_casework.py")))
    taken, rows = map(int, must(script(company, "send_evidence", "1"))["output"].split()[-2:])
    begun = time.monotonic()
    again, kept = map(int, must(script(company, "send_evidence", "0"))["output"].split()[-2:])
    on_disk = len(
        [
            path
            for path in (company.home / "media" / "evidence").rglob("*")
            if path.is_file() and "." not in path.name
        ]
    )
    evidence = Outcome(
        "disk full, evidence",
        5,
        5 - again,
        taken + rows + max(kept - 5, 0) + max(on_disk - 3 - 5, 0),
        time.monotonic() - begun,
        "refused with 507 words, kept when there is room",
    )
    must(company.nightly())
    target = company.home / "scores.csv"
    most, words = draw.randint(20_000, 150_000), ("export_scores", str(target), "--reason", "rehearsal")
    whole = company.home / "whole.csv"
    must(company.manage("export_scores", str(whole), *words[2:]))
    refused = script(company, "full_disk", str(most), *words)
    half = [path.name for path in company.home.iterdir() if "scores.csv" in path.name]
    begun = time.monotonic()
    must(company.manage(*words))
    there, lines = (path.read_text(encoding="utf-8").splitlines()[1:] for path in (whole, target))
    export = Outcome(
        "disk full, export",
        len(there),
        len(set(there) - set(lines)),
        len(half),
        time.monotonic() - begun,
        f"full after {most:,} bytes: {refused['output'].strip().splitlines()[-1][-70:]}",
    )
    return [evidence, export]


def mail_away(make: Make, draw: random.Random) -> Outcome:
    """A mail server that refuses for hours; the time to recovery is on the company's clock."""
    company, n, hours = make("smtp"), 20, draw.randint(3, 12)
    must(script(company, "write_mails", str(n)))
    sent, different, tries, after = map(
        int, must(script(company, "mail_server_away", str(hours)))["output"].split()[-4:]
    )
    return Outcome(
        f"mail server away {hours} h",
        n,
        n - different,
        sent - different,
        after * 60,
        f"{tries} tries failed; no mail was given up",
    )


def worker_child(crew: Crew, calm: dict[str, list[Any]], draw: random.Random) -> Outcome:
    """One child of a prefork worker, at a point of its part."""
    point, marker = (
        draw.choice(("part.taken", "part.computed", "part.written", "part.marked")),
        crew.company.home / "failed-once",
    )
    crew.start("one", CLEANCARD_FAULT=f"{point}:kill", CLEANCARD_FAULT_ONCE=str(marker))
    crew.ring("cases.tasks.run_night", DAY)
    crew.wait_for(marker.exists)
    begun = time.monotonic()
    crew.wait_for(crew.is_finished)
    return _night_of_workers("worker's child", crew, calm, time.monotonic() - begun, f"killed at {point}")


def _night_of_workers(what: str, crew: Crew, calm: dict[str, list[Any]], took: float, note: str) -> Outcome:
    left = crew.company.left()
    lost = len(set(map(str, calm["scores"])) - set(map(str, left["scores"])))
    doubled = len(left["scores"]) - len({row[0] for row in left["scores"]})
    return Outcome(
        what,
        len(calm["scores"]),
        lost,
        doubled,
        took,
        note if left["cases"] == calm["cases"] else f"{note}: OTHER CASES",
    )


def database_restart(
    crew: Crew, calm: dict[str, list[Any]], restart: Callable[[float], None], draw: random.Random
) -> Outcome:
    """PostgreSQL is stopped at once (no farewell to anybody) under a worker that holds a part, and comes back some seconds later."""
    away, marker = draw.uniform(3, 12), crew.company.home / "stood-still"
    crew.start("one", CLEANCARD_FAULT="part.taken:stop", CLEANCARD_FAULT_ONCE=str(marker))
    crew.beat()
    crew.ring("cases.tasks.run_night", DAY)
    crew.wait_for(marker.exists)
    time.sleep(0.5)
    restart(away)
    begun = time.monotonic()
    crew.go_on()
    # The schedule may ring for a night of its own meanwhile: only this one counts.
    crew.wait_for(
        lambda: [row[1] for row in crew.company.left()["run"] if str(row[0]) == DAY] == ["finished"]
    )
    took = time.monotonic() - begun
    return _night_of_workers(
        "PostgreSQL restart",
        crew,
        calm,
        took,
        f"away {away:.0f} s under a worker that held a part; from its return to the end of the night{_in_time(took)}",
    )


def _in_time(took: float) -> str:
    return "" if took <= RECOVERED_WITHIN else f", NOT WITHIN {RECOVERED_WITHIN} s"


def until_there(path: Path, seconds: float = 60) -> None:
    """Wait for a file."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
