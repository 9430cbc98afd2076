"""Processes of their own that need not import everything first: each is forked where the libraries are loaded and never used."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

import pytest

#: What a training imports.
TRAINING = ("fraud.learning.training.train", "pyod.models.iforest", "xgboost", "skops.io")
#: What reading a delivered file imports.
READING = ("fraud.claims.importing.sandbox",)


@cache
def _processes(modules: tuple[str, ...]) -> ProcessPoolExecutor:
    context = get_context("forkserver")
    context.set_forkserver_preload([*modules])
    return ProcessPoolExecutor(1, context, max_tasks_per_child=1)


def apart(work: Callable[..., Any], *arguments: Any, loaded: tuple[str, ...]) -> Any:
    """What `work` returns in a fresh process where these modules are `loaded`; what it raises is raised here."""
    return _processes(loaded).submit(work, *arguments).result()


def ask_forked(
    module: str, task: Mapping[str, Any], bounds: object, going_on: object = None
) -> dict[str, Any]:
    """`ask_child` of `fraud.claims.importing.bounded` without its limits: a process as fresh, which is forked."""
    answer_to = importlib.import_module(module).answer_to
    told: dict[str, Any] = apart(answer_to, json.loads(json.dumps(task)), loaded=READING)
    return told


@pytest.fixture
def forked_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in processes that are forked; starting one for each takes longer than most files, and has tests of its own."""
    from fraud.claims.importing import people_apart, sandbox, waiting
    from fraud.claims.receipts import looking

    for module in (people_apart, sandbox, waiting, looking):
        monkeypatch.setattr(module, "ask_child", ask_forked)
