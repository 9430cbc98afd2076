"""`python -m tests.faults [--seed N] [--only NAME]`: break a company in every way of the list and print what came of it. `make faults` runs it.

The exit code is 1 where anything was lost or doubled. Scenarios that need PostgreSQL or Redis are left out, and said to be, where
these programs are not installed.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.databases import NAME, new_migrated_database, put_migrated_file
from tests.fault.rig import ROOT, Company, Crew, Zygote
from tests.faults import scenarios
from tests.faults.scenarios import Outcome, must
from tests.servers import ServerMissing, new_database, postgres_server, redis_server, restart_postgres

ON_FILES = ("night", "importing", "learning", "sweep", "backup", "full_disk", "mail_away")
ON_SERVERS = ("worker_child", "database_restart")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options.add_argument("--only", choices=[*ON_FILES, *ON_SERVERS], action="append")
    asked = options.parse_args()
    wanted = asked.only or [*ON_FILES, *ON_SERVERS]
    print(f"seed {asked.seed} (make faults SEED={asked.seed} draws the same)", flush=True)
    print(f"{'fault':24}{'tried':>7}{'lost':>6}{'doubled':>9}{'recovery':>10}  note", flush=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as name, _zygote(Path(name)) as zygote:
        for outcome in [
            *_on_files(Path(name), zygote, wanted, asked.seed),
            *_on_servers(Path(name), zygote, wanted, asked.seed),
        ]:
            bad += outcome.lost + outcome.doubled + ("NOT" in outcome.note or "OTHER" in outcome.note)
    print("nothing was lost, nothing is there twice" if not bad else "SOMETHING WAS LOST OR DOUBLED")
    return int(bool(bad))


def _show(outcome: Outcome) -> Outcome:
    print(
        f"{outcome.what:24}{outcome.tried:>7,}{outcome.lost:>6}{outcome.doubled:>9}{outcome.seconds:>8.1f} s  {outcome.note}",
        flush=True,
    )
    return outcome


def _on_files(folder: Path, zygote: Zygote, wanted: list[str], seed: int) -> Iterator[Outcome]:
    """Those that need no server, each with copies of one company of 2,000 claims."""
    if not set(ON_FILES) & set(wanted):
        return
    put_migrated_file(folder / "template" / NAME)
    template = _built(Company(folder / "template", zygote))
    for name in ON_FILES:
        if name in wanted:
            found = getattr(scenarios, name)(
                lambda copy: template.copy(folder / copy), random.Random(f"{seed}:{name}")
            )
            yield from map(_show, found if isinstance(found, list) else [found])


def _on_servers(folder: Path, zygote: Zygote, wanted: list[str], seed: int) -> Iterator[Outcome]:
    """Those with real workers over Redis and PostgreSQL."""
    if not set(ON_SERVERS) & set(wanted):
        return
    with ExitStack() as stack:
        try:
            server, broker = stack.enter_context(postgres_server()), stack.enter_context(redis_server())
        except ServerMissing as missing:
            print(f"left out: {', '.join(set(ON_SERVERS) & set(wanted))} ({missing})")
            return
        (folder / "big").mkdir()
        template = _built(Company(folder / "big", zygote, new_migrated_database(server, "company")))
        calm = template.copy(folder / "calm-big", new_database(server, "calm", "company"))
        must(calm.nightly())
        wanted_result = calm.left()
        for name in ON_SERVERS:
            if name not in wanted:
                continue
            crew = Crew(template.copy(folder / name, new_database(server, name, "company")), broker, [])
            stack.callback(crew.stop)
            draw = random.Random(f"{seed}:{name}")
            if name == "worker_child":
                yield _show(scenarios.worker_child(crew, wanted_result, draw))
            else:
                restart = restart_postgres(server, stack)
                yield _show(scenarios.database_restart(crew, wanted_result, restart, draw))
            crew.stop()


def _built(company: Company) -> Company:
    must(company.manage("python", str(ROOT / "tests/fault/setup_company.py")))
    return company


@contextmanager
def _zygote(folder: Path) -> Iterator[Zygote]:
    zygote = Zygote(folder / "zygote")
    try:
        yield zygote
    finally:
        zygote.stop()


if __name__ == "__main__":
    sys.exit(main())
