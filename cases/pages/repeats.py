"""Who and where misuse was confirmed more than once in a period: by person, department, merchant and approver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import pgettext

from audit.language import current_language
from audit.people import number_key
from audit.people_rows import key_of
from cases.models import Alert, Case
from cases.pages.figure_lines import Line, money, share
from cases.pages.figure_list import WORDS
from cases.pages.headlines import rule_names
from cases.pages.period_lines import Span
from cases.pages.words import SOURCES
from cases.services.money_counted import Sum
from fraud.claims.models import Cardholder, Department

LEAST = 2  # cases decided as misuse from which it is a repetition
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Repeat:
    """One subject: its misuse among its judged cases (the list is the misuse), what it was most often, and what was confirmed per currency."""

    line: Line
    pattern: str
    n_pattern: int
    amounts: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RepeatGroup:
    """The subjects of one kind, those of most misuse first."""

    code: str
    words: str
    rows: tuple[Repeat, ...]

    @property
    def shown(self) -> tuple[Repeat, ...]:
        """Those a page shows; a file has them all."""
        return self.rows[:MOST_SHOWN]

    @property
    def n_more(self) -> int:
        return len(self.rows) - len(self.shown)


@dataclass
class _Subject:
    name: str
    value: str  # as the queue's filter has it
    cases: set[int] = field(default_factory=set)


def repeat_groups(span: Span) -> list[RepeatGroup]:
    """The four kinds; a case with claims at several merchants, or of several approvers, counts for each, in money too. Six queries."""
    cases, claims = _cases(span), _claims(span)
    names = {
        "person": pgettext("repeats", "Cardholders"),
        "department": pgettext("repeats", "Departments"),
        "merchant": pgettext("repeats", "Merchants"),
        "approver": pgettext("repeats", "Approvers of the claims"),
    }
    patterns = {pk: row[-1] for pk, row in cases.items()}
    words = _pattern_words(set(patterns.values()))
    subjects = {
        "person": _grouped(
            (pk, number_key(no), name or no, no) for pk, (no, name, _unit, _p) in cases.items()
        ),
        "department": _departments((pk, unit) for pk, (_no, _name, unit, _p) in cases.items()),
        "merchant": _grouped((pk, str(key), name, str(key)) for pk, key, name, _no in claims),
        "approver": _approvers((pk, no) for pk, _key, _name, no in claims),
    }
    return [_group(code, word, subjects[code], span, patterns, words) for code, word in names.items()]


def _counted(span: Span) -> list[int]:
    """Judged cases, and those of misuse that were taken up again, whose money counts."""
    return list({*span.judged, *(row.case_id for row in span.figures.money_rows if row.confirmed_minor)})


def _cases(span: Span) -> dict[int, tuple[str, str, str, str]]:
    """Judged case → employee number and name of its cardholder, code of their department, what it was."""
    columns = ("cardholder__employee_no", "cardholder__name", "cardholder__department__code", "pattern")
    rows = Case.objects.filter(pk__in=_counted(span)).values_list("pk", *columns)
    return {pk: (no, name, unit or "", pattern) for pk, no, name, unit, pattern in rows}


def _claims(span: Span) -> list[tuple[int, int, str, str]]:
    """(case, merchant, its name, number of the approver) of the claims that judged cases hold."""
    held = Alert.objects.filter(case__in=_counted(span), left_at=None)
    columns = ("case_id", "claim__merchant_id", "claim__merchant__name", "claim__approver_no")
    return list(held.values_list(*columns).distinct().order_by("case_id"))


def _grouped(rows: Iterable[tuple[int, str, str, str]]) -> dict[str, _Subject]:
    """(case, key, name, value of the filter) by key; an empty key names nobody."""
    found: dict[str, _Subject] = {}
    for pk, key, name, value in rows:
        if key:
            found.setdefault(key, _Subject(name, value)).cases.add(pk)
    return found


def _departments(rows: Iterable[tuple[int, str]]) -> dict[str, _Subject]:
    is_korean = current_language() == "ko"
    names = {
        code: name if is_korean else english or name
        for code, name, english in Department.objects.values_list("code", "name", "name_en")
    }
    return _grouped((pk, code, names.get(code, code), code) for pk, code in rows)


def _approvers(rows: Iterable[tuple[int, str]]) -> dict[str, _Subject]:
    found = _grouped((pk, number_key(no), no, no) for pk, no in rows)
    people = Cardholder.objects.alias(key=key_of("employee_no")).filter(key__in=list(found))
    for number, name in people.values_list("employee_no", "name"):
        found[number_key(number)].name = name or number
    return found


def _group(
    code: str,
    words: str,
    subjects: dict[str, _Subject],
    span: Span,
    patterns: dict[int, str],
    say: Callable[[str], str],
) -> RepeatGroup:
    found = []
    for subject in subjects.values():
        judged = subject.cases & span.judged.keys()
        misuse = [pk for pk in judged if span.judged[pk][1]]
        if len(misuse) < LEAST:
            continue
        pattern, n = max(Counter(patterns[pk] for pk in misuse).items(), key=lambda pair: (pair[1], pair[0]))
        link = span.link(**{code: subject.value, "verdict": "misuse"})
        line = share(subject.value, subject.name, len(misuse), len(judged), link)
        amounts = tuple(_amounts(subject, span, {code: subject.value}))
        found.append(Repeat(line, say(pattern), n, amounts))
    found.sort(key=lambda row: (-(row.line.value.n or 0), row.line.value.of, row.line.words))
    return RepeatGroup(code, words, tuple(found))


def _amounts(subject: _Subject, span: Span, narrowed: dict[str, str]) -> Iterator[Line]:
    """What was confirmed in the cases of a subject, per currency."""
    sums: Counter[str] = Counter()
    for row in span.figures.money_rows:
        if row.case_id in subject.cases:
            sums[row.currency] += row.confirmed_minor
    for currency, minor in sorted(sums.items()):
        if minor:
            href = span.list_of(Sum.CONFIRMED, currency, **narrowed)
            yield money(f"confirmed_{currency}", str(WORDS[Sum.CONFIRMED]), minor, currency, href)


def _pattern_words(codes: set[str]) -> Callable[[str], str]:
    """What opened a case in words: a rule's name, else what found it."""
    names = rule_names(codes, current_language())
    return lambda code: names.get(code) or str(SOURCES.get(code, code))
