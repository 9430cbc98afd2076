"""One step of a version on rows in hand: each checks, changes the rows and tells the entry of its step; whoever asks stores both.

A service takes a step on rows it has locked and stores them at once; a rule book takes many and stores them together (`book_shelf`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.keeping import kept
from audit.people import Login, require_second_person
from audit.redaction import redact
from audit.services import Said
from rules.exceptions import ApprovalVoid, ConfirmationNeeded, DraftExists, ProposalStale, ValueNotValid
from rules.models import Rule, RuleVersion
from rules.services.codes import require_rule_code
from rules.services.common import (
    State,
    checked,
    checked_examples,
    hash_of,
    require_known_facts,
    require_question,
    require_seen,
    require_tellable,
    retire_step,
    subject_of,
    summary,
)
from rules.services.groups import require_offered_group

#: A rule that hits more than this share of the last claims needs its author's typed confirmation.
BROAD_RATE = 0.20
_RULE_FIELDS = frozenset(
    {"name_en", "name_ko", "group", "policy_clause", "policy_clause_en", "question_en", "question_ko"}
)


def draft_content(
    *,
    text: str,
    weight: float = 1.0,
    is_always_open: bool = False,
    is_told_ahead: bool = False,
    note: str = "",
    examples: Sequence[Any] = (),
) -> dict[str, Any]:
    """The fields of a draft as they are stored. Raises RuleNotValid, ExampleFails, ValueNotValid."""
    clean = checked_examples(text, list(examples))
    refuse_weight(weight)
    return {
        "text": kept(text),
        "weight": weight,
        "is_always_open": is_always_open,
        "is_told_ahead": is_told_ahead,
        "note": redact(note),
        "examples": clean,
    }


def refuse_weight(weight: float) -> None:
    """Raises ValueNotValid for a weight no version can have."""
    if not 0.0 <= weight <= 10.0:
        raise ValueNotValid(reason=_("The weight must lie between 0 and 10."))


def new_rule(code: str, about: Mapping[str, str]) -> Rule:
    """A rule that is not there yet. Raises ValueNotValid for a code or words it cannot have."""
    require_rule_code(code)
    rule = Rule(code=code, **_about(about))
    require_known_facts(rule)
    return rule


def draft_step(
    rule: Rule, there: Sequence[RuleVersion], content: Mapping[str, Any], *, by: Actor
) -> tuple[RuleVersion, Said]:
    """A draft of a rule behind all its versions, of a `draft_content`. Raises DraftExists, ClauseMissing, AheadNotPossible."""
    for one in there:
        if one.state in {State.DRAFT, State.PROPOSED}:
            raise DraftExists(number=one.number)
    if content["is_told_ahead"]:
        require_tellable(content["text"], rule)
    version = RuleVersion(
        rule=rule,
        number=max((one.number for one in there), default=0) + 1,
        **content,
        created_by_id=by.user_id,
        edited_by_id=by.user_id,
    )
    return version, Said("rule.drafted", by, subject_of(rule), after=summary(version))


def propose_step(
    version: RuleVersion,
    *,
    by: Actor,
    over: int,
    reason: str,
    hit_rate: float | None = None,
    confirmation: str = "",
) -> Said:
    """Put a draft up for approval, over the version that counts (``over``, 0 for none). Raises ConfirmationNeeded, QuestionMissing, RuleNotValid."""
    checked(version.text)
    require_question(version.rule)
    if hit_rate is not None and hit_rate > BROAD_RATE and confirmation != version.rule.code:
        raise ConfirmationNeeded(percent=round(hit_rate * 100), code=version.rule.code)
    before = summary(version)
    version.state = State.PROPOSED
    version.proposed_at = clock.now()
    version.proposed_by_id = by.user_id
    version.proposed_hash = hash_of(version)
    version.proposed_over = over
    after = {**summary(version), "hit_rate": hit_rate}
    return Said("rule.proposed", by, subject_of(version.rule), reason, before, after)


def shadow_step(version: RuleVersion, *, by: Actor, reason: str) -> Said:
    """Let an approved version run beside the active ones."""
    before = summary(version)
    version.state = State.SHADOW
    return Said("rule.shadowed", by, subject_of(version.rule), reason, before, summary(version))


def activate_step(
    version: RuleVersion,
    *,
    by: Actor,
    reason: str,
    counting: Sequence[RuleVersion],
    rate: Decimal = Decimal(1),
) -> list[Said]:
    """Let an approved version count and those that counted retire. Raises RuleNotValid, QuestionMissing."""
    checked(version.text)
    require_question(version.rule)
    before = summary(version)
    said = [retire_step(one, by=by, reason=f"→ v{version.number}") for one in counting]
    version.rollout_rate = rate
    version.state = State.ACTIVE
    version.activated_at = clock.now()
    version.activated_by_id = by.user_id
    return [*said, Said("rule.activated", by, subject_of(version.rule), reason, before, summary(version))]


def refuse_unapproved(
    version: RuleVersion, *, by: Actor, authors: Iterable[Login | None], over: int, seen: int | None = None
) -> None:
    """What two persons have to have agreed to. Raises NotPermitted for its authors, PageStale, ProposalStale, ApprovalVoid."""
    require_second_person(by, authors, "rules.activate_rule")
    require_seen(version, seen)
    if version.proposed_over != over:
        raise ProposalStale()
    if version.proposed_hash != hash_of(version):
        raise ApprovalVoid()


def _about(about: Mapping[str, str]) -> dict[str, str]:
    if about.get("group"):
        require_offered_group(about["group"])
    unknown = set(about) - _RULE_FIELDS
    if unknown or not about.get("name_en") or not about.get("name_ko"):
        raise ValueNotValid(
            reason="A new rule needs name_en and name_ko; unknown: " + (", ".join(sorted(unknown)) or "none")
        )
    return {name: redact(said) for name, said in about.items()}
