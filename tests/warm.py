"""Processes of their own that need not import everything first: each is forked where the libraries are loaded and never used."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

#: What a training imports.
TRAINING = ("fraud.learning.training.train", "pyod.models.iforest", "xgboost", "skops.io")


@cache
def _processes(modules: tuple[str, ...]) -> ProcessPoolExecutor:
    context = get_context("forkserver")
    context.set_forkserver_preload([*modules])
    return ProcessPoolExecutor(1, context, max_tasks_per_child=1)


def apart(work: Callable[..., Any], *arguments: Any, loaded: tuple[str, ...]) -> Any:
    """What `work` returns in a fresh process where these modules are `loaded`; what it raises is raised here."""
    return _processes(loaded).submit(work, *arguments).result()
