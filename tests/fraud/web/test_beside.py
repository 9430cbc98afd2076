"""Reckonings beside the request: quick ones come at once, slow ones are waited for by asking again, and nothing is worked out twice or kept."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction
from django.utils import translation

from fraud.web import beside as module
from fraud.web.beside import Done, Waiting, beside


@pytest.fixture(autouse=True)
def _outside_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "_works", {})


class _Connection:
    in_atomic_block = False


@pytest.fixture
def _no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "connection", _Connection)


@pytest.mark.usefixtures("_no_transaction")
def test_what_is_slow_is_worked_out_once_and_fetched_by_whoever_asks_again() -> None:
    go, calls = threading.Event(), []

    def work() -> str:
        calls.append(threading.current_thread().name)
        go.wait(5)
        return translation.get_language() or ""

    with translation.override("ko"):
        first, second = beside("key", work), beside("key", work)
    assert isinstance(first, Waiting)
    assert isinstance(second, Waiting)
    held = module._works["key"]
    go.set()
    held.future.result(timeout=5)
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
def test_too_many_and_forgotten_reckonings_hold_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 1)
    go = threading.Event()
    assert isinstance(beside("slow", lambda: go.wait(5)), Waiting)
    assert beside("another", lambda: 1) == Done(1)
    monkeypatch.setattr(module, "FORGOTTEN_AFTER", -1)
    assert beside("a third", lambda: 2) == Done(2)
    assert "slow" not in module._works
    go.set()


@pytest.mark.django_db
def test_within_a_transaction_it_is_worked_out_at_once() -> None:
    with transaction.atomic():
        assert beside("here", lambda: threading.current_thread() is threading.main_thread()) == Done(True)
