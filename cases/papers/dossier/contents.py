"""What a reader's dossier of a case holds, gathered once: the archive writes it down, the document sets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.actor import Actor
from audit.people import name_of
from audit.permissions import can
from cases.models import Case, Evidence
from cases.pages.case import claims_of
from cases.papers.dossier import facts
from cases.papers.dossier.chain import chain_rows, head_of
from cases.papers.dossier.claims import claim_facts, found_facts
from cases.papers.dossier.left_out import LeftOut
from cases.papers.dossier.values import plain, values_of
from cases.services import errors
from cases.services.evidence_opening import open_evidence
from cases.services.files import sent_files
from fraud.claims.models import User


@dataclass(frozen=True)
class ExportFacts:
    """What is particular to one export: who made it, when, why, in which language. All else follows from the case's state."""

    at: datetime
    by: Actor
    name: str
    reason: str
    language: str

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "at": plain(self.at),
            "by": {"username": self.by.username, "name": self.name, "roles": self.by.role_names},
            "reason": self.reason,
            "language": self.language,
        }


@dataclass(frozen=True)
class Contents:
    """A case as its dossier tells it. `found` is None where the reader may not see hits and scores, `ledger` likewise or without one."""

    case: Case
    export: ExportFacts
    told: dict[str, Any]
    claims: list[dict[str, Any]]
    found: list[dict[str, Any]] | None
    correspondence: dict[str, Any]
    decisions: list[dict[str, Any]]
    appeals: list[dict[str, Any]]
    ledger: dict[str, Any] | None
    notes: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    files: list[Evidence]  # whose content is in it
    head: dict[str, Any]
    chain: list[dict[str, Any]]
    names: dict[str, str]  # login → name, of those who act in the chain
    left_out: list[LeftOut] = field(default_factory=list)


def readable_files(case: Case, by: Actor) -> list[Evidence]:
    """The sent files whose content the reader may open and that are what their hash says; each is read once to know."""
    found = []
    for file in (
        sent_files(case).select_related("case").order_by("id") if can(by, "cases.view_evidence") else []
    ):
        try:
            open_evidence(evidence=file, by=by)
        except errors.CaseworkError:  # waits for the scan, infected, damaged (kept in the chain by that look)
            continue
        found.append(file)
    return found


def gather(case: Case, export: ExportFacts, files: list[Evidence]) -> Contents:
    """Everything of the case that the exporter may see, and what is left out. Raises AuditHead.DoesNotExist for a case without a chain."""
    by, language = export.by, export.language
    head = head_of(case)
    chain = chain_rows(case, head, by, language)
    sees_scores = can(by, "fraud.view_score") and not case.is_blind
    sees_ledger = can(by, "cases.view_recovery")
    evidence = _evidence(case, files)
    claims = claim_facts(case)
    left_out = [
        LeftOut("scores_blind") if case.is_blind else None,
        None if can(by, "fraud.view_score") else LeftOut("scores"),
        None if sees_ledger else LeftOut("recovery"),
        None if can(by, "cases.view_evidence") else LeftOut("files"),
        _counted("files_held_back", len(evidence) - len(files)),
        _counted("claims_left", sum(1 for claim in claims if "now" not in claim)),
        _counted("entries_sealed", sum(1 for entry in chain if "action" not in entry)),
        LeftOut("drafts"),
    ]
    return Contents(
        case=case,
        export=export,
        told=facts.case_facts(case, language, by),
        claims=claims,
        found=found_facts(claims_of(case, at_most=None), language) if sees_scores else None,
        correspondence=facts.correspondence_facts(case),
        decisions=facts.decision_facts(case, language),
        appeals=facts.appeal_facts(case),
        ledger=facts.recovery_facts(case) if sees_ledger else None,
        notes=facts.note_facts(case),
        evidence=evidence,
        files=files,
        head=head,
        chain=chain,
        names=_names(chain),
        left_out=[one for one in left_out if one],
    )


def _names(chain: list[dict[str, Any]]) -> dict[str, str]:
    actors = {entry["actor"] for entry in chain if "actor" in entry}
    return {user.get_username(): name_of(user) for user in User.objects.filter(username__in=actors)}


def _counted(code: str, n: int) -> LeftOut | None:
    return LeftOut(code, n) if n > 0 else None


def entry_name(file: Evidence) -> str:
    """Where a file's content lies in the archive. Its name was cleaned when it came; no separator is left in it."""
    return f"evidence/{file.reference}/{file.name.replace('/', '_')}"


def _evidence(case: Case, files: list[Evidence]) -> list[dict[str, Any]]:
    names = (
        "reference", "name", "delivered_name", "content_type", "size_bytes", "sha256", "n_pages", "flags", "uploaded_by", "uploaded_at", "withdrawn_at",
    )  # fmt: skip
    there = {file.pk for file in files}
    return [
        {
            **values_of(file, names),
            "request": file.request.reference if file.request else None,
            "entry": entry_name(file) if file.pk in there else None,
        }
        for file in sent_files(case).order_by("id")
    ]
