"""A long rule book beside the request: a thread of the web server takes it, one at a time for the company, and every process can say how far it is.

What was asked waits in a folder of its own in the scratch folder, which the sweep clears after a day. A book is taken in one transaction: of one
whose process died nothing was kept, and it can be begun again from here.
"""

from __future__ import annotations

import contextvars
import fcntl
import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

from django.conf import settings
from django.db import connections

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import NotPermitted
from audit.redaction import find_struck
from fraud.web.refusals import refusal_sentence
from rules.book_text import BookNotValid
from rules.exceptions import RuleServiceError
from rules.models import BookChange
from rules.services.book_bundle import confirm_book, propose_book, try_book
from rules.services.book_import import Tell, import_book
from rules.services.book_takers import BookStep

log = logging.getLogger(__name__)
#: Characters up to which a book is taken within its request: some seventy entries.
SHORT = 40_000
_EVERY = 0.5  # seconds between two words of how far it is
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Order:
    """What is to be done with a book, and for whom. ``step``: preview, apply, propose, or confirm with the number of the proposal."""

    step: str
    user_id: int | None
    text: str = ""
    reason: str = ""
    book_id: int = 0


@dataclass(frozen=True)
class Look:
    """How far an order is; ``answer`` (steps, book or refusal with status) once it is done."""

    order: Order
    state: Literal["waiting", "working", "done", "stopped"]
    done: int = 0
    total: int = 0
    answer: dict[str, Any] | None = None


def is_long(text: str) -> bool:
    """Whether it is taken beside the request. What holds a card or resident number is refused or struck out at once and laid aside nowhere."""
    return len(text) > SHORT and not find_struck(text)


def begin_book(order: Order, *, by: Actor) -> str:
    """Let the book be taken beside the request; the name under which to ask for it."""
    name = secrets.token_hex(16)
    folder = _folder(name)
    folder.mkdir(parents=True, mode=0o700)
    _write(folder / "order", asdict(order))
    begin_again(name, order, by=by)
    return name


def begin_again(name: str, order: Order, *, by: Actor) -> None:
    """Let an order be worked on, unless it is already or is done."""
    held = _try_lock(_folder(name) / "lock")
    if held is None:
        return
    if (_folder(name) / "answer").exists():
        held.close()
        return
    (_folder(name) / "far").unlink(missing_ok=True)
    run = contextvars.copy_context().run  # the reader's language
    threading.Thread(target=run, args=(_run, name, order, by, held), name="book", daemon=True).start()


def look_at_book(name: str, *, by: Actor) -> Look | None:
    """How far it is; None for what there is not (any more), or somebody else's."""
    if not _NAME.fullmatch(name):
        return None
    folder = _folder(name)
    told = _read(folder / "order")
    if told is None or told["user_id"] != by.user_id:
        return None
    order, held = Order(**told), _try_lock(folder / "lock")
    if held is not None:
        held.close()
    answer, far = _read(folder / "answer"), _read(folder / "far")
    if answer is not None:
        return Look(order, "done", answer=answer)
    if held is not None:
        return Look(order, "stopped")
    return Look(order, "working", *far) if far else Look(order, "waiting")


def steps_answered(answer: dict[str, Any]) -> list[BookStep]:
    """The steps of an answer."""
    return [BookStep(**step | {"lines": tuple(step["lines"])}) for step in answer["steps"]]


def _run(name: str, order: Order, by: Actor, held: IO[str]) -> None:
    folder, turn = _folder(name), _folder("turn")
    try:
        with turn.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # one book at a time
            _write(folder / "answer", _answer(order, by, _telling(folder / "far")))
    except Exception:  # the page says that it stopped
        log.exception("book.failed")
    finally:
        held.close()
        connections.close_all()


def _answer(order: Order, by: Actor, tell: Tell) -> dict[str, Any]:
    """What came out, or why it was refused, as plain JSON."""
    try:
        return _taken(order, by, tell)
    except BookNotValid as error:
        return {"refusal": error.message(current_language()), "status": 422}
    except NotPermitted as error:
        return {"refusal": refusal_sentence(error), "status": 403}
    except RuleServiceError as error:
        return {"refusal": str(error), "status": error.status}


def _taken(order: Order, by: Actor, tell: Tell) -> dict[str, Any]:
    if order.step == "confirm":
        change = BookChange.objects.get(pk=order.book_id)
        return {"book": confirm_book(change=change, by=by, tell=tell).pk}
    if order.step == "propose":
        waiting = BookChange.objects.filter(state=BookChange.State.PROPOSED, proposed_by_id=by.user_id)
        if same := waiting.filter(text=order.text).values_list("pk", flat=True).first():
            return {"book": same}  # its process died between proposing it and saying so
        return {"book": propose_book(text=order.text, by=by, reason=order.reason, tell=tell).pk}
    if order.step == "apply":
        steps = import_book(text=order.text, by=by, reason=order.reason, tell=tell)
    else:
        steps = try_book(text=order.text, by=by, tell=tell)
    return {"steps": [asdict(step) for step in steps]}


def _telling(path: Path) -> Callable[[int, int], None]:
    said = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _EVERY:
            said = time.monotonic()
            _write(path, [done, total])

    return tell


def _folder(name: str) -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"book-{name}"


def _try_lock(path: Path) -> IO[str] | None:
    """The file, held; None where somebody holds it. Closing it lets go, and so does the end of a process."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _read(path: Path) -> Any | None:
    with suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return None


def _write(path: Path, content: Any) -> None:
    """Whole or not at all: others read it meanwhile."""
    written = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    written.touch(0o600)
    written.write_text(json.dumps(content, ensure_ascii=False))
    os.replace(written, path)
