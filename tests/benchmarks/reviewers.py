"""`python -m tests.benchmarks reviewers --servers OLD=FOLDER,ENV NEW=FOLDER,ENV [--people 50] [--seconds 60]`: reviewers at work, beside another commit.

A server is a checkout and a file of `export NAME=value` with DATABASE_URL (PostgreSQL) and CLEANCARD_HOME of a demo company of its own. Each is run
with the same gunicorn and works in turns of ten seconds until it had its seconds, so that what else the machine does meets both alike: the
other stands still meanwhile. Every reviewer has a session of their own and goes on as people do: queue, a case, the next, a claim, a search, a
filter, with pauses drawn from the seed. Printed: pages, errors, median, p95, and processor time a page of the server and of PostgreSQL.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import secrets
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

SLICE = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")
#: Logins and sessions, made by either commit's own code.
_SESSIONS = """
import json, sys
from django.test import Client
from django.contrib.auth import get_user_model
try:
    from fraud.claims.models import RoleGrant
except ImportError:  # before roles had days, groups said it
    RoleGrant = None
keys, User = [], get_user_model()
pattern = User.objects.get(username="reviewer1")
for n in range(int(sys.argv[1])):
    user, made = User.objects.get_or_create(username=f"load{n}")
    if made:
        user.groups.set(pattern.groups.all())
        for grant in RoleGrant.objects.filter(user=pattern) if RoleGrant else ():
            grant.pk, grant.user, grant._state.adding = None, user, True
            grant.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    keys.append(client.cookies["sessionid"].value)
print("SESSIONS " + json.dumps(keys))
"""


@dataclass
class Server:
    """One commit's program with its company, and what was measured of it."""

    name: str
    folder: Path
    env: dict[str, str]
    port: int
    sessions: list[str] = field(default_factory=list)
    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    cpu_database: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def start(self, people: int) -> None:
        """Sessions, and gunicorn as `make run` has it."""
        made = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{_SESSIONS}", str(people)],
            cwd=self.folder, env=self.env, capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr[-3000:]
        self.sessions = json.loads(made.stdout.rpartition("SESSIONS ")[2])
        command = ["gunicorn", "fraud.project.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--log-level", "critical"]  # fmt: skip
        command[0] = str(Path(sys.executable).parent / command[0])
        with (Path(self.env["CLEANCARD_HOME"]) / "load.log").open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.env, stdout=log, stderr=log, process_group=0
            )
        deadline = time.monotonic() + 300
        while True:
            try:
                with_connection(self.port, "/healthz", "")
                return
            except OSError:
                assert time.monotonic() < deadline, f"{self.name} does not answer"
                time.sleep(0.5)

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(120)

    def used(self) -> float:
        """Processor seconds of gunicorn and its workers so far."""
        assert self.process is not None
        return sum(cpu_of(pid) for pid in children_of(self.process.pid))


