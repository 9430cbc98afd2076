"""Draft, edit, propose, return and discard a rule's version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import redact
from audit.services import record, record_said
from audit.transactions import one_transaction
from rules.exceptions import CodeTaken, PageStale, StaleDraft, WrongState
from rules.models import Rule, RuleVersion
from rules.services.common import (
    State,
    checked_examples,
    counting_number,
    locked,
    record_step,
    refuse_own,
    require_question,
    require_seen,
    require_state,
    require_tellable,
    subject_of,
    summary,
)
from rules.services.version_steps import draft_content, draft_step, new_rule, propose_step, refuse_weight
from rules.services.wording import wording_version


def draft_rule(
    *,
    code: str,
    text: str,
    by: Actor,
    weight: float = 1.0,
    is_always_open: bool = False,
    is_told_ahead: bool = False,
    note: str = "",
    examples: Sequence[Any] = (),
    **about: str,
) -> RuleVersion:
    """Start a new rule, or a new version of an existing one, as a draft.

    ``about`` are names, group, clauses and questions of the rule; names are needed for a new rule. Raises NotPermitted, RuleNotValid,
    ValueNotValid for a code no new rule can have, DraftExists when a version of the rule is still open, ClauseMissing, AheadNotPossible, and CodeTaken when ``about`` names an existing rule anew.
    """
    require(by, "rules.draft_rule")
    content = draft_content(
        text=text,
        weight=weight,
        is_always_open=is_always_open,
        is_told_ahead=is_told_ahead,
        note=note,
        examples=examples,
    )
    with one_transaction():
        rule = Rule.objects.select_for_update().filter(code=code).first()
        if rule is not None and about:
            raise CodeTaken(code=code)
        is_new = rule is None
        rule = rule or new_rule(code, about)
        version, said = draft_step(rule, [] if is_new else list(rule.versions.all()), content, by=by)
        if is_new:
            rule.save()
        version.save()
        record_said(said)
    return version


def begin_version(*, rule: Rule, by: Actor, **content: Any) -> RuleVersion:
    """A new draft of a rule there is: as the version that counts, else the newest, with ``content`` over it. Raises as ``draft_rule``."""
    versions = rule.versions.order_by("-number")
    source = versions.filter(state=State.ACTIVE).first() or versions.first()
    names = ("text", "weight", "is_always_open", "is_told_ahead")
    usual = {name: getattr(source, name) for name in names} if source else {"text": ""}
    return draft_rule(code=rule.code, by=by, **{**usual, **content})


def edit_draft(
    *,
    version: RuleVersion,
    lock_version: int,
    by: Actor,
    text: str | None = None,
    weight: float | None = None,
    is_always_open: bool | None = None,
    is_told_ahead: bool | None = None,
    note: str | None = None,
    examples: Sequence[Any] | None = None,
) -> RuleVersion:
    """Save changes to a draft. Editing a proposed version takes the proposal back: its approval would be for another text.

    The example rows run against the text; without ``examples`` those it has. ``lock_version`` is the one the editor loaded. Raises ExampleFails, StaleDraft when somebody saved meanwhile, WrongState for frozen versions,
    RuleNotValid, ClauseMissing, AheadNotPossible, NotPermitted.
    """
    require(by, "rules.draft_rule")
    given = {
        "text": text,
        "weight": weight,
        "is_always_open": is_always_open,
        "is_told_ahead": is_told_ahead,
        "note": None if note is None else redact(note),
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if text is not None or examples is not None:
        held = version.examples if examples is None else list(examples)
        changes["examples"] = checked_examples(version.text if text is None else text, held)
    if weight is not None:
        refuse_weight(weight)
    with one_transaction():
        current = locked(version)
        require_state(current, State.DRAFT, State.PROPOSED)
        if current.activated_at is not None:  # proposed again for a roll-back: its text is frozen
            raise WrongState(state=State.RETIRED.label, allowed=State.DRAFT.label)
        if current.is_told_ahead if is_told_ahead is None else is_told_ahead:
            require_tellable(current.text if text is None else text, current.rule)
        changed = RuleVersion.objects.filter(pk=current.pk, lock_version=lock_version).update(
            **changes,
            edited_by_id=by.user_id,
            lock_version=F("lock_version") + 1,
            state=State.DRAFT,
            proposed_at=None,
            proposed_by=None,
            proposed_hash="",
        )
        if changed != 1:
            raise StaleDraft()
        saved = locked(version)
        record(
            action="rule.edited",
            by=by,
            subject=subject_of(saved.rule),
            before=summary(current),
            after=summary(saved),
        )
    return saved


def propose_version(
    *,
    version: RuleVersion,
    by: Actor,
    reason: str = "",
    hit_rate: float | None = None,
    confirmation: str = "",
    seen: int | None = None,
) -> RuleVersion:
    """Put a draft up for approval; the approval will be bound to its present content.

    ``hit_rate`` is the share of the last claims it hits, as the preview counted; above 20 % the rule's code must be typed as
    ``confirmation``. Raises ConfirmationNeeded, QuestionMissing, WrongState, RuleNotValid, NotPermitted.
    """
    require(by, "rules.propose_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.DRAFT)
        require_seen(current, seen)
        said = propose_step(
            current,
            by=by,
            over=counting_number(current.rule),
            reason=reason,
            hit_rate=hit_rate,
            confirmation=confirmation,
        )
        current.save(update_fields=["state", "proposed_at", "proposed_by", "proposed_hash", "proposed_over"])
        record_said(said)
    return current


def write_question(
    *, rule: Rule, question_ko: str, question_en: str, by: Actor, seen: str | None = None
) -> Rule:
    """What a hit of the rule asks the cardholder, in both languages.

    Only before the rule runs: afterwards letters have gone out with the question that was approved. A proposal is bound to the question
    and becomes void by it. `seen`: the `wording_version` of the rule that the page showed. Raises QuestionMissing when one of them is empty,
    WrongState when a version runs, PageStale, NotPermitted.
    """
    require(by, "rules.draft_rule")
    with one_transaction():
        current = Rule.objects.select_for_update().get(pk=rule.pk)
        running = current.versions.filter(state__in=[State.ACTIVE, State.SHADOW]).first()
        if running is not None:
            raise WrongState(
                state=running.get_state_display(), allowed=f"{State.DRAFT.label}, {State.PROPOSED.label}"
            )
        if seen is not None and seen != wording_version("rule", current.code):
            raise PageStale()
        before = {"question_ko": current.question_ko, "question_en": current.question_en}
        current.question_ko, current.question_en = question_ko.strip(), question_en.strip()
        require_question(current)
        current.save(update_fields=["question_ko", "question_en"])
        after = {"question_ko": current.question_ko, "question_en": current.question_en}
        record(action="rule.question_written", by=by, subject=subject_of(current), before=before, after=after)
    return current


def return_version(*, version: RuleVersion, by: Actor, reason: str, seen: int | None = None) -> RuleVersion:
    """Send a proposed version back to its author; one that was active before retires again.

    Raises WrongState, NotPermitted (also for the author).
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED)
        refuse_own(current, by, "rules.activate_rule")
        require_seen(current, seen)
        before = summary(current)
        current.state = State.DRAFT if current.activated_at is None else State.RETIRED
        current.proposed_hash = ""
        current.save(update_fields=["state", "proposed_hash"])
        record_step(action="rule.returned", version=current, by=by, before=before, reason=reason)
    return current


def discard_draft(
    *, version: RuleVersion, by: Actor, reason: str = "", seen: int | None = None
) -> RuleVersion:
    """Give up a draft or a proposal; it stays as a retired version. Raises PageStale, WrongState, NotPermitted."""
    require(by, "rules.draft_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.DRAFT, State.PROPOSED)
        require_seen(current, seen)
        before = summary(current)
        current.state = State.RETIRED
        current.retired_at = clock.now()
        current.save(update_fields=["state", "retired_at"])
        record_step(action="rule.retired", version=current, by=by, before=before, reason=reason)
    return current
