"""A company for tests whose database is emptied after each: made once a process, then copied back, its files too."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

T = TypeVar("T")
_KEPT: dict[str, tuple[sqlite3.Connection, Path, Any]] = {}


def kept(name: str, make: Callable[[], T], folder: Callable[[], Path]) -> T:
    """What `make` returns, with what it put into the empty database and the home; `folder` gives a place that lasts for its files."""
    if name not in _KEPT:
        made = make()
        files, rows = folder(), sqlite3.connect(":memory:", check_same_thread=False)
        shutil.copytree(settings.HOME, files, dirs_exist_ok=True)
        _database().backup(rows)
        _KEPT[name] = rows, files, deepcopy(made)
        return made
    rows, files, made = _KEPT[name]
    rows.backup(_database())
    shutil.copytree(files, settings.HOME, dirs_exist_ok=True)
    ContentType.objects.clear_cache()  # emptying the database numbered them anew
    return deepcopy(made)


def _database() -> sqlite3.Connection:
    connection.ensure_connection()
    found: sqlite3.Connection = connection.connection
    return found