def children_of(parent: int) -> list[int]:
    """A process and those below it."""
    found, rows = [parent], {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        rows.setdefault(int(parts[1]), []).append(int(stat.parent.name))
    for pid in found:
        found += rows.get(pid, [])
    return found


def cpu_of(pid: int) -> float:
    """Processor seconds of a process, those of children it waited for among them; 0 for one that is gone."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, parts[11:15])) / _TICKS


def with_connection(port: int, path: str, session: str) -> tuple[int, bytes]:
    """Status and body, by a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        headers = {"Cookie": f"sessionid={session}"} if session else {}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Reviewer:
    """Goes through the queue; what they saw last is where they go on."""

    def __init__(self, server: Server, number: int, seed: int, pause: float) -> None:
        self.server, self.session, self.pause = server, server.sessions[number], pause
        self.draw = random.Random(f"{seed}:{number}")  # the same walk on both
        self.cases: list[str] = []
        self.claims: list[str] = []

    def work(self, until: float) -> None:
        time.sleep(self.draw.uniform(0, self.pause))
        while time.monotonic() < until:
            kind = self.draw.choices(("queue", "case", "claims", "claim", "search"), (4, 6, 1, 1, 1))[0]
            self.ask(kind)
            time.sleep(self.draw.uniform(0.5, 1.5) * self.pause)

    def ask(self, kind: str) -> None:
        views = ("new", "all", "mine")
        path = {
            "queue": f"/queue/?view={self.draw.choice(views)}",
            "case": f"/cases/{self.draw.choice(self.cases)}/" if self.cases else "/queue/?view=all",
            "claims": "/claims/",
            "claim": f"/claims/{self.draw.choice(self.claims)}/" if self.claims else "/claims/",
            "search": f"/search/?q={quote(self.draw.choice(('C-2026', 'E10', '식당')))}",
        }[kind]
        kind = path.split("/")[1]
        begun = time.monotonic()
        try:
            status, body = with_connection(self.server.port, path, self.session)
        except OSError as error:
            self.server.wrong.append(f"{path}: {error}")
            return
        self.server.took[kind].append(time.monotonic() - begun)
        self.server.statuses[status] += 1
        if status != 200:
            self.server.wrong.append(f"{path}: {status}")
        text = body.decode("utf-8", "ignore")
        self.cases = re.findall(r"/cases/(C-\d{4}-\d{6})/", text)[:20] or self.cases
        self.claims = re.findall(r"/claims/(\d+)/", text)[:20] or self.claims


def postgres_seconds(url: str) -> float:
    """Processor seconds of the whole PostgreSQL server at a URL of this machine."""
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert row is not None
    pid = int((Path(row[0]) / "postmaster.pid").read_text().split("\n", 1)[0])
    return sum(cpu_of(one) for one in children_of(pid))


def turn(server: Server, people: int, seed: int, pause: float, seconds: float) -> None:
    """All reviewers at work for a while; adds to what was measured."""
    before, database = server.used(), postgres_seconds(server.env["DATABASE_URL"])
    begun = time.monotonic()
    workers = [Reviewer(server, n, seed, pause) for n in range(people)]
    threads = [threading.Thread(target=one.work, args=(begun + seconds,)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.seconds += time.monotonic() - begun
    server.cpu += server.used() - before
    server.cpu_database += postgres_seconds(server.env["DATABASE_URL"]) - database


def tell(server: Server) -> None:
    every = sorted(one for times in server.took.values() for one in times)
    n = max(len(every), 1)
    print(
        f"{server.name:>8}: {len(every)} pages in {server.seconds:.0f} s, {len(server.wrong)} errors; median {1e3 * statistics.median(every):.0f} ms,"
        f" p95 {1e3 * every[int(0.95 * n)]:.0f} ms; CPU a page {1e3 * server.cpu / n:.1f} ms of the server, {1e3 * server.cpu_database / n:.1f} of PostgreSQL"
    )
    for kind, times in sorted(server.took.items()):
        times.sort()
        print(f"{kind:>16}: {len(times):>5}, median {1e3 * statistics.median(times):>6.0f} ms, p95 {1e3 * times[int(0.95 * len(times))]:>6.0f} ms")  # fmt: skip
    for line in server.wrong[:5]:
        print(f"          {line}")


def read_server(text: str, port: int) -> Server:
    """`NAME=FOLDER,ENV`."""
    name, _, rest = text.partition("=")
    folder, _, env = rest.partition(",")
    told = dict(re.findall(r"(\w+)=(\S+)", Path(env).read_text(encoding="utf-8")))
    base = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "CLEANCARD_HOME")}
    return Server(
        name, Path(folder), {**base, "DJANGO_SETTINGS_MODULE": "fraud.project.settings", **told}, port
    )


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks reviewers", description=__doc__)
    options.add_argument("--servers", nargs="+", required=True)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--pause", type=float, default=3.0, help="seconds between pages, on average")
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options.add_argument("--port", type=int, default=8170)
    asked = options.parse_args(arguments)
    print(
        f"seed {asked.seed}: {asked.people} reviewers, a page every {asked.pause:g} s each, {asked.seconds:g} s in turns of {SLICE:g}",
        flush=True,
    )
    servers = [read_server(text, asked.port + n) for n, text in enumerate(asked.servers)]
    try:
        for server in servers:
            server.start(asked.people)
            turn(server, min(asked.people, 8), asked.seed, 0.3, 5)  # every worker has met every page
            server.took.clear()
            server.statuses.clear()
            server.seconds = server.cpu = server.cpu_database = 0.0
        for number in range(round(asked.seconds / SLICE)):
            for server in servers if number % 2 == 0 else servers[::-1]:
                turn(server, asked.people, asked.seed + number, asked.pause, SLICE)
    finally:
        for server in servers:
            server.stop()
    for server in servers:
        tell(server)
    return int(any(server.wrong for server in servers))
