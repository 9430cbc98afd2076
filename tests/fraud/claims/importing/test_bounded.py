"""A process that waits for the next file reads one, ends by itself where none comes, and is never missed (ASVS 5: 5.2.1)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from fraud.claims.importing import bounded
from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.texts import sentence

ECHO = "tests.fraud.claims.importing.echo"


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    yield
    if child := bounded._take():
        child.kill()
        child.communicate()


def waiting() -> int | None:
    return bounded._spare[2].pid if bounded._spare else None


def test_a_task_is_answered_by_the_process_that_waits_and_the_next_by_another() -> None:
    bounded.warm()
    bounded.warm()  # one is enough
    pid = waiting()
    first = ask_child(ECHO, {"say": "한빛"}, Bounds(seconds=30))
    assert (first["said"], first["pid"]) == ("한빛", pid)
    assert waiting() is None
    assert ask_child(ECHO, {"say": "x"}, Bounds(seconds=30))["pid"] not in {pid, os.getpid()}


def test_a_waiting_process_that_died_is_not_missed() -> None:
    bounded.warm()
    assert bounded._spare is not None
    bounded._spare[2].kill()
    assert ask_child(ECHO, {"say": "x"}, Bounds(seconds=30))["said"] == "x"


def test_a_process_of_another_process_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded.warm()
    pid, spare = os.getpid(), bounded._spare
    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    assert bounded._usable() is None
    monkeypatch.undo()
    assert bounded._spare is spare


def test_one_that_lasts_too_long_or_dies_is_told_as_such() -> None:
    for task, seconds in ({"sleep": 30}, 1), ({"die": True}, 30):
        with pytest.raises(FileQuarantined) as refusal:
            ask_child(ECHO, task, Bounds(seconds=seconds))
        assert refusal.value.code == "reader_stopped"


def test_a_fault_of_the_program_is_told_as_one_without_its_words() -> None:
    """Not as a file that took too long, and nothing the file says leaves with it."""
    with pytest.raises(FileQuarantined) as refusal:
        ask_child(ECHO, {"fail": True}, Bounds(seconds=30))
    assert refusal.value.code == "reader_failed"
    assert re.fullmatch(r"TypeError, echo\.py:[0-9]+", refusal.value.params["error"])
    for language, word in ("en", "error of the program"), ("ko", "프로그램 오류"):
        assert word in sentence("file", "reader_failed", refusal.value.params, language)


def test_who_asks_may_stop_waiting() -> None:
    def enough() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        ask_child(ECHO, {"sleep": 30}, Bounds(seconds=60), enough)
