"""Everything that happened to a case, in order: its audit chain together with what was asked, answered and noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from audit.models import AuditEvent
from audit.people import name_of
from audit.prepared import prepared
from audit.registry import sentence
from cases.models import Appeal, Case, CaseNote, Decision, Evidence, Explanation, ExplanationRequest, Recovery
from cases.pages.answers import Answered, answers_of
from cases.services.choice_words import disposition_word
from cases.services.entry_words import OF_FILES, ToldEntry, others_named_in, told_entries
from cases.services.standing import CHAIN, RECOVERY, case_subject, may_have
from cases.visibility import hidden_names
from fraud.claims.models import User

# Entries told by the thing itself: that many chain entries of the action are not repeated.
_TOLD_BY = {
    "request": ("explanation.requested",),
    "answer": ("explanation.submitted", "explanation.submitted_late"),
    "note": ("case.noted",),
    "appeal": ("appeal.submitted",),
    "proposal": ("decision.proposed", "decision.taken"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `kind` is event, request, answer, note, appeal or proposal; `thing` the object behind it."""

    at: datetime
    kind: str
    name: str
    username: str
    sentence: str
    text: str = ""
    reason: str = ""
    message: str = ""  # to the cardholder, by whoever decided
    thing: Any = None
    files: tuple[Evidence, ...] = field(default=())
    answers: tuple[Answered, ...] = field(default=())


def gather(case: Case, *, with_answers: bool = True) -> None:
    """Read afresh what was asked and proposed in a case, with who did it, for everything a page shows of it; for the timeline also
    what was answered and sent.

    Three queries for a case nobody has asked about or decided; nothing is looked up that cannot exist yet.
    """
    kept: dict[str, Any] = {}
    case._prefetched_objects_cache = kept  # type: ignore[attr-defined]
    asked, decided = _requests.rows(case.pk), _decisions.rows(case.pk)
    if with_answers and asked:
        answers = Explanation.objects.select_related("submitted_by")
        prefetch_related_objects(asked, Prefetch("explanations", answers))
    told: list[Any] = [*asked, *decided]
    for row in told:
        row.case = case
    kept["requests"], kept["decisions"] = asked, decided
    kept[CHAIN] = _chain.rows(case_subject(case))
    recovery = None
    if case.decisions.all():
        recoveries = Recovery.objects.filter(case=case).select_related("write_off_requested_by")
        recovery = recoveries.first()
    if recovery is not None:
        recovery.case = case  # with the stake a page attached
    kept[RECOVERY] = recovery
    if with_answers:
        has_sent = may_have(case, *OF_FILES)
        evidence, appeals = Evidence.objects.filter(case=case), Appeal.objects.filter(case=case)
        kept["evidence"] = list(evidence.select_related("uploaded_by")) if has_sent else []
        kept["appeals"] = (
            list(appeals.select_related("submitted_by")) if may_have(case, "appeal.submitted") else []
        )


_requests = prepared(
    lambda case_id: ExplanationRequest.objects.filter(case=case_id).select_related("requested_by")
)
_decisions = prepared(
    lambda case_id: Decision.objects.filter(case=case_id).select_related("proposed_by", "decided_by")
)
_chain = prepared(lambda subject: AuditEvent.objects.filter(subject=subject).order_by("seq"))


def explanations_of(case: Case) -> list[Explanation]:
    """The answers of a gathered case, oldest first."""
    found = [answer for request in case.requests.all() for answer in request.explanations.all()]
    return sorted(found, key=lambda answer: answer.pk)


def sent_evidence(case: Case) -> list[Evidence]:
    """The files of a gathered case that went with an answer or an appeal."""
    return [file for file in _kept(case, "evidence") if file.is_sent]


def _kept(case: Case, name: str) -> list[Any]:
    return list(case._prefetched_objects_cache[name])  # type: ignore[attr-defined]


