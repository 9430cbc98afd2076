"""The company's own words: what rules, their groups, lists and parameters are called, cite and ask. One person proposes, another agrees.

Words of a rule that runs change without a new version: nothing is hit otherwise. Letters that were sent keep what they said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.redaction import find_struck
from audit.services import record
from audit.transactions import one_transaction
from rules.citing import cited_number
from rules.exceptions import ClauseMissing, PageStale, ProposalStale, ValueNotValid
from rules.language import RuleNotValid
from rules.language.names import plain_name
from rules.language.nodes import Position
from rules.models import Parameter, Rule, RuleGroup, RuleVersion, ValueChange, ValueList, WordingChange
from rules.services.codes import LONGEST_GROUP, LONGEST_NAME, require_short_name
from rules.services.common import State, hash_of, needed_reason, require_known_facts, require_question
from rules.services.deciding import decide_change, waiting_change
from rules.services.groups import OTHER, require_offered_group, rule_groups
from rules.services.rule_sets import content_hash

Subject = WordingChange.Subject
_S = ValueChange.State
Words = dict[str, Any]
_RULE = {
    "name_ko": 120,
    "name_en": 120,
    "group": 20,
    "policy_clause": 200,
    "policy_clause_en": 200,
    "question_ko": 2_000,
    "question_en": 2_000,
}
_LABELS = {"label_ko": 120, "label_en": 120}
#: The texts of each subject with the characters they may have; all but a rule may retire, lists and parameters have a kind.
TEXTS: Mapping[str, Mapping[str, int]] = {
    Subject.RULE: _RULE,
    Subject.GROUP: {"name_ko": 60, "name_en": 60},
    Subject.LIST: _LABELS,
    Subject.PARAMETER: _LABELS,
}
KINDS: Mapping[str, tuple[str, ...]] = {
    Subject.LIST: tuple(ValueList.Kind.values),
    Subject.PARAMETER: tuple(Parameter.Kind.values),
}
_SIGN: Mapping[str, str] = {Subject.LIST: "@", Subject.PARAMETER: "$"}
_TABLES: Mapping[str, Any] = {Subject.LIST: ValueList, Subject.PARAMETER: Parameter}


def wording(subject: str, name: str) -> Words | None:
    """The words that hold; None where there is no such thing."""
    if subject == Subject.GROUP:
        group = rule_groups().get(name)
        if group is None:
            return None
        return {"name_ko": group.name_ko, "name_en": group.name_en, "is_retired": group.is_retired}
    row = _row(subject, name)
    if row is None:
        return None
    words = {field: getattr(row, field) for field in TEXTS[subject]}
    return words if subject == Subject.RULE else words | {"kind": row.kind, "is_retired": row.is_retired}


def wording_version(subject: str, name: str) -> str:
    """What a page shows of the words: a hash, empty for something new."""
    held = wording(subject, name)
    return content_hash(held)[:16] if held else ""


def propose_wording(
    *, subject: str, name: str, reason: str, by: Actor, seen: str | None = None, **words: Any
) -> WordingChange:
    """Propose other words, something new (with its ``kind`` for a list or parameter), or with ``is_retired`` its end.

    Words that are not given stay. ``seen``: the `wording_version` the page showed. Raises ReasonNeeded, ValueNotValid, ClauseMissing,
    QuestionMissing, PageStale, NotPermitted.
    """
    require(by, "rules.propose_rule")
    said = needed_reason(reason)[:300]
    with one_transaction():
        list(WordingChange.objects.select_for_update().filter(subject=subject, name=name, state=_S.PROPOSED))
        held = wording(subject, name)
        if seen is not None and seen != wording_version(subject, name):
            raise PageStale()
        chosen = _clean(subject, name, held, words)
        if waiting_wording(subject=subject, name=name):
            raise ValueNotValid(
                reason=_("A change of these words waits already. It has to be decided first.")
            )
        change = WordingChange.objects.create(
            subject=subject,
            name=name,
            content=chosen,
            base=held or {},
            reason=said,
            proposed_at=clock.now(),
            proposed_by_id=by.user_id,
        )
        _record("wording.change_proposed", change, by, said)
    return change


def confirm_wording(*, change: WordingChange, by: Actor) -> WordingChange:
    """Let the words hold. Proposals of the rule's versions stay bound to their text, and to the question that two people agreed to.

    Raises NotPermitted for its author, ProposalStale, WrongState, ValueNotValid where it may not retire any more.
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        current = waiting_change(change, by)
        if is_overtaken(current):
            raise ProposalStale()
        _refuse_in_use(current.subject, current.name, current.content)
        _apply(current)
        decide_change(current, _S.APPLIED, by)
        _record("wording.changed", current, by, current.reason)
    return current


