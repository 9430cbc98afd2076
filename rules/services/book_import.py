"""Import a rule book: what it would change is told first; what it changes are drafts and proposals only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.book_text import BookNotValid, read_yaml
from rules.exceptions import RuleServiceError, ValueNotValid
from rules.language import RuleNotValid
from rules.services.book import FORMAT, Entry
from rules.services.book_shelf import open_shelf, shelf
from rules.services.book_takers import TAKERS, BookStep, Taker

#: Entries of a part. Rules are stored together; each of the others is a proposal and a decision of its own.
MOST_ENTRIES = {"groups": 2_000, "rules": 5_000, "lists": 2_000, "parameters": 2_000}
_PARTS = ("groups", "rules", "lists", "parameters")


Settle = Callable[[str, Taker, Entry], BookStep]
Asked = Callable[[], BookStep]
#: Is told how many entries of how many were gone through.
Tell = Callable[[int, int], None]


def tell_nobody(done: int, total: int) -> None:
    """For whoever waits anyway."""


def ask(step: Asked) -> BookStep:
    """The step as it is."""
    return step()


class _OnlySeen(Exception):
    """Takes back what a preview made."""


def preview_book(*, text: str, by: Actor) -> list[BookStep]:
    """What an import would do; nothing is kept. Raises BookNotValid, NotPermitted."""
    steps: list[BookStep] = []
    with suppress(_OnlySeen), one_transaction():
        steps += _steps(text, by, is_tried=True)
        raise _OnlySeen
    return steps


def import_book(*, text: str, by: Actor, reason: str = "", tell: Tell = tell_nobody) -> list[BookStep]:
    """Drafts of the rules that are new or differ, proposals of the lists and parameters that do; the rest is told and left alone.

    Nothing counts before a second person agrees, rule by rule and list by list. An entry that is refused keeps no other from
    being taken. Raises BookNotValid, NotPermitted.
    """
    with one_transaction():
        steps = _steps(text, by, reason, tell)
        counts = {
            action: sum(step.action == action for step in steps) for action in ("new", "draft", "proposal")
        }
        if any(counts.values()):
            record(action="rule.book_imported", by=by, subject=CONFIG, reason=reason, after=counts)
    return steps


def _steps(
    text: str, by: Actor, reason: str = "", tell: Tell = tell_nobody, is_tried: bool = False
) -> list[BookStep]:
    require(by, "rules.draft_rule")
    require(by, "rules.propose_rule")
    why = reason or _("From a rule book")
    return steps_through(text, lambda _part, take, entry: take(entry, by, why), tell=tell, is_tried=is_tried)


def steps_through(
    text: str,
    settle: Settle,
    *,
    asked: Callable[[Asked], BookStep] = ask,
    tell: Tell = tell_nobody,
    is_tried: bool = False,
) -> list[BookStep]:
    """What `settle` makes of each entry of a book, groups, lists and parameters before the rules that refer to them; `asked` asks it.

    While the rules are taken, what they refer to stays as it is: it is read once, and so is each text; they are
    stored together (`book_shelf`), and not at all where the book is only tried. Raises BookNotValid.
    """
    book = book_of(text)
    steps: list[BookStep] = []
    parts = {part: list(entries_of(book, part)) for part in _PARTS}
    total = sum(map(len, parts.values()))
    for part, known, take in TAKERS:
        with _taking(part, parts[part], is_tried):
            for at, entry, is_clear in parts[part]:
                tell(len(steps), total)
                whole = partial(settle, part, take) if is_clear else refuse_rivals
                steps.append(asked(partial(step_of, part, at, entry, known, whole)))
    return in_order(steps)


@contextmanager
def _taking(part: str, entries: Sequence[tuple[int, Any, bool]], is_tried: bool) -> Iterator[None]:
    if part != "rules":
        yield
        return
    with open_shelf((_name(entry, at).strip().upper() for at, entry, _clear in entries), is_tried=is_tried):
        yield


def entries_of(book: Entry, part: str) -> Iterator[tuple[int, Any, bool]]:
    """(place, entry, whether it may be taken) of each thing of a part once: equal entries are one, of differing ones none is taken."""
    entries = book.get(part) or []
    named: dict[str, list[Any]] = {}
    for at, entry in enumerate(entries, 1):
        named.setdefault(_name(entry, at).strip().casefold(), []).append((at, entry))
    for same in named.values():
        at, first = same[0]
        yield at, first, all(one == first for _at, one in same)


def refuse_rivals(entry: Entry) -> BookStep:
    """Refuse what stands in the book more than once and each time otherwise. Raises ValueNotValid."""
    said = _(
        "“%(name)s” stands in the book more than once, each time otherwise. Keep the one that is to hold."
    )
    raise ValueNotValid(reason=said % {"name": _name(entry, 0)})


def _name(entry: Any, at: int) -> str:
    return str(entry.get("code") or entry.get("name") or at) if isinstance(entry, dict) else str(at)


def in_order(steps: Iterable[BookStep]) -> list[BookStep]:
    """Steps as they are shown: by part, then by name."""
    return sorted(steps, key=lambda step: (_PARTS.index(step.part), step.name))


def book_of(text: str) -> Entry:
    """The parts of a book with their entries. Raises BookNotValid."""
    book: Entry = read_yaml(text)
    _refuse_form(book)
    return book


def _refuse_form(book: Any) -> None:
    if not isinstance(book, dict) or book.get("format") != FORMAT:
        raise BookNotValid(
            1, f"a rule book begins with format: {FORMAT}", f"규칙집의 첫 줄은 format: {FORMAT}입니다"
        )
    unknown = sorted(set(book) - {"format", *_PARTS})
    if unknown:
        raise BookNotValid(
            0,
            f"unknown: {', '.join(unknown)}; write {', '.join(_PARTS)}",
            f"알 수 없는 항목: {', '.join(unknown)}",
        )
    for part in _PARTS:
        entries, most = book.get(part) or [], MOST_ENTRIES[part]
        if not isinstance(entries, list):
            raise BookNotValid(0, f"{part} is a list of entries", f"{part} 항목은 목록으로 쓰세요")
        if len(entries) > most:
            raise BookNotValid(
                0,
                f"{part} has {len(entries):,} entries, a book at most {most:,}; split it into several books, lists and parameters first",
                f"{part} 항목이 {len(entries):,}개입니다. 한 규칙집에는 {most:,}개까지 쓸 수 있습니다. 목록과 매개변수를 앞에 두어 여러 개로 나눠 주세요",
            )


def step_of(
    part: str, at: int, entry: Any, known: frozenset[str], take: Callable[[Entry], BookStep]
) -> BookStep:
    """One entry; a refusal is told with it and undoes only what it did."""
    name = str(at)
    try:
        if not isinstance(entry, dict):
            raise ValueNotValid(reason=_("Write the entry as names with values."))
        name = _name(entry, at)
        unknown = sorted(set(entry) - known)
        if unknown:
            said = _("Unknown: %(names)s. An entry has: %(known)s.")
            raise ValueNotValid(
                reason=said % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}
            )
        return _taken(entry, take)
    except RuleNotValid as error:
        return BookStep(
            part, name, "refused", reason="; ".join(p.message(current_language()) for p in error.problems)
        )
    except RuleServiceError as error:
        return BookStep(part, name, "refused", reason=str(error))


def _taken(entry: Entry, take: Callable[[Entry], BookStep]) -> BookStep:
    """The entry with all it does, or nothing of it."""
    together = shelf()
    if together is None:
        with transaction.atomic():
            return take(entry)
    together.begin()
    with transaction.atomic():
        step = take(entry)
    together.keep()
    return step
