"""What the rule services share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.people import Login, require_second_person
from audit.reading import read_once
from audit.redaction import redact
from audit.services import Said, people_behind, record, record_said
from rules import language
from rules.ahead import not_own
from rules.examples import ExampleNotValid, Verdict, clean_examples, judge_examples
from rules.exceptions import (
    AheadNotPossible,
    ClauseMissing,
    ExampleFails,
    PageStale,
    QuestionMissing,
    ReasonNeeded,
    ValueNotValid,
    WrongState,
)
from rules.language import Expression
from rules.language.certain.telling import tell
from rules.language.problems import Problem
from rules.models import Rule, RuleVersion
from rules.questions import FACTS, unknown_facts
from rules.services.company import company_currency
from rules.services.rule_sets import content_hash, current_context, list_specs, parameter_specs

State = RuleVersion.State
REASON_MIN = 5


def subject_of(rule: Rule) -> str:
    """The audit chain of a rule."""
    return f"rule:{rule.code}"


def require_state(version: RuleVersion, *allowed: RuleVersion.State) -> None:
    """Raises WrongState naming the state and the ones that would do."""
    if version.state not in allowed:
        raise WrongState(
            state=version.get_state_display(), allowed=", ".join(str(state.label) for state in allowed)
        )


def checked(text: str) -> Expression:
    """The tree of a text that is valid with the lists and parameters of today. Raises RuleNotValid."""
    return read_once(("rule text", text), lambda: language.read(text, **read_once("rule words", _words)))


def _words() -> dict[str, Any]:
    """What a text may name today, and the currency it means."""
    return {
        "lists": list_specs(is_offered=True),
        "parameters": parameter_specs(is_offered=True),
        "currency": company_currency(),
    }


def warnings_of(text: str) -> tuple[Problem, ...]:
    """What is certain of a text before it sees a claim: that it can never hit, always hits, or has such a part. Raises RuleNotValid."""
    lists, parameters = read_once("rule specs", lambda: (list_specs(), parameter_specs()))
    return tell(checked(text), lists=lists, parameters=parameters)


def checked_examples(text: str, examples: Any) -> list[dict[str, Any]]:
    """Example rows as they are stored, if the rule agrees with each of them. Raises RuleNotValid, ValueNotValid, ExampleFails."""
    tree = checked(text)
    try:
        kept = clean_examples(examples)
    except ExampleNotValid as error:
        raise ValueNotValid(reason=error.message(current_language())) from error
    context = read_once("rule context", current_context) if kept else None
    for at, verdict in enumerate(judge_examples(tree, kept, context) if context else [], 1):
        if not verdict.is_right:
            raise ExampleFails(**verdict_words(at, verdict))
    return kept


def verdict_words(at: int, verdict: Verdict) -> dict[str, Any]:
    """What an example should do, what the rule does, and what was missing where it could not be judged."""
    found = {
        True: pgettext("example verdict", "hits"),
        False: pgettext("example verdict", "does not hit"),
        None: pgettext("example verdict", "cannot be judged"),
    }[verdict.answer]
    missing = f" ({', '.join(verdict.missing)})" if verdict.missing else ""
    wanted = (
        pgettext("example should", "hit") if verdict.should_hit else pgettext("example should", "not hit")
    )
    return {"at": at, "wanted": wanted, "found": found, "missing": missing}


def hash_of(version: RuleVersion) -> str:
    """What an approval is bound to: the text, the question, and everything else that decides what a hit does."""
    rule = version.rule
    return content_hash(
        [
            rule.code,
            version.number,
            version.text,
            version.weight,
            version.is_always_open,
            rule.question_ko,
            rule.question_en,
            *(
                ["told ahead"] if version.is_told_ahead else []
            ),  # proposals made before there was the choice still hold
        ]
    )


def require_question(rule: Rule) -> None:
    """Raises QuestionMissing when the rule has nothing to ask the cardholder in Korean or in English, ValueNotValid where it asks of unknown facts."""
    if not (rule.question_ko.strip() and rule.question_en.strip()):
        raise QuestionMissing()
    require_known_facts(rule)


def require_known_facts(rule: Rule) -> None:
    """Raises ValueNotValid where a question names something in braces that no payment has: such a question would ask nothing."""
    unknown = [*unknown_facts(rule.question_ko), *unknown_facts(rule.question_en)]
    if unknown:
        said = _("In the question, %(unknown)s is no fact of a payment. In braces stand: %(known)s.")
        known = ", ".join(f"{{{name}}}" for name in FACTS)
        raise ValueNotValid(reason=said % {"unknown": ", ".join(dict.fromkeys(unknown)), "known": known})


def require_tellable(text: str, rule: Rule) -> None:
    """Raises ClauseMissing or AheadNotPossible where a rule must not be told to somebody who has not filed yet (`rules/ahead.py`)."""
    if not rule.policy_clause.strip():
        raise ClauseMissing()
    if beyond := not_own(checked(text), current_language()):
        raise AheadNotPossible(parts=", ".join(beyond))


def summary(version: RuleVersion) -> dict[str, Any]:
    """A version as plain values for the audit log."""
    return {
        "number": version.number,
        "state": str(version.state),
        "text": version.text,
        "weight": version.weight,
        "is_always_open": version.is_always_open,
        "is_told_ahead": version.is_told_ahead,
        "share_percent": int(version.rollout_rate * 100),
    }


def record_step(
    *, action: str, version: RuleVersion, by: Actor, before: dict[str, Any], reason: str = ""
) -> None:
    """One step of a version in the chain of its rule: what it was, and what it is now."""
    record(
        action=action,
        by=by,
        subject=subject_of(version.rule),
        reason=reason,
        before=before,
        after=summary(version),
    )


def refuse_own(version: RuleVersion, by: Actor, action: str) -> None:
    """Raises NotPermitted when the actor wrote, edited or proposed the version: a second person must look."""
    require_second_person(by, authors_of(version), action)


def authors_of(version: RuleVersion) -> list[Login | None]:
    """Everybody who wrote, edited or proposed the version, also those whose edit was edited over since."""
    edits = AuditEvent.objects.filter(
        subject=subject_of(version.rule), action__in=["rule.drafted", "rule.edited", "rule.proposed"]
    ).values_list("actor", "after")
    names = {actor for actor, after in edits if (after or {}).get("number") == version.number}
    return [version.created_by, version.edited_by, version.proposed_by, *people_behind(names)]


def needed_reason(reason: str) -> str:
    """The reason in one line, card and resident numbers struck out. Raises ReasonNeeded below five characters."""
    said = redact(" ".join(reason.split()))
    if len(said) < REASON_MIN:
        raise ReasonNeeded()
    return said


def locked(version: RuleVersion) -> RuleVersion:
    """The version as it is now, locked for the transaction."""
    return RuleVersion.objects.select_for_update().select_related("rule").get(pk=version.pk)


def require_seen(version: RuleVersion, seen: int | None) -> None:
    """Raises PageStale when a page showed another text than the version has; None for who has just read it."""
    if seen is not None and seen != version.lock_version:
        raise PageStale()


def counting_number(rule: Rule) -> int:
    """The number of the version that counts, 0 for none."""
    found = RuleVersion.objects.filter(rule=rule, state=State.ACTIVE).values_list("number", flat=True).first()
    return found or 0


def retire_step(version: RuleVersion, *, by: Actor, reason: str) -> Said:
    """A version in hand that retires, and the entry of it (`version_steps` has the other steps)."""
    before = summary(version)
    version.state = State.RETIRED
    version.retired_at = clock.now()
    return Said("rule.retired", by, subject_of(version.rule), reason, before, summary(version))


def stop_running(
    rule: Rule, by: Actor, *, reason: str, states: Collection[RuleVersion.State]
) -> RuleVersion | None:
    """Retire the rule's versions in these states, each with its entry; the last of them, or None without any."""
    last = None
    running = RuleVersion.objects.select_for_update().filter(rule=rule, state__in=states)
    for version in running.select_related("rule"):
        said = retire_step(version, by=by, reason=reason)
        version.save(update_fields=["state", "retired_at"])
        record_said(said)
        last = version
    return last