def timeline_of(case: Case, *, by: Actor | None = None, is_gathered: bool = False) -> list[Entry]:
    """The entries of a case, newest first. `is_gathered`: its rows were just read; then two queries whatever its length.

    `by`: the reader, to whom no case is named that they may not see; two queries more where another one is named.
    """
    if not is_gathered:
        gather(case)
    events = _kept(case, CHAIN)
    requests, decisions = list(case.requests.all()), list(case.decisions.all())
    answers, appeals = explanations_of(case), _kept(case, "appeals")
    notes = list(case.notes.select_related("written_by")) if may_have(case, "case.noted") else []
    hidden: Collection[str] = hidden_names(by, others_named_in(events)) if by is not None else ()
    evidence = _kept(case, "evidence")
    files = [file for file in evidence if file.is_sent]
    names = _names(case, events, answers, notes)
    entries = [
        *_told(requests, answers, notes, appeals, decisions, files),
        *_events(
            told_entries(case, events, evidence, current_language(), hidden),
            names,
            _counts(requests, answers, notes, appeals, decisions),
            _messages_of(appeals),
        ),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _names(
    case: Case, events: Iterable[AuditEvent], answers: Iterable[Explanation], notes: Iterable[CaseNote]
) -> dict[str, str]:
    """Login → name of everybody in the chain; only who did nothing else in the case has to be looked up."""
    known = [request.requested_by for request in case.requests.all()]
    known += [*(answer.submitted_by for answer in answers), *(note.written_by for note in notes)]
    known += [case.assignee] if case.assignee is not None else []
    names = {user.get_username(): name_of(user) for user in known}
    people = {event.actor for event in events if not event.actor.startswith("system:")} - names.keys()
    found = User.objects.filter(username__in=people) if people else []
    return names | {user.get_username(): name_of(user) for user in found}


def _counts(*groups: list[Any]) -> Counter[str]:
    skip: Counter[str] = Counter()
    for (_kind, actions), things in zip(_TOLD_BY.items(), groups, strict=True):
        for action in actions:
            skip[action] = len(things)
    return skip


def _told(
    requests: Iterable[ExplanationRequest],
    answers: Iterable[Explanation],
    notes: Iterable[CaseNote],
    appeals: Iterable[Appeal],
    decisions: Iterable[Decision],
    files: list[Evidence],
) -> Iterable[Entry]:
    language = current_language()
    for request in requests:
        yield _entry(
            request.sent_at,
            "request",
            request.requested_by,
            sentence("explanation.requested", language),
            request.text,
            request,
        )
    for answer in answers:
        own = tuple(file for file in files if file.explanation_id == answer.pk)
        action = "explanation.submitted_late" if answer.is_late else "explanation.submitted"
        yield _entry(
            answer.submitted_at,
            "answer",
            answer.submitted_by,
            sentence(action, language),
            _words_of(answer),
            answer,
            own,
            tuple(answers_of(answer)),
        )
    for note in notes:
        yield _entry(
            note.written_at, "note", note.written_by, sentence("case.noted", language), note.text, note
        )
    for appeal in appeals:
        own = tuple(file for file in files if file.appeal_id == appeal.pk)
        said = sentence("appeal.submitted", language)
        yield _entry(appeal.submitted_at, "appeal", appeal.submitted_by, said, _words_of(appeal), appeal, own)
    for decision in decisions:
        action = "decision.proposed" if decision.needs_approval else "decision.taken"
        said = f"{sentence(action, language)}: {disposition_word(decision.disposition)}"
        entry = _entry(
            decision.proposed_at, "proposal", decision.proposed_by, said, decision.reason, decision
        )
        yield replace(entry, message=decision.message)


def _words_of(thing: Explanation | Appeal) -> str:
    return thing.text if thing.erased_at is None else _("Erased after the period for which texts are kept.")


def _entry(
    at: datetime,
    kind: str,
    by: User,
    said: str,
    text: str,
    thing: Any,
    files: tuple[Evidence, ...] = (),
    answers: tuple[Answered, ...] = (),
) -> Entry:
    return Entry(
        at, kind, name_of(by), by.get_username(), said, text, thing=thing, files=files, answers=answers
    )


def _messages_of(appeals: Iterable[Appeal]) -> Iterator[str]:
    """What the deciders of appeals told the cardholder, in order; where a new decision followed, it tells that itself."""
    judged = [appeal for appeal in appeals if appeal.decided_by_id is not None]
    upheld = Appeal.Result.UPHELD
    ordered = sorted(judged, key=lambda appeal: appeal.pk)
    return iter([appeal.message if appeal.result == upheld else "" for appeal in ordered])


def _events(
    entries: Iterable[ToldEntry], names: dict[str, str], skip: Counter[str], messages: Iterator[str]
) -> Iterable[Entry]:
    language = current_language()
    for told in entries:
        event = told.event
        if event.action == "access.refused":  # a security event, for the auditor
            continue
        if skip[event.action] > 0:
            skip[event.action] -= 1
            continue
        yield Entry(
            datetime.fromisoformat(event.at),
            "event",
            names.get(event.actor, event.actor),
            event.actor,
            sentence(event.action, language),
            reason=told.said,
            message=next(messages, "") if event.action == "appeal.decided" else "",
            thing=event,
        )