def return_wording(*, change: WordingChange, by: Actor, reason: str) -> WordingChange:
    """Turn a change down. Raises NotPermitted for its author, ReasonNeeded, WrongState."""
    require(by, "rules.activate_rule")
    said = needed_reason(reason)
    with one_transaction():
        current = waiting_change(change, by)
        decide_change(current, _S.RETURNED, by)
        _record("wording.change_returned", current, by, said)
    return current


def waiting_wording(**of: str) -> list[WordingChange]:
    """What waits for a second person, the oldest first; `of` narrows it to a subject and name."""
    return list(WordingChange.objects.filter(state=_S.PROPOSED, **of).select_related("proposed_by"))


def is_overtaken(change: WordingChange) -> bool:
    """Whether the words read otherwise by now than when it was proposed: then it can only be returned."""
    return (wording(change.subject, change.name) or {}) != change.base


def differing(change: WordingChange) -> list[str]:
    """The words that a change alters, in their order."""
    return [name for name, value in change.content.items() if change.base.get(name) != value]


def _row(subject: str, name: str) -> Any:
    if subject == Subject.RULE:
        return Rule.objects.filter(code=name).first()
    return _TABLES[subject].objects.filter(name=name).first()


def _clean(subject: str, name: str, held: Words | None, words: Mapping[str, Any]) -> Words:
    """Every word as it is to read. Raises ValueNotValid and its like."""
    if held is None:
        _refuse_name(subject, name)
    known = {
        *TEXTS[subject],
        *(["kind"] if subject in KINDS else []),
        *(["is_retired"] if subject != Subject.RULE else []),
    }
    if stray := sorted(set(words) - known):
        said = _("Unknown: %(names)s. An entry has: %(known)s.")
        raise ValueNotValid(reason=said % {"names": ", ".join(stray), "known": ", ".join(sorted(known))})
    chosen: Words = dict(held or {})
    for field, most in TEXTS[subject].items():
        chosen[field] = _text(words[field], most) if field in words else chosen.get(field, "")
    if subject != Subject.RULE:
        chosen["is_retired"] = bool(words.get("is_retired", chosen.get("is_retired", False)))
    if subject in KINDS:
        chosen["kind"] = _kind(subject, held, words)
    needed = [field for field in TEXTS[subject] if field.startswith(("name_", "label_"))]
    if not all(chosen[field] for field in needed):
        raise ValueNotValid(reason=_("A name is needed in Korean and in English."))
    if chosen == held:
        raise ValueNotValid(reason=_("It reads like that already."))
    if subject == Subject.RULE:
        _refuse_rule_words(name, chosen, held or {})
    _refuse_in_use(subject, name, chosen)
    return chosen


def _text(value: Any, most: int) -> str:
    text = " ".join(str(value).split())
    if len(text) > most:
        raise ValueNotValid(
            reason=_("“%(start)s…” is too long: at most %(n)s characters.") % {"start": text[:20], "n": most}
        )
    if find_struck(text):
        raise ValueNotValid(
            reason=_("The text holds what looks like a full card or resident number. Take it out.")
        )
    return text


def _kind(subject: str, held: Words | None, words: Mapping[str, Any]) -> str:
    kind = str(words.get("kind") or (held or {}).get("kind", ""))
    if kind not in KINDS[subject]:
        raise ValueNotValid(
            reason=_("%(name)s is one of %(known)s.") % {"name": "kind", "known": ", ".join(KINDS[subject])}
        )
    if held and kind != held["kind"]:
        raise ValueNotValid(
            reason=_("The kind of a list or parameter cannot change. Give the new one another name.")
        )
    return kind


