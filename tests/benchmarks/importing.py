"""Import of one large CSV: rows a second and peak memory, beside a bare polars read of the file and a plain bulk load of its rows.

`python -m tests.benchmarks importing --rows 1000000 [--json] [--again]`. The file is made up, the home is temporary;
with DATABASE_URL set the rows go to that (empty) database instead of an embedded one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks._arguments import count

#: The same rows into an empty table like that of the claims, with its indexes, by what the database has for many rows; reading them is not counted.
_LOAD = """
import re, sqlite3, sys, time
old, new, spent = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2]), 0.0
for (text,) in old.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'fraud_claim' AND sql IS NOT NULL ORDER BY type DESC"):
    new.execute(text)
new.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF")
rows = old.execute("SELECT * FROM fraud_claim ORDER BY id")
marks = ", ".join("?" * len(rows.description))
while part := rows.fetchmany(50_000):
    started = time.perf_counter()
    with new:
        new.executemany(f"INSERT INTO fraud_claim VALUES ({marks})", part)
    spent += time.perf_counter() - started
print(spent)
"""
ROOT = Path(__file__).resolve().parents[2]
_BARE = "import polars, sys, time; t = time.perf_counter(); polars.read_csv(sys.argv[1], infer_schema=False); print(time.perf_counter() - t)"


def write_claims(path: Path, rows: int, seed: int = 1) -> None:
    """A generic claim file: 17 columns, one cancellation in fifty, purposes with commas and quotation marks."""
    rng = np.random.default_rng(seed)
    person, place = rng.integers(0, 4000, rows), (rng.pareto(1.2, rows) * 40).astype(int) % 30_000
    amount = np.exp(rng.normal(10, 1, rows)).astype(int) // 10 * 10 + 10
    amount[rng.random(rows) < 0.02] *= -1
    at = np.datetime64("2025-01-01T06:00:00", "ms") + rng.integers(0, 300 * 86_400, rows).astype(
        "timedelta64[s]"
    )
    number = pl.Series("n", np.arange(rows))
    frame = pl.DataFrame({"person": person, "place": place, "금액": amount, "at": at}).with_columns(
        number, brand=pl.Series(rng.integers(0, 10_000, rows))
    )
    text = pl.format('점심, "{}번" 회의', pl.col("n") % 97)
    frame.select(
        pl.format("CL-{}", pl.col("n").cast(pl.String).str.zfill(9)).alias("claim_id"),
        pl.format("E{}", pl.col("person").cast(pl.String).str.zfill(5)).alias("사번"),
        pl.format("****-{}", (pl.col("person") % 10_000).cast(pl.String).str.zfill(4)).alias("카드번호"),
        pl.col("at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("사용일시"),
        pl.col("at").dt.offset_by("2d").dt.strftime("%Y-%m-%d").alias("매입일"),
        "금액",
        pl.lit("KRW").alias("통화"),
        pl.format("가맹점 {}", "place").alias("가맹점명"),
        pl.format("G{}", "place").alias("가맹점번호"),
        (5000 + pl.col("place") % 900).alias("mcc"),
        (10_000_000 + pl.col("n") % 90_000_000).alias("승인번호"),
        pl.format("D{}", pl.col("person") % 120).alias("부서코드"),
        pl.lit("meal").alias("용도코드"),
        text.alias("적요"),
        pl.lit("card_slip").alias("증빙구분"),
        (1 + pl.col("brand") % 6).alias("참석인원"),
        pl.format("R{}", "n").alias("영수증번호"),
    ).write_csv(path)


def run(command: list[str], home: Path) -> tuple[str, float, float]:
    """(output, processor seconds, peak resident megabytes) of a child process."""
    environment = {
        **os.environ,
        "CLEANCARD_HOME": str(home),
        "POLARS_MAX_THREADS": "2",
        "OMP_NUM_THREADS": "1",
    }
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed\n{output}")
    return output, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main(arguments: list[str]) -> int:
    """Make the file, read it bare, import it, and import it once more under another name."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks importing", description=__doc__)
    parser.add_argument("--rows", type=count, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="cleancard-benchmark-") as folder:
        figures = measure(Path(folder), options.rows)
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):32} {value:>14,}")
    return 0


def measure(folder: Path, rows: int) -> dict[str, float]:
    """Figures of one size; every step runs in a process of its own."""
    path, home = folder / "claims.csv", folder / "home"
    run(
        [
            sys.executable,
            "-c",
            f"from pathlib import Path; from tests.benchmarks.importing import write_claims; write_claims(Path({str(path)!r}), {rows})",
        ],
        home,
    )
    python = [sys.executable, "manage.py"]
    run([*python, "migrate", "-v0"], home)
    bare, _, bare_memory = run([sys.executable, "-c", _BARE, str(path)], home)
    output, work, memory = run([*python, "import_claims", str(path), "--json"], home)
    first = json.loads(output)
    assert (first["state"], first["n_accepted"]) == ("imported", rows), first
    load: float | None = None
    if (stored := home / "cleancard.sqlite3").exists():
        load = float(run([sys.executable, "-c", _LOAD, str(stored), str(folder / "plain.sqlite3")], home)[0])
    with path.open("ab") as stream:
        stream.write(b"\r\n")  # other bytes, the same rows: every one is looked up and found
    output, again_work, again_memory = run([*python, "import_claims", str(path), "--json"], home)
    again = json.loads(output)
    assert (again["n_accepted"], again["n_duplicate"]) == (0, rows), again
    return {
        "rows": rows,
        "file_megabytes": round(path.stat().st_size / 1e6, 1),
        "bare_read_seconds": round(float(bare), 2),
        "bare_read_peak_megabytes": round(bare_memory),
        **({} if load is None else {"bulk_load_seconds": round(load, 2)}),
        "import_seconds": first["seconds"],
        **({} if load is None else {"ratio": round(first["seconds"] / (float(bare) + load), 1)}),
        "import_rows_per_second": round(rows / first["seconds"]),
        "import_processor_seconds": round(work, 1),
        "import_peak_megabytes": round(memory),
        "peak_rss_mb": round(memory),
        "repeat_seconds": again["seconds"],
        "repeat_rows_per_second": round(rows / again["seconds"]),
        "repeat_processor_seconds": round(again_work, 1),
        "repeat_peak_megabytes": round(again_memory),
    }
