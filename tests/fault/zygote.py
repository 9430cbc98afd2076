"""`python -m tests.fault.zygote`: forks processes that run `manage.py` commands, with the heavy libraries already imported.

One JSON object a line on stdin: {"args": […], "env": {…}}; one line a finished process on stdout: {"status": …, "output": …},
where a negative status is the signal that ended it. It imports and never uses the libraries: what they start at first use
would not survive the fork, the same as in a worker.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def preload() -> None:
    """Everything that takes long to import and needs no settings."""
    import django.db.backends.sqlite3.base
    import polars
    import pyod.models.hbos
    import sklearn.ensemble
    import sklearn.neural_network
    import skops.io
    import xgboost  # noqa: F401


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Fork, run the command, wait."""
    with tempfile.TemporaryFile("w+") as output:
        pid = os.fork()
        if pid == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os.environ.update(job["env"])
            os._exit(_child(job["args"]))
        _, status = os.waitpid(pid, 0)
        output.seek(0)
        return {"status": os.waitstatus_to_exitcode(status), "output": output.read()[-4000:]}


def _child(args: list[str]) -> int:
    import traceback

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    try:
        import django

        django.setup()
        if args[0] == "python":
            exec(Path(args[1]).read_text(encoding="utf-8"), {"__name__": "__main__"})
        else:
            from django.core.management import execute_from_command_line

            execute_from_command_line(["manage.py", *args])
        code = 0
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    preload()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
