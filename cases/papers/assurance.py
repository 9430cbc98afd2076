"""The assurance report leaves the house: as a document for the committee, or its tables as CSV or a workbook; with a reason, on record."""

from __future__ import annotations

import io
from typing import IO

from django.utils.translation import pgettext

from audit.actor import Actor
from audit.exports import dated_name
from audit.language import current_language
from audit.people import name_of
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.pages.assurance import Report
from cases.pages.figure_lines import Line
from cases.papers.dossier.saying import said_at
from cases.papers.tables import FORMS, File, section_table, write_tables
from fraud.claims.models import User
from fraud.web.dates import say_month_of_year
from fraud.web.paper import Paper
from fraud.web.tables import Table

KINDS = ("pdf", *FORMS)


def export_assurance(*, report: Report, kind: str, reason: str, by: Actor) -> File:
    """The report as a file of the kind (one of KINDS). The caller has asked for the report, and so for the right to it."""
    stem = f"assurance-{report.first:%Y-%m}"
    file: IO[bytes] = io.BytesIO()
    if kind == "pdf":
        _write_document(report, reason, by, file)
        made = File(file, dated_name(stem, "pdf", report.at), "application/pdf")
    else:
        month, note = say_month_of_year(report.first, current_language()), pgettext("export", "Note")
        about = [(pgettext("overview", "Period"), month), *((note, caution) for caution in cautions(report))]
        made = write_tables(assurance_tables(report), kind, stem, report.at, about)
    with one_transaction():
        record(
            action="assurance.exported",
            by=by,
            subject=CONFIG,
            reason=reason,
            after={"month": f"{report.first:%Y-%m}", "kind": kind},
        )
    made.file.seek(0)
    return made


def assurance_tables(report: Report) -> list[Table]:
    """A table for each section: the figures of both months with what they were counted from and their intervals, in full."""
    now, before = f"{report.first:%Y-%m}", f"{report.before:%Y-%m}"
    return [section_table(section, now, before) for section in report.sections]


def _write_document(report: Report, reason: str, by: Actor, file: IO[bytes]) -> None:
    language = current_language()
    month, before = (say_month_of_year(first, language) for first in (report.first, report.before))
    user = User.objects.filter(pk=by.person_id).first()
    title = pgettext("assurance", "Assurance report, %(month)s") % {"month": month}
    at = said_at(report.at.isoformat())
    said = {"name": name_of(user) or by.username, "at": at, "reason": reason}
    paper = Paper(title, language=language, footer=f"{title} · {at} · {said['name']}")
    paper.head(title, pgettext("dossier", "Made by %(name)s on %(at)s for: %(reason)s") % said)
    paper.text(
        pgettext(
            "assurance",
            "Figures of %(month)s beside those of %(before)s, as known when this was made. Shares stand with an interval that holds 19 times out of 20: the fewer cases, the wider it is.",
        )
        % {"month": month, "before": before}
    )
    for sentence in cautions(report):
        paper.text(f"· {sentence}", "muted")
    for section in report.sections:
        paper.heading(section.words, n_rows=len(section.pairs))
        paper.text(section.note, "muted")
        head = [
            pgettext("assurance", "Figure"),
            month,
            pgettext("assurance", "Interval"),
            pgettext("assurance", "Counted"),
            before,
            pgettext("assurance", "Change"),
        ]
        rows = [
            [pair.line.words, *_said(pair.now), _value(pair.before), pair.change] for pair in section.pairs
        ]
        if rows:
            paper.table(head, rows, widths=[3.2, 1.8, 1.7, 1.2, 1.8, 2], numbers={1, 2, 3, 4, 5})
        else:
            paper.text(pgettext("assurance", "Nothing to count in this time."))
    paper.write(file)


def cautions(report: Report) -> list[str]:
    """What whoever reads the figures has to know of them."""
    found = []
    if not report.is_over:
        found.append(pgettext("assurance", "The month is not over yet: its figures still grow."))
    if report.n_hidden:
        found.append(
            pgettext("assurance", "Cases that the person who made this is involved in are not counted.")
        )
    return found


def _said(line: Line | None) -> list[str]:
    return [line.said, line.said_interval, line.said_of] if line else ["", "", ""]


def _value(line: Line | None) -> str:
    return line.said if line else ""
