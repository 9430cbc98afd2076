"""What processes of a night spend, stage by stage, seen from outside: the processor seconds of each and of the database's beside it."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_STAGE = """
    SELECT state, (SELECT min(spec ->> 'piece') FROM fraud_runpart p WHERE p.run_id = r.id AND spec ? 'piece') FROM fraud_screeningrun r
"""
_BACKENDS = "SELECT pid, client_port FROM pg_stat_activity WHERE client_port > 0"


class Watch(threading.Thread):
    """Samples processes while a night runs; a backend of PostgreSQL counts to the process whose connection it serves."""

    def __init__(self, url: str, processes: Callable[[], list[int]]) -> None:
        super().__init__(daemon=True)
        self._url, self._processes = url, processes
        self._spent: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
        self._last: dict[int, float] = {}
        self._owner: dict[int, int] = {}
        self._memory: dict[int, int] = {}
        self.most_together_mb = 0
        self._over = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.is_set():
                row = connection.execute(_STAGE).fetchone()
                stage = "begin" if row is None else row[1] or row[0]
                self._sample(stage, connection.execute(_BACKENDS).fetchall())
                time.sleep(0.2)

    def stop(self) -> None:
        """End sampling."""
        self._over.set()
        self.join(10)

    def stages(self) -> dict[str, list[list[float]]]:
        """Stage → of each process its own CPU seconds and the database's for it, who spent most first."""
        found = {}
        for stage, spent in self._spent.items():
            rows = sorted(spent.values(), key=sum, reverse=True)
            found[stage] = [[round(own, 2), round(beside, 2)] for own, beside in rows if own + beside > 0.05]
        return found

    def path(self) -> float:
        """The critical path: of each stage what the process spent that spent most, the database's work for it counted."""
        return sum(max(map(sum, spent.values()), default=0.0) for spent in self._spent.values())

    def all(self) -> float:
        """CPU seconds of all processes and of the database for them."""
        return sum(sum(map(sum, spent.values())) for spent in self._spent.values())

    def memory(self) -> list[int]:
        """The most each process held, MB."""
        return sorted(self._memory.values(), reverse=True)

    def _sample(self, stage: str, backends: list[tuple[int, int]]) -> None:
        own = self._processes()
        for pid in own:
            self._count(stage, pid, pid, 0)
        by_port = _ports(own) if any(pid not in self._owner for pid, _ in backends) else {}
        for pid, port in backends:
            if port in by_port:
                self._owner[pid] = by_port[port]
            if pid in self._owner:
                self._count(stage, pid, self._owner[pid], 1)
        together = 0
        for pid in own:
            held = _held_mb(pid)
            together += held
            self._memory[pid] = max(self._memory.get(pid, 0), held)
        self.most_together_mb = max(self.most_together_mb, together)

    def _count(self, stage: str, pid: int, owner: int, kind: int) -> None:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return
        now = (int(fields[11]) + int(fields[12])) / _TICK
        before = self._last.get(pid)
        self._last[pid] = now
        if before is not None:
            self._spent[stage][owner][kind] += now - before


def children_of(pid: int) -> list[int]:
    """The processes a process started."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in told.split()]


def _ports(processes: list[int]) -> dict[int, int]:
    """Local port of a connection → the process that has it open."""
    try:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return {}
    by_inode = {row[9]: int(row[1].split(":")[1], 16) for row in rows}
    found = {}
    for pid in processes:
        try:
            links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        for link in links:
            inode = re.fullmatch(r"socket:\[(\d+)\]", link)
            if inode and inode[1] in by_inode:
                found[by_inode[inode[1]]] = pid
    return found


def _held_mb(pid: int) -> int:
    """What a process holds now that is its own: files it shares with others through the system's memory are not counted."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"RssAnon:\s+(\d+)", told)
    return int(found[1]) // 1024 if found else 0
