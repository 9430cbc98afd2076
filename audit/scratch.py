"""Where what is needed only for a moment lies: one folder, of the home where its path is short enough, which no other login of the machine may enter.

The settings make it Python's own folder for such things (`tempfile.tempdir`), so that libraries and modules that know no settings use
it as well. Whoever puts something there takes it away again. A process that was killed cannot; what it left (rows of a delivery, an upload, a
model half fitted) is taken away by the sweep when nobody wrote to it for a day, so that no copy of people's data outlives its use.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from django.conf import settings

from audit import clock

LEFT_AFTER: Final = 24 * 3600  # seconds without a write
#: Setting of a folder → what may be left there: beside the scratch folder, what is written next to its last place so that it can be renamed.
_LEFT: Final = (("FILE_UPLOAD_TEMP_DIR", "*"), ("MEDIA_ROOT", "incoming/upload-*"), ("MEDIA_ROOT", "evidence/*/.part-*"), ("MODELS_DIR", ".incoming-*"))  # fmt: skip


def clear_scratch() -> int:
    """Take away what killed processes left; how many files and folders. What goes meanwhile is no fault."""
    now = clock.machine_now().timestamp()
    since, cleared = now - LEFT_AFTER, 0
    for folder, pattern in _LEFT:
        for path in Path(getattr(settings, folder)).glob(pattern):
            if _last_write(path, now) < since:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
                cleared += 1
    return cleared


def _last_write(path: Path, now: float) -> float:
    """Seconds since 1970 at which it, or anything in it, was last written; now for what is gone already."""
    try:
        return max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
    except OSError:
        return now
