"""One transaction a service: durable outside, a part of its caller inside, and what follows only once it holds (ASVS 5: 2.3.3, 16.5.3)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from audit.transactions import after_commit, one_transaction

pytestmark = pytest.mark.django_db


def names() -> set[str]:
    return set(Group.objects.filter(name__startswith="t-").values_list("name", flat=True))


@one_transaction()
def add(name: str, *, fails: bool = False) -> None:
    Group.objects.create(name=name)
    if fails:
        raise ValueError(name)


def test_service_stands_or_falls_as_a_whole():
    add("t-1")
    with pytest.raises(ValueError, match="t-2"):
        add("t-2", fails=True)
    assert names() == {"t-1"}


def test_service_inside_another_falls_alone_and_falls_with_it():
    with pytest.raises(RuntimeError, match="outer"), one_transaction():
        add("t-1")
        with pytest.raises(ValueError, match="t-2"):
            add("t-2", fails=True)
        assert names() == {"t-1"}
        raise RuntimeError("outer")
    assert names() == set()


def test_service_refuses_to_run_where_somebody_else_could_undo_it():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        add("t-1")
    assert names() == set()


def test_what_follows_waits_for_the_outermost_and_for_success():
    done: list[str] = []
    with one_transaction():
        with one_transaction():
            after_commit(lambda: done.append("inner"))
        assert done == []
    assert done == ["inner"]
    with pytest.raises(ValueError, match="no"), one_transaction():
        after_commit(lambda: done.append("never"))
        raise ValueError("no")
    after_commit(lambda: done.append("at once"))
    assert done == ["inner", "at once"]


def test_fault_of_what_follows_undoes_nothing_and_keeps_nobody_from_following(caplog):
    done: list[str] = []
    with one_transaction():
        add("t-1")
        after_commit(lambda: 1 / 0)
        after_commit(lambda: done.append("next"))
    assert names() == {"t-1"}
    assert done == ["next"]
    assert "after_commit.failed" in caplog.text
