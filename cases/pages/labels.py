"""The page of labels: what is known by source and scheme, month by month, how far judgements agree, and the list itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from audit import clock
from audit.actor import Actor
from audit.asked import address_problems, read_choice, read_day, understood_spans
from audit.keeping import kept_query
from audit.language import current_language
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.pages.headlines import rule_names
from cases.pages.judged_twice import KINDS, judged_twice
from cases.pages.words import SOURCES
from fraud.claims.identity import claims_involving
from fraud.claims.labels import labels_known_by
from fraud.claims.models import Claim, Label
from fraud.claims.outcomes.words import SCHEME_WORDS, SOURCE_WORDS
from fraud.claims.units import within_units
from fraud.detection.intervals import wilson
from fraud.learning.evaluation.agreement import agreement_of
from fraud.web.tables import Column, Table, counted, share, three_digits

PAGE_SIZE = 50
MONTHS = 18  # shown; the CSV of the list has all
#: What a label says, by the code its filter has.
VERDICTS: dict[str, bool | None] = {"misuse": True, "legitimate": False, "nothing": None}
VERDICT_WORDS: dict[str, str | Promise] = {
    "misuse": pgettext_lazy("label", "Misuse"),
    "legitimate": pgettext_lazy("label", "In order"),
    "nothing": pgettext_lazy("label", "Withdrawn"),
}
_OF_VERDICT = {value: code for code, value in VERDICTS.items()}
KNOWN = ("q", "source", "scheme", "outcome", "from", "to", "after", "csv")


@dataclass(frozen=True)
class LabelFilters:
    """What the list is narrowed to; `problems` are sentences about filters that were left out."""

    text: str = ""
    source: str = ""
    scheme: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    problems: tuple[str, ...] = ()
    chips: tuple[dict[str, str], ...] = ()


def read_label_filters(query: QueryDict) -> LabelFilters:
    """The filters of an address; `from` and `to` are days on which labels became known."""
    problems = address_problems(query, KNOWN)
    query = understood_spans(query)
    days = {name: read_day(query.get(name, "").strip(), problems) for name in ("from", "to")}
    values: dict[str, Any] = {
        "text": query.get("q", "").strip()[:140],
        "source": read_choice(query.get("source", ""), SOURCE_WORDS, problems),
        "scheme": query.get("scheme", "").strip()[:40],
        "outcome": read_choice(query.get("outcome", ""), VERDICT_WORDS, problems),
        "since": days["from"],
        "until": days["to"],
    }
    chips = [
        ("q", _("Claim"), values["text"]),
        ("source", _("Source"), str(SOURCE_WORDS.get(values["source"], ""))),
        ("scheme", _("Scheme"), scheme_words([values["scheme"]])[values["scheme"]]),
        ("outcome", _("Outcome"), str(VERDICT_WORDS.get(values["outcome"], ""))),
        ("from", _("From"), days["from"] and days["from"].isoformat()),
        ("to", _("To"), days["to"] and days["to"].isoformat()),
    ]
    shown = [
        {"key": key, "value": query.get(key, ""), "label": label, "text": text}
        for key, label, text in chips
        if text
    ]
    return LabelFilters(**values, problems=tuple(problems), chips=tuple(shown))


def scheme_words(codes: Collection[str]) -> dict[str, str]:
    """`split_payment` → Split payment, a rule's code with its name, what opened a case in words, another code as it is. One query."""
    names = rule_names(codes, current_language())
    found = {}
    for code in codes:
        name = names.get(code, "")
        own = f"{code} {name}" if name and name != code else code
        found[code] = str(SCHEME_WORDS.get(code) or SOURCES.get(code) or own)
    return found


def label_rows(filters: LabelFilters, by: Actor) -> QuerySet[Label]:
    """The labels of the list, replaced ones and withdrawals included; none of claims the reader is involved in."""
    own = claims_involving(by, Claim.objects.all())
    rows = within_units(Label.objects.all(), by, "claim__cardholder__department")
    rows = rows.exclude(claim__in=own.values("pk")).select_related("claim")
    for name, value in (("source", filters.source), ("scheme", filters.scheme)):
        if value:
            rows = rows.filter(**{name: value})
    if filters.text:
        rows = rows.filter(claim__external_id=filters.text)
    if filters.outcome:
        verdict = VERDICTS[filters.outcome]
        rows = rows.filter(is_misuse=verdict) if verdict is not None else rows.filter(is_misuse=None)
    if filters.since:
        rows = rows.filter(known_at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(known_at__lt=_midnight(filters.until + timedelta(days=1)))
    return rows


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time()))


def shown_labels(labels: list[Label], holding: frozenset[int]) -> list[dict[str, Any]]:
    """Rows of the list: the label, its words, and whether it is the one that counts."""
    words = scheme_words({label.scheme for label in labels})
    return [
        {
            "label": label,
            "source": SOURCE_WORDS.get(label.source, label.source),
            "scheme": words[label.scheme],
            "verdict": VERDICT_WORDS[_OF_VERDICT[label.is_misuse]],
            "holds": label.pk in holding,
            "decided_at": label.decided_at or label.known_at,
            # A decision of which only the day was told stands at midnight.
            "has_time": label.decided_at is None or timezone.localtime(label.decided_at).time() != time(),
        }
        for label in labels
    ]


EXPORT_HEAD = (
    "claim",
    "source_system",
    "outcome",
    "source",
    "scheme",
    "decided_at",
    "known_at",
    "reference",
    "labelled_by",
    "selection_probability",
    "holds",
)


