"""The chapters of a dossier's document about what became of the case: decisions, appeals, what was paid back, notes."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import pgettext

from cases.models import Decision
from cases.pages.outcomes import why_second
from cases.papers.dossier.chapters import file_names
from cases.papers.dossier.contents import Contents
from cases.papers.dossier.saying import (
    APPEAL_ENDS,
    DECISION_STATES,
    said_at,
    said_money,
    said_person,
    said_yes,
)
from cases.services.amount_words import AMOUNTS
from cases.services.choice_words import METHODS, RESULTS, disposition_word
from fraud.web.paper import Paper


def decisions(paper: Paper, contents: Contents) -> None:
    """Every proposal, who made it, who approved it and why."""
    if contents.decisions:
        paper.heading(pgettext("dossier", "Decisions"))
    for row in contents.decisions:
        holds = row["state"] == Decision.State.APPROVED
        is_replaced = holds and contents.told["is_replaced"]
        state = (
            pgettext("dossier", "Replaced by a new decision")
            if is_replaced
            else DECISION_STATES[row["state"]]
        )
        paper.heading(f"{row['number']}. {disposition_word(row['disposition'])} · {state}", 2)
        amount = said_money(row["amount"], row["currency"], contents.export.language)
        is_other = row["decided_by"] and row["decided_by"] != row["proposed_by"]
        paper.facts(
            [
                (str(AMOUNTS["decided" if holds else "due"]), amount if row["amount"] != "0" else ""),
                (pgettext("dossier", "Proposed by"), f"{said_person(row['proposed_by'])}, {said_at(row['proposed_at'])}"),
                (pgettext("dossier", "Decided by"), f"{said_person(row['decided_by'])}, {said_at(row['decided_at'])}" if row["decided_by"] else ""),
                (pgettext("dossier", "Four eyes"), said_yes(bool(is_other)) if row["decided_by"] and not row["is_on_appeal"] else ""),
                (pgettext("dossier", "Judged on appeal by somebody else"), said_yes(True) if row["is_on_appeal"] else ""),
                (pgettext("dossier", "Why two people"), why_second(row["why_approval"])),
                (pgettext("dossier", "Policy clause"), row["policy_clause"]),
                (pgettext("dossier", "Remark"), row["decided_reason"] if row["decided_reason"] != row["reason"] else ""),
                (pgettext("dossier", "Content hash"), row["content_hash"]),
            ]
        )  # fmt: skip
        paper.quote(row["reason"])
        if row["message"]:
            paper.text(pgettext("dossier", "To the cardholder:"), "muted")
            paper.quote(row["message"])


def appeals(paper: Paper, contents: Contents) -> None:
    """What was objected and how it ended."""
    if contents.appeals:
        paper.heading(pgettext("dossier", "Appeal"))
    for row in contents.appeals:
        ended = RESULTS.get(row["result"]) or APPEAL_ENDS[row["result"]]
        by = f"{said_person(row['submitted_by'])}, {said_at(row['submitted_at'])}"
        paper.heading(f"{by} · {ended}", 2)
        paper.quote(row["text"])
        paper.facts(
            [
                (pgettext("dossier", "Against decision"), row["against"]),
                (pgettext("dossier", "Reduced to"), said_money(row["amount"], contents.told["currency"], contents.export.language)),
                (pgettext("dossier", "Decided by"), f"{said_person(row['decided_by'])}, {said_at(row['decided_at'])}" if row["decided_by"] else ""),
                (pgettext("dossier", "Files"), ", ".join(file_names(row["evidence"], contents))),
            ]
        )  # fmt: skip
        if row["reason"]:
            paper.quote(row["reason"])


def ledger(paper: Paper, contents: Contents) -> None:
    """What was to come back and what did."""
    told, language = contents.ledger, contents.export.language
    if told is None:
        return
    balance = {
        name: said_money(amount, told["currency"], language) for name, amount in told["balance"].items()
    }
    paper.heading(pgettext("dossier", "Recovery ledger"))
    paper.facts(
        [
            *(
                (str(AMOUNTS[name]), balance[name])
                for name in ("decided", "due", "recovered", "written_off", "outstanding")
            ),
            *(
                (str(AMOUNTS[name]), balance[name])
                for name in ("recovered_before", "overpaid", "given_back", "uncovered")
                if Decimal(told["balance"][name])
            ),
            (pgettext("dossier", "Write-off asked by"), said_person(told["write_off_requested_by"])),
            (pgettext("dossier", "Write-off decided by"), said_person(told["write_off_decided_by"])),
            (pgettext("dossier", "Closed"), said_at(told["closed_at"])),
        ]
    )
    paper.table(
        [
            pgettext("dossier", "No."),
            pgettext("dossier", "Received"),
            pgettext("dossier", "Way"),
            pgettext("dossier", "Reference"),
            pgettext("dossier", "Amount"),
            pgettext("dossier", "Posted by"),
            pgettext("dossier", "Confirmed by"),
        ],
        (
            [
                row["number"],
                row["received_on"],
                METHODS.get(row["method"], row["method"]),
                row["bank_reference"],
                said_money(row["amount"], told["currency"], language),
                said_person(row["posted_by"]),
                said_person(row["confirmed_by"]),
            ]
            for row in told["postings"]
        ),
        widths=[0.6, 1.5, 2, 2.4, 1.8, 1.5, 1.5],
        numbers={0, 4},
    )


def notes(paper: Paper, contents: Contents) -> None:
    """What the staff noted for themselves."""
    if contents.notes:
        paper.heading(pgettext("dossier", "Notes of the staff"))
    for note in contents.notes:
        paper.text(f"{said_person(note['written_by'])}, {said_at(note['written_at'])}", "muted")
        paper.quote(note["text"])
