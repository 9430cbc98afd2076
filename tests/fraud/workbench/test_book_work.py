"""A long rule book is taken beside the request: any process says how far it is, and what a process left behind is begun again."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.actor import Actor
from fraud.workbench import book_work
from fraud.workbench.book_work import Order, begin_again, begin_book, is_long, look_at_book, steps_answered
from rules.book_text import write_yaml
from rules.models import BookChange, Rule
from rules.services.book_bundle import try_book
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
BOOK = {
    "format": "cleancard rule book 1",
    "rules": [
        {
            "code": f"N{number}",
            "name": {"ko": "가", "en": "a"},
            "question": {"ko": "용도는?", "en": "What for?"},
            "state": "active" if number else "nowhere",
            "text": "amount > 5 KRW",
        }
        for number in range(3)
    ],
}


class AtOnce:
    """A thread that has ended by the time it was started: a test's transaction is seen by its own connection only."""

    def __init__(self, *, target: Any, args: tuple[Any, ...], **_more: Any) -> None:
        self._target, self._args = target, args

    def start(self) -> None:
        self._target(*self._args)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    monkeypatch.setattr(book_work.threading, "Thread", AtOnce)
    monkeypatch.setattr(book_work.connections, "close_all", lambda: None)
    return tmp_path


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return cast.actor("rule_admin")


def test_what_comes_out_is_what_the_request_would_have_answered(at_once: Path, admin: Actor) -> None:
    text = write_yaml(BOOK)
    look = look_at_book(begin_book(Order("preview", admin.user_id, text), by=admin), by=admin)
    assert look is not None
    assert (look.state, look.order.text) == ("done", text)
    assert look.answer is not None
    assert steps_answered(look.answer) == try_book(text=text, by=admin)
    assert {step.action for step in steps_answered(look.answer)} == {"new", "refused"}
    assert not Rule.objects.exists()


def test_a_book_whose_process_died_left_nothing_and_is_begun_again(
    at_once: Path, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = book_work.import_book

    def dies(*, tell: Any, **asked: Any) -> Any:
        def last_word(done: int, total: int) -> None:
            tell(done, total)
            if done == 2:
                raise KeyboardInterrupt

        return taken(tell=last_word, **asked)

    monkeypatch.setattr(book_work, "import_book", dies)
    order = Order("apply", admin.user_id, write_yaml(BOOK))
    with pytest.raises(KeyboardInterrupt):
        begin_book(order, by=admin)
    (folder,) = (path for path in at_once.glob("book-*") if path.is_dir())
    name = folder.name.removeprefix("book-")
    assert look_at_book(name, by=admin) == book_work.Look(order, "stopped")
    assert not Rule.objects.exists()
    monkeypatch.setattr(book_work, "import_book", taken)
    begin_again(name, order, by=admin)
    found = look_at_book(name, by=admin)
    assert found is not None
    assert found.state == "done"
    assert Rule.objects.count() == 2


def test_other_processes_see_how_far_it_is_and_do_not_begin_it_too(at_once: Path, admin: Actor) -> None:
    folder = at_once / f"book-{'a' * 32}"
    folder.mkdir()
    order = Order("apply", admin.user_id, write_yaml(BOOK))
    (folder / "order").write_text(json.dumps(order.__dict__))
    with (folder / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert look_at_book("a" * 32, by=admin) == book_work.Look(order, "waiting")
        (folder / "far").write_text("[2, 3]")
        assert look_at_book("a" * 32, by=admin) == book_work.Look(order, "working", 2, 3)
        begin_again("a" * 32, order, by=admin)
        assert not Rule.objects.exists()


def test_nobody_else_sees_it_and_no_name_leads_elsewhere(at_once: Path, admin: Actor, cast: Cast) -> None:
    name = begin_book(Order("preview", admin.user_id, write_yaml(BOOK)), by=admin)
    assert look_at_book(name, by=cast.actor("approver")) is None
    assert look_at_book("../" + name, by=admin) is None
    assert look_at_book("b" * 32, by=admin) is None


def test_a_card_number_is_laid_aside_nowhere() -> None:
    long = "#" * (book_work.SHORT + 1)
    assert is_long(long)
    assert not is_long(long[1:])
    assert not is_long(long + " 4111 1111 1111 1111")


def test_the_pages_take_a_long_book_beside_the_request(
    at_once: Path, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_work, "SHORT", 10)
    asked = {"text": write_yaml(BOOK), "reason": "first installation"}

    def beside(login: Any, address: str, **sent: str) -> Any:
        client.force_login(login)
        answer = client.post(address, sent)
        assert "/rules/book/taking/" in answer["Location"]
        part = client.get(answer["Location"], headers={"HX-Request": "true"})
        assert part["HX-Refresh"] == "true"
        return client.get(answer["Location"])

    page = reverse("fraud:rule-book")
    seen = beside(cast.rule_admin, page, **asked)
    assert seen.context["counts"] == {"new": 2, "draft": 0, "proposal": 0, "same": 0, "refused": 1}
    assert seen.context["text"] == asked["text"]
    # what follows is sent to the page of the book, not to that of the work
    assert seen.content.decode().count(f'method="post" action="{page}"') == 2
    refused = beside(cast.rule_admin, page, **asked | {"text": "format: none of ours"})
    assert refused.status_code == 422
    proposed = beside(cast.rule_admin, page, **asked, step="propose")
    change = BookChange.objects.get()
    assert proposed["Location"] == reverse("fraud:book-change", args=[change.pk])
    beside(cast.approver, reverse("fraud:decide-book", args=[change.pk, "approve"]))
    assert Rule.objects.count() == 2
