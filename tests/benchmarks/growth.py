"""`python -m tests.benchmarks growth [--small 100000] [--history 1000000] [--new 3000] [--json]`: how an ordinary night grows with its history.

The benchmark `normal` at two sizes, each in a process and a company of its own; `cpu_ratio` and `rss_ratio` say how many times the
night on the long history takes what that on the short one takes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.benchmarks._arguments import count


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures of both nights and their ratios; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks growth", description=__doc__)
    parser.add_argument("--small", type=count, default=100_000, help="claims of the short history")
    parser.add_argument("--history", type=count, default=1_000_000, help="claims of the long history")
    parser.add_argument("--new", type=count, default=3_000, help="claims of each night")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    small, large = (_night(size, options) for size in (options.small, options.history))
    figures = {
        **large,
        "small": small,
        "cpu_ratio": round(large["cpu"] / small["cpu"], 2),
        "rss_ratio": round(large["peak_rss_mb"] / small["peak_rss_mb"], 2),
    }
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def _night(history: int, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks", "normal", "--json"]
    command += ["--history", str(history), "--new", str(options.new)]
    command += ["--postgres"] if options.postgres else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return {name: told[name] for name in ("history", "new", "cpu", "process_cpu", "seconds", "peak_rss_mb")}


if __name__ == "__main__":
    sys.exit(main())
