"""`python -m tests.benchmarks public --birmingham PATH --toronto PATH [--json]`: what the rules find in two public sets of purchase cards.

PATH is a file, or a folder whose files are taken in the order of their names. Each set is imported with its preset into a home of its own,
temporary, and counted twice: by rules of the language over the stored claims, and by plain SQL over the same table. Beside them stands what
is published of the whole set (docs/real-data.md says of which files), and every refusal of the import, since a refused row is in no count.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_SAME_DAY = "same cardholder, merchant, whole day where amount > 0"
#: Endings of files that are tables; a folder's other files are left alone.
_TABLES = (".csv", ".tsv", ".txt", ".gz", ".xls", ".xlsx", ".parquet")


@dataclass(frozen=True)
class PublicSet:
    """One set: its clock and currency, and what was counted of the whole of it by others (name → count)."""

    zone: str
    currency: str
    limits: tuple[int, ...]
    mccs: tuple[str, ...]
    published: Mapping[str, float]


SETS = {
    "birmingham": PublicSet(
        "Europe/London",
        "GBP",
        (500, 1_000, 5_000),
        (),
        {
            "rows": 181_335,
            "repeated rows": 8_466,
            "split over 500": 744,
            "split over 1000": 379,
            "split over 5000": 626,
            "weekend %": 6.4,
        },
    ),
    "toronto": PublicSet(
        "America/Toronto",
        "CAD",
        (3_000, 5_000, 10_000),
        ("5813", "5921", "5944", "7273", "7230", "7298", "7992", "6010/6011"),
        {
            "rows": 377_207,
            "repeated rows": 16_382,
            "split over 3000": 562,
            "split over 5000": 224,
            "split over 10000": 201,
            "weekend %": 5.05,
            "mcc 5813": 76,
            "mcc 5921": 206,
            "mcc 5944": 114,
            "mcc 7273": 10,
            "mcc 7230": 25,
            "mcc 7298": 16,
            "mcc 7992": 38,
            "mcc 6010/6011": 4,
        },
    ),
}


def rule_texts(chosen: PublicSet) -> dict[str, str]:
    """Name of a count → the rule whose hits it counts; groups are the different card, merchant and day of the hits of `split over …`."""
    texts = {
        "repeated rows": "amount > 0 and count(same cardholder, merchant, amount, whole day) >= 2",
        "weekend %": "is_weekend",
    }
    for limit in chosen.limits:
        texts[f"split over {limit}"] = (
            f"amount > 0 and count({_SAME_DAY}) >= 2 and sum(amount {_SAME_DAY}) > {limit} {chosen.currency}"
            f" and max(amount {_SAME_DAY}) <= {limit} {chosen.currency}"
        )
    for mcc in chosen.mccs:
        asked = " or ".join(f'merchant.mcc = "{code}"' for code in mcc.split("/"))
        texts[f"mcc {mcc}"] = asked
    return texts


def main(argv: Sequence[str] | None = None) -> int:
    """Import and count each set that was given; 2 where none was, 1 where a path is none or nothing of it could be taken."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks public", description=__doc__)
    for name in SETS:
        parser.add_argument(f"--{name}", type=Path, metavar="PATH", help="a file or a folder of files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    given = {name: path for name in SETS if (path := getattr(options, name)) is not None}
    if not given:
        parser.print_usage(sys.stderr)
        return 2
    say: Callable[[str], None] = (lambda text: None) if options.json else print
    figures = {}
    for name, path in given.items():
        files = files_of(path)
        if not files:
            print(f"{path}: no file of a table is there", file=sys.stderr)
            return 1
        with tempfile.TemporaryDirectory(prefix=f"public-{name}-") as home:
            figures[name] = _measure(name, files, Path(home))
        for line in told(name, figures[name]):
            say(line)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    return 0 if all(found["counts"] for found in figures.values()) else 1


def files_of(path: Path) -> list[Path]:
    """The file, or the tables of the folder by name."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in _TABLES)


def told(name: str, figures: Mapping[str, Any]) -> list[str]:
    """The figures of a set as lines: what became of the files, then each count three times."""
    lines = [
        f"{name}: {figures['accepted']:,} claims of {figures['rows']:,} rows in {figures['files']} files"
    ]
    lines += [f"  not taken: {n:,} × {reason}" for reason, n in figures["refused"].items()]
    lines.append(f"  {'':<18}{'published':>12}{'by rules':>12}{'by SQL':>12}")
    for count, found in figures["counts"].items():
        published = SETS[name].published.get(count, "")
        lines.append(f"  {count:<18}{published:>12,}{found['rules']:>12,}{found['sql']:>12,}")
    return lines


def _measure(name: str, files: Sequence[Path], home: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "CLEANCARD_HOME": str(home),
        "CLEANCARD_DEMO": "0",
        "COMPANY_TIME_ZONE": SETS[name].zone,
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
    }
    environment.pop("DATABASE_URL", None)  # nothing of this may reach a database that is in use

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed")
        return done.stdout

    run("manage.py", "migrate", "-v0")
    paths = [str(file.resolve()) for file in files]
    found: dict[str, Any] = json.loads(run("-m", "tests.benchmarks._public_counts", name, *paths))
    return {"files": len(files), **found}


if __name__ == "__main__":
    sys.exit(main())
