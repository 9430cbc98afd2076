"""The chapters of a dossier's document, each from the values of the case; a chapter without content is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext

from cases.pages.case import WEAK
from cases.pages.words import SOURCES, STATES
from cases.papers.dossier.contents import Contents
from cases.papers.dossier.saying import REQUEST_STATES, said_at, said_money, said_person, said_yes
from cases.services.amount_words import AMOUNTS
from cases.services.choice_words import choice_word, disposition_word
from fraud.web.paper import Paper
from fraud.web.words import PURPOSES, TXN_TYPES, band_word

N_REASONS = 6  # of a score


def overview(paper: Paper, contents: Contents) -> None:
    """Who, how much, where it stands."""
    told, language = contents.told, contents.export.language
    holder, money = told["cardholder"], told["money"]
    decided = disposition_word(told["disposition"]) if told["disposition"] else ""
    reason = choice_word("disposition_reason", told["disposition_reason"]) if decided else ""

    def amount(name: str) -> str:
        return said_money(money[name], told["currency"], language)

    paper.heading(pgettext("dossier", "Overview"))
    paper.facts(
        [
            (pgettext("dossier", "What happened"), told["headline"]),
            (pgettext("dossier", "Cardholder"), " · ".join(filter(None, (holder["name"], holder["employee_no"], holder["department"])))),
            (pgettext("dossier", "State"), STATES[told["state"]][0]),
            (pgettext("dossier", "Outcome"), " · ".join(filter(None, (decided, reason)))),
            (pgettext("dossier", "How it was opened"), SOURCES.get(told["source"], told["source"])),
            (pgettext("dossier", "Opened"), said_at(told["opened_at"])),
            (pgettext("dossier", "Closed"), said_at(told["closed_at"])),
            (pgettext("dossier", "Due"), told["due_on"]),
            (pgettext("dossier", "Reviewer"), said_person(told["assignee"])),
            (pgettext("dossier", "Screening run"), told["run"]),
            (pgettext("dossier", "Reopened from"), told["reopened_from"]),
            (pgettext("dossier", "Decided anew in"), ", ".join(told["decided_anew"])),
            (str(AMOUNTS["spent"]), amount("spent")),
            (str(AMOUNTS["returned"]), amount("returned")),
            *_asked(told, amount),
        ]
    )  # fmt: skip


def _asked(told: Mapping[str, Any], amount: Callable[[str], str]) -> list[tuple[str, str]]:
    """What is at stake before a decision; after it what that asks for and what became of it."""
    money = told["money"]
    if money["decided"] is None:
        return [(str(AMOUNTS["at_stake"]), amount("at_stake"))]
    became = [
        (AMOUNTS["recovered_before"], "repaid_before"),
        (AMOUNTS["recovered"], "repaid"),
        (AMOUNTS["written_off"], "written_off"),
        (AMOUNTS["overpaid"], "to_give_back"),
    ]
    return [
        (str(AMOUNTS["decided"]), amount("decided")),
        *((str(words), amount(name)) for words, name in became if Decimal(money[name])),
        (str(AMOUNTS["outstanding"]), amount("at_stake")),
    ]


def reasons(paper: Paper, contents: Contents) -> None:
    """Why the case was flagged: rules with their facts, scores with their reasons."""
    if not contents.found:
        return
    hits = [(row["claim"], hit) for row in contents.found for hit in row["hits"]]
    scores = [(row["claim"], row["score"]) for row in contents.found if row["score"]]
    if hits or scores:
        paper.heading(pgettext("dossier", "Why it was flagged"))
    if hits:
        paper.table(
            [
                pgettext("dossier", "Claim"),
                pgettext("dossier", "Rule"),
                pgettext("dossier", "Measured"),
                pgettext("dossier", "Run"),
            ],
            ([claim, f"{hit['rule']} v{hit['version']} {hit['name']}", hit["said"], hit["run"]] for claim, hit in hits),
            widths=[2, 3, 4.6, 1.6],
        )  # fmt: skip
    if scores:
        paper.table(
            [
                pgettext("dossier", "Claim"),
                pgettext("dossier", "Risk"),
                pgettext("dossier", "Probability"),
                pgettext("dossier", "Reasons, the strongest first"),
                pgettext("dossier", "Model"),
            ],
            (
                [
                    claim,
                    band_word(score["band"]),
                    "" if score["probability"] is None else f"{score['probability'] * 100:.1f} %",
                    _strongest(score),
                    score["model_version"],
                ]
                for claim, score in scores
            ),
            widths=[2, 0.9, 1.2, 5.6, 1.5],
            numbers={2},
        )


def _strongest(score: dict[str, Any]) -> str:
    """The reasons that speak for misuse, the strongest first; the data has all of them."""
    against = [
        reason["said"] for reason in score["reasons"] if (reason["value"] or reason["tail"] or 0) > WEAK
    ]
    return "\n".join(against[:N_REASONS])


def claims(paper: Paper, contents: Contents) -> None:
    """The payments as they are known now, then what was said of them before."""
    language = contents.export.language
    here = [claim for claim in contents.claims if "now" in claim]
    if not here:
        return
    paper.heading(pgettext("dossier", "Claims"))
    head = [
        pgettext("dossier", "Claim"),
        pgettext("dossier", "When"),
        pgettext("dossier", "Merchant"),
        pgettext("dossier", "Purpose"),
        pgettext("dossier", "Amount"),
        pgettext("dossier", "Came back"),
        pgettext("dossier", "Version"),
    ]
    widths = [2, 1.7, 2.2, 2.7, 1.6, 1.4, 1.1]
    rows = [[claim["claim"], *_claim(claim["now"], claim["money"]["returned"], language)] for claim in here]
    paper.table(head, rows, widths=widths, numbers={4, 5, 6})
    earlier = [
        [claim["claim"], *_claim(version, None, language)]
        for claim in here
        for version in claim["earlier_versions"]
    ]
    if earlier:
        paper.heading(pgettext("dossier", "Earlier versions of the claims"), 2)
        paper.table(head, earlier, widths=widths, numbers={4, 5, 6})


def _claim(facts: dict[str, Any], returned: str | None, language: str) -> list[Any]:
    purpose = str(PURPOSES.get(facts["purpose_code"], facts["purpose_code"]))
    kind = "" if facts["txn_type"] == "purchase" else str(TXN_TYPES.get(facts["txn_type"], facts["txn_type"]))
    return [
        said_at(facts["transacted_at"], has_time=facts["has_time"]),
        " · ".join(filter(None, (facts["merchant_name"], kind))),
        " · ".join(filter(None, (purpose, facts["purpose_text"]))),
        said_money(facts["amount"], facts["currency"], language),
        said_money(returned, facts["currency"], language) if returned not in (None, "0") else "",
        facts["version"],
    ]


def correspondence(paper: Paper, contents: Contents) -> None:
    """Every request with its answers under their questions."""
    requests = contents.correspondence["requests"]
    if requests:
        paper.heading(pgettext("dossier", "Correspondence"))
    for request in requests:
        paper.heading(f"{request['reference']} · {REQUEST_STATES[request['state']]}", 2)
        paper.facts(
            [
                (pgettext("dossier", "Asked by"), f"{said_person(request['requested_by'])}, {said_at(request['sent_at'])}"),
                (pgettext("dossier", "Due"), request["due_on"]),
                (pgettext("dossier", "More time asked for"), request["extension_reason"]),
            ]
        )  # fmt: skip
        paper.quote(request["text"])
        for answer in request["explanations"]:
            _answer(paper, answer, contents)


def _answer(paper: Paper, answer: dict[str, Any], contents: Contents) -> None:
    by = f"{said_person(answer['submitted_by'])}, {said_at(answer['submitted_at'])}"
    offered = said_money(answer["offered"], contents.told["currency"], contents.export.language)
    paper.heading(pgettext("dossier", "Answer of %(who)s") % {"who": by}, 2)
    for one in answer["answered"]:
        paper.text(f"{one['number']}. {one['question']}", "muted")
        paper.quote(one["text"])
    if answer["text"]:
        paper.quote(answer["text"])
    paper.facts(
        [
            (pgettext("dossier", "Admits personal use"), said_yes(True) if answer["admits"] else ""),
            (pgettext("dossier", "Offers to repay"), offered),
            (pgettext("dossier", "After the deadline"), said_yes(True) if answer["is_late"] else ""),
            (pgettext("dossier", "Answered by the manager"), said_yes(True) if answer["on_behalf"] else ""),
            (pgettext("dossier", "Files"), ", ".join(file_names(answer["evidence"], contents))),
        ]
    )


def file_names(references: list[str], contents: Contents) -> list[str]:
    """The names of files by their references."""
    names = {file["reference"]: file["name"] for file in contents.evidence}
    return [names.get(reference, reference) for reference in references]


def evidence(paper: Paper, contents: Contents) -> None:
    """The files with the hashes they were kept under."""
    if not contents.evidence:
        return
    paper.heading(pgettext("dossier", "Evidence"))
    paper.table(
        [
            pgettext("dossier", "File"),
            pgettext("dossier", "Bytes"),
            pgettext("dossier", "Handed in"),
            pgettext("dossier", "SHA-256"),
        ],
        (
            [
                file["name"] + (f" ({pgettext('dossier', 'withdrawn')})" if file["withdrawn_at"] else ""),
                f"{file['size_bytes']:,}",
                f"{said_person(file['uploaded_by'])}\n{said_at(file['uploaded_at'])}",
                f"{file['sha256'][:32]}\n{file['sha256'][32:]}",
            ]
            for file in contents.evidence
        ),
        widths=[3.6, 1.4, 2.2, 3.6],
        numbers={1},
    )
