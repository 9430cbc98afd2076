"""Reckonings beside the request: quick ones come at once, slow ones are waited for by asking again, and nothing is worked out twice.

What has a form is worked out once for all processes of the web server; what dies with its process is begun anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from fraud.web import beside as module
from fraud.web import shared_answers
from fraud.web.beside import Done, Form, Waiting, beside
from fraud.web.shared_answers import answer_name


@pytest.fixture(autouse=True)
def _outside_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", LONG)
    monkeypatch.setattr(module, "_works", {})


@pytest.fixture
def in_vain(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Waiting]:
    """`in_vain("key", work)`: asked for what does not come yet, with little patience."""

    def ask(*asked: Any) -> Waiting:
        with monkeypatch.context() as patch:
            patch.setattr(module, "PATIENCE", 0.05)
            told = beside(*asked)
        assert isinstance(told, Waiting)
        return told

    return ask


#: Seconds somebody waits for what will come; how long it takes says how busy the machine is.
LONG = 120


class _Connection:
    in_atomic_block = False


@pytest.fixture
def _no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "connection", _Connection)


@pytest.mark.usefixtures("_no_transaction")
def test_what_is_slow_is_worked_out_once_and_fetched_by_whoever_asks_again(
    in_vain: Callable[..., Waiting],
) -> None:
    go, calls = threading.Event(), []

    def work() -> str:
        calls.append(threading.current_thread().name)
        go.wait(LONG)
        return translation.get_language() or ""

    with translation.override("ko"):
        in_vain("key", work)
        in_vain("key", work)
    held = module._works["key"]
    go.set()
    held.future.result(timeout=LONG)
    assert beside("key", work) == Done("ko")  # the language of who asked first, as its own thread
    assert calls == ["beside"]
    assert module._works == {}


@pytest.mark.usefixtures("_no_transaction")
def test_what_is_quick_comes_with_the_page_and_errors_are_raised_there() -> None:
    assert beside("quick", lambda: 7) == Done(7)
    with pytest.raises(LookupError):
        beside("wrong", dict[str, int]().popitem)
    assert module._works == {}


@pytest.mark.usefixtures("_no_transaction")
def test_too_many_and_forgotten_reckonings_hold_nobody_up(
    monkeypatch: pytest.MonkeyPatch, in_vain: Callable[..., Waiting]
) -> None:
    monkeypatch.setattr(module, "_MOST", 1)
    go = threading.Event()
    in_vain("slow", lambda: go.wait(LONG))
    assert beside("another", lambda: 1) == Done(1)
    monkeypatch.setattr(module, "FORGOTTEN_AFTER", -1)
    assert beside("a third", lambda: 2) == Done(2)
    assert "slow" not in module._works
    go.set()


AS_JSON = Form[int](lambda n: {"n": n}, lambda told: told["n"])
#: Another process of the web server: says that it has begun, waits for a line, and answers seven, or dies where the line says so.
OTHER = """
import os, sys
from pathlib import Path
from django.conf import settings
settings.configure(HOME=Path(sys.argv[1]))
from fraud.web.shared_answers import worked_out
def work():
    print("begun", flush=True)
    if sys.stdin.readline().strip() == "die":
        os._exit(9)
    return {"n": 7}
worked_out(sys.argv[2], work)
print("done", flush=True)
"""


@pytest.fixture
def other(settings) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(settings.HOME), answer_name(("seven", "s1"))], **pipes
    )
    assert process.stdout.readline() == "begun\n"
    yield process
    process.kill()
    process.wait()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


@pytest.mark.usefixtures("_no_transaction")
def test_two_processes_work_an_answer_out_once_between_them(other, settings, in_vain) -> None:
    def never() -> int:
        raise AssertionError("the other process works on it")

    os.utime(next((settings.HOME / "answers" / "shared").iterdir()), (time.time() - 30,) * 2)
    told = in_vain(("seven", "s1"), never, AS_JSON)
    assert told.seconds >= 29  # since the other one began
    _tell(other, "go on")
    assert other.stdout.readline() == "done\n"
    held = module._works[("seven", "s1")]
    held.future.result(timeout=LONG)
    assert beside(("seven", "s1"), never, AS_JSON) == beside(("seven", "s1"), never, AS_JSON) == Done(7)
    assert beside(("seven", "s2"), lambda: 8, AS_JSON) == Done(8)  # something became known since


@pytest.mark.usefixtures("_no_transaction")
def test_what_a_process_was_at_when_it_died_is_begun_anew_by_whoever_waited(other, in_vain) -> None:
    in_vain(("seven", "s1"), lambda: 9, AS_JSON)
    _tell(other, "die")
    assert other.wait(LONG) == 9
    module._works[("seven", "s1")].future.result(timeout=LONG)
    assert beside(("seven", "s1"), lambda: 10, AS_JSON) == Done(9)


def test_answers_are_few_and_kept_for_minutes(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_answers, "MOST", 3)
    for number in range(6):
        shared_answers.keep_answer_for_all(f"a{number}", number)
    assert len(list((settings.HOME / "answers" / "shared").iterdir())) == 3
    assert (shared_answers.answer_there("a5"), shared_answers.answer_there("a0")) == (5, None)
    path = settings.HOME / "answers" / "shared" / "a5.json"
    os.utime(path, (time.time() - shared_answers.KEEP - 5,) * 2)
    assert shared_answers.answer_there("a5") is None
    assert shared_answers.worked_out("a5", lambda: "anew") == "anew"
    path.write_text('{"answer": "cut o')
    assert shared_answers.worked_out("a5", lambda: "whole") == "whole"
    with pytest.raises(LookupError):
        shared_answers.worked_out("a7", dict[str, int]().popitem)
    assert shared_answers.worked_out("a7", lambda: 1) == 1


@pytest.mark.django_db
def test_within_a_transaction_it_is_worked_out_at_once() -> None:
    with transaction.atomic():
        assert beside("here", lambda: threading.current_thread() is threading.main_thread()) == Done(True)
