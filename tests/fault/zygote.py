"""`python -m tests.fault.zygote`: forks processes that run `manage.py` commands, with the heavy libraries already imported.

One JSON object a line on stdin: {"args": […], "env": {…}}; one line a finished process on stdout: {"status": …, "output": …},
where a negative status is the signal that ended it. It imports and never uses the libraries: what they start at first use
would not survive the fork, the same as in a worker.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

# fmt: off
LIBRARIES = (
    "pyod.models.hbos", "sklearn.ensemble", "sklearn.neural_network", "skops.io", "xgboost", "psycopg",
    "cases.tasks", "fraud.project.celery", "fraud.project.urls",
)
# fmt: on


def preload() -> None:
    """Everything that takes long to import; nothing that starts a thread or opens a file is called."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "fraud.project.settings"
    import django

    django.setup()
    from fraud.company.calendar import korean_calendar
    from rules.language.parse import parse

    for name in LIBRARIES:
        importlib.import_module(name)
    korean_calendar([2026])
    parse("amount > 1 KRW")


def move_into(env: dict[str, str]) -> None:
    """Point the settings, read before the fork, at the company of this job."""
    from django.conf import settings
    from django.db import connections

    from fraud.project.environment import database

    os.environ.update(env)
    home = Path(env["CLEANCARD_HOME"])
    settings.HOME, settings.MODELS_DIR, settings.OUTBOX_DIR = home, home / "models", home / "outbox"
    settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH = home / "media", home / "outbox"
    settings.PART_CLAIMS = int(env["PART_CLAIMS"])
    settings.COLUMNS_DIR, settings.COLUMNS_FROM = home / "columns", int(env.get("COLUMNS_FROM", "50000"))
    settings.NIGHTS_DIR, settings.LARGE_NIGHT = home / "nights", int(env.get("LARGE_NIGHT", "20000"))
    connections["default"].close()
    connections.settings["default"] = connections.configure_settings(
        {"default": database(env.get("DATABASE_URL", ""), home)}
    )["default"]
    del connections["default"]


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Fork, run the command, wait."""
    with tempfile.TemporaryFile("w+") as output:
        pid = os.fork()
        if pid == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os._exit(_child(job["args"], job["env"]))
        _, status = os.waitpid(pid, 0)
        output.seek(0)
        return {"status": os.waitstatus_to_exitcode(status), "output": output.read()[-4000:]}


def _child(args: list[str], env: dict[str, str]) -> int:
    from django.core.management import execute_from_command_line

    try:
        move_into(env)
        if "ENDS_AFTER" in env:  # at an instant nobody chose: the kernel ends it, nothing of ours runs
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, float(env["ENDS_AFTER"]))
        if args[0] == "python":
            exec(Path(args[1]).read_text(encoding="utf-8"), {"__name__": "__main__"})
        else:
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
