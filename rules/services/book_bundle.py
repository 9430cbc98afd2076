"""A whole rule book as one proposal: one person delivers it, another reads what it changes and confirms it in one step.

Inside the bundle every piece stays what it is when made by hand: a proposal in the name of who delivered it and a decision in the name of
who confirmed, each with its audit entry. Groups, lists and parameters come before the rules that name them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.actor import Actor, Role
from audit.language import current_language
from audit.permissions import NotPermitted, require
from audit.redaction import find_struck
from audit.services import CONFIG, actor_of, record
from audit.transactions import one_transaction
from rules.exceptions import ProposalStale, ValueNotValid
from rules.models import BookChange, RuleVersion, ValueChange, WordingChange
from rules.services.activation import activate_version, shadow_version
from rules.services.book import Entry
from rules.services.book_import import Asked, Tell, steps_through, tell_nobody
from rules.services.book_shelf import shelf
from rules.services.book_takers import BookStep, Taker
from rules.services.common import State, needed_reason
from rules.services.deciding import decide_change, waiting_change
from rules.services.drafts import propose_version
from rules.services.values import approve_value_change, newest_value
from rules.services.wording import confirm_wording

_MOST_WAITING = 20
#: Entries named where a book as a whole is refused.
_MOST_TOLD = 20
#: Something new is made first and filled then: a list, then its values.
_ROUNDS = 3
#: Stands for whoever will confirm while the book is only tried.
_ANYBODY = Actor(username="somebody-else", roles=frozenset({Role.APPROVER}))


class _OnlyTried(Exception):
    """Takes back what trying a book made."""


def try_book(*, text: str, by: Actor, tell: Tell = tell_nobody) -> list[BookStep]:
    """What the company would have once somebody else confirmed the book; nothing is kept. Raises BookNotValid, NotPermitted."""
    require(by, "rules.draft_rule")
    require(by, "rules.propose_rule")
    steps: list[BookStep] = []
    with suppress(_OnlyTried), one_transaction():
        steps += _take(text, by, _ANYBODY, _("From a rule book"), tell, is_tried=True)
        raise _OnlyTried
    return steps


def propose_book(*, text: str, by: Actor, reason: str, tell: Tell = tell_nobody) -> BookChange:
    """Propose all that a book changes as one. Entries that are refused are told with why and keep nothing else from being taken.

    Raises BookNotValid, ReasonNeeded, ValueNotValid where it changes nothing, NotPermitted.
    """
    said = needed_reason(reason)[:300]
    if find_struck(text):  # the book is kept as it was delivered
        raise ValueNotValid(
            reason=_(
                "A full card or resident number stands in the book. None is kept anywhere: take it out first."
            )
        )
    steps = try_book(text=text, by=by, tell=tell)
    if not any(step.action in _CHANGES for step in steps):
        raise ValueNotValid(reason=_nothing_new(steps))
    with one_transaction():
        change = BookChange.objects.create(
            text=text, steps=_stored(steps), reason=said, proposed_by_id=by.user_id
        )
        record(action="rule.book_proposed", by=by, subject=CONFIG, reason=said, after=_counts(change, steps))
    return change


def confirm_book(*, change: BookChange, by: Actor, tell: Tell = tell_nobody) -> BookChange:
    """Let all of the book hold: lists and parameters with their values, words, and rules in the state the book gives them.

    Raises NotPermitted for its author, ProposalStale where it would change something else by now than it said, WrongState, ValueNotValid
    where its author may not propose rules any more.
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        current = waiting_change(change, by)
        why = _("Rule book %(n)d: %(reason)s") % {"n": current.pk, "reason": current.reason}
        try:
            steps = _take(current.text, _author(current), by, why[:300], tell)
        except NotPermitted as error:
            raise ValueNotValid(
                reason=_("Whoever proposed the book may not propose rules any more. Import it again.")
            ) from error
        if _changes(_stored(steps)) != _changes(current.steps):
            raise ProposalStale()
        current.steps = _stored(steps)
        decide_change(current, BookChange.State.APPLIED, by, "steps")
        after = _counts(current, steps)
        record(action="rule.book_confirmed", by=by, subject=CONFIG, reason=current.reason, after=after)
    return current


def return_book(*, change: BookChange, by: Actor, reason: str) -> BookChange:
    """Turn a book down as a whole. Raises NotPermitted for its author, ReasonNeeded, WrongState."""
    require(by, "rules.activate_rule")
    said = needed_reason(reason)
    with one_transaction():
        current = waiting_change(change, by)
        decide_change(current, BookChange.State.RETURNED, by)
        record(action="rule.book_returned", by=by, subject=CONFIG, reason=said, before={"book": current.pk})
    return current


def waiting_books() -> list[BookChange]:
    """Books that wait for a second person, the oldest first, twenty at most; their texts are not read."""
    found = BookChange.objects.filter(state=BookChange.State.PROPOSED).select_related("proposed_by")
    return list(found.defer("text").order_by("proposed_at", "pk")[:_MOST_WAITING])


def steps_of(change: BookChange) -> list[BookStep]:
    """What a book changes, or has changed, entry by entry."""
    language = current_language()
    return [
        BookStep(
            **step | {"lines": tuple(step["lines"]), "reason": step["reasons"].get(language, step["reason"])}
        )
        for step in change.steps
    ]


_CHANGES = ("new", "draft", "proposal")


def _nothing_new(steps: Sequence[BookStep]) -> str:
    """Why a book cannot be proposed: it says what is there, or all that it says anew is refused, each entry with why."""
    told = [f"{step.name}: {step.reason}" for step in steps if step.reason]
    more = f" … (+{len(told) - _MOST_TOLD})" if len(told) > _MOST_TOLD else ""
    return " ".join([_("The book changes nothing here."), *told[:_MOST_TOLD]]) + more


