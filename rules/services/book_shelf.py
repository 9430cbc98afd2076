"""The rules of a book taken together: read in a few statements, judged in hand step by step, stored in a few statements.

What is stored is what the services would have stored one by one: the same versions in the same states, decided by the same two people, and
in the chain of each rule the same entries. Steps and refusals are those of `version_steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from audit import clock
from audit.actor import Actor
from audit.people import Login
from audit.reading import one_reading, read_once
from audit.services import Said, people_behind, record_many
from rules.exceptions import ProposalStale
from rules.models import Rule, RuleVersion
from rules.services.common import State
from rules.services.version_steps import (
    activate_step,
    draft_content,
    draft_step,
    new_rule,
    propose_step,
    refuse_unapproved,
    shadow_step,
)

#: Rules read, and entries of a book stored, in one statement.
_AT_ONCE = 500


@dataclass
class _Piece:
    """What one entry of a book makes of its rule."""

    rule: Rule
    version: RuleVersion
    entries: list[Said]
    #: of a rule there is: its versions, and how rule and versions were when they were read
    versions: list[RuleVersion] = field(default_factory=list)
    seen: frozenset[tuple[Any, ...]] = frozenset()
    stopped: list[RuleVersion] = field(default_factory=list)


class Shelf:
    """Where the rules of a book lie between being taken and being stored; of a book that is only tried nothing is stored."""

    def __init__(self, *, is_tried: bool) -> None:
        self._is_tried = is_tried
        self._held: dict[str, Rule | None] = {}
        self._at_hand: _Piece | None = None
        self._kept: list[_Piece] = []
        self._since: datetime = clock.now()

    def hold(self, codes: Iterable[str]) -> None:
        """Read the rules of these codes, each for the first entry that asks for it."""
        wanted = list(codes)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            self._held |= dict.fromkeys(some)
            self._held |= {row.code: row for row in _with_versions().filter(code__in=some)}

    def rule(self, code: str) -> Rule | None:
        """The rule of that code, with its versions. What was held is given once: whoever asks again may have changed it."""
        if code in self._held:
            return self._held.pop(code)
        return _with_versions().filter(code=code).first()

    @property
    def draft(self) -> RuleVersion | None:
        """The draft that the entry at hand has made here."""
        return self._at_hand.version if self._at_hand else None

    def begin(self) -> None:
        """The next entry; what the one before made and was not kept is gone."""
        self._at_hand = None
        if not self._kept:
            self._since = clock.now()

    def take(
        self, code: str, found: Rule | None, about: Mapping[str, str], *, by: Actor, **content: Any
    ) -> RuleVersion:
        """A draft of a new rule or of one there is, in hand. Raises as `draft_rule`."""
        clean = draft_content(**content)
        there = list(found.versions.all()) if found else []
        seen = frozenset([*_words([found] if found else []), *map(_stand, there)])
        rule = found or new_rule(code, about)
        version, said = draft_step(rule, there, clean, by=by)
        self._at_hand = _Piece(rule, version, [_now(said)], there, seen)
        return version

    def put_in_work(self, state: str, *, by: Actor, second: Actor, why: str) -> None:
        """The draft at hand as far as a book says, proposed by one and agreed to by the other. Raises as the services of each step."""
        piece = self._at_hand
        if piece is None or state == State.DRAFT:
            return
        version, counting = piece.version, [one for one in piece.versions if one.state == State.ACTIVE]
        over = counting[0].number if counting else 0
        said = [propose_step(version, by=by, over=over, reason=why)]
        if state in {State.SHADOW, State.ACTIVE}:
            refuse_unapproved(version, by=second, authors=_logins_of(by), over=over)
        if state == State.SHADOW:
            said.append(shadow_step(version, by=second, reason=why))
        elif state == State.ACTIVE:
            said += activate_step(version, by=second, reason=why, counting=counting)
            piece.stopped = counting
        piece.entries += map(_now, said)

    def keep(self) -> None:
        """The entry at hand was taken."""
        if self._at_hand is not None and not self._is_tried:
            self._kept.append(self._at_hand)
        self._at_hand = None
        if len(self._kept) >= _AT_ONCE:
            self.store()

    def store(self) -> None:
        """Store what was kept. Raises ProposalStale where somebody else changed one of the rules since they were read."""
        pieces, self._kept = self._kept, []
        there = [piece for piece in pieces if piece.rule.pk is not None]
        fresh = [piece.rule for piece in pieces if piece.rule.pk is None]
        _require_same(there)
        Rule.objects.bulk_create(fresh, batch_size=_AT_ONCE)
        stopped = [version for piece in pieces for version in piece.stopped]
        RuleVersion.objects.bulk_update(stopped, ["state", "retired_at"], batch_size=_AT_ONCE)
        versions = RuleVersion.objects.bulk_create([piece.version for piece in pieces], batch_size=_AT_ONCE)
        # They were made when they were taken, before they were proposed and agreed to.
        Rule.objects.filter(pk__in=[row.pk for row in fresh]).update(created_at=self._since)
        RuleVersion.objects.filter(pk__in=[row.pk for row in versions]).update(created_at=self._since)
        record_many([said for piece in pieces for said in piece.entries])


_open: ContextVar[Shelf | None] = ContextVar("shelf of a rule book", default=None)


@contextmanager
def open_shelf(codes: Iterable[str], *, is_tried: bool) -> Iterator[Shelf]:
    """While it lasts, rules are taken through the shelf (`shelf`), and what they refer to is read once; what was kept is stored at its end."""
    with one_reading():
        made = Shelf(is_tried=is_tried)
        made.hold(codes)
        token = _open.set(made)
        try:
            yield made
            made.store()
        finally:
            _open.reset(token)


def shelf() -> Shelf | None:
    """The shelf that is open, if one is."""
    return _open.get()


def _with_versions() -> Any:
    return Rule.objects.prefetch_related("versions")


def _logins_of(by: Actor) -> list[Login | None]:
    """Whoever wrote and proposed a draft: the login of today, and what is known by its name."""
    return read_once(("logins", by.user_id, by.username), lambda: _read_logins(by))


def _read_logins(by: Actor) -> list[Login | None]:
    user: Any = get_user_model()._default_manager.filter(pk=by.user_id or 0).first()
    return [user, *people_behind([by.username])]


def _now(said: Said) -> Said:
    return replace(said, at=clock.now().isoformat(timespec="microseconds"))


def _require_same(pieces: Sequence[_Piece]) -> None:
    """Lock the rules and raise ProposalStale where one of them is no longer as it was read."""
    keys = [piece.rule.pk for piece in pieces]
    rules = Rule.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = {*_words(rules), *map(_stand, RuleVersion.objects.filter(rule__in=keys))} if keys else set()
    if found != {one for piece in pieces for one in piece.seen}:
        raise ProposalStale()


def _words(rules: Iterable[Rule]) -> Iterator[tuple[Any, ...]]:
    for row in rules:
        yield row.pk, row.question_ko, row.question_en, row.policy_clause, row.policy_clause_en


def _stand(version: RuleVersion) -> tuple[Any, ...]:
    return version.pk, version.lock_version, str(version.state)
