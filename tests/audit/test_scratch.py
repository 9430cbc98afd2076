"""What is needed for a moment lies in one folder, and what a killed process left there does not outlive a day."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from audit import clock
from audit.scratch import LEFT_AFTER, clear_scratch
from fraud.project.environment import scratch_of

ROOT = Path(__file__).resolve().parents[2]
_WORK = """
import os, signal, tempfile
from fraud.project import settings
with tempfile.TemporaryDirectory(prefix="cleancard-import-") as folder:
    with open(os.path.join(folder, "rows.arrow"), "w") as file:
        file.write("somebody's payments")
    print(folder, settings.FILE_UPLOAD_TEMP_DIR, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_its_rows_where_only_we_look(tmp_path: Path) -> None:
    """ASVS 14.2.7: data that is no longer needed is deleted."""
    done = subprocess.run(
        [sys.executable, "-c", _WORK],
        cwd=ROOT,
        env={**os.environ, "CLEANCARD_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    left, spool = (Path(part) for part in done.stdout.split())
    assert left.parent == spool
    assert tmp_path == spool.parent or len(str(tmp_path)) > 50
    assert stat.S_IMODE(spool.stat().st_mode) == 0o700
    assert (left / "rows.arrow").exists()


def test_what_nobody_wrote_to_for_a_day_is_taken_away_and_nothing_else(settings: Any) -> None:
    home, media, models = (Path(getattr(settings, name)) for name in ("HOME", "MEDIA_ROOT", "MODELS_DIR"))
    settings.FILE_UPLOAD_TEMP_DIR = home / "scratch"
    left = [
        home / "scratch/cleancard-import-1/rows.arrow",
        home / "scratch/tmp1.upload",
        media / "incoming/upload-1",
        media / "evidence/ab/.part-1",
        models / ".incoming-1/model/trees.ubj",
    ]
    kept = [media / "incoming/file-1", media / "evidence/ab/abcdef", models / "M-1/trees.ubj"]
    long_ago = clock.machine_now().timestamp() - LEFT_AFTER - 60
    for path in (*left, *kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert clear_scratch() == 0
    for path in [one for file in (*left, *kept) for one in (file, file.parent)]:
        os.utime(path, (long_ago, long_ago))
    os.utime(models / ".incoming-1", (long_ago, long_ago))
    (home / "scratch/cleancard-import-2").mkdir()
    os.utime(home / "scratch/cleancard-import-2", (long_ago, long_ago))
    (home / "scratch/cleancard-import-2/rows.arrow").write_text("being written")
    assert clear_scratch() == len(left)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)
    assert (home / "scratch/cleancard-import-2/rows.arrow").exists()


def test_a_home_that_is_too_deep_for_a_socket_has_its_folder_beside_those_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    deep = [tmp_path / ("company-" * 9) / str(n) for n in range(2)]
    found = [scratch_of(home) for home in (*deep, deep[0])]
    assert found[0] == found[2] != found[1]
    assert {one.parent for one in found} == {tmp_path}
    assert stat.S_IMODE(found[0].stat().st_mode) == 0o700
    found[1].rmdir()
    found[1].symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="shorter path"):
        scratch_of(deep[1])
