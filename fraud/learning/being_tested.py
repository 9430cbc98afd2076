"""Whether a version is being tested out of time at this moment: a lock on a file, which the system takes from a process however it ends."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from fraud.claims.importing.locks import folder_lock
from fraud.detection.models import ModelVersion


def test_lock(version: ModelVersion) -> Path:
    """The file whose lock shows that the version is being tested."""
    return Path(settings.HOME) / "locks" / f"test-{version.reference}.lock"


def is_being_tested(version: ModelVersion) -> bool:
    """Whether a process of this machine tests the version at this moment."""
    path = test_lock(version)
    if not path.exists():
        return False
    with folder_lock(path) as is_free:
        return not is_free
