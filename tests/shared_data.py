"""The data folder beside the project, for tests that need real files."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """Where the data lies: CLEANCARD_SHARED_DATA, else ../shared/data next to the project."""
    return Path(os.environ.get("CLEANCARD_SHARED_DATA", PROJECT.parent / "shared" / "data"))


def shared_file(name: str) -> Path:
    """Path of a shared file; the test is skipped with the reason when it is not there."""
    path = shared_folder() / name
    if not path.exists():
        pytest.skip(f"needs {name} in the data folder (set CLEANCARD_SHARED_DATA)")
    return path