def export_rows(rows: QuerySet[Label], holding: frozenset[int]) -> Iterator[list[Any]]:
    """Lines in the order of EXPORT_HEAD, oldest first; times in UTC."""
    for label in rows.order_by("known_at", "id").iterator(chunk_size=2000):
        yield [
            label.claim.external_id,
            label.claim.source_system,
            _OF_VERDICT[label.is_misuse],
            label.source,
            label.scheme,
            label.decided_at or label.known_at,
            label.known_at,
            label.reference,
            label.labelled_by,
            label.selection_probability,
            "yes" if label.pk in holding else "no",
        ]


def labels_that_hold(by: Actor) -> pl.DataFrame:
    """The labels that count now (`labels_known_by` with `label_id`), without claims the reader is involved in."""
    known = labels_known_by(clock.now(), with_ids=True)
    own = claims_involving(by, Claim.objects.filter(labels__isnull=False)).values_list("pk", flat=True)
    return known.filter(~pl.col("claim_id").is_in(list(own.distinct())))


def label_tables(known: pl.DataFrame, by: Actor) -> dict[str, Table]:
    """The page's tables: `sources` (source × scheme), `months`, `agreement`."""
    return {"sources": _sources(known), "months": _months(known), "agreement": _agreement(by)}


def _counted(known: pl.DataFrame, *by: str) -> pl.DataFrame:
    return (
        known.group_by(*by)
        .agg(
            pl.len().alias("n"),
            pl.col("is_misuse").sum().alias("misuse"),
            pl.col("known_at").min().alias("first"),
            pl.col("known_at").max().alias("last"),
        )
        .sort(*by)
    )


def _sources(known: pl.DataFrame) -> Table:
    rows, words = [], scheme_words(set(known["scheme"]))
    for row in _counted(known, "source", "scheme").iter_rows(named=True):
        bounds = wilson(row["misuse"], row["n"])
        rows.append(
            {
                **row,
                "source": str(SOURCE_WORDS.get(row["source"], row["source"])),
                "scheme": words[row["scheme"]],
                "months": _span(row["first"], row["last"]),
                "share": row["misuse"] / row["n"],
                "low": bounds.low,
                "high": bounds.high,
            }
        )
    columns = (
        Column("source", gettext_lazy("Source")),
        Column("scheme", gettext_lazy("Scheme")),
        Column("n", gettext_lazy("Labels"), counted),
        Column("misuse", gettext_lazy("Misuse"), counted),
        Column("share", gettext_lazy("Share of misuse"), share),
        Column("low", gettext_lazy("95 % from"), share),
        Column("high", gettext_lazy("to"), share),
        Column("months", gettext_lazy("Known in")),
    )
    return Table("labels-sources", columns, rows)


def _months(known: pl.DataFrame) -> Table:
    local = pl.col("known_at").dt.convert_time_zone(settings.TIME_ZONE).dt.strftime("%Y-%m").alias("month")
    counts = _counted(known.with_columns(local), "month")
    rows = [{**row, "share": row["misuse"] / row["n"]} for row in counts.tail(MONTHS).iter_rows(named=True)]
    columns = (
        Column("month", gettext_lazy("Month")),
        Column("n", gettext_lazy("Labels"), counted),
        Column("misuse", gettext_lazy("Misuse"), counted),
        Column("share", gettext_lazy("Share of misuse"), share),
    )
    return Table("labels-months", columns, rows[::-1])


def _span(first: datetime, last: datetime) -> str:
    months = [f"{timezone.localtime(at):%Y-%m}" for at in (first, last)]
    return months[0] if months[0] == months[1] else f"{months[0]} – {months[1]}"


def _agreement(by: Actor) -> Table:
    rows = []
    for kind, pairs in judged_twice(by).items():
        found = agreement_of(pairs)
        bounds = found.kappa_interval
        rows.append(
            {
                "kind": str(KINDS[kind]),
                "n": found.n,
                "agreed": found.agreed,
                "share": found.share,
                "low": found.interval.low if found.n else None,
                "high": found.interval.high if found.n else None,
                "kappa": found.kappa,
                "kappa_low": bounds.low if bounds else None,
                "kappa_high": bounds.high if bounds else None,
            }
        )
    columns = (
        Column("kind", gettext_lazy("Judged twice")),
        Column("n", gettext_lazy("Matters"), counted),
        Column("agreed", gettext_lazy("Alike"), counted),
        Column("share", gettext_lazy("Agreement"), share),
        Column("low", gettext_lazy("95 % from"), share),
        Column("high", gettext_lazy("to"), share),
        Column("kappa", pgettext("statistics", "Cohen's kappa"), three_digits),
        Column("kappa_low", gettext_lazy("95 % from"), three_digits),
        Column("kappa_high", gettext_lazy("to"), three_digits),
    )
    return Table("labels-agreement", columns, rows)


@one_transaction()
def export_labels(filters: LabelFilters, query: str, *, reason: str, by: Actor) -> Iterator[list[Any]]:
    """Lines of the labels the filters leave, under EXPORT_HEAD; the entry keeps the reason and the `query` they came from. Raises NotPermitted."""
    require(by, "fraud.view_labels")
    rows = label_rows(filters, by)
    record(action="labels.exported", by=by, subject=CONFIG, reason=reason, after={"query": kept_query(query)})
    return export_rows(rows, frozenset(labels_that_hold(by)["label_id"]))