def _author(change: BookChange) -> Actor:
    if change.proposed_by is None or not change.proposed_by.is_active:
        raise NotPermitted("rules.propose_rule")
    return actor_of(change.proposed_by)


def _take(
    text: str, by: Actor, second: Actor, why: str, tell: Tell, *, is_tried: bool = False
) -> list[BookStep]:
    """Every entry proposed by one and agreed to by the other; a refusal undoes its own entry only."""
    require(by, "rules.draft_rule")
    require(by, "rules.propose_rule")
    require(second, "rules.activate_rule")
    marks = _Marks()

    def both(part: str, take: Taker, entry: Entry) -> BookStep:
        return _settled(part, entry, take, by, second, why, marks)

    return steps_through(text, both, asked=_in_both, tell=tell, is_tried=is_tried)


def _in_both(ask: Asked) -> BookStep:
    """The step, with its reason in both languages: whoever reads it may read the other one."""
    step, here = ask(), current_language()
    if not step.reason:
        return step
    reasons = {here: step.reason}
    for language in {"ko", "en"} - {here}:
        with override(language):
            reasons[language] = ask().reason
    return replace(step, reasons=reasons)


def _settled(
    part: str, entry: Entry, take: Taker, by: Actor, second: Actor, why: str, marks: _Marks
) -> BookStep:
    """One entry with everything it proposes agreed to; what waits already by another proposal is refused."""
    first: BookStep | None = None
    for _round in range(_ROUNDS):
        before = marks.taken()
        step = take(entry, by, why)
        if part == "rules" and _is_in_hand(entry, by, second, why):
            marks.put_back(before)  # nothing is stored yet
            return step
        first = first or step
        if step.action == "same":
            marks.put_back(before)
            break
        n_agreed = _agree(before, second, why)
        if part == "rules":
            n_agreed += _put_in_work(before[2], step.name, _state_of(entry), by, second, why)
        if not n_agreed:
            raise ValueNotValid(
                reason=_("A change of it waits for a second person already. It has to be decided first.")
            )
        if part == "rules" and step.action in {"new", "draft"} and not step.reason:
            return first  # its version stands as far as the book says, and no words wait
    assert first is not None
    # what was to be agreed to is; what the company has beyond the book, or otherwise, is still told
    return replace(first, reason=step.reason if step.action == "same" else "")


class _Marks:
    """The newest keys, read anew only where an entry may have changed them, also by being undone."""

    def __init__(self) -> None:
        self._held: tuple[int, int, int] | None = None

    def taken(self) -> tuple[int, int, int]:
        """The marks; they hold until something is proposed."""
        held, self._held = self._held, None
        return held or _newest()

    def put_back(self, marks: tuple[int, int, int]) -> None:
        """Nothing was proposed since they were taken."""
        self._held = marks


def _newest() -> tuple[int, int, int]:
    """The newest keys of words, values and versions: what comes behind them was proposed by the entry at hand."""
    tables = (WordingChange, ValueChange, RuleVersion)
    words, values, versions = (
        table._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0 for table in tables
    )
    return words, values, versions


def _agree(marks: tuple[int, int, int], second: Actor, why: str) -> int:
    """Agree to all that was proposed since; how much that was."""
    words = list(
        WordingChange.objects.filter(pk__gt=marks[0], state=WordingChange.State.PROPOSED).order_by("pk")
    )
    values = list(
        ValueChange.objects.filter(pk__gt=marks[1], state=ValueChange.State.PROPOSED).order_by("pk")
    )
    for change in words:
        confirm_wording(change=change, by=second)
    for value in values:
        if (
            value.parameter is not None
        ):  # several values of one parameter were proposed together, on the same base
            value.base_version = newest_value(value.parameter, value.content)
            value.save(update_fields=["base_version"])
        approve_value_change(change=value, by=second, reason=why)
    return len(words) + len(values)


def _is_in_hand(entry: Entry, by: Actor, second: Actor, why: str) -> bool:
    """Whether the entry's draft lies on the shelf; then it is put as far as the book says."""
    together = shelf()
    if together is None or together.draft is None:
        return False
    together.put_in_work(_state_of(entry), by=by, second=second, why=why)
    return True


def _state_of(entry: Entry) -> str:
    return str(entry.get("state") or State.DRAFT)


def _put_in_work(mark: int, code: str, state: str, by: Actor, second: Actor, why: str) -> int:
    """The rule's draft as far as the book says: counting, in shadow, proposed; else it stays a draft. How many versions came as far."""
    draft = RuleVersion.objects.filter(pk__gt=mark, rule__code=code, state=State.DRAFT).first()
    if draft is None:
        return 0
    if state == State.DRAFT:
        return 1
    version = propose_version(version=draft, by=by, reason=why)
    if state == State.SHADOW:
        shadow_version(version=version, by=second, reason=why)
    elif state == State.ACTIVE:
        activate_version(version=version, by=second, reason=why)
    return 1


def _stored(steps: Sequence[BookStep]) -> list[dict[str, Any]]:
    return [asdict(step) | {"lines": list(step.lines)} for step in steps]


def _changes(steps: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What two people must have seen alike: what changes, line by line; why something is refused may read otherwise."""
    return [tuple(step[name] for name in ("part", "name", "action", "lines")) for step in steps]


def _counts(change: BookChange, steps: Sequence[BookStep]) -> dict[str, Any]:
    return {"book": change.pk, **Counter(step.action for step in steps)}
