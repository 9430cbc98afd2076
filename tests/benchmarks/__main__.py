"""`python -m tests.benchmarks NAME [options]`: measurements that print figures; none of them is a timed test."""

import importlib
import os
import sys
from pathlib import Path

_HERE = Path(__file__).parent
_MODULES = [p.stem for p in _HERE.glob("*.py") if not p.stem.startswith(("_", "test_"))]
NAMES = sorted([*_MODULES, *(p.parent.name for p in _HERE.glob("*/__init__.py"))])


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        runnable = [n for n in NAMES if "_" not in n]
        print(
            "usage: python -m tests.benchmarks NAME [options]; NAME is one of: " + ", ".join(runnable),
            file=sys.stderr,
        )
        return 2
    module = importlib.import_module(f"tests.benchmarks.{sys.argv[1]}")
    return int(module.main(sys.argv[2:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