def _refuse_name(subject: str, name: str) -> None:
    if subject == Subject.RULE:
        raise ValueNotValid(
            reason=_("There is no rule %(code)s. Write the rule first.") % {"code": name[:20]}
        )
    require_short_name(name, LONGEST_GROUP if subject == Subject.GROUP else LONGEST_NAME)
    try:
        plain_name(name, Position())
    except RuleNotValid as error:
        raise ValueNotValid(reason=str(error)) from error


def _refuse_rule_words(code: str, chosen: Words, held: Words) -> None:
    if chosen["group"] != held.get("group"):
        require_offered_group(chosen["group"])
    cited = {
        number for field in ("policy_clause", "policy_clause_en") if (number := cited_number(chosen[field]))
    }
    if len(cited) > 1:
        said = _(
            "The clause cites two paragraphs, %(numbers)s. It cites the same one in Korean and in English."
        )
        raise ValueNotValid(reason=said % {"numbers": ", ".join(sorted(cited))})
    versions = RuleVersion.objects.filter(rule__code=code)
    meant = Rule(code=code, **chosen)
    if not chosen["policy_clause"] and versions.filter(is_told_ahead=True, state__in=_IN_USE).exists():
        raise ClauseMissing()
    if (
        any(chosen[name] for name in ("question_ko", "question_en"))
        or versions.filter(state__in=_RUNNING).exists()
    ):
        require_question(meant)
    require_known_facts(meant)


_RUNNING = (State.ACTIVE, State.SHADOW, State.PROPOSED)
_IN_USE = (*_RUNNING, State.DRAFT)


def _refuse_in_use(subject: str, name: str, chosen: Words) -> None:
    """What a rule in work or in force names cannot retire; nor can the group of all that is in no other."""
    if not chosen.get("is_retired"):
        return
    if subject == Subject.GROUP and name == OTHER:
        raise ValueNotValid(reason=_("This group takes what is in no other. It can be renamed, not retired."))
    if subject in _SIGN and (codes := naming_rules(subject, name)):
        said = _("These rules name it: %(codes)s. Change or stop them first.")
        raise ValueNotValid(reason=said % {"codes": ", ".join(codes)})


def naming_rules(subject: str, name: str) -> list[str]:
    """Codes of the rules with a version in work or in force whose text names a list or parameter."""
    found = RuleVersion.objects.filter(
        state__in=_IN_USE, text__regex=rf"[{_SIGN[subject]}]{name}([^a-z0-9_]|$)"
    )
    return sorted(set(found.values_list("rule__code", flat=True)))


def _apply_rule(code: str, words: Words) -> None:
    rule = Rule.objects.select_for_update().get(code=code)
    bound = [
        version
        for version in rule.versions.select_for_update().filter(state__in=[State.PROPOSED, State.SHADOW])
        if version.proposed_hash == hash_of(version)
    ]
    for field in TEXTS[Subject.RULE]:
        setattr(rule, field, words[field])
    rule.save(update_fields=list(TEXTS[Subject.RULE]))
    for version in bound:
        version.rule = rule
        # Two people agreed to the question; a page that still shows the old one is told so.
        version.proposed_hash, version.lock_version = hash_of(version), version.lock_version + 1
        version.save(update_fields=["proposed_hash", "lock_version"])


def _apply(change: WordingChange) -> None:
    if change.subject == Subject.RULE:
        _apply_rule(change.name, change.content)
    elif change.subject == Subject.GROUP:
        RuleGroup.objects.update_or_create(code=change.name, defaults=change.content)
    else:
        _TABLES[change.subject].objects.update_or_create(name=change.name, defaults=change.content)


def _record(action: str, change: WordingChange, by: Actor, reason: str) -> None:
    """In the chain of the thing itself: only the words that differ."""
    names = differing(change)
    record(
        action=action,
        by=by,
        subject=f"{change.subject}:{change.name}",
        reason=reason,
        before={name: change.base[name] for name in names if name in change.base},
        after={name: change.content[name] for name in names},
    )
