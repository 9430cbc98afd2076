"""What a reader of the audit pages must not learn: entries about subjects the app above knows to be none of theirs."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from audit.actor import Actor

#: (reader, whether they read about themselves as the person concerned) -> condition on `subject` of what stays hidden.
SubjectGuard = Callable[[Actor, bool], Q]

_guards: list[SubjectGuard] = []


def register_hidden_subjects(guard: SubjectGuard) -> None:
    """Add a function that says which subjects stay hidden from a reader; called when the app above starts."""
    if guard not in _guards:
        _guards.append(guard)


def hidden_subjects(by: Actor, *, as_person: bool) -> Q:
    """The condition on `subject` of all that stays hidden; an empty Q hides nothing."""
    found = Q()
    for guard in _guards:
        found |= guard(by, as_person)
    return found
