"""What an entry of a case's chain says beyond its sentence: what changed, how much, which file. Pages and interface ask here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audit.models import AuditEvent
from cases.models import Case, Evidence
from cases.services.checking import text_of
from cases.services.claim_changes import said_of_entry
from rules.money import format_money

#: Entries about one file. They tell of it once it was sent; what its author added and took back before is theirs alone.
OF_FILES = frozenset({"evidence.added", "evidence.withdrawn"})
#: The cardholder asks for more time. Their words stand with the request, as those of answers and appeals do: they have a period.
EXTENSION_ASKED = "explanation.extension_asked"
#: What an entry keeps of money, in minor units of the case's currency: the first of these it has.
_MONEY = ("amount_minor", "monthly_minor", "outstanding_minor", "owed_minor", "carried_minor")
_NAMES_MONEY = frozenset(
    {
        "appeal.decided",
        "recovery.consented",
        "recovery.earlier_changed",
        "recovery.given_back",
        "recovery.owed_anew",
        "recovery.posted",
        "recovery.resumed",
        "recovery.reversed",
        "recovery.write_off_approved",
        "recovery.write_off_requested",
        "recovery.write_off_voided",
    }
)


_NAMES_OTHERS = frozenset(
    {
        "case.took_in",
        "case.merged",
        "case.unmerged",
        "case.gave_back",
        "case.split",
        "case.claim_detached",
        "case.claim_attached",
        "case.linked",
        "case.unlinked",
        "case.tagged",
        "recovery.earlier_changed",
        "recovery.owed_anew",
    }
)


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry that is shown, with what it says and the file it is about."""

    event: AuditEvent
    said: str
    file: Evidence | None = None


def told_entries(
    case: Case,
    events: Iterable[AuditEvent],
    evidence: Iterable[Evidence],
    language: str,
    hidden: Collection[str] = (),
) -> Iterator[ToldEntry]:
    """The entries that whoever reads the case sees, in the order given; without those about files never sent.

    `evidence`: every file of the case, also those that were not sent or were withdrawn. `hidden`: references of cases that the reader
    may not see (`hidden_names` in `cases/visibility.py`); no entry names them, nor the claims that went there or came from there.
    """
    files = {file.reference: file for file in evidence}
    for event in events:
        file = files.get(str((event.after or {}).get("evidence"))) if event.action in OF_FILES else None
        if event.action in OF_FILES and file is not None and not file.is_sent:
            continue
        parts = (
            file.name if file else "",
            _asked_with(case, event),
            *_named_in(event, hidden),
            _check_of(event, language),
            _money_of(event, case, language),
            said_of_entry(event, language) if event.action != EXTENSION_ASKED else "",
        )
        yield ToldEntry(event, " · ".join(part for part in parts if part), file)


def _asked_with(case: Case, event: AuditEvent) -> str:
    """The words with which more time was asked for, while they are kept."""
    if event.action != EXTENSION_ASKED:
        return ""
    named = (event.after or {}).get("request")
    words = {request.reference: request.extension_reason for request in case.requests.all()}
    return words.get(str(named)) or _("Erased after the period for which texts are kept.")


def others_named_in(events: Iterable[AuditEvent]) -> set[str]:
    """The references of the other cases that these entries name."""
    named = {(event.after or {}).get("other") for event in events if event.action in _NAMES_OTHERS}
    return {str(one) for one in named if one}


def _named_in(event: AuditEvent, hidden: Collection[str]) -> tuple[str, ...]:
    """The other case and the claims of a regrouping, the step of a checklist, the tags: names that need no words."""
    kept: Mapping[str, Any] = event.after or {}
    if event.action not in _NAMES_OTHERS:
        return ()
    if kept.get("other") in hidden:
        return ()
    claims = kept.get("claims") or kept.get("tags") or []
    return (str(kept.get("other") or ""), ", ".join(str(one) for one in claims))


def _check_of(event: AuditEvent, language: str) -> str:
    step = (event.after or {}).get("step") if event.action.startswith("case.check") else None
    return text_of(str(step), language) if step else ""


def _money_of(event: AuditEvent, case: Case, language: str) -> str:
    kept: Mapping[str, Any] = event.after or {}
    minor = next((kept[name] for name in _MONEY if kept.get(name) is not None), None)
    if event.action not in _NAMES_MONEY or minor is None:
        return ""
    return format_money(int(minor), case.currency, language)
