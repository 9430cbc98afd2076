"""The dossier as a document: what people read of a case, from why it was flagged to what was paid back, and its audit chain.

It is set from the same values that lie in the archive as data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import pgettext

from audit.registry import sentence
from cases.papers.dossier import chapters, outcome_chapters
from cases.papers.dossier.contents import Contents
from cases.papers.dossier.saying import said_at
from fraud.web.paper import Paper
from fraud.web.words import actor_word

_HASH = 12  # digits of a hash in a table; the whole of it is in the data


def write_document(contents: Contents, file: IO[bytes]) -> None:
    """The document as PDF into a file, in the language of the export."""
    export, reference = contents.export, contents.case.reference
    said = {"name": export.name, "at": said_at(export.told()["at"]), "reason": export.reason}
    title = pgettext("dossier", "Dossier of case %(reference)s") % {"reference": reference}
    made = pgettext("dossier", "Made by %(name)s on %(at)s for: %(reason)s") % said
    paper = Paper(
        title,
        language=export.language,
        footer=f"{title} · {said['at']} · {export.name}",
        more=pgettext("dossier", "%(n)s further rows are in the archive's data."),
    )
    paper.head(title, made)
    chapters.overview(paper, contents)
    chapters.reasons(paper, contents)
    chapters.claims(paper, contents)
    chapters.correspondence(paper, contents)
    chapters.evidence(paper, contents)
    outcome_chapters.decisions(paper, contents)
    outcome_chapters.appeals(paper, contents)
    outcome_chapters.ledger(paper, contents)
    outcome_chapters.notes(paper, contents)
    _chain(paper, contents)
    _left_out(paper, contents)
    paper.write(file)


def _chain(paper: Paper, contents: Contents) -> None:
    paper.heading(pgettext("dossier", "Audit chain"))
    paper.text(
        pgettext(
            "dossier",
            "Everything that happened, in order. Each entry carries the hash of the one before it; the head stands for all of them.",
        ),
        "muted",
    )
    paper.facts(
        [
            (pgettext("dossier", "Entries"), contents.head["seq"]),
            (pgettext("dossier", "Head (SHA-256)"), contents.head["hash"]),
        ]
    )
    head = [
        pgettext("dossier", "No."),
        pgettext("dossier", "When"),
        pgettext("dossier", "Who"),
        pgettext("dossier", "What"),
        pgettext("dossier", "Reason"),
        pgettext("dossier", "Hash"),
    ]
    rows = _entries(contents)
    paper.table(head, rows, widths=[0.6, 1.7, 1.7, 2.8, 3.4, 1.9], numbers={0})


def _entries(contents: Contents) -> Iterator[list[Any]]:
    names = contents.names
    for entry in contents.chain:
        if "action" not in entry:
            sealed = pgettext("dossier", "(sealed: content not handed out)")
            yield [entry["seq"], "", "", sealed, "", entry["hash"][:_HASH]]
            continue
        who = names.get(entry["actor"]) or actor_word(entry["actor"])
        what = sentence(entry["action"], contents.export.language)
        yield [entry["seq"], said_at(entry["at"]), who, what, entry["reason"], entry["hash"][:_HASH]]


def _left_out(paper: Paper, contents: Contents) -> None:
    paper.heading(pgettext("dossier", "What is not in this dossier"))
    for one in contents.left_out:
        paper.text(f"· {one.said}")
